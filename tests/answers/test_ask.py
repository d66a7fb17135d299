"""One case, one answer: whoever asks, with however many people, by whatever seed."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

import ketum
from ketum.answers.as_json import answer_json
from ketum.answers.findings import emergencies, screening
from ketum.chance import Lognormal, Stream
from ketum.crowd.contents import contents

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
GALLERY = sorted((ROOT / "tests/hazards/gallery").glob("*.toml"))
TODAY = date(2026, 11, 28)

PERSON = '[person]\nage_years = 40\nsex = "female"\nweight_kg = 70\nregion = "DE"\n'
BORDER = PERSON + '[[kratom]]\nproduct = "leaf-powder"\namount = "{grams} g"\n'


def case(text):
    return ketum.parse_case(text, "case")


@how(max_examples=4, deadline=None)
@given(path=st.sampled_from(EXAMPLES), people=st.integers(0, 12), seed=st.integers(0, 2**40))
def test_findings_hang_on_neither_people_nor_seed(path, people, seed):
    given_case = ketum.load_case(path)
    assert ketum.screen(given_case) == ketum.ask(given_case, people, seed).findings


@how(max_examples=25, deadline=None)
@given(grams=st.floats(0.05, 25).map(lambda value: round(value, 3)))
def test_more_of_the_same_is_never_graded_lower(grams):
    rank = {"emergency": 0, "danger": 1, "caution": 2, "note": 3}
    less, more = (
        {found.code: rank[found.severity] for found in ketum.screen(case(BORDER.format(grams=g)))}
        for g in (grams, grams + 1)
    )
    # A code may stand for several findings and new ones may come; none that was there turns milder.
    assert all(more.get(code, 9) <= severity for code, severity in less.items())


def test_an_answer_without_people_has_all_that_needs_none():
    answer = ketum.ask(case(BORDER.format(grams=3)), people=0, today=TODAY)
    assert answer.findings
    assert answer.doses[0].contents
    assert answer.unknown
    assert answer.sources
    assert (answer.population, answer.levels, answer.effects, answer.tree) == (0, (), None, None)
    assert {row.what for row in answer.unknown} >= {"the share of a swallowed dose that reaches the blood"}


def test_every_fact_that_an_answer_shows_has_its_source():
    answer = ketum.ask(ketum.load_case(ROOT / "examples/several-medicines.toml"), people=8)
    listed = {fact_id for source in answer.sources for fact_id in source.fact_ids}
    shown = {fact_id for finding in answer.findings for fact_id in finding.evidence}
    shown |= {size for one in answer.interactions.sizes for size in one.fact_ids}
    shown |= {margin.fact_id for margin in answer.margins} | {level.fact_id for level in answer.published}
    assert shown <= listed


def test_the_same_json_whoever_asks(tmp_path):
    """Object, file and command line give the same; only a written report adds which files stand beside it."""
    given_case = ketum.load_case(ROOT / "examples/tested-single-dose.toml")
    one, other = (ketum.ask(given_case, 30, 3, today=TODAY) for _ in range(2))
    assert one.to_json() == other.to_json() == answer_json(one)
    one.write(tmp_path / "out")
    written = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    added = {name: written.pop(name) for name in ("made_by", "files")}
    assert written == json.loads(one.to_json())
    assert "index.html" in added["files"]


def test_what_ask_writes_is_what_the_command_writes(tmp_path, monkeypatch):
    import sys

    from ketum import cli

    path = ROOT / "examples/tested-single-dose.toml"
    monkeypatch.setattr(sys, "argv", ["ketum", "run", str(path), "-n", "30", "--seed", "3", "-o", str(tmp_path / "a")])
    _ended(cli.main)
    ketum.ask(ketum.load_case(path), 30, 3).write(tmp_path / "b")
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(tmp_path / "b") for p in (tmp_path / "b").rglob("*") if p.is_file())
    same = [name for name in files if name.suffix in (".html", ".json", ".svg")]
    for name in same:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def _ended(command):
    with pytest.raises(SystemExit) as end:
        command()
    assert not end.value.code


def test_a_run_can_be_watched_and_stopped():
    seen = []

    def stop(phase, finished, total):
        seen.append(phase)
        if phase == "people":
            raise ketum.StoppedError("enough")

    with pytest.raises(ketum.StoppedError, match="enough"):
        ketum.ask(case(BORDER.format(grams=3)), 20, progress=stop)
    assert list(dict.fromkeys(seen)) == ["reading", "compiling", "people"]


def test_each_phase_begins_with_nothing_finished_and_ends_with_all(monkeypatch):
    """The work itself is left out."""
    from ketum.answers import ask as room

    told = []

    def run(given_case, people, store, how):
        how["progress"](0, people)
        how["progress"](people, people)

    monkeypatch.setattr(room, "_run", run)
    ketum.ask(case(BORDER.format(grams=3)), 20, progress=lambda *seen: told.append(seen))
    assert told == [("reading", 0, 1), ("compiling", 0, 1), ("people", 0, 20), ("people", 20, 20)]


def test_more_people_than_memory_holds_need_a_store():
    with pytest.raises(ketum.InputError, match="store"):
        ketum.ask(case(BORDER.format(grams=3)), 20_001)


# Dose sizes in closed form


@how(max_examples=30, deadline=None)
@given(
    median=st.floats(0.01, 1e4),
    shared=st.floats(0, 1.2),
    own=st.floats(0, 1.2),
    factor=st.floats(0.01, 10),
)
def test_a_closed_form_is_what_many_draws_come_to(median, shared, own, factor):
    mass = Lognormal(median).times(1.0, capsule=shared)
    held = mass.times(factor, content=own)
    stream = Stream(5, 20_000)
    drawn = held.draw(stream, "product", "0/")
    low, middle, high = np.quantile(np.log(drawn), [0.05, 0.5, 0.95])
    width = np.log(held.interval.high / held.interval.median)
    tolerance = 0.05 * (shared + own) + 1e-9
    assert middle == pytest.approx(np.log(held.interval.median), abs=tolerance)
    assert (high - low) / 2 == pytest.approx(width, abs=tolerance)


def test_amounts_that_share_an_error_move_together():
    stream = Stream(1, 4000)
    mass = Lognormal(600.0).times(1.0, capsule=0.3)
    mg = mass.times(0.014, certificate=0.05)
    logs = [np.log(quantity.draw(stream, "product", "0/")) for quantity in (mass, mg)]
    assert np.corrcoef(*logs)[0, 1] == pytest.approx(0.3 / np.hypot(0.3, 0.05), abs=0.02)
    assert np.std(logs[1] - logs[0]) == pytest.approx(0.05, rel=0.05)


def test_a_certificate_narrows_a_dose():
    plain = contents(case(BORDER.format(grams=3)))[0].mg["MG"].interval
    told = BORDER.format(grams=3) + 'certificate = { mitragynine = "1.4 %" }\n'
    certified = contents(case(told))[0].mg["MG"].interval
    assert certified.median == pytest.approx(42.0)
    assert certified.high / certified.low < plain.high / plain.low


# Emergencies


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_what_cannot_wait_is_what_the_screen_finds(path):
    if path.stem == "expected":
        return
    given_case = ketum.load_case(path)
    assert emergencies(given_case) == tuple(f for f in screening(given_case).findings if f.severity == "emergency")
