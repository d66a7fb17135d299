"""What may be claimed of victims of CYP3A: laws of the estimate, its bounds, and how it does on pairs it never saw."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from ketum.enzymes.algebra import MOST_FM, gut_ratio, oral_ratio
from ketum.enzymes.believed import believed
from ketum.enzymes.common import common, read_common
from ketum.enzymes.estimate import FG, FM, induced_gut_ratio, shares, victim, weights
from ketum.enzymes.left_out import GOALS, left_out, predicted, read_left_out, scores, told_by_others
from ketum.enzymes.pairs import Pair, predict
from ketum.enzymes.seen import LEFT_OUT, marks, seen
from ketum.enzymes.victims import (
    NOT_SELECTIVE,
    POSTERIOR,
    most_seen,
    posterior,
    read_posterior,
    reason_without_size,
    sampled,
    victims,
    with_error,
)
from ketum.errors import InputError
from ketum.evidence import fact
from ketum.rows import read_rows

NAMES = sorted(posterior())
AZOLES = ("ketoconazole", "itraconazole", "voriconazole")
LEFT = ("ketoconazole/tacrolimus", "diltiazem/simvastatin", "rifampicin/triazolam", "grapefruit juice/felodipine")
READERS = [(read_posterior, POSTERIOR), (read_common, "common.csv"), (read_left_out, "left_out.csv")]
unit = st.floats(0.02, 0.98)
normal = st.floats(-4.0, 4.0)


def one(name):
    (found,) = (known for known in victims(name) if known.enzyme == "CYP3A")
    return found


def drawn(name, people=200, seed=0):
    z = np.random.default_rng(seed).standard_normal((2, people))
    return sampled(one(name), {}, *z)


# Laws of a size


@given(name=st.sampled_from(NAMES), z=normal)
def test_untouched_enzymes_change_nothing_whatever_the_error(name, z):
    assert with_error(one(name), np.ones(3), np.full(3, z)) == pytest.approx(1.0, abs=0)


@given(name=st.sampled_from(NAMES), z=st.tuples(normal, normal, normal), active=st.tuples(unit, unit))
def test_more_inhibition_is_never_a_lower_ratio(name, z, active):
    less, more = sorted(active, reverse=True)
    Fg, fm = sampled(one(name), {}, np.array([z[0]]), np.array([z[1]]))
    found = [with_error(one(name), oral_ratio(a, a, Fg, fm), np.array([z[2]])).item() for a in (less, more)]
    assert 1.0 <= found[0] <= found[1] + 1e-12


@given(name=st.sampled_from(NAMES), z=st.tuples(normal, normal))
def test_shares_stay_within_bounds_and_no_gut_wall_lets_less_through_than_the_blood_gets(name, z):
    Fg, fm = sampled(one(name), {}, np.array([z[0]]), np.array([z[1]]))
    assert one(name).least_Fg <= Fg.item() <= 1.0
    assert 0.0 <= fm.item() <= MOST_FM


@pytest.mark.parametrize("name", ["tacrolimus", "simvastatin", "alprazolam", "cyclosporine", "quetiapine"])
def test_oral_availability_bounds_the_gut_wall_in_the_estimate(name):
    """Fa and Fh are 1 at most. An availability is itself uncertain by about 15 %."""
    F = believed(name).F
    assert weights(victim(name), common())[F * 0.7 > FG].sum() < 0.01


@given(name=st.sampled_from(NAMES), z=normal, ratio=st.floats(1.0, 1e3))
def test_no_size_passes_what_a_selective_strong_inhibitor_reached(name, z, ratio):
    assert with_error(one(name), np.array([ratio]), np.array([z])).item() <= one(name).most + 1e-9


@given(active=st.floats(1.0, 100.0), Fg=unit, access=st.floats(0.5, 100.0))
def test_induction_in_the_gut_wall_is_limited_and_in_full_without_a_limit(active, Fg, access):
    free, limited = gut_ratio(active, Fg), induced_gut_ratio(active, Fg, access)
    assert free - 1e-12 <= limited <= 1.0 + 1e-12
    assert induced_gut_ratio(active, Fg, 1e12) == pytest.approx(free, rel=1e-6)
    assert (1 - Fg) / Fg + access >= 1 / (Fg * limited) - 1 - 1e-9, "odds of loss grow by the limit at most"


@given(active=st.floats(0.01, 1.0), Fg=unit, access=st.floats(0.5, 100.0))
def test_inhibition_is_not_limited(active, Fg, access):
    assert induced_gut_ratio(active, Fg, access) == gut_ratio(active, Fg)


# Tacrolimus, for which a number out of reach of real inhibitors could cost a transplant


def test_nothing_that_kratom_can_do_raises_tacrolimus_beyond_real_strong_inhibitors():
    rows = [
        row for row in seen()["tacrolimus"] if row.route == "PO" and row.perpetrator in ("ketoconazole", "voriconazole")
    ]
    reached = max(fact(row.fact_id).number() for row in rows)
    Fg, fm = drawn("tacrolimus")
    error = np.random.default_rng(1).standard_normal(200)
    for active in (0.5, 0.1, 0.01):
        ratio = with_error(one("tacrolimus"), oral_ratio(active, active, Fg, fm), error)
        assert ratio.max() <= reached
    assert np.median(ratio) > 1.5, "and not explained away"


def test_the_bound_comes_from_a_row_without_ritonavir_and_without_a_transporter_where_one_is():
    for name in NAMES:
        most, bound = most_seen(name)
        if not bound:
            continue
        row = fact(bound)
        assert "boosted" not in marks(row)
        assert row.details.get("perpetrator", "").casefold() not in NOT_SELECTIVE
        marked = {"P-gp", "OATP", "BCRP"} & set(marks(row))
        clean = [
            r
            for r in seen()[name]
            if not r.weaker and r.perpetrator in ("ketoconazole", "itraconazole") and r.route == "PO"
        ]
        assert not (marked and clean)
        assert most == pytest.approx(max(row.number(), 1.0), rel=1e-9)


# Which rows count


def test_a_row_with_a_mark_that_leaves_it_out_counts_nowhere():
    doses = ("low dose", "one dose")  # kept where a strength row has the same dose
    never = set(LEFT_OUT) - set(doses)
    counted = [row for rows in seen().values() for row in rows]
    assert len(counted) > 200
    assert not [row.fact_id for row in counted if never & set(marks(fact(row.fact_id)))]


def test_strengths_come_from_oral_midazolam_alone():
    for row in read_rows("ketum.enzymes", "strengths.csv"):
        for fact_id in filter(None, row["strength"].split(";")):
            details = fact(fact_id).details
            assert (details["victim"], details["victim_route"]) == ("Midazolam", "PO")
            assert details["perpetrator"].casefold() == row["perpetrator"]


def test_a_medicine_that_is_only_remembered_has_no_size():
    for name in ("amlodipine", "methadone"):
        assert not [known for known in victims(name) if known.enzyme == "CYP3A"]
    enzyme, reason = reason_without_size("amlodipine")
    assert enzyme == "CYP3A"
    assert "no size" in str(reason)


def test_a_victim_without_any_row_is_its_class_and_wide():
    nothing = shares(victim("no such medicine"), common())
    known = shares(victim("alprazolam"), common())
    assert nothing.fm_sd > 2 * known.fm_sd
    assert nothing.Fg_sd > 0.8 * common().Fg_sd


# Pairs that an estimate never saw


def test_four_of_five_pairs_lie_inside_their_interval_without_having_been_seen():
    told = told_by_others(left_out())
    assert len(told) > 200
    assert scores(told)["all"].inside >= GOALS["coverage"]


def test_no_group_is_biased_beyond_what_was_aimed_at():
    for name, score in scores(told_by_others(left_out())).items():
        assert "bias" not in score.misses(name), name
        assert "coverage" not in score.misses(name), name


@pytest.mark.parametrize(
    "pair", ["ketoconazole/tacrolimus", "diltiazem/simvastatin", "rifampicin/triazolam", "grapefruit juice/felodipine"]
)
def test_the_stored_figures_are_those_that_are_computed(pair):
    """With the error between studies fitted to all pairs; the table fits it without the pair, which hardly matters."""
    perpetrator, name = pair.split("/")
    stored = {row.route: row for row in left_out() if (row.perpetrator, row.victim) == (perpetrator, name)}
    for found in predicted(name, perpetrator, common()):
        row = stored[found.route]
        assert found.observed == pytest.approx(row.observed, rel=1e-3)
        for value, other in ((found.predicted, row.predicted), (found.low, row.low), (found.high, row.high)):
            assert abs(np.log(value / other)) < 0.15 + 0.1 * abs(np.log(other))


def test_an_interval_contains_more_with_more_error_between_studies():
    def width(share):
        shared = replace(common(), inhibition=share)
        (found,) = (row for row in predicted("simvastatin", "diltiazem", shared) if row.route == "PO")
        return np.log(found.high / found.low)

    assert width(0.05) < width(0.2) < width(0.5)


def test_a_size_is_wider_with_more_error_between_studies(monkeypatch):
    ratio, z = np.full(400, 3.0), np.random.default_rng(2).standard_normal(400)
    known = replace(one("simvastatin"), most=np.inf)

    def spread(share):
        monkeypatch.setattr("ketum.enzymes.victims.common", lambda: replace(common(), inhibition=share))
        return np.ptp(np.quantile(with_error(known, ratio, z), [0.05, 0.95]))

    assert spread(0.0) == 0.0
    assert spread(0.1) < spread(0.3)


def test_a_row_appended_to_the_list_is_predicted_without_its_own_facts(monkeypatch):
    """Other numbers in its observed rows, and in every row of the same two medicines, change no prediction."""
    pair = Pair("ketoconazole", "simvastatin", "PO", "inhibition", ("PI010",), ("PT006",), ("PI528",), "PI569", "", "")
    before = predict(pair)
    own = [row for row in seen()["simvastatin"] if row.perpetrator == "ketoconazole"]
    assert own
    changed = {"simvastatin": tuple(replace(r, log_ratio=9.0) if r in own else r for r in seen()["simvastatin"])}
    monkeypatch.setattr("ketum.enzymes.pairs.seen", lambda: changed)
    np.testing.assert_array_equal(predict(pair), before)
    others = {"simvastatin": tuple(replace(r, log_ratio=r.log_ratio + 0.5) for r in seen()["simvastatin"])}
    monkeypatch.setattr("ketum.enzymes.pairs.seen", lambda: others)
    assert not np.array_equal(predict(pair), before)


def test_a_pair_whose_victim_has_nothing_else_takes_its_reference():
    """Two shares that an inhibitor took away, one large and one small (VF0168, VF0342)."""

    def middle(reference):
        made = ("ketoconazole", "no such medicine", "PO", "inhibition", ("PI010",), ("PT006",))
        return np.median(predict(Pair(*made, (reference,), "complete", "", "")))

    assert middle("VF0168") > 1.5 * middle("VF0342")


def test_the_estimate_finds_shares_that_made_its_rows():
    """Rows made from known shares and midazolam strengths, without error, by algebra of its own."""
    from ketum.enzymes.seen import Seen, strengths

    Fg, fm = 0.3, 0.9
    made = []
    for name in ("ketoconazole", "itraconazole", "erythromycin", "fluconazole", "verapamil", "cimetidine"):
        strength = strengths()[name][-1][1]
        strength = replace(strength, sd=0.01)
        # Midazolam: 1 / ((0.57 + 0.43 a)(0.07 + 0.93 a)) is its ratio; solved here by bisection.
        low, high = 0.0, 1.0
        for _ in range(80):
            a = (low + high) / 2
            low, high = (
                (low, a) if 1 / ((0.57 + 0.43 * a) * (0.07 + 0.93 * a)) < np.exp(strength.log_ratio) else (a, high)
            )
        ratio = 1 / ((Fg + (1 - Fg) * a) * (1 - fm + fm * a))
        made.append(Seen(name, name, "no such medicine", "PO", float(np.log(ratio)), strength, False))
    w = weights(victim("no such medicine", made), replace(common(), inhibition=0.03, noise=0.03))
    told = float(w @ (1 / (FG * (1 - FM))))
    assert expit(np.log(told)) > 0.9
    assert float(w @ (np.log(1 / ((FG + (1 - FG) * 0.1) * (1 - FM + FM * 0.1))))) == pytest.approx(
        np.log(1 / ((Fg + (1 - Fg) * 0.1) * (1 - fm + fm * 0.1))), abs=0.1
    )


# Tables that were edited by hand


def edited(tmp_path, name, change):
    rows = read_rows("ketum.enzymes", name)
    rows = change(rows)
    path = tmp_path / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def without(column):
    return lambda rows: [{key: value for key, value in row.items() if key != column} for row in rows]


def put(column, value, line=0):
    return lambda rows: [row | {column: value} if i == line else row for i, row in enumerate(rows)]


BROKEN = [
    (read_posterior, POSTERIOR, without("fm_sd"), "fm_sd"),
    (read_posterior, POSTERIOR, put("Fg", "nan"), "Fg"),
    (read_posterior, POSTERIOR, put("Fg_sd", "-1"), "Fg_sd"),
    (read_posterior, POSTERIOR, put("correlation", "1.2"), "correlation"),
    (read_posterior, POSTERIOR, put("fm", "much"), "fm"),
    (read_posterior, POSTERIOR, put("F", "3"), "F"),
    (read_posterior, POSTERIOR, put("most", "0.2", line=2), "most"),
    (read_posterior, POSTERIOR, put("generic", ""), "generic"),
    (read_common, "common.csv", put("value", "inf"), "inhibition"),
    (read_common, "common.csv", put("value", "-0.1"), "inhibition"),
    (read_common, "common.csv", lambda rows: rows[1:], "inhibition"),
    (read_common, "common.csv", without("value"), "value"),
    (read_left_out, "left_out.csv", put("low", ""), "low"),
    (read_left_out, "left_out.csv", without("others"), "others"),
]


@pytest.mark.parametrize(("read", "name", "change", "named"), BROKEN)
def test_a_table_that_was_damaged_is_refused_by_name(tmp_path, read, name, change, named):
    with pytest.raises(InputError) as refused:
        read(edited(tmp_path, name, change))
    assert name in str(refused.value)
    assert named in str(refused.value)


@pytest.mark.parametrize(("read", "name"), READERS)
def test_an_empty_table_is_refused_by_name(tmp_path, read, name):
    (tmp_path / name).write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=name):
        read(tmp_path / name)


@pytest.mark.parametrize("generic", ["dihydroergotamine", "fluticasone", "nimodipine", "levonorgestrel"])
def test_a_victim_of_the_second_table_without_a_size_has_a_reason(generic):
    """Medicines stand in two tables: what CYP3A clears passes in silence in neither."""
    assert not victims(generic)
    enzyme, reason = reason_without_size(generic)
    assert enzyme == "CYP3A"
    assert "no size is given" in reason
