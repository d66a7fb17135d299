"""The house: every room on the map, and none entered for what it is not needed for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import ketum

HOME = Path(ketum.__file__).parent
MAP = (HOME / "README.md").read_text(encoding="utf-8")
HEAVY = ("heyoka", "numba", "antimony", "libsbml", "pandas", "xarray", "zarr", "netCDF4", "altair", "vl_convert")


def test_every_room_is_on_the_map_and_the_map_has_no_other():
    rooms = {p.name for p in HOME.iterdir() if (p.is_dir() and p.name[0] != "_") or p.suffix == ".py"} - {"__init__.py"}
    floors = [line.split("|")[2] for line in MAP.splitlines() if re.match(r"\| \d+ \|", line)]
    assert {name for cell in floors for name in re.findall(r"`([\w.]+)`", cell)} == rooms


def test_the_floors_of_the_map_are_those_that_are_kept():
    kept = (HOME.parents[1] / ".importlinter").read_text(encoding="utf-8")
    layers = re.search(r"contract:floors\].*?layers =\n(.*?)\n#", kept, re.DOTALL)[1].strip().splitlines()
    floors = {}
    for floor, cell in re.findall(r"^\| (\d+) \| (.*?) \|", MAP, re.MULTILINE):
        floors.setdefault(int(floor), set()).update(re.findall(r"`(\w+)(?:\.py)?`", cell))
    assert [floors[n] for n in sorted(floors)] == [set(re.findall(r"ketum\.(\w+)", line)) for line in layers]


@pytest.mark.parametrize(
    ("what", "code", "unwanted"),
    [
        ("help", "import ketum.cli", (*HEAVY, "numpy", "pydantic", "jinja2")),
        ("the page's templates", "import ketum.report.page", HEAVY),
        ("a check", "import ketum; ketum.load_case('{case}')", (*HEAVY, "scipy", "jinja2")),
        ("a screen without medicines", "import ketum; ketum.screen(ketum.load_case('{case}'))", (*HEAVY, "jinja2")),
        ("a fact", "import ketum; ketum.fact('pk001')", (*HEAVY, "scipy", "pydantic", "jinja2")),
    ],
)
def test_what_does_not_need_a_heavy_part_does_not_load_it(what, code, unwanted):
    case = HOME.parents[1] / "examples" / "back-pain-leaf.toml"
    script = f"{code.format(case=case)}; import sys; print([m for m in {unwanted!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", what
