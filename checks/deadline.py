"""The time that queries may take.

Belongs here: interrupting queries that are past their time. Does not belong here: how long that is (`runner`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from checks.errors import CheckError

_BETWEEN = 0.05  # seconds


@contextmanager
def in_time(what: str, opened: Sequence[Any], timeout: float) -> Iterator[Callable[[], bool]]:
    """Interrupt every query on the connections `opened` once `timeout` seconds have gone.

    Yields a function that says whether there was time. Raises `CheckError` at the end when there was none, whatever the
    interrupted queries raised.
    """
    up, left = threading.Event(), threading.Event()

    def interrupt() -> None:
        up.set()
        # Until the block has been left: the next query would run just as long.
        while not left.wait(_BETWEEN):
            for connection in list(opened):
                _interrupt(connection)

    timer = threading.Timer(timeout, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield lambda: not up.is_set()
    except CheckError:
        raise
    except Exception as error:
        if not up.is_set():
            raise
        raise CheckError(_late(what, timeout)) from error
    finally:
        left.set()
        timer.cancel()
        timer.join()
    if up.is_set():
        raise CheckError(_late(what, timeout))


def _interrupt(connection: Any) -> None:
    import duckdb

    try:
        connection.interrupt()
    except duckdb.ConnectionException:
        return  # closed meanwhile, so nothing runs on it; the others are still to be interrupted


def _late(what: str, timeout: float) -> str:
    return f"{what}: the checks took over {timeout:g} seconds; expected them to end before"
