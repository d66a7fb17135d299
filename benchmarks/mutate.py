"""Plant small faults in rooms, one at a time, and count those that no test sees.

Rooms, their tests and what is left alone stand in pyproject.toml under tool.mutate. A sample of all possible faults is
drawn with a seed. Each is planted in a copy of the sources; a fork of a process that has the libraries loaded already
runs the room's tests on it. What survives is printed with its place: either a law is missing or the fault is none.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import random
import resource
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SWAPS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
LIBRARIES = ("numpy", "pandas", "scipy.stats", "xarray", "zarr", "pydantic", "heyoka", "hypothesis", "pytest", "typer",
             "altair", "jinja2", "libsbml", "antimony", "rapidfuzz")  # fmt: skip


class Planter(ast.NodeTransformer):
    """Walk what is code of a module (no texts for people, types or imports), list all faults, plant the one wanted."""

    def __init__(self, text: str, skip: set[str], wanted: int = -1) -> None:
        self.skip, self.wanted, self.places = skip, wanted, []
        self.tree = ast.parse(text)
        said = [node.value for node in ast.walk(self.tree) if isinstance(node, ast.Constant)]
        # Texts that name something: a parameter, a key, an alkaloid's code.
        self.names = list(dict.fromkeys(text for text in said if isinstance(text, str) and text.isidentifier()))
        self.visit(self.tree)

    def visit(self, node: ast.AST) -> ast.AST:
        """List the faults that a node could have, then those of its parts; return it, or the fault wanted."""
        if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Raise | ast.Assert) or self._idle(node):
            return node
        changed = node
        for new in (fault for fault in self._faults(node) if ast.unparse(fault) != ast.unparse(node)):
            if len(self.places) == self.wanted:
                changed = ast.fix_missing_locations(ast.copy_location(new, node))
            self.places.append((node.lineno, ast.unparse(node), ast.unparse(new)))
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "bases"):
                continue
            for i, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(node, ast.Dict) and name == "values" and self._named(node.keys[i]):
                    continue
                if isinstance(child, ast.AST) and (new := self.visit(child)) is not child:
                    setattr(node, name, new) if i is None else value.__setitem__(i, new)
        return changed

    def _idle(self, node: ast.AST) -> bool:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return True
        if isinstance(node, ast.keyword):
            return node.arg in self.skip
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.skip:
            return True
        names = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        return any(self.skip & {each.id for each in ast.walk(name) if isinstance(each, ast.Name)} for name in names)

    def _named(self, key: ast.AST | None) -> bool:
        return isinstance(key, ast.Constant) and key.value in self.skip

    def _faults(self, node: ast.AST) -> Iterator[ast.AST]:
        match node:
            case ast.Compare(ops=[op]):
                yield ast.Compare(node.left, [SWAPS[type(op)]()], node.comparators)
            case ast.BinOp(op=op) if type(op) in SWAPS:
                yield ast.BinOp(node.left, SWAPS[type(op)](), node.right)
            case ast.BoolOp():
                yield ast.BoolOp(SWAPS[type(node.op)](), node.values)
            case ast.UnaryOp():
                yield node.operand
            case ast.If() | ast.IfExp():
                yield type(node)(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
            case ast.Return(value=ast.AST()):
                yield ast.Return(ast.Constant(None))
            case ast.AugAssign() | ast.Expr(value=ast.Call()):
                yield ast.Pass()
            case ast.Call(args=[first, second, *more]) if not isinstance(second, ast.Starred):
                yield ast.Call(node.func, [second, first, *more], node.keywords)
            case ast.Constant(value=bool(value)):
                yield ast.Constant(not value)
            case ast.Constant(value=int(value) | float(value)):
                yield ast.Constant(2 * value if isinstance(value, float) and value else value + 1)
            case ast.Constant(value=str(value)) if value in self.names[1:]:
                yield ast.Constant(self.names[self.names.index(value) - 1])


def tested(copy: Path, tests: list[str], limit_s: int) -> int:
    """Run tests on a copy in a fork; 0 where all pass, else what pytest ends with, or minus a signal's number."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))  # what runs on for ever is seen
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1), os.dup2(quiet, 2)
    os.chdir(copy)
    sys.path.insert(0, str(copy / "src"))
    code = importlib.import_module("pytest").main(["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", *tests])
    os._exit(int(code))


def lay_out(copy: Path) -> None:
    """Copy what tests need."""
    for name in ("src", "tests", "examples", "docs", "pyproject.toml", "README.md"):
        copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copied(ROOT / name, copy / name)
    for stale in copy.rglob("__pycache__"):
        shutil.rmtree(stale)
    os.environ["PYTHONPATH"] = str(copy / "src")
    for name in LIBRARIES:
        importlib.import_module(name)
    # One failing example is enough: looking for a smaller one takes minutes. Slow is not wrong.
    settings = sys.modules["hypothesis"].settings
    phases = (sys.modules["hypothesis"].Phase.explicit, sys.modules["hypothesis"].Phase.generate)
    settings.register_profile("mutate", phases=phases, database=None, deadline=None)
    settings.load_profile("mutate")


def tried(room: str, config: dict, copy: Path, number: int, seed: int) -> tuple[int, int]:
    """Plant a sample of a room's faults; (unseen, tried)."""
    folder, tests, skip = copy / "src" / "ketum" / room, config["rooms"][room], set(config["skip"])
    narrow = config.get("files", {}).get(room, {})
    files = {file: file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.py"))}
    every = [(f, i, place) for f, text in files.items() for i, place in enumerate(Planter(text, skip).places)]
    sample = random.Random(seed).sample(every, min(number, len(every)))
    if tested(copy, tests, config["limit_s"]):
        sys.exit(f"{room}: its tests fail without any fault")
    # What was compiled for this run serves all that follow; no fault is ever kept so.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    unseen = 0
    for i, (file, place, (line, before, after)) in enumerate(sample, 1):
        print(f"{room}: {i} of {len(sample)}", file=sys.stderr, flush=True)
        stood = file.stat()
        file.write_text(ast.unparse(Planter(files[file], skip, place).tree), encoding="utf-8")
        seen = tested(copy, narrow.get(file.stem, tests), config["limit_s"])
        file.write_text(files[file], encoding="utf-8")
        os.utime(file, ns=(stood.st_atime_ns, stood.st_mtime_ns))
        if not seen:
            unseen += 1
            print(f"  {file.relative_to(copy)}:{line}: {before[:70]!r} -> {after[:70]!r}", flush=True)
    print(f"{room}: {unseen} unseen of {len(sample)} (of {len(every)} possible)", flush=True)
    return unseen, len(sample)


def main() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutate"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", default=list(config["rooms"]))
    parser.add_argument("-n", type=int, default=config["sample"], help="how many faults of each room")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lay_out(copy := Path(folder))
        counts = [tried(room, config, copy, given.n, given.seed) for room in given.rooms]
    unseen, number = map(sum, zip(*counts, strict=True))
    sys.exit(f"{unseen} of {number} unseen: more than one in ten" if unseen > number / 10 else 0)


if __name__ == "__main__":
    main()
