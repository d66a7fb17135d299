"""Worker processes: every answer goes to who asked, also where a call lies ready behind another, and one dies."""

import operator
import os
import time
from concurrent.futures import BrokenExecutor

import pytest

from ketum.engine.runs.work import processes


@pytest.fixture(scope="module")
def pool():
    with processes(2) as two:
        yield two


def test_each_answer_comes_to_its_own_call(pool):
    asked = [(pool.submit(time.sleep, 0.01 * (i % 3)), pool.submit(pow, i, 2)) for i in range(30)]
    assert [square.result(timeout=60) for _, square in asked] == [i**2 for i in range(30)]
    assert all(slept.result(timeout=60) is None for slept, _ in asked)


def test_an_error_stays_with_its_call(pool):
    asked = [pool.submit(operator.truediv, 6, i % 3) for i in range(12)]
    for i, each in enumerate(asked):
        if i % 3:
            assert each.result(timeout=60) == 6 / (i % 3)
        else:
            with pytest.raises(ZeroDivisionError):
                each.result(timeout=60)


def test_what_cannot_be_sent_stops_nobody(pool):
    with pytest.raises((AttributeError, TypeError)):
        pool.submit(lambda: 1).result(timeout=60)
    assert [pool.submit(pow, i, 2).result(timeout=60) for i in range(4)] == [0, 1, 4, 9]


def test_calls_go_to_processes_in_turn():
    with processes(2) as pool:
        first, second = pool.submit(os.getpid), pool.submit(os.getpid)
        assert first.result(timeout=60) != second.result(timeout=60)


def test_whoever_waits_for_one_that_died_is_told():
    with processes(1) as pool:
        slow, dying, behind = pool.submit(time.sleep, 0.2), pool.submit(os._exit, 3), pool.submit(pow, 2, 2)
        assert slow.result(timeout=60) is None
        for each in (dying, behind):
            with pytest.raises(BrokenExecutor):
                each.result(timeout=60)
