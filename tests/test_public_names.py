"""The names that others rely on."""

from __future__ import annotations

import ketum


def test_every_public_name_is_there():
    assert set(ketum.__all__) == {"Case", "Model", "__version__", "fact", "load_case", "parse_case", "regimen"}
    for name in ketum.__all__:
        assert getattr(ketum, name) is not None
