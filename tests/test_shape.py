"""The shape of the code: files and functions that fit a page, and a class name that means one thing."""

import ast
from collections import Counter
from pathlib import Path

import pytest

import ketum

HOME = Path(ketum.__file__).parent
FILES = {path.relative_to(HOME).as_posix(): path.read_text(encoding="utf-8") for path in sorted(HOME.rglob("*.py"))}
LONGEST_FILE, LONGEST_FUNCTION = 300, 60
KERNEL = ("engine/solve/stepper.py", "_drive")
"""The one function that may be longer: numba compiles the stepper's loop as a whole."""


def long_files(files):
    return {name for name, text in files.items() if len(text.splitlines()) > LONGEST_FILE}


def long_functions(files):
    return {
        (name, node.name)
        for name, text in files.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > LONGEST_FUNCTION
    }


def lines_of(function):
    """How many lines a function has, without its docstring; decorators are not counted."""
    first = function.body[0]
    described = ast.get_docstring(function) is not None
    return function.end_lineno - function.lineno + 1 - described * (first.end_lineno - first.lineno + 1)


def names_standing_twice(files):
    classes = (node for text in files.values() for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef))
    return {name for name, times in Counter(each.name for each in classes).items() if times > 1}


def test_every_file_is_looked_at():
    assert len(FILES) > 200


def test_no_file_is_long():
    assert long_files(FILES) == set()


def test_no_function_is_long():
    assert long_functions(FILES) == {KERNEL}


def test_a_class_name_means_one_thing():
    assert names_standing_twice(FILES) == set()


@pytest.mark.parametrize(("lines", "seen"), [(300, set()), (301, {"planted.py"})])
def test_a_planted_long_file_is_seen(lines, seen):
    assert long_files({"planted.py": "x = 1\n" * lines}) == seen


@pytest.mark.parametrize("beginning", ["def planted():\n", "class Planted:\n  async def planted(self):\n"])
@pytest.mark.parametrize("told", ['    """Say.\n\n    More.\n    """\n', ""])
@pytest.mark.parametrize(("lines", "long"), [(59, False), (60, True)])
def test_a_planted_long_function_is_seen_and_its_docstring_not_counted(beginning, told, lines, long):
    found = long_functions({"planted.py": beginning + told + "    x = 1\n" * lines})
    assert found == ({("planted.py", "planted")} if long else set())


def test_a_planted_second_class_of_one_name_is_seen():
    one, inside = "class Planted:\n    pass\n", "def f():\n    class Planted:\n        pass\n"
    assert names_standing_twice({"a.py": one}) == set()
    assert names_standing_twice({"a.py": one, "b/c.py": one}) == {"Planted"}
    assert names_standing_twice({"a.py": one, "b/c.py": inside}) == {"Planted"}
