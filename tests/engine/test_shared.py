"""Memory shared with workers: what they put there arrives, and where they cannot get in they say so."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from ketum.engine.runs.shared import Room, room

VALUES = np.arange(2.0 * 3 * 4).reshape(2, 3, 4)


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="only Linux has such memory")
def test_what_is_put_there_arrives_also_for_people_who_are_not_neighbours():
    people = np.array([1, 2, 5])
    with ProcessPoolExecutor(1) as pool, room((2, 6, 4), pool) as (array, place):
        assert place.put(people, VALUES)
    np.testing.assert_array_equal(array[:, people], VALUES)  # also after the block has ended
    assert not array[:, [0, 3, 4]].any()
    assert not place.put(people, VALUES)


def test_a_worker_who_cannot_get_in_says_so(tmp_path):
    assert not Room(str(tmp_path / "nowhere"), (2, 3, 4)).put(np.arange(3), VALUES)


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor(1)])
def test_without_processes_nothing_is_shared(executor):
    with room((2, 3, 4), executor) as (array, place):
        assert place is None
        assert array.shape == (2, 3, 4)
