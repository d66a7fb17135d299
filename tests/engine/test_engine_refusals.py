"""What the engine cannot do it refuses by name: the thing that is wrong stands in the message."""

import numpy as np
import pandas as pd
import pytest

from ketum.engine import Covariates, Dosing, Model, consistency_messages
from ketum.errors import InputError, KetumError, ModelError

MATH = 'xmlns="http://www.w3.org/1998/Math/MathML"'


def sbml(body, attributes="", version=1):
    space = f"http://www.sbml.org/sbml/level3/version{version}/core"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<sbml xmlns="{space}" level="3" version="{version}">'
        f'<model id="m"{attributes}>{body}</model></sbml>'
    )


def parameter(name, value="1", constant="false"):
    return f'<parameter id="{name}" value="{value}" constant="{constant}"/>'


def rules(text, names="x"):
    return (
        f"<listOfParameters>{''.join(parameter(n) for n in names.split())}</listOfParameters>"
        f"<listOfRules>{text}</listOfRules>"
    )


def reaction(
    reference='<speciesReference species="S" stoichiometry="1" constant="true"/>', extra="", species="", fast="false"
):
    """A species S that a reaction J consumes at the rate S."""
    return (
        '<listOfCompartments><compartment id="c" size="1" constant="true" spatialDimensions="3"/></listOfCompartments>'
        '<listOfSpecies><species id="S" compartment="c" initialAmount="1" hasOnlySubstanceUnits="true" '
        f'boundaryCondition="false" constant="false"{species}/></listOfSpecies>{extra}'
        f'<listOfReactions><reaction id="J" reversible="false" fast="{fast}"><listOfReactants>{reference}'
        f"</listOfReactants><kineticLaw><math {MATH}><ci>S</ci></math></kineticLaw></reaction></listOfReactions>"
    )


def rate(name, text):
    return f'<rateRule variable="{name}"><math {MATH}>{text}</math></rateRule>'


def assignment(name, text):
    return f'<assignmentRule variable="{name}"><math {MATH}>{text}</math></assignmentRule>'


DELAY = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/delay">delay</csymbol>'
RATE_OF = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/rateOf">rateOf</csymbol>'
FACTORIAL = "<apply><factorial/><ci>x</ci></apply>"
REFUSED = {
    "event": ("model m; x = 1; x' = -x; spike: at x < 0.5: x = 1; end", ["spike", "event"]),
    "delay": (sbml(rules(rate("x", f"<apply>{DELAY}<ci>x</ci><cn>1</cn></apply>"))), ["x", "delay"]),
    "delay in a rule": (
        sbml(rules(assignment("y", f"<apply>{DELAY}<ci>x</ci><cn>1</cn></apply>") + rate("x", "<cn>1</cn>"), "x y")),
        ["y", "delay"],
    ),
    "algebraic rule": (
        sbml(rules(f"<algebraicRule><math {MATH}><ci>y</ci></math></algebraicRule>" + rate("x", "<cn>1</cn>"), "x y")),
        ["algebraic"],
    ),
    "fast reaction": (sbml(reaction(fast="true")), ["J", "fast"]),
    "factorial of what changes": (sbml(rules(rate("x", FACTORIAL))), ["x", "factorial"]),
    "rate of a factorial": (
        sbml(
            rules(
                assignment("y", FACTORIAL) + rate("z", f"<apply>{RATE_OF}<ci>y</ci></apply>") + rate("x", "<cn>1</cn>"),
                "x y z",
            ),
            version=2,
        ),
        ["y", "factorial"],
    ),
    "a rate that needs itself": (
        sbml(rules(rate("x", f"<apply>{RATE_OF}<ci>x</ci></apply>")), version=2),
        ["rateOf(x)", "circle"],
    ),
    "required package": (
        sbml("<listOfParameters/>").replace(
            "<sbml ",
            '<sbml xmlns:arrays="http://www.sbml.org/sbml/level3/version1/arrays/version1" arrays:required="true" ',
        ),
        ["arrays", "package"],
    ),
    "unknown id": (sbml(rules(rate("x", "<ci>nowhere</ci>"))), ["nowhere"]),
    "unknown function": (sbml(rules(rate("x", "<apply><ci>nowhere</ci><ci>x</ci></apply>"))), ["nowhere"]),
    "rules in a circle": (
        sbml(rules(assignment("a", "<ci>b</ci>") + assignment("b", "<ci>a</ci>") + rate("x", "<ci>a</ci>"), "a b x")),
        ["a", "b"],
    ),
    "initial assignments in a circle": ("model m; a = b + 1; b = 2 * a; x = 1; x' = -x; end", ["a", "b"]),
    "two rules for one quantity": (sbml(rules(rate("x", "<cn>1</cn>") + assignment("x", "<cn>1</cn>"))), ["x"]),
    "Antimony syntax": ("model m\n  x = = 1\nend", ["2"]),
    "XML syntax": (sbml("<listOfRules>"), ["line"]),
    "not SBML": ("<html></html>", []),
    "nothing": ("", []),
}


@pytest.mark.parametrize("name", REFUSED)
def test_models_that_are_refused_when_loaded(load, name):
    text, words = REFUSED[name]
    with pytest.raises(ModelError) as error:
        load(text)
    for word in words:
        assert word in str(error.value), str(error.value)


@pytest.mark.parametrize(
    "name",
    ["event", "delay", "algebraic rule", "fast reaction"],
)
def test_the_refused_part_is_what_is_wrong(load, no_doses, name):
    """The same models without the refused part do load: the text around it is sound."""
    plain = {
        "event": "model m; x = 1; x' = -x; end",
        "delay": sbml(rules(rate("x", "<ci>x</ci>"))),
        "algebraic rule": sbml(rules(rate("x", "<cn>1</cn>"), "x y")),
    }.get(name, sbml(reaction()))
    assert np.isfinite(load(plain).solve(no_doses, [0.0, 1.0]).to_array()).all()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"nowhere\.ant"):
        Model.from_file(tmp_path / "nowhere.ant")


def test_a_folder_is_no_model(tmp_path):
    with pytest.raises(ModelError, match=tmp_path.name):
        Model.from_file(tmp_path)


def test_a_file_that_is_not_text(tmp_path):
    (tmp_path / "m.ant").write_bytes(b"\xff\xfe\x00model")
    with pytest.raises(ModelError, match=r"m\.ant"):
        Model.from_file(tmp_path / "m.ant")


def test_a_model_with_nothing_to_integrate(load, no_doses):
    """Either it is refused by name, or what stands still is given as it is."""
    try:
        found = load("model still; k = 3; end").solve(no_doses, [0.0, 1.0], outputs=["k"])
    except ModelError as error:
        assert "still" in str(error)  # noqa: PT017 - both ways are right
        return
    assert found["k"].to_numpy().tolist() == [[3.0, 3.0]]


DOSE = {"TIME": [0.0, 1.0], "AMT": [5.0, 6.0], "CMT": ["depot", "central"]}
BAD_DOSES = {
    "unknown compartment": ({"CMT": ["depot", "stomach"]}, ["CMT", "stomach", "central"]),
    "a rule is no compartment": ({"CMT": ["depot", "C"]}, ["CMT", "C"]),
    "a compartment of no name": ({"CMT": ["depot", None]}, ["CMT"]),
    "negative time": ({"TIME": [0.0, -1.0]}, ["TIME", "-1"]),
    "time NaN": ({"TIME": [np.nan, 1.0]}, ["TIME", "nan"]),
    "time inf": ({"TIME": [0.0, np.inf]}, ["TIME", "inf"]),
    "negative amount": ({"AMT": [5.0, -3.0]}, ["AMT", "-3"]),
    "amount NaN": ({"AMT": [5.0, np.nan]}, ["AMT", "nan"]),
    "amount in words": ({"AMT": [5.0, "much"]}, ["AMT", "much"]),
    "additional doses without an interval": ({"ADDL": [0, 3]}, ["II"]),
    "additional doses with an interval of zero": ({"ADDL": [0, 3], "II": [8.0, 0.0]}, ["II"]),
    "half an additional dose": ({"ADDL": [0, 1.5], "II": [8.0, 8.0]}, ["ADDL", "1.5"]),
    "negative additional doses": ({"ADDL": [0, -1], "II": [8.0, 8.0]}, ["ADDL", "-1"]),
    "additional doses NaN": ({"ADDL": [0, np.nan], "II": [8.0, 8.0]}, ["ADDL", "nan"]),
    "negative interval": ({"ADDL": [0, 1], "II": [8.0, -8.0]}, ["II", "-8"]),
    "an observation that is a dose": ({"EVID": [1, 0]}, ["row 1, AMT", "EVID 0", "6"]),
    "an event of no kind": ({"EVID": [1, 5]}, ["EVID", "5", "4 (a reset"]),
    "a person who does not exist": ({"ID": [0, 1]}, ["ID", "1"]),
    "a person of no number": ({"ID": [0, np.nan]}, ["ID", "nan"]),
    "a person between two": ({"ID": [0, 0.5]}, ["ID", "0.5"]),
    "a steady state without an interval": ({"SS": [0, 1]}, ["II"]),
    "a column of one's own": ({"dose": [0, 1]}, ["dose"]),
}


@pytest.mark.parametrize("name", BAD_DOSES)
def test_doses_that_are_refused(oral, name):
    change, words = BAD_DOSES[name]
    with pytest.raises(ModelError) as error:
        oral.solve(pd.DataFrame(DOSE | change), [0.0, 5.0])
    for word in words:
        assert word in str(error.value), str(error.value)
    # and what is right is left in peace
    assert np.isfinite(oral.solve(pd.DataFrame(DOSE), [0.0, 5.0]).to_array()).all()


@pytest.mark.parametrize("column", ["TIME", "CMT"])
def test_a_missing_column_is_named(oral, column):
    with pytest.raises(ModelError, match=column):
        oral.solve(pd.DataFrame(DOSE).drop(columns=column), [0.0, 5.0])


def test_the_row_is_named(oral):
    doses = pd.DataFrame({"TIME": [0.0] * 9, "AMT": [1.0] * 7 + [-1.0, 1.0], "CMT": "depot"}, index=range(100, 109))
    with pytest.raises(ModelError, match="row 7, AMT"):
        oral.solve(doses, [0.0, 5.0])


def test_everything_wrong_with_the_doses_is_said_at_once(oral):
    doses = pd.DataFrame({"TIME": [-1.0], "AMT": [np.nan], "CMT": ["stomach"], "ADDL": [-2], "II": [0.0]})
    with pytest.raises(ModelError) as error:
        oral.solve(doses, [0.0, 5.0])
    assert all(word in str(error.value) for word in ("TIME", "AMT", "stomach", "ADDL"))
    assert len(error.value.problems) == 4


BAD_TIMES = {
    "none": [],
    "decreasing": [0.0, 5.0, 4.0],
    "twice": [0.0, 4.0, 4.0, 5.0],
    "negative": [-1.0, 4.0],
    "NaN": [0.0, np.nan],
    "inf": [0.0, np.inf],
    "a table": [[0.0, 1.0]],
}


@pytest.mark.parametrize("name", BAD_TIMES)
def test_times_that_are_refused(oral, name):
    with pytest.raises(ModelError, match="times"):
        oral.solve(pd.DataFrame(DOSE), BAD_TIMES[name])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_parameter_that_is_no_number_names_the_person(oral, value):
    with pytest.raises(ModelError, match="CL, person 2"):
        oral.solve(pd.DataFrame(DOSE), [0.0, 5.0], {"CL": [1.0, 2.0, value, 4.0]})


BAD_PARAMETERS = {
    "unknown": ({"Cl": 1.0}, ["Cl", "CL"]),
    "a state": ({"central": 1.0}, ["central"]),
    "a rule": ({"C": 1.0}, ["C"]),
    "different lengths": ({"CL": [1.0, 2.0], "V": [1.0, 2.0, 3.0]}, ["length", "2", "3"]),
    "a table": ({"CL": [[1.0, 2.0]]}, ["CL"]),
}


@pytest.mark.parametrize("name", BAD_PARAMETERS)
def test_parameters_that_are_refused(oral, name):
    given, words = BAD_PARAMETERS[name]
    with pytest.raises(ModelError) as error:
        oral.solve(pd.DataFrame(DOSE), [0.0, 5.0], given)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_column_of_nobody_is_refused(oral):
    with pytest.raises(ModelError, match="CL"):
        oral.solve(pd.DataFrame(DOSE), [0.0, 5.0], {"CL": []})


def test_a_parameter_without_any_value_is_named(load, no_doses):
    model = load("model m; var k; x = 1; x' = -k * x; end")
    with pytest.raises(ModelError, match=r"\bk\b"):
        model.solve(no_doses, [0.0, 1.0])
    found = model.solve(no_doses, [0.0, 1.0], {"k": 2.0})["x"].to_numpy()
    np.testing.assert_allclose(found, [[1.0, np.exp(-2.0)]], rtol=1e-7)


def test_an_unknown_output_is_named(oral):
    with pytest.raises(ModelError, match="Ccc"):
        oral.solve(pd.DataFrame(DOSE), [0.0, 5.0], outputs=["C", "Ccc"])


def test_dosing_of_an_unknown_compartment(oral):
    with pytest.raises(ModelError, match="stomach"):
        oral.solve(pd.DataFrame(DOSE), [0.0, 5.0], {"F": 1.0}, dosing={"stomach": Dosing(bioavailability="F")})


def test_dosing_with_a_parameter_that_is_nowhere(oral):
    with pytest.raises(ModelError, match="F9"):
        oral.solve(pd.DataFrame(DOSE), [0.0, 5.0], dosing={"depot": Dosing(bioavailability="F9")})


def test_a_bioavailability_that_is_no_number_names_the_person(oral):
    with pytest.raises(ModelError, match="F, person 1"):
        oral.solve(pd.DataFrame(DOSE), [0.0, 5.0], {"F": [1.0, np.nan]}, dosing={"depot": Dosing(bioavailability="F")})


def test_every_refusal_is_an_input_error():
    assert issubclass(ModelError, InputError)
    assert issubclass(InputError, KetumError)


def test_a_refusal_survives_the_way_between_processes(load):
    import pickle

    with pytest.raises(ModelError) as error:
        load("model m; x = 1; x' = -x; spike: at x < 0.5: x = 1; end")
    again = pickle.loads(pickle.dumps(error.value))
    assert str(again) == str(error.value)
    assert again.problems == error.value.problems


def test_libsbml_complaints_about_units_are_listed(load):
    """A rate in nmol where nmol per hour belongs."""
    wrong = load(
        """model m
          unit substance = 1e-9 mole;  unit extent = 1e-9 mole;  unit time_unit = 3600 second;  unit nmol = 1e-9 mole;
          compartment body = 1;  substanceOnly species A in body;  A = 1;  A has nmol;
          out: A -> ;  A;
        end"""
    )
    assert any("unit" in message.casefold() for message in consistency_messages(wrong.sbml))


BAD_WAYS = {
    "negative lag": (Dosing(lag="X"), 0.0, [1.0, -0.5], ["X, person 1", "lag", "-0.5", "0 or more"]),
    "negative lag of everyone": (Dosing(lag="X"), 0.0, -0.5, ["X", "lag", "-0.5"]),
    "negative bioavailability": (Dosing(bioavailability="X"), 0.0, [-1.0, 1.0], ["X, person 0", "bioavailability"]),
    "no duration": (Dosing(duration="X"), -2.0, [1.0, 0.0], ["X, person 1", "duration", "above 0"]),
    "negative rate": (Dosing(rate="X"), -1.0, [1.0, -3.0], ["X, person 1", "rate", "-3"]),
}


@pytest.mark.parametrize("name", BAD_WAYS)
@pytest.mark.parametrize("source", ["parameters", "table", "covariates"])
def test_what_cannot_be_true_of_a_dose(oral, name, source):
    """A negative lag would be a dose before its time, a negative bioavailability one that takes away."""
    how, rate, values, words = BAD_WAYS[name]
    doses = pd.DataFrame({"TIME": [1.0, 1.0], "AMT": 5.0, "CMT": "depot", "RATE": rate, "ID": [0, 1]})
    more = {"CL": [1.0, 2.0]}
    covariates = []
    if source == "parameters":
        more["X"] = values
    elif source == "table":
        doses["X"] = values
    else:
        covariates = Covariates(pd.DataFrame({"ID": [0, 1], "TIME": 0.0, "X": values}))
    with pytest.raises(ModelError) as error:
        oral.solve(doses, [0.0, 5.0], more, dosing={"depot": how}, covariates=covariates)
    assert all(word in str(error.value) for word in words[1:]), str(error.value)
    assert ("person" not in words[0] or words[0] in str(error.value)) or source != "parameters"


def test_what_no_dose_uses_may_be_anything(oral):
    """A duration of 0 for those who are given no infusion."""
    doses = pd.DataFrame({"TIME": 1.0, "AMT": 5.0, "CMT": "depot", "RATE": [0.0, -2.0], "ID": [0, 1]})
    found = oral.solve(doses, [0.0, 5.0], {"D": [0.0, 2.0]}, dosing={"depot": Dosing(duration="D")})
    assert np.isfinite(found.to_array()).all()


def test_a_negative_parameter_is_the_models_matter(load, no_doses):
    """A growth rate below zero is a decay: nothing can be refused that the model gives a meaning to."""
    model = load("model m; r = 1; x = 1; x' = r * x; end")
    found = model.solve(no_doses, [0.0, 1.0], {"r": [-2.0, 2.0]})["x"].to_numpy()
    np.testing.assert_allclose(found[:, 1], np.exp([-2.0, 2.0]), rtol=1e-7)


@pytest.mark.parametrize(
    "moment",
    [
        [pd.Timestamp("2020-01-01 08:00"), pd.Timestamp("2020-01-01 09:00")],
        pd.to_timedelta([0, 1], unit="h"),
        pd.Series([0.0, pd.Timedelta("1h")], dtype=object),
        pd.Series([0.0, pd.Timestamp("2020-01-01").date()], dtype=object),
        pd.date_range("2020-01-01", periods=2, tz="Europe/Vienna"),
        [0.0, 1.0 + 1j],
    ],
)
def test_dates_and_durations_are_no_times(oral, moment):
    """Each would silently become a number of nanoseconds, or lose its imaginary part."""
    with pytest.raises(ModelError, match="row 1, TIME"):
        oral.solve(pd.DataFrame({"TIME": moment, "AMT": 5.0, "CMT": "depot"}), [0.0, 5.0])
    table = pd.DataFrame({"TIME": moment, "CL": 5.0})
    with pytest.raises(ModelError, match="row 1, TIME"):
        oral.solve(pd.DataFrame(DOSE), [0.0, 5.0], covariates=Covariates(table))


@pytest.mark.parametrize("times", [pd.date_range("2020-01-01", periods=2), [pd.Timestamp("2020-01-01")], ["soon"]])
def test_output_times_are_numbers(oral, times):
    with pytest.raises(ModelError, match="times"):
        oral.solve(pd.DataFrame(DOSE), times)


@pytest.mark.parametrize("value", ["much", [1.0, "much"], [[1.0], [1.0, 2.0]], np.array(["2020"], "M8[D]")])
def test_parameters_are_numbers(oral, value):
    with pytest.raises(ModelError, match="CL"):
        oral.solve(pd.DataFrame(DOSE), [0.0, 5.0], {"CL": value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("chunk", value) for value in (0, -1, 2.5, "8")),
        *(("rtol", value) for value in (0.0, -1e-8, 1.0, np.nan, np.inf, "fine")),
        *(("atol", value) for value in (-1.0, np.nan, np.inf)),
    ],
)
def test_settings_that_mean_nothing_are_refused_by_name(oral, name, value):
    """With a negative chunk nobody was solved, and what lay in memory was returned."""
    with pytest.raises(ModelError, match=rf"{name}: not a"):
        oral.solve(pd.DataFrame(DOSE), [0.0, 5.0], **{name: value})


@pytest.mark.parametrize(("rate", "words"), [(5e-324, "never ends"), (1e300, "over at once"), (1e12, "over at once")])
def test_an_infusion_that_would_be_lost_is_refused(oral, rate, words):
    """Start and end fall together in rounding, and the amount would never arrive."""
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [100.0], "CMT": ["depot"], "RATE": [rate]})
    with pytest.raises(ModelError, match=rf"row 0, RATE: (.|\n)*{words}"):
        oral.solve(doses, [0.0, 5.0])


def test_a_very_short_infusion_arrives_whole(oral):
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [100.0], "CMT": ["depot"], "RATE": [100.0 / 1e-7]})
    short = oral.solve(doses, [1.0, 5.0])["central"].to_numpy()
    np.testing.assert_allclose(short, oral.solve(doses.assign(RATE=0.0), [1.0, 5.0])["central"], rtol=1e-5)
