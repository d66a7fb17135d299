"""Damage case files in thousands of ways and look at what becomes of them; run by hand: ``make fuzz``.

For each damaged file, in processes of their own and each within a bound of time:
- `load_case` gives a case or a `CaseError`, and nothing else;
- a file whose emergency stands on a line that was left alone still says that emergency;
- no control character or mark of direction stands in any message.

Each file depends on the seed and its number alone, so that one can be made again: ``--seed 0 --only 123``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("examples/*.toml"), *ROOT.glob("tests/hazards/gallery/*.toml")])
FILES = [path for path in FILES if path.name != "expected.toml"]
SIGNS = ('"cannot be woken"', '"not breathing"', '"chest pain"', '"wants to die"', '"a seizure right now"')
SLOWEST_S = 30.0
NASTY = (
    *("\x00", "\x1b[2J", "\u202e", "\u200b", "\ufeff", "\x07", "\\u001b", "ปวด", "𝄞", "\ud7ff", "é", "\x85", "\u2028"),
    *('"', "'", '"""', "'''", "[", "]", "[[", "{", "}", "=", "#", ",", ".", "\\", "\n", "\r", "\t", " " * 300),
    *("0x" + "f" * 400, "1e400", "nan", "inf", "-1", "9" * 300, "true", "1979-05-27", "null", "unknown", "as needed"),
    *("[" * 3000, "a." * 300, "word " * 400, "\n" * 20_000, "x = 1\n" * 500, '"chest", ' * 500),
)
KEYS = (
    "symptoms",
    "conditions",
    "vitals",
    "amount",
    "every",
    "product",
    "name",
    "age_years",
    "region",
    "today",
    "person",
)
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32")


def damaged(number: int, seed: int) -> tuple[bytes, bool]:
    """One damaged file, and whether an emergency stands on a line of it that was left alone."""
    chance = random.Random(f"{seed}/{number}")
    lines = chance.choice(FILES).read_text("utf-8").splitlines()
    urgent = chance.random() < 0.6
    kept = f"symptoms = [{chance.choice(SIGNS)}]"
    if urgent:
        lines = [line for line in lines if not line.startswith("symptoms")]
        at = next((number for number, line in enumerate(lines) if line.startswith("[today]")), None)
        lines = [*lines, "[today]"] if at is None else lines
        at = len(lines) - 1 if at is None else at
        lines.insert(at + 1, kept)
    for _ in range(chance.randint(1, 6)):
        _damage(lines, chance, kept if urgent else None)
    text = "\n".join(lines) + "\n"
    return text.encode(chance.choice(ENCODINGS), errors="replace"), urgent


def _damage(lines: list[str], chance: random.Random, kept: str | None) -> None:
    places = [at for at, line in enumerate(lines) if line != kept]
    if not places:
        return
    at = chance.choice(places)
    line = lines[at]
    match chance.randrange(9):
        case 0:
            del lines[at]
        case 1:
            cut = chance.randint(0, len(line))
            lines[at] = line[:cut]
        case 2:
            cut = chance.randint(0, len(line))
            lines[at] = line[:cut] + chance.choice(NASTY) + line[cut:]
        case 3:
            cut = chance.randint(0, len(line))
            lines[at] = line[:cut] + line[cut + 1 :]
        case 4:
            lines.insert(at, chance.choice(lines) if kept is None else lines[chance.choice(places)])
        case 5:
            key, equals, _ = line.partition("=")
            lines[at] = key + equals + chance.choice(NASTY) if equals else line
        case 6:
            lines[at] = line.replace(chance.choice(KEYS), chance.choice(KEYS))
        case 7:
            other = chance.choice(places)
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lines[at] = line.swapcase()


def judged(number: int, seed: int, folder: str) -> tuple[int, float, str]:
    """Read one damaged file: its number, how long it took, and what was wrong, empty for nothing."""
    from ketum.answers.despite import emergencies_of
    from ketum.case import load_case
    from ketum.case.refusal import hidden
    from ketum.errors import CaseError

    data, urgent = damaged(number, seed)
    path = Path(folder) / f"{number}.toml"
    path.write_bytes(data)
    began = time.monotonic()
    said = ""
    wrong = []
    try:
        said = load_case(path).to_toml()
    except CaseError as error:
        said = str(error)
    except Exception:
        wrong.append("load_case: " + traceback.format_exc(limit=-2))
    try:
        found = emergencies_of(str(path))
        said += "".join(f"{one.title}{one.because}" for one in found)
        if urgent and not found:
            wrong.append("the emergency was lost")
    except Exception:
        wrong.append("despite: " + traceback.format_exc(limit=-2))
    took = time.monotonic() - began
    if took > SLOWEST_S:
        wrong.append(f"took {took:.0f} s")
    if any(hidden(line) for line in said.splitlines()):
        wrong.append("a letter that cannot be seen was passed on")
    path.unlink()
    return number, took, "; ".join(wrong)


def main() -> int:
    """Run the fuzzer; exit code 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--number", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="judge this one file and show it")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=30.0, help="stop after so long, whatever is left")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.only is not None:
            print(damaged(chosen.only, chosen.seed)[0].decode("utf-8", "replace"))
            print(judged(chosen.only, chosen.seed, folder))
            return 0
        return _all(chosen, folder)


def _all(chosen: argparse.Namespace, folder: str) -> int:
    failed, slowest, until = 0, (0.0, -1), time.monotonic() + 60 * chosen.minutes
    done = 0
    with multiprocessing.get_context("spawn").Pool(chosen.workers) as pool:
        waiting = [pool.apply_async(judged, (number, chosen.seed, folder)) for number in range(chosen.number)]
        for number, one in enumerate(waiting):
            if time.monotonic() > until:
                print(f"stopped after {chosen.minutes:g} minutes")
                break
            try:
                _, took, wrong = one.get(timeout=4 * SLOWEST_S)
            except multiprocessing.TimeoutError:
                print(f"{number}: did not end", flush=True)
                failed += 1
                break
            done += 1
            slowest = max(slowest, (took, number))
            if wrong:
                failed += 1
                print(f"{number}: {wrong}", flush=True)
        pool.terminate()
    print(f"{done} files, {failed} wrong; the slowest took {slowest[0]:.1f} s (number {slowest[1]})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
