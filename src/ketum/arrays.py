"""Names of the arrays that everybody passes on."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
"""Real numbers, of any shape."""
Index = npt.NDArray[np.intp]
"""Places in other arrays."""
