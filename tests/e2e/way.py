"""The ways to a list that README shows, typed as they stand: fetched without naming any year, and all real downloads.

Belongs here: those scenarios, each in a home of its own with a space in its name. Does not belong here: expectations.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.shared import NASJONALE_PROVER
from tests.support.warm import Done, Warm
from tests.udir_stub import StubServer

# As somebody who has set nothing: the scheme's own set is run unless another is named.
OFFICIAL = {"OPPFOLGING_REGELSETT": ""}


@dataclass(frozen=True)
class Way:
    """What was typed, one after the other, and what came of it. `requests`: those that a fetch took."""

    done: tuple[Done, ...]
    home: Path
    requests: int = 0


def fetched_by_default(warm: Warm, place: Path) -> Way:
    """`fetch`, `sources`, `run`, none of them with a choice but the home."""
    home = place / "et hjem"
    with StubServer() as server:
        environment = {**server.environment, "OPPFOLGING_PAUSE": "0"}
        commands: Sequence[str] = ("fetch", "sources", "run")
        done = tuple(warm.run(each, "--home", home, cwd=place, env={**OFFICIAL, **environment}) for each in commands)
        return Way(done, home, len(server.requests))


def every_real_download(warm: Warm, place: Path) -> Way | None:
    """A run on everything that can be downloaded, and then the first command that it proposes; None without files."""
    if not NASJONALE_PROVER.is_dir():
        return None
    home, inbox = place / "et hjem", place / "inn boks"
    inbox.mkdir()
    for file in NASJONALE_PROVER.parent.rglob("*"):  # also the survey's, which nobody can use, and a year twice
        if file.is_file():
            shutil.copyfile(file, inbox / file.name)
    first = warm.run("run", "--inbox", inbox, "--home", home, cwd=place, env=OFFICIAL)
    proposed = [line.strip() for line in first.err.splitlines() if line.startswith("  oppfolging run ")]
    if not proposed:
        return Way((first,), home)
    return Way((first, warm.run(*shlex.split(proposed[0])[1:], cwd=place, env=OFFICIAL)), home)
