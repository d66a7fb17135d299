"""Workers on other machines: a Dask cluster's executor, or a message that says why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from ketum.errors import InputError, Problem
from ketum.writing.texts import joined, say

PATIENCE = "10s"
"""How long an address may take to answer."""


@contextmanager
def cluster(address: str | None) -> Iterator[Executor | None]:
    """Connect to a Dask cluster for the length of a block.

    Parameters
    ----------
    address
        Of its scheduler, such as ``tcp://10.0.0.5:8786``; where it is None there is no cluster.

    Raises
    ------
    InputError
        Where Dask is not installed, nothing answers, no worker is there, or workers run other versions.
    """
    if address is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise _refusal(say("dask.distributed is not installed"), address, 'pip install "ketum[cluster]"') from error
    try:
        # Not the default: the cluster's work is the integration, and files are written here without it.
        client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:  # a time-out is an OSError, a malformed address a ValueError
        cure = say(
            "start a scheduler with `dask scheduler`, and give the address that it prints ({why})",
            why=_last_line(error),
        )
        raise _refusal(say("no Dask scheduler answers at this address"), address, cure) from error
    with client:
        _check_workers(client, address)
        executor: Executor = client.get_executor()  # type: ignore[no-untyped-call]
        yield executor


def versions() -> dict[str, str]:
    """Say what the numbers depend on besides the inputs."""
    from ketum import __version__
    from ketum.engine.solve.integrate import settings

    return {"ketum": __version__, **{name: str(value) for name, value in settings().items()}}


def _check_workers(client: Any, address: str) -> None:
    """Refuse workers that would give other numbers, or none."""
    try:
        found: dict[str, dict[str, str]] = client.run(versions)
    except Exception as error:  # whatever a worker that cannot import ketum raises
        cure = say("install the same ketum wherever a worker runs ({why})", why=_last_line(error))
        raise _refusal(say("a worker of this cluster cannot run ketum"), address, cure) from error
    if not found:
        raise _refusal(
            say("this cluster has no workers yet"), address, say("start some: `dask worker {address}`", address=address)
        )
    own = versions()
    for worker, theirs in found.items():
        if theirs != own:
            differ = [name for name in own if theirs.get(name) != own[name]]
            other = joined(
                "; ",
                (
                    say("{name} {theirs} and not {own}", name=name, theirs=str(theirs.get(name)), own=own[name])
                    for name in differ
                ),
            )
            cure = say("install the same everywhere: {other}", other=other)
            raise _refusal(say("worker {worker} runs other versions", worker=worker), address, cure)


def _last_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[-1]


def _refusal(what: str, address: str, cure: str) -> InputError:
    return InputError("--dask", [Problem("", what, address, cure=cure)])
