"""The names that others rely on."""

from __future__ import annotations

import pytest

import ketum


def test_every_public_name_is_there():
    for name in ketum.__all__:
        assert getattr(ketum, name) is not None


def test_every_public_error_is_a_public_name():
    from ketum import errors

    public = {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and kind.__module__ == "ketum.errors"
    }
    assert public <= set(ketum.__all__)
    assert all(getattr(ketum, name) is getattr(errors, name) for name in public)


def test_a_name_that_is_no_name_of_ketum_says_so():
    with pytest.raises(AttributeError, match="no attribute 'dose'"):
        _ = ketum.dose
