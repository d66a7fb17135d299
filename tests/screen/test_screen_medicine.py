from __future__ import annotations

from ketum.screen.medicine import unscreened


def test_no_medicine_no_finding():
    assert unscreened(()) == ()


def test_every_medicine_is_named_as_not_checked():
    (found,) = unscreened(("oxycodone", "St John's wort"))
    assert (found.code, found.severity) == ("medicine.unknown", "caution")
    for name in ("oxycodone", "St John's wort"):
        assert name in found.title
        assert name in found.because
