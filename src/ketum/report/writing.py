"""A report on disk: first the results, whole, then the same with its figures."""

from __future__ import annotations

import os
import shutil
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path

from ketum.answers.as_json import answer_json
from ketum.answers.content import Answer
from ketum.errors import DrawingError, DrawingWarning
from ketum.report.charts import NAMES, figures
from ketum.report.figure import Figure, draw_together
from ketum.report.page import render_page
from ketum.report.people import PEOPLE
from ketum.report.place import JSON, PAGE, Place, check_folder, claimed, telling
from ketum.report.swap import Writer, put
from ketum.writing.texts import say

__all__ = ["JSON", "PAGE", "check_folder", "claimed", "write_report"]

NOT_DRAWN = say("ketum was ended before it had drawn them")
# netCDF's library is not made for threads: two that write at once end the process.
_NETCDF = threading.Lock()


def write_report(
    report: Answer,
    folder: Path | str,
    extra_files: Mapping[str, Writer] | None = None,
    people_in: str | None = None,
) -> Path:
    """Write the page, the JSON, the figures and what else is given into one folder.

    An earlier report of ketum's there, with its store of people, is replaced as a whole: at any moment, the folder
    holds the one or the other. All other files in it are left alone, and the folder itself stays the same. The results
    are in their place before a figure is drawn.

    Parameters
    ----------
    report
        A finished run.
    folder
        Where to; its parent must exist. Whoever holds it already (`claimed`) goes on holding it.
    extra_files
        By relative name, a function that writes that file at the path it is given.
    people_in
        Name of the store in this folder that a large run has put its people in; it then belongs to the report.

    Returns
    -------
    Path
        The folder, resolved.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds the people of another run. What was there before is then still
        there, and nothing else.

    Warns
    -----
    DrawingWarning
        If the report is complete but for its figures. The page says so too.
    """
    extra = {name: _guarded(write) for name, write in (extra_files or {}).items()}
    with claimed(folder) as place:
        with telling(place.path):
            place.check_foreign((PAGE, JSON, *extra, *map(_svg, NAMES), *map(_png, NAMES)))
            if people_in != PEOPLE:
                place.check_people()
            _put(place, report, {}, NOT_DRAWN, extra, people_in=people_in)
        left_out = _add_figures(place, report, frozenset(extra), people_in)
    if left_out:
        words = say("the figures could not be drawn, all else is in the report: {why}", why=left_out)
        warnings.warn(words, DrawingWarning, stacklevel=2)
    return place.path


def _add_figures(place: Place, report: Answer, kept: frozenset[str], people_in: str | None) -> str:
    """Draw, and write the report again with its figures; say why where that cannot be done."""
    try:
        drawings = figures(report)
        draw_together(drawings.values())
        left_out: str = ""
    except DrawingError as error:
        drawings, left_out = {}, error.args[0]
    try:
        again = {name: _linked(place.path / name) for name in kept}
        _put(place, report, drawings, left_out, again, people_in=people_in)
    except OSError as error:
        return error.strerror or str(error)  # the results stand, and their page says that it has no figures
    return left_out


def _put(
    place: Place,
    report: Answer,
    drawings: Mapping[str, Figure],
    left_out: str,
    extra: Mapping[str, Writer],
    *,
    people_in: str | None,
) -> None:
    drawn: dict[str, Writer] = {}
    for name, figure in drawings.items():
        drawn |= {_svg(name): _text(figure.svg), _png(name): _bytes(figure.png)}
    others = {**extra, **drawn, PAGE: _text(render_page(report, drawings, left_out))}
    people = None if people_in is None else place.mark_of(people_in)
    # The list of files comes first: see `ketum.report.swap`.
    writers = {JSON: _text(answer_json(report, files=(*others, JSON), people_in=people)), **others}
    outdated = {name for name in place.own_files() if people_in is None or not name.startswith(f"{people_in}/")}
    put(place.path, place.stage, writers, outdated)


def _svg(name: str) -> str:
    return f"figures/{name}.svg"


def _png(name: str) -> str:
    return f"figures/{name}.png"


def _text(text: str) -> Writer:
    return _bytes(text.encode("utf-8"))


def _bytes(content: bytes) -> Writer:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def _linked(file: Path) -> Writer:
    """Take a file that is there already, however large."""

    def write(path: Path) -> None:
        try:
            os.link(file, path)
        except OSError:
            shutil.copy2(file, path)

    return write


def _guarded(write: Writer) -> Writer:
    """One file at a time, and its library's errors in the operating system's words."""

    def guarded(path: Path) -> None:
        try:
            with _NETCDF:
                write(path)
        except RuntimeError as error:
            # netCDF's library hides the operating system's reason, such as a full disk, behind an error of its own.
            if "NetCDF" not in str(error) and "HDF" not in str(error):
                raise
            raise OSError(say("{file}: {error}; is the disk full?", file=path.name, error=str(error))) from error

    return guarded
