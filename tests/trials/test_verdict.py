"""The verdict on a row and on a group: what agrees, what says too little, what conflicts."""

import json
import math
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketum import cli
from ketum.trials import validation
from ketum.trials.validation import Row, figures, judge, table
from ketum.trials.validation.errors import count_error, mean_error, median_error, ratio_error, studies_error

BASE = Row(
    "AN002", "A study", "all", "cold_pressor", "mean", "check", 1.0, "times", None, "", 1.0, (0.8, 1.25), 1.0,
    None, None, None, None, None, (), "", "effects",
)  # fmt: skip


def row(observed, predicted, interval, **changed):
    fold = max(predicted / observed, observed / predicted) if observed * predicted > 0 else math.nan
    return replace(
        BASE, observed=observed, predicted=predicted, predicted_interval=interval, fold_error=fold, **changed
    )


def seven(inside, role="calibration"):
    """Seven rows of effects, of which so many lie inside their interval and the others outside."""
    held = [row(1.0, 1.1, (0.8, 1.4), role=role, fact_id=f"IN{i}") for i in range(inside)]
    return (*held, *(row(1.6, 1.0, (0.7, 1.4), role=role, fact_id=f"OUT{i}") for i in range(7 - inside)))


positive = st.floats(0.01, 100)
rising = st.lists(st.floats(0.01, 100), min_size=3, max_size=3, unique=True).map(sorted)


# A row


@given(positive, rising)
def test_without_an_own_error_a_conflict_is_what_lies_outside_the_interval(observed, ends):
    low, middle, high = ends
    found = judge(row(observed, middle, (low, high)))
    near_an_end = any(observed == pytest.approx(end, rel=1e-6) for end in (low, high))
    if not near_an_end:
        assert (found.verdict == "conflict") == (not low <= observed <= high)
    assert found.inside_interval == (low <= observed <= high)
    assert found.inside_own_error is None


@given(positive, rising, st.floats(0, 3), st.floats(0, 3))
def test_a_larger_own_error_makes_no_conflict(observed, ends, error, more):
    low, middle, high = ends
    small, large = (judge(row(observed, middle, (low, high), own_error=e)) for e in (error, error + more))
    assert not (large.verdict == "conflict" and small.verdict != "conflict")
    assert large.apart <= small.apart


@given(positive, rising, st.floats(0.01, 1), st.floats(0.1, 10))
def test_a_ratio_and_its_inverse_in_any_unit_have_one_verdict(observed, ends, error, unit):
    low, middle, high = ends
    one = judge(row(observed, middle, (low, high), own_error=error))
    over = judge(row(unit / observed, unit / middle, (unit / high, unit / low), own_error=error))
    assert one.apart == pytest.approx(over.apart, rel=1e-6, abs=1e-9)
    if one.apart != pytest.approx(1.645, rel=1e-3) and high / low != pytest.approx(4, rel=1e-3):
        assert one.verdict == over.verdict


@pytest.mark.parametrize(
    ("observed", "predicted", "interval", "scale", "verdict"),
    [
        (1.0, 1.1, (0.6, 2.3), None, "agrees"),  # 3.8-fold
        (1.0, 1.1, (0.5, 2.1), None, "too wide to tell"),  # 4.2-fold
        (1.0, 1.1, (0.0, 2.1), None, "too wide to tell"),  # without end, as a ratio
        (9.0, 1.1, (0.5, 2.1), None, "conflict"),  # wide, and wrong all the same
        (5.0, 8.0, (0.0, 15.0), 64.0, "agrees"),  # 23 % of the scale
        (5.0, 8.0, (0.0, 17.0), 64.0, "too wide to tell"),  # 27 %
        (0.0, 2.0, (1.0, 4.0), 64.0, "conflict"),
        (-0.7, -0.3, (-0.5, -0.1), 3.5, "conflict"),
    ],
)
def test_what_is_wide_and_what_fails(observed, predicted, interval, scale, verdict):
    assert judge(row(observed, predicted, interval, scale=scale)).verdict == verdict


def test_the_joint_distance_is_that_of_both_errors():
    """ln 2 apart; own error 0.3, and the interval's upper side 0.4 wide at 1.645 SD: hypot(0.3, 0.4) = 0.5."""
    found = judge(row(2.0, 1.0, (0.5, math.exp(1.645 * 0.4)), own_error=0.3))
    assert found.apart == pytest.approx(math.log(2) / 0.5)
    assert not found.inside_own_error  # 0.69 against 1.645 times 0.3
    assert judge(row(1.5, 1.0, (0.5, 2.0), own_error=0.3)).inside_own_error


def test_words_are_not_compared():
    found = judge(row(math.nan, 1.0, (0.5, 2.0)))
    assert found.verdict is None
    assert found.inside_interval is None


@pytest.mark.parametrize(
    ("predicted", "interval", "verdict"),
    [
        (0.05, (0.01, 0.9), "agrees"),
        (0.2, (0.09, 0.4), "too wide to tell"),
        (0.2, (0.11, 0.4), "conflict"),
    ],
)
def test_a_bound_is_broken_where_the_whole_interval_lies_above(predicted, interval, verdict):
    bound = row(math.nan, predicted, interval, scale=1.0, bound=0.1)
    assert judge(bound).verdict == verdict
    assert f"{'<= 0.1':>10}" in table([bound])


# Errors that a paper's numbers have by themselves


def test_errors_by_hand():
    assert mean_error(10.0, 5.0, 25) == pytest.approx(0.1)
    # Five normal numbers span 2.326 SD on average (a published constant of control charts).
    assert median_error(1.0, math.e, 5) == pytest.approx(math.sqrt(math.pi / 2) / 2.326 / math.sqrt(5), rel=1e-3)
    assert median_error(3.0, 3.0, 1) is None
    assert ratio_error(math.exp(-0.1645), math.exp(0.1645)) == pytest.approx(0.1)
    assert studies_error([1.0, math.exp(1.0)]) == pytest.approx(math.sqrt(0.5) / math.sqrt(2))
    assert studies_error([3.0]) is None
    assert 0 < count_error(0, 26) < 1
    assert count_error(13, 26) == pytest.approx(0.5 * math.sqrt(26))


# Groups


@pytest.mark.parametrize("role", ["calibration", "check"])
def test_seven_rows_of_effects_with_three_inside_conflict_everywhere(role, monkeypatch, capsys):
    found = seven(3, role)
    (group,) = figures(found)
    assert (group.rows, group.agrees, group.conflicts, group.inside) == (7, 3, 4, 3)
    assert group.share_inside == pytest.approx(3 / 7)
    assert group.verdict == "conflict"
    assert validation.failed(found)
    lines = table(found).splitlines()
    assert all("CONFLICT" in line for line in lines if line.startswith("OUT"))
    assert not any("CONFLICT" in line for line in lines if line.startswith("IN"))
    assert "CONFLICT" in next(line for line in lines if line.startswith(f"effects, {role}"))
    assert lines[-1].startswith(f"CONFLICT: effects, {role}: 3 of 7")
    assert "OUT3" in lines[-1]

    monkeypatch.setattr(validation, "everything", lambda: found)
    for words in (["validate"], ["validate", "--json"]):
        monkeypatch.setattr(sys, "argv", ["ketum", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert stop.value.code == 1
    out = capsys.readouterr().out
    told = json.loads(out[out.index("\n{") if "\n{" in out else out.index("{") :])
    assert [one["verdict"] for one in told["rows"]] == ["agrees"] * 3 + ["conflict"] * 4
    assert told["groups"][0]["verdict"] == "conflict"


@pytest.mark.parametrize("inside", [6, 7])
def test_one_of_seven_outside_is_chance(inside):
    found = seven(inside)
    (group,) = figures(found)
    assert group.verdict == "agrees"
    assert not validation.failed(found)
    last = table(found).splitlines()[-1]
    assert last.startswith("no ")
    assert ("OUT0" in last) == (inside == 6)  # a single conflict is named all the same


def test_missed_rows_fail_a_group_though_none_conflicts_alone():
    """Just outside their intervals, with an own error that does not reach the prediction either."""
    near = [row(1.5, 1.0, (0.7, 1.45), own_error=0.2, fact_id=f"N{i}", role="calibration") for i in range(4)]
    assert {judge(one).verdict for one in near} == {"agrees"}
    (group,) = figures([*near, *seven(3)[:3]])
    assert group.verdict == "conflict"
    assert group.missed == ("N0", "N1", "N2", "N3")


def test_bounds_that_agree_do_not_thin_out_what_is_missed():
    bounds = [row(math.nan, 0.01, (0.0, 0.05), scale=1.0, bound=0.1, role="calibration") for _ in range(40)]
    (group,) = figures([*seven(3), *bounds])
    assert group.verdict == "conflict"
    assert group.numbers == 7


def test_a_single_row_far_off_is_a_conflict():
    (group,) = figures([row(38.0, 1.0, (0.7, 1.4))])
    assert group.verdict == "conflict"


def test_a_group_that_could_hardly_fail_is_called_wide():
    (group,) = figures([row(1.0, 1.2, (0.1, 9.0)) for _ in range(5)])
    assert group.verdict == "too wide to tell"


def test_what_was_fitted_stands_apart_from_what_was_predicted():
    found = [*seven(7, "calibration"), *seven(5, "check"), replace(seven(7)[0], group="blood")]
    summed = {(one.group, one.role): one for one in figures(found)}
    assert {key: one.rows for key, one in summed.items()} == {
        ("blood", "calibration"): 1, ("effects", "calibration"): 7, ("effects", "check"): 7,
    }  # fmt: skip
    line = next(line for line in table(found).splitlines() if line.startswith("effects, calibration"))
    assert "no evidence of prediction" in line


@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=8))
def test_bias_is_predicted_over_observed_and_never_more_than_the_fold_error(pairs):
    rows = [row(seen, told, (told / 2, told * 2)) for seen, told in pairs]
    (group,) = figures(rows)
    assert max(group.bias, 1 / group.bias) <= group.gmfe * (1 + 1e-9)
    (doubled,) = figures([row(seen, 2 * told, (told, told * 4)) for seen, told in pairs])
    assert doubled.bias == pytest.approx(2 * group.bias)
