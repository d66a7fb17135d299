"""Published levels, gathered into the lettered series that figure and page share."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from ketum.answers.content import PublishedLevel
from ketum.writing.names import unique
from ketum.writing.numbers import is_finite
from ketum.writing.texts import Text, joined


@dataclass(frozen=True)
class Series:
    """All published levels that carry one label, under one letter."""

    letter: str
    label: Text
    levels: tuple[PublishedLevel, ...]

    @property
    def matches_product(self) -> bool:
        """Whether the study gave this kind of product."""
        return all(level.matches_product for level in self.levels)

    @property
    def alkaloids(self) -> tuple[str, ...]:
        """The alkaloids that were measured."""
        return unique(level.alkaloid for level in self.levels)

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """The facts that the points come from."""
        return unique(level.fact_id for level in self.levels)

    @property
    def access(self) -> Text:
        """How the source was seen."""
        return joined("; ", unique(level.access for level in self.levels))

    def of(self, alkaloid: str) -> tuple[PublishedLevel, ...]:
        """The points of one alkaloid, in time."""
        return tuple(
            sorted((level for level in self.levels if level.alkaloid == alkaloid), key=lambda level: level.time_h)
        )


def series_of(published: Sequence[PublishedLevel]) -> tuple[Series, ...]:
    """Gather published levels by label, those of the same kind of product first.

    Points without a finite time and value cannot be drawn and are left out.
    """
    drawable = [level for level in published if is_finite(level.time_h) and is_finite(level.value)]
    labels = sorted(unique(level.label for level in drawable), key=lambda label: not _matches(label, drawable))
    return tuple(
        Series(_letter(index), label, tuple(level for level in drawable if level.label == label))
        for index, label in enumerate(labels)
    )


def _matches(label: str, published: Sequence[PublishedLevel]) -> bool:
    return all(level.matches_product for level in published if level.label == label)


def _letter(index: int) -> str:
    letters = string.ascii_uppercase
    return letters[index] if index < len(letters) else _letter(index // 26 - 1) + letters[index % 26]
