"""A fetch that is killed in the middle of an answer: no half answer is read, and the next fetch goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.contract.fetch_home import FetchHome
from tests.support.warm import REPOSITORY, environment
from tests.udir_stub import Fault, StubServer

GS, YEAR = "grunnskolepoeng", "2024-25"
COMMAND = "from oppfolging_pipeline.cli import main; main()"
KLASS = ["classifications/131/codes.json", "classifications/131/changes.json", "classifications/104/codes.json"]
PAGE, VALUES, MARKS = "Rapportside/GSK_GSPoeng", "ResultatG/1/1/filterVerdier", "ResultatG/1/1/data"
PATIENCE = 60.0


def killed_when(home: FetchHome, stub: StubServer, address: str) -> None:
    """Start the command, and kill it when half of the answer from there has come."""
    stub.faults = [Fault("stall", address)]
    stub.requests.clear()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "fetch", "--source", f"klass,{GS}", "--years", YEAR, "--home", str(home.root)],
        cwd=REPOSITORY,
        env={**environment(), **stub.environment, "OPPFOLGING_PAUSE": "0"},
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE
        while not (stub.requests and stub.requests[-1][0].endswith(address) and half_answers(home)):
            assert process.poll() is None and time.monotonic() < until, "it was not to end by itself"
            time.sleep(0.02)
        time.sleep(0.1)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        stub.faults = []


def half_answers(home: FetchHome) -> list[Path]:
    return list(home.archive.contents.root.glob(".*"))


@pytest.mark.parametrize(
    "address",
    [KLASS[1], PAGE, MARKS],
    ids=["the register", "a page", "the figures"],
)
def test_a_fetch_that_was_killed_leaves_no_half_answer_to_read_and_is_gone_on_with(
    home: FetchHome, stub: StubServer, address: str
) -> None:
    killed_when(home, stub, address)
    assert len(half_answers(home)) == 1, "it was not killed in the middle of an answer"
    contents = home.archive.contents
    whole = [path for path in contents.root.iterdir() if not path.name.startswith(".")]
    assert all(contents.has(path.name.removesuffix(".gz")) for path in whole)
    assert {period for _, period in home.in_force()} <= {""}

    home.now = datetime.now(UTC)  # as the process that was killed
    done = home.fetch("klass", GS, years=[YEAR])
    order = [PAGE, VALUES, *KLASS, MARKS]
    assert done.report.resumed
    assert done.asked == order[order.index(address) :]
    assert half_answers(home) == []
    assert home.in_force() == {("register", ""), (GS, YEAR)}


def test_a_fetch_that_is_killed_again_and_again_gets_there(home: FetchHome, stub: StubServer) -> None:
    for address in (VALUES, KLASS[2]):
        killed_when(home, stub, address)
    home.now = datetime.now(UTC)  # as the process that was killed
    done = home.fetch("klass", GS, years=[YEAR])
    assert done.asked == [KLASS[2], MARKS]
    assert home.in_force() == {("register", ""), (GS, YEAR)}
