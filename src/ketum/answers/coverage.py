"""``ketum evidence --coverage``: of how many rows the source was seen, table by table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ketum.answers.lookup import found_by
from ketum.evidence import ACCESS, Fact
from ketum.writing.texts import say, term

HOW = {"full_text": "seen", "table": "seen", "abstract": "seen", "secondary": "quoted", "memory": "remembered"}
"""What the ways of `ketum.evidence.ACCESS` come to: in the source itself, in another source, or not at all."""
KINDS = ("seen", "quoted", "remembered")


def as_dict(query: str = "") -> dict[str, Any]:
    """Count the rows that a query finds, all of them where it is empty.

    Returns
    -------
    dict
        ``{query, tables, total}``; each table and the total with ``rows``, how many of them are ``seen``, ``quoted``
        and ``remembered``, and the same by ``access``. Tables of which nothing was found are left out.
    """
    found = found_by(query)
    names = dict.fromkeys(fact.table for fact in found)
    tables = [{"table": name} | _counts(fact for fact in found if fact.table == name) for name in names]
    return {"query": query, "tables": tables, "total": _counts(found)}


def as_text(query: str = "") -> str:
    """Lay the counts out for a terminal, with the share that was seen; the best known tables first."""
    counted = as_dict(query)
    if not counted["tables"]:
        return say("nothing on file matches {query}; try a fact id, a source, or fewer words", query=repr(query))
    rows = sorted(counted["tables"], key=lambda row: (-row["seen"] / row["rows"], row["table"]))
    lines = [_line(row["table"], row) for row in (*rows, {"table": say("all")} | counted["total"])]
    kinds = "".join(f"{term(kind):>12}" for kind in KINDS)
    head = f"{say('table'):26}{say('rows'):>7}{kinds}{say('seen'):>8}"
    told = say(
        "seen: the text, a table or the abstract of the source itself; quoted: by another source; "
        "remembered: not verified"
    )
    return "\n".join((head, *lines, told))


def _counts(several: Iterable[Fact]) -> dict[str, Any]:
    by_access = Counter(fact.access for fact in several)
    kinds = {kind: sum(number for how, number in by_access.items() if HOW[how] == kind) for kind in KINDS}
    return {"rows": by_access.total()} | kinds | {"access": {how: by_access[how] for how in ACCESS}}


def _line(name: str, row: dict[str, Any]) -> str:
    return (
        f"{name:26}{row['rows']:7}" + "".join(f"{row[kind]:12}" for kind in KINDS) + f"{row['seen'] / row['rows']:8.0%}"
    )
