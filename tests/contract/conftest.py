"""One contract server for the tests of this folder, with three school years.

Belongs here: starting it, and clearing what a test made go wrong. Does not belong here: any expectation.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.udir_stub import StubServer

YEARS = ("2023-24", "2024-25", "2025-26")  # the newest is preliminary, and has no grunnskolepoeng yet


@pytest.fixture(scope="session")
def running_stub() -> Iterator[StubServer]:
    with StubServer(YEARS) as server:
        yield server


@pytest.fixture
def stub(running_stub: StubServer) -> Iterator[StubServer]:
    """The server, with no fault and nothing seen."""
    running_stub.faults = []
    running_stub.requests.clear()
    yield running_stub
    running_stub.faults = []
