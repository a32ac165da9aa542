"""The scenarios of the outer tests, two at a time in the background; a test waits for the one that it looks at.

Belongs here: which scenario needs which, and starting those that the chosen tests ask for. Does not belong here:
expectations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import scenarios, way
from tests.e2e.fetched import Fetched
from tests.e2e.fetched import fetched as fetched_scenario
from tests.e2e.joined import Pair
from tests.e2e.joined import joined as joined_scenario
from tests.e2e.kills import Kills, kill_runs
from tests.e2e.wheel import Installed
from tests.support.warm import Warm

Started = dict[str, Future[Any]]
# In the order of their start. Each is given the folder of its own; `first` comes before those that go on from it.
SCENARIOS: dict[str, Callable[[Warm, Path, Started], Any]] = {
    "first": lambda warm, place, _: scenarios.first(warm, place),
    "example": lambda warm, place, _: scenarios.example(warm, place, scenarios.inbox_of(place)),
    "killed": lambda warm, place, started: scenarios.killed(warm, place, started["first"].result()),
    "faulty": lambda warm, place, started: scenarios.faulty(warm, place, started["first"].result()),
    "later": lambda warm, place, started: scenarios.later(warm, place, started["first"].result()),
    "killed_at_random": lambda warm, place, _: kill_runs(warm, place, KILLS),
    "fetched": lambda warm, place, _: fetched_scenario(warm, place),
    "fetched_by_default": lambda warm, place, _: way.fetched_by_default(warm, place),
    "every_real_download": lambda warm, place, _: way.every_real_download(warm, place),
    "joined": lambda warm, place, _: joined_scenario(warm, place),
    "installed": lambda _, place, __: scenarios.installed(place, scenarios.inbox_of(place)),
}
NEEDS_FIRST = {"killed", "faulty", "later"}
KILLS = 8


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """The command line, started warm. The homes' set is not the scheme's own: it forms the cohorts, and is what is
    shown, as it is asked for by name."""
    process = Warm(tmp_path_factory.mktemp("kommandoer"), {"OPPFOLGING_REGELSETT": "np-skalapoeng"})
    yield process
    process.close()


@pytest.fixture(scope="session")
def started(request: pytest.FixtureRequest, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The scenarios that the tests of this session ask for, running."""
    asked = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    if asked & NEEDS_FIRST:
        asked.add("first")
    running: Started = {}
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, scenario in SCENARIOS.items():
            if name in asked:
                running[name] = pool.submit(scenario, warm, tmp_path_factory.mktemp(name), running)
        yield running
        pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def first(started: Started) -> scenarios.First:
    return started["first"].result()


@pytest.fixture(scope="session")
def later(started: Started) -> scenarios.Later:
    return started["later"].result()


@pytest.fixture(scope="session")
def faulty(started: Started) -> scenarios.Faulty:
    return started["faulty"].result()


@pytest.fixture(scope="session")
def killed(started: Started) -> scenarios.Killed:
    return started["killed"].result()


@pytest.fixture(scope="session")
def killed_at_random(started: Started) -> Kills:
    return started["killed_at_random"].result()


@pytest.fixture(scope="session")
def example(started: Started) -> scenarios.Example:
    return started["example"].result()


@pytest.fixture(scope="session")
def fetched(started: Started) -> Fetched:
    return started["fetched"].result()


@pytest.fixture(scope="session")
def fetched_by_default(started: Started) -> way.Way:
    return started["fetched_by_default"].result()


@pytest.fixture(scope="session")
def every_real_download(started: Started) -> way.Way | None:
    return started["every_real_download"].result()


@pytest.fixture(scope="session")
def joined(started: Started) -> dict[str, Pair]:
    return started["joined"].result()


@pytest.fixture(scope="session")
def installed(started: Started) -> Installed:
    return started["installed"].result()
