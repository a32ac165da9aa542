"""One contract server for the tests of this folder, with three school years.

Belongs here: starting it, and clearing what a test made go wrong. Does not belong here: any expectation.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.fetch_home import FetchHome
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
    running_stub.agents.clear()
    running_stub.most_parallel = 0
    yield running_stub
    running_stub.faults = []


@pytest.fixture
def home(tmp_path: Path, stub: StubServer) -> FetchHome:
    """An empty home that fetches from the server."""
    return FetchHome(tmp_path / "hjem", stub)
