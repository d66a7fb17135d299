"""Theophylline for a handful of people: doses, people, covariates, observations, steady state.

Run it with ``python examples/engine/theophylline.py``. It uses the engine alone.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from ketum.engine import Covariates, Dosing, Model

model = Model.from_file(Path(__file__).with_name("theophylline.ant"))
hours = np.linspace(0.0, 48.0, 193)

# 320 mg every 12 h, four times; half an hour passes before a tablet dissolves, and 90 % of it arrives.
doses = pd.DataFrame({"TIME": [0.0], "AMT": [320.0], "CMT": ["depot"], "II": [12.0], "ADDL": [3]})
tablet = {"depot": Dosing(bioavailability="F1", lag="ALAG1")}
one = model.solve(doses, hours, {"F1": 0.9, "ALAG1": 0.5}, ["C"], dosing=tablet)
print(f"one person:    highest {float(one['C'].max()):.2f} mg/L")

# A thousand people who differ.
chance = np.random.default_rng(0)
people = {
    "CL": 2.8 * np.exp(0.3 * chance.standard_normal(1000)),
    "V": 32.0 * np.exp(0.2 * chance.standard_normal(1000)),
    "F1": 0.9,
    "ALAG1": chance.uniform(0.2, 0.8, 1000),
}
crowd = model.solve(doses, hours, people, ["C"], dosing=tablet)
low, high = crowd["C"].max("time").quantile([0.05, 0.95]).to_numpy()
print(f"1000 people:   highest between {low:.2f} and {high:.2f} mg/L in nine of ten")

# Somebody stops smoking at 24 h, and clearance falls in a straight line until 40 h.
stops = pd.DataFrame({"TIME": [0.0, 24.0, 40.0], "CL": [4.5, 4.5, 2.8]})
changed = model.solve(
    doses, hours, {"F1": 0.9, "ALAG1": 0.5}, ["C", "CL"], dosing=tablet, covariates=Covariates(stops, "linear")
)
print(f"smoking stops: {float(changed['C'][0, -1]):.2f} mg/L at 48 h ({changed.attrs['interpolation']})")

# An infusion of 20 mg/h on top of a steady state of tablets, looked at where the table says.
table = pd.DataFrame(
    {
        "TIME": [0.0, 0.0, 0.0, 8.0],
        "EVID": [1, 0, 1, 0],  # 0 is an observation: the first stands between two doses at one instant
        "AMT": [320.0, 0.0, 200.0, 0.0],
        "RATE": [0.0, 0.0, 20.0, 0.0],
        "CMT": ["depot", None, "central", None],
        "SS": [1, 0, 0, 0],
        "II": [12.0, 0.0, 0.0, 0.0],
    }
)
seen = model.solve(table, outputs=["C"])
for level, time in zip(seen["C"].values, seen["time"].values, strict=True):
    print(f"steady state:  {level:.2f} mg/L at {time:g} h")
residual = float(seen["steady_state_residual"].max())
print(f"its proof:     one more interval changes it by {residual:.0e} of itself")
