"""Error against time for ketum and its peers, over tolerances; writes docs/explanation/work-precision.{csv,svg}.

    python benchmarks/work_precision.py

Needs the peers: pip install 'ketum[bench]'. All on one core, in turn; the median of rounds of this process's own
processor time, which other work on the machine disturbs less than the clock does. JAX runs its own threads, so the
process is held to one core.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ |= {"JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}

import altair as alt
import pandas as pd
import vl_convert

from ketum.bench import with_diffrax, with_ketum, with_roadrunner
from ketum.bench.measure import worst
from ketum.bench.with_ketum import Ketum
from ketum.bench.with_scipy import ScipyLsoda, reference
from ketum.bench.workload import Answer, draw
from ketum.engine import Model
from ketum.engine.solve import integrate

FOLDER = Path(__file__).parent.parent / "docs" / "explanation"
RTOLS = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10)
ROUNDS, CHECKED = 7, 2
PEOPLE = {"ketum": 128, "libRoadRunner BDF": 4, "libRoadRunner Adams": 4, "diffrax Dopri8": 32, "SciPy LSODA": 1}


def solvers(rtol: float) -> dict[str, Callable[[], Answer]]:
    """Every solver at a tolerance; what they share is set for all of them."""
    cases = {name: draw(people) for name, people in PEOPLE.items()}
    sbml = Model.from_file(with_ketum.MODEL).sbml
    ketum = Ketum(cases["ketum"], None, 1)

    with_roadrunner.RTOL = rtol
    with_roadrunner._loaded.clear()

    def by_roadrunner(name: str) -> Answer:
        return with_roadrunner._solve(cases[name], sbml, name.endswith("BDF"))

    def by_ketum() -> Answer:
        with_ketum.RTOL = rtol
        return ketum.run()

    compiled: dict[int, object] = {}

    def by_diffrax() -> Answer:
        with_diffrax.RTOL, with_diffrax._compiled = rtol, compiled
        return with_diffrax._solve(cases["diffrax Dopri8"], 1)

    return {
        "ketum": by_ketum,
        "libRoadRunner BDF": lambda: by_roadrunner("libRoadRunner BDF"),
        "libRoadRunner Adams": lambda: by_roadrunner("libRoadRunner Adams"),
        "diffrax Dopri8": by_diffrax,
        "SciPy LSODA": ScipyLsoda(cases["SciPy LSODA"], rtol).run,
    }


def measured() -> pd.DataFrame:
    integrate.FEW = 0  # the faster way from the first person on, as in any long run
    exact = reference(draw(CHECKED))
    rows = []
    for rtol in RTOLS:
        entered, spent = solvers(rtol), {name: [] for name in PEOPLE}
        error = {}
        for name, run in entered.items():
            error[name] = worst(run(), exact)
        for number in range(ROUNDS):
            for name, run in entered.items():
                if name == "SciPy LSODA" and number > 2:
                    continue
                began = time.process_time()
                run()
                spent[name].append((time.process_time() - began) / PEOPLE[name] * 1000)
        rows += [(name, rtol, statistics.median(spent[name]), error[name]) for name in PEOPLE]
        print(*rows[-len(PEOPLE) :], sep="\n", flush=True)
    return pd.DataFrame(rows, columns=["solver", "rtol", "ms_per_subject", "max_error"])


def drawn(found: pd.DataFrame) -> str:
    base = alt.Chart(found, width=560, height=360).encode(
        alt.X("max_error", title="largest error, relative to each output's peak").scale(type="log").axis(format="~e"),
        alt.Y("ms_per_subject", title="processor time for a person, ms").scale(type="log").axis(format="~r"),
        alt.Shape("solver", title=None).scale(domain=list(PEOPLE)),
        alt.Color("solver", title=None).scale(domain=list(PEOPLE), scheme="viridis"),
    )
    lines = base.mark_line(point=alt.OverlayMarkDef(size=50, filled=False)).encode(order="rtol")
    titled = lines.properties(title="Work and precision: further left is more exact, lower is faster")
    return vl_convert.vegalite_to_svg(titled.to_dict())


def main() -> None:
    found = measured()
    found.to_csv(FOLDER / "work-precision.csv", index=False, float_format="%.3g")
    (FOLDER / "work-precision.svg").write_text(drawn(found), encoding="utf-8")


if __name__ == "__main__":
    main()
