"""A home that answers were fetched into, written by hand.

Belongs here: contents, intakes and units of fetches with only what a test is about. Does not belong here: assertions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Intake, Reading
from oppfolging_pipeline.sources.asking import Answer, Ask
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.http import Reply
from oppfolging_pipeline.sources.source_memory import UnitState

NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NP, EU, GS = "nasjonale_prover", "elevundersokelsen", "grunnskolepoeng"


@dataclass(frozen=True)
class Fetches:
    """What is done to one home."""

    archive: Archive

    def answer(self, name: str, content: bytes, kilde: str = GS, now: datetime = NOON) -> Answer:
        """An answer that has arrived."""
        evidence = Evidence(self.archive)
        campaign = evidence.begin(name, now, "0.1.0", None, timedelta())
        with self.archive.contents.incoming() as incoming:
            incoming.write(content)
            ask = Ask(kilde, "data", f"http://127.0.0.1/{name}", name)
            return evidence.keep(campaign, ask, incoming.keep(), Reply(200, {}, now, 0.1, 1), "NLOD 2.0", usable=True)

    def read(self, kilde: str, period: str | None, now: datetime = NOON) -> Intake:
        """Something of the source that was read without fault."""
        name = f"{kilde}/{period}.json"
        digest = self.answer(name, f"{name} {now}".encode(), kilde, now).sha256
        intake = self.archive.register_fetched({digest: name}, "hentet", now)
        self.archive.accept(intake, [Reading(digest, "pivot", kilde, period, 1)])
        return intake

    def file(self, kilde: str, period: str | None, now: datetime = NOON) -> Intake:
        """A file of the source that lies in an inbox, alone there and the same at any time, and was read."""
        folder = self.archive.root.parent / "innboks"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{kilde} {period}.csv"
        path.write_text(path.name)
        intake = self.archive.take_in(folder, [path], "fil", now)
        digest = sha256(path.name.encode()).hexdigest()
        self.archive.accept(intake, [Reading(digest, "udir_csv", kilde, period, 1)])
        return intake

    def ended(
        self, kilde: str, states: Sequence[tuple[str, UnitState]], now: datetime = NOON, message: str | None = None
    ) -> None:
        """A fetch whose school years (skoleaar, state) ended so."""
        evidence = Evidence(self.archive)
        campaign = evidence.begin(f"{kilde} {now}", now, "0.1.0", None, timedelta())
        for skoleaar, state in states:
            evidence.unit_ended(campaign, kilde, skoleaar, state, now, None, 1, message)
        evidence.end(campaign, now)
