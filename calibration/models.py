"""Make the SBML of ketum's own models from their readable Antimony; a test holds the two together.

Antimony is not to be had on every machine that ketum runs on, so the SBML is shipped.
"""

from __future__ import annotations

from pathlib import Path

from ketum.engine.equations.reading import read_text

SOURCE = Path(__file__).parents[1] / "src/ketum"


def main() -> None:
    for path in sorted(SOURCE.rglob("*.ant")):
        made = path.with_suffix(".xml")
        made.write_text(read_text(path), encoding="utf-8", newline="\n")
        print(made)


if __name__ == "__main__":
    main()
