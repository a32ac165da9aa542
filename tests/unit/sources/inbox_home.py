"""An archive that files are taken into and answers fetched into, one intake after the other.

Belongs here: intakes with only what a test is about. Does not belong here: assertions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Intake, Reading
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.intake_rows import register_snapshot
from oppfolging_pipeline.sources.origins import Origin

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
AUTUMN_24 = datetime(2024, 11, 1, tzinfo=UTC)
AUTUMN_25 = datetime(2025, 11, 1, tzinfo=UTC)
NP, REGISTER = "nasjonale_prover", "register"
DAY = timedelta(days=1)


class Inbox:
    """An archive and a folder whose files are taken in."""

    def __init__(self, root: Path) -> None:
        self.archive = Archive(root / "hjem" / "arkiv")
        self.folder = root / "innboks"

    def take_in(self, files: Mapping[str, bytes], origin: Origin = "fil", now: datetime = NOW) -> Intake:
        paths = []
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            paths.append(path)
        return self.archive.take_in(self.folder, paths, origin, now)


def named(intake: Intake) -> dict[str, str]:
    return {snapshot.file: snapshot.sha256 for snapshot in intake.snapshots}


def read_of(inbox: Inbox, files: dict[str, bytes], day: int, origin: Origin = "fil") -> Intake:
    """An intake of that day, each content read as a school year of its name (or the register); not from a file when it
    is fetched."""
    at = AUTUMN_24 + day * DAY
    if origin == "fil":
        intake = inbox.take_in(files, now=at)
    else:
        Evidence(inbox.archive).begin("prove", at, "1", None, DAY)
        for content in files.values():
            with inbox.archive.contents.incoming() as incoming:
                incoming.write(content)
                kept = incoming.keep()
            with inbox.archive.ledger.writing() as ledger:
                register_snapshot(ledger, kept.sha256, "svar.json", kept.size, at)
        names = {sha256(content).hexdigest(): name for name, content in files.items()}
        intake = inbox.archive.register_fetched(names, origin, at)
    inbox.archive.accept(
        intake,
        [
            Reading(sha256(content).hexdigest(), "x", *((REGISTER, None) if name == "klass" else (NP, name)), 1)
            for name, content in files.items()
        ],
    )
    return intake


def fetched_twice(inbox: Inbox) -> Archive:
    """One year fetched in 2024, another in 2025."""
    for file, at in (("a.json", AUTUMN_24), ("b.json", AUTUMN_25)):
        inbox.archive.accept(inbox.take_in({file: file.encode()}, "lokal", at), [])
    return inbox.archive
