"""SBML's semantics piece by piece, each against a solution by hand."""

import math

import numpy as np
import pytest

TIMES = np.array([0.0, 0.3, 1.0, 2.0])
MATH = 'xmlns="http://www.w3.org/1998/Math/MathML"'
RATE_OF = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/rateOf">rateOf</csymbol>'
TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>'
AVOGADRO = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/avogadro">n</csymbol>'


def math_of(text):
    return f"<math {MATH}>{text}</math>"


def op(name, *arguments):
    return f"<apply>{name if name.startswith('<') else f'<{name}/>'}{''.join(map(str, arguments))}</apply>"


def ci(name):
    return f"<ci>{name}</ci>"


def cn(value):
    return f"<cn>{value}</cn>"


def parameters(**values):
    rows = "".join(
        f'<parameter id="{n}" constant="false"' + (f' value="{v}"' if v is not None else "") + "/>"
        for n, v in values.items()
    )
    return f"<listOfParameters>{rows}</listOfParameters>"


def compartment(size=1.0, more=""):
    value = f' size="{size}"' if size is not None else ""
    return (
        f'<listOfCompartments><compartment id="c"{value} constant="false" spatialDimensions="3"/>{more}'
        "</listOfCompartments>"
    )


def species(*names, amount=False, start='initialAmount="1"', boundary="false", more=""):
    return "".join(
        f'<species id="{n}" compartment="c" {start} hasOnlySubstanceUnits="{str(amount).lower()}" '
        f'boundaryCondition="{boundary}" constant="false"{more}/>'
        for n in names
    )


def rate(name, text):
    return f'<rateRule variable="{name}">{math_of(text)}</rateRule>'


def rule(name, text):
    return f'<assignmentRule variable="{name}">{math_of(text)}</assignmentRule>'


def assignment(name, text):
    return f'<initialAssignment symbol="{name}">{math_of(text)}</initialAssignment>'


def reaction(law, reactants="", products="", name="J"):
    sides = "".join(f"<listOf{k}>{v}</listOf{k}>" for k, v in (("Reactants", reactants), ("Products", products)) if v)
    body = f"<kineticLaw>{math_of(law)}</kineticLaw>" if law else ""
    return f'<reaction id="{name}" reversible="false">{sides}{body}</reaction>'


def ref(name, count="1", ident=""):
    own = f' id="{ident}"' if ident else ""
    number = f' stoichiometry="{count}"' if count else ""
    return f'<speciesReference{own} species="{name}"{number} constant="false"/>'


def several(kind, text):
    return f"<listOf{kind}>{text}</listOf{kind}>" if text else ""


def model(body="", rules="", initial="", reactions="", species="", attributes="", version=2):
    """Order as the specification wants it: `body` holds functions, compartments; then species, parameters ..."""
    space = f"http://www.sbml.org/sbml/level3/version{version}/core"
    functions, rest = body if isinstance(body, tuple) else ("", body)
    places, values = rest if isinstance(rest, list) else ("", rest)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="{space}" level="3" version="{version}">'
        f'<model id="m"{attributes}>{several("FunctionDefinitions", functions)}{places}{several("Species", species)}'
        f"{values}{several('InitialAssignments', initial)}{several('Rules', rules)}{several('Reactions', reactions)}"
        "</model></sbml>"
    )


def solved(load, no_doses, text, *names, times=TIMES, given=None):
    found = load(text).solve(no_doses, times, given, list(names))
    values = [found[name].to_numpy()[0] for name in names]
    return values[0] if len(values) == 1 else values


def close(found, expected):
    np.testing.assert_allclose(found, np.broadcast_to(expected, TIMES.shape), rtol=1e-7, atol=1e-9)


# ------------------------------------------------------------------------------------------ compartments


def test_a_concentration_thins_as_its_compartment_grows(load, no_doses):
    """c' = 1 from 1: the amount stays, the concentration is 1 / (1 + t)."""
    text = model([compartment(), ""], species=species("S"), rules=rate("c", cn(1)))
    size, found = solved(load, no_doses, text, "c", "S")
    close(size, 1 + TIMES)
    close(found, 1 / (1 + TIMES))


def test_a_compartment_that_a_rule_sets(load, no_doses):
    """c = 2 + t; S = 3 at the start, so 6 of it; it leaves at 1 an hour."""
    text = model(
        [compartment(None), ""],
        species=species("S", start='initialConcentration="3"'),
        rules=rule("c", op("plus", cn(2), TIME)),
        reactions=reaction(cn(1), ref("S")),
    )
    close(solved(load, no_doses, text, "S"), (6 - TIMES) / (2 + TIMES))


@pytest.mark.parametrize("way", ["rate", "rule"])
def test_a_rate_rule_speaks_of_the_concentration_also_where_the_compartment_grows(load, no_doses, way):
    change = rate("c", cn(2)) if way == "rate" else rule("c", op("plus", cn(1), op("times", cn(2), TIME)))
    text = model(
        [compartment(), parameters(k=0.5)],
        species=species("S", start='initialConcentration="4"', boundary="true"),
        rules=change + rate("S", op("times", cn(-0.5), ci("S"))),
    )
    close(solved(load, no_doses, text, "S"), 4 * np.exp(-0.5 * TIMES))


def test_a_boundary_species_in_a_compartment_that_grows_keeps_its_amount(load, no_doses):
    text = model([compartment(), ""], species=species("S", boundary="true"), rules=rate("c", ci("c")))
    close(solved(load, no_doses, text, "S"), np.exp(-TIMES))


def test_an_amount_does_not_ask_for_the_compartment(load, no_doses):
    text = model(
        ['<listOfCompartments><compartment id="c" spatialDimensions="0" constant="true"/></listOfCompartments>', ""],
        species=species("S", amount=True),
        reactions=reaction(ci("S"), ref("S")),
    )
    close(solved(load, no_doses, text, "S"), np.exp(-TIMES))


# ------------------------------------------------------------------------------------------ reactions


@pytest.mark.parametrize("own", [False, True])
def test_conversion_factors(load, no_doses, own):
    """A species' own factor goes before the model's."""
    text = (
        model(
            [compartment(), parameters(f=3, g=5)],
            species=species("A", amount=True) + species("B", amount=True, more=' conversionFactor="g"' if own else ""),
            reactions=reaction(cn(1), "", ref("A") + ref("B", "2")),
            attributes=' conversionFactor="f"',
        )
        .replace('constant="false" value="3"', 'constant="true" value="3"')
        .replace('constant="false" value="5"', 'constant="true" value="5"')
    )
    a, b = solved(load, no_doses, text, "A", "B")
    close(a, 1 + 3 * TIMES)
    close(b, 1 + 2 * (5 if own else 3) * TIMES)


STOICHIOMETRIES = {
    "rule": ({"rules": rule("n", op("times", cn(2), TIME))}, lambda t: 1 + t**2),
    "rate rule": ({"rules": rate("n", cn(2))}, lambda t: 1 + 3 * t + t**2),
    "initial assignment": ({"initial": assignment("n", op("plus", ci("p"), cn(1)))}, lambda t: 1 + 5 * t),
    "number": ({}, lambda t: 1 + 3 * t),
}


@pytest.mark.parametrize("way", STOICHIOMETRIES)
def test_computed_stoichiometries(load, no_doses, way):
    parts, expected = STOICHIOMETRIES[way]
    text = model(
        [compartment(), parameters(p=4)],
        species=species("S", amount=True),
        reactions=reaction(cn(1), "", ref("S", "3", "n")),
        **parts,
    )
    close(solved(load, no_doses, text, "S"), expected(TIMES))


def test_a_stoichiometry_in_a_formula_and_as_output(load, no_doses):
    text = model(
        [compartment(), parameters(x=None)],
        species=species("S", amount=True),
        rules=rule("x", op("times", ci("n"), cn(2))),
        reactions=reaction(cn(1), "", ref("S", "3", "n")),
    )
    x, n = solved(load, no_doses, text, "x", "n")
    close(x, 6)
    close(n, 3)


def test_stoichiometry_math_of_level_2(load, no_doses):
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" '
        'version="4"><model id="m"><listOfCompartments><compartment id="c" size="2"/></listOfCompartments>'
        '<listOfSpecies><species id="S" compartment="c" initialConcentration="1"/></listOfSpecies>'
        '<listOfParameters><parameter id="p" value="3"/></listOfParameters>'
        '<listOfReactions><reaction id="J" reversible="false"><listOfProducts><speciesReference species="S">'
        f"<stoichiometryMath>{math_of(op('times', ci('p'), cn(2)))}</stoichiometryMath></speciesReference>"
        f"</listOfProducts><kineticLaw>{math_of(cn(1))}</kineticLaw></reaction></listOfReactions></model></sbml>"
    )
    close(solved(load, no_doses, text, "S"), 1 + 3 * TIMES)


def test_a_reaction_in_a_formula(load, no_doses):
    text = model(
        [compartment(), parameters(x=0)],
        species=species("S", amount=True),
        rules=rate("x", op("times", cn(2), ci("J"))),
        reactions=reaction(ci("S"), ref("S")),
    )
    x, flow = solved(load, no_doses, text, "x", "J")
    close(x, 2 * (1 - np.exp(-TIMES)))
    close(flow, np.exp(-TIMES))


def test_a_reaction_without_a_rate_moves_nothing(load, no_doses):
    text = model([compartment(), ""], species=species("S", amount=True), reactions=reaction("", ref("S")))
    close(solved(load, no_doses, text, "S"), 1)


# ------------------------------------------------------------------------------------------ values and order


def test_initial_assignments_and_rules_in_any_order(load, no_doses):
    """x(0) = y(0) + 1 and y(0) = 2 r, where r = c + k(0), k(0) = 3 z(0), z(0) = 2 and the size of c is 5 z(0)."""
    text = model(
        [compartment(None), parameters(x=None, y=None, z=None, k=None, r=None)],
        initial=assignment("x", op("plus", ci("y"), cn(1)))
        + assignment("c", op("times", cn(5), ci("z")))
        + assignment("y", op("times", cn(2), ci("r")))
        + assignment("k", op("times", cn(3), ci("z")))
        + assignment("z", cn(2)),
        rules=rate("x", cn(1)) + rule("r", op("plus", ci("c"), ci("k"))) + rate("y", cn(-1)),
    )
    x, y, r, size = solved(load, no_doses, text, "x", "y", "r", "c")
    close(r, 16)
    close(y, 32 - TIMES)
    close(x, 33 + TIMES)
    close(size, 10)


def test_an_initial_concentration_uses_the_compartments_own_initial_assignment(load, no_doses):
    text = model(
        [compartment(7), ""],
        species=species("S", start='initialConcentration="3"'),
        initial=assignment("c", cn(2)),
        reactions=reaction(cn(1), ref("S")),
    )
    close(solved(load, no_doses, text, "S"), 3 - TIMES / 2)


def test_an_initial_assignment_from_the_rate_of_a_reaction(load, no_doses):
    text = model(
        [compartment(), parameters(x=None)],
        species=species("S", amount=True, start='initialAmount="4"'),
        initial=assignment("x", op("times", cn(3), ci("J"))),
        reactions=reaction(ci("S"), ref("S")),
    )
    close(solved(load, no_doses, text, "x"), 12)


def test_a_model_of_rules_alone(load, no_doses):
    text = model(parameters(x=2, y=None, z=None), rules=rule("z", op("plus", ci("y"), TIME)) + rule("y", ci("x")))
    close(solved(load, no_doses, text, "z"), 2 + TIMES)


def test_rules_without_mathematics_do_nothing(load, no_doses):
    text = model(
        parameters(x=2, y=3),
        rules='<rateRule variable="x"/><assignmentRule variable="y"/>',
        initial='<initialAssignment symbol="x"/>',
    )
    x, y = solved(load, no_doses, text, "x", "y")
    close(x, 2)
    close(y, 3)


def test_ids_that_are_words_of_other_languages(load, no_doses):
    """time, pi, exp and nan may be ids; the symbols of the same sense stay what they are."""
    text = model(
        parameters(time=5, pi=3, nan=2, exp=None),
        rules=rule("exp", op("plus", ci("time"), TIME, ci("pi"), ci("nan"))) + rate("time", cn(1)),
    )
    found = load(text).solve(no_doses, TIMES, outputs=["exp", "time"])
    close(found["exp"].to_numpy()[0], 10 + 2 * TIMES)
    close(found["time_"].to_numpy()[0], 5 + TIMES)


def test_what_is_infinite_or_undefined_stays_so(load, no_doses):
    text = model(parameters(a=None, b=None), initial=assignment("a", "<infinity/>") + assignment("b", "<notanumber/>"))
    a, b = solved(load, no_doses, text, "a", "b")
    assert np.isposinf(a).all()
    assert np.isnan(b).all()


# ------------------------------------------------------------------------------------------ rateOf


def test_the_rate_of_a_state_a_species_and_a_constant(load, no_doses):
    text = model(
        [compartment(2), parameters(x=1, k=3, a=None, b=None, d=None, y=0)],
        species=species("S", start='initialConcentration="1"'),
        rules=rate("x", op("times", cn(-2), ci("x")))
        + rule("a", op(RATE_OF, ci("x")))
        + rule("b", op(RATE_OF, ci("S")))
        + rule("d", op(RATE_OF, ci("k")))
        + rate("y", op(RATE_OF, ci("x"))),
        reactions=reaction(cn(1), ref("S")),
    )
    a, b, d, y = solved(load, no_doses, text, "a", "b", "d", "y")
    close(a, -2 * np.exp(-2 * TIMES))
    close(b, -0.5)
    close(d, 0)
    close(y, np.exp(-2 * TIMES) - 1)


def test_the_rate_of_a_concentration_where_the_compartment_grows(load, no_doses):
    text = model(
        [compartment(), parameters(a=None)],
        species=species("S"),
        rules=rate("c", cn(1)) + rule("a", op(RATE_OF, ci("S"))),
    )
    close(solved(load, no_doses, text, "a"), -1 / (1 + TIMES) ** 2)


RATES_OF_RULES = {
    "square": (op("power", ci("x"), cn(2)), lambda x: 2 * x),
    "power": (op("power", cn(2), ci("x")), lambda x: np.log(2) * 2**x),
    "quotient of two": (op("divide", ci("x"), op("plus", cn(1), ci("x"))), lambda x: 1 / (1 + x) ** 2),
    "exp": (op("exp", ci("x")), np.exp),
    "ln": (op("ln", ci("x")), lambda x: 1 / x),
    "root": (op("root", ci("x")), lambda x: 0.5 / np.sqrt(x)),
    "sine": (op("sin", ci("x")), np.cos),
    "tanh": (op("tanh", ci("x")), lambda x: 1 / np.cosh(x) ** 2),
    "arctan": (op("arctan", ci("x")), lambda x: 1 / (1 + x**2)),
    "abs": (op("abs", op("minus", ci("x"), cn(9))), lambda x: -1 + 0 * x),
    "max": (op("max", ci("x"), cn(-5)), lambda x: 1 + 0 * x),
    "floor": (op("floor", ci("x")), lambda x: 0 * x),
}


@pytest.mark.parametrize("name", RATES_OF_RULES)
def test_the_rate_of_a_rule(load, no_doses, name):
    """x' = 1/2 from 1, so that the rate of f(x) is f'(x) / 2."""
    formula, slope = RATES_OF_RULES[name]
    text = model(
        parameters(x=1, y=None, a=None),
        rules=rate("x", cn(0.5)) + rule("a", op(RATE_OF, ci("y"))) + rule("y", formula),
    )
    close(solved(load, no_doses, text, "a"), slope(1 + TIMES / 2) / 2)


# ------------------------------------------------------------------------------------------ functions

VALUES = {
    op("abs", cn(-2)): 2,
    op("ceiling", cn(1.2)): 2,
    op("floor", cn(-1.2)): -2,
    op("factorial", cn(5)): 120,
    op("log", cn(1000)): 3,
    op("log", "<logbase><cn>2</cn></logbase>", cn(8)): 3,
    op("root", "<degree><cn>3</cn></degree>", cn(27)): 3,
    op("quotient", cn(-7), cn(2)): -3,
    op("rem", cn(-7), cn(2)): -1,
    op("min", cn(3), cn(1), cn(2)): 1,
    op("max", cn(3), cn(1), cn(2)): 3,
    op("implies", "<true/>", "<false/>"): 0,
    op("implies", "<false/>", "<false/>"): 1,
    op("xor", "<true/>", "<true/>", "<true/>"): 1,
    op("and"): 1,
    op("or"): 0,
    op("lt", cn(1), cn(2), cn(3)): 1,
    op("lt", cn(1), cn(3), cn(3)): 0,
    op("neq", cn(1), cn(2)): 1,
    op("plus"): 0,
    op("times"): 1,
    op("minus", cn(4)): -4,
    op("sec", cn(0.5)): 1 / math.cos(0.5),
    op("csc", cn(0.5)): 1 / math.sin(0.5),
    op("cot", cn(0.5)): 1 / math.tan(0.5),
    op("sech", cn(0.5)): 1 / math.cosh(0.5),
    op("csch", cn(0.5)): 1 / math.sinh(0.5),
    op("coth", cn(0.5)): 1 / math.tanh(0.5),
    op("arcsin", cn(0.5)): math.asin(0.5),
    op("arccos", cn(0.5)): math.acos(0.5),
    op("arccot", cn(0.5)): math.atan(2),
    op("arccot", cn(0)): math.pi / 2,
    op("arcsec", cn(2)): math.acos(0.5),
    op("arccsc", cn(2)): math.asin(0.5),
    op("arcsinh", cn(0.5)): math.asinh(0.5),
    op("arccosh", cn(2)): math.acosh(2),
    op("arctanh", cn(0.5)): math.atanh(0.5),
    op("arccoth", cn(2)): math.atanh(0.5),
    op("arcsech", cn(0.5)): math.acosh(2),
    op("arccsch", cn(0.5)): math.asinh(2),
    "<pi/>": math.pi,
    "<exponentiale/>": math.e,
    AVOGADRO: 6.02214179e23,
    "<piecewise><piece><cn>1</cn><false/></piece><otherwise><cn>2</cn></otherwise></piecewise>": 2,
    "<piecewise><otherwise><cn>2</cn></otherwise></piecewise>": 2,
    '<cn type="rational">1<sep/>4</cn>': 0.25,
    '<cn type="e-notation">2<sep/>3</cn>': 2000,
}


@pytest.mark.parametrize("text", VALUES)
def test_a_function_in_an_output_and_in_a_rate(load, no_doses, text):
    document = model(parameters(x=0, y=None), rules=rate("x", text) + rule("y", text))
    x, y = solved(load, no_doses, document, "x", "y")
    close(y, VALUES[text])
    np.testing.assert_allclose(x, VALUES[text] * TIMES, rtol=1e-9, atol=1e-12)


SMOOTH = {
    "sinh": np.sinh, "cosh": np.cosh, "tan": np.tan, "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan,
    "arcsinh": np.arcsinh, "arctanh": np.arctanh, "exp": np.exp, "sin": np.sin, "cos": np.cos, "tanh": np.tanh,
}  # fmt: skip


@pytest.mark.parametrize("name", SMOOTH)
def test_a_function_of_a_state_in_a_rate(load, no_doses, name):
    """x' = d/dt f(s), where s' = 1/4: the chain rule is written with rateOf, so that x - f(s) must not change."""
    document = model(
        parameters(x=0, s=0.1, y=None),
        rules=rate("s", cn(0.25)) + rule("y", op(name, ci("s"))) + rate("x", op(RATE_OF, ci("y"))),
    )
    close(solved(load, no_doses, document, "x"), SMOOTH[name](0.1 + TIMES / 4) - SMOOTH[name](0.1))


def test_functions_that_call_functions(load, no_doses):
    """Level 3 allows any order; an argument hides an id of the same name."""
    lambdas = (
        f'<functionDefinition id="outer"><math {MATH}><lambda><bvar><ci>k</ci></bvar>'
        f"{op('times', op('<ci>inner</ci>', ci('k'), cn(3)), TIME)}</lambda></math></functionDefinition>"
        f'<functionDefinition id="inner"><math {MATH}><lambda><bvar><ci>a</ci></bvar><bvar><ci>k</ci></bvar>'
        f"{op('minus', ci('a'), ci('k'))}</lambda></math></functionDefinition>"
    )
    text = model((lambdas, parameters(k=5, y=None)), rules=rule("y", op("<ci>outer</ci>", op("plus", ci("k"), cn(2)))))
    close(solved(load, no_doses, text, "y"), 4 * TIMES)


def test_a_sum_of_a_thousand_terms(load, no_doses):
    """As Antimony writes it: pair in pair."""
    terms = " + ".join(f"{i} * k" for i in range(1000))
    close(solved(load, no_doses, f"model m; k = 2; y := {terms}; x = 0; x' = {terms}; end", "y"), 999000)
