"""A home whose fetches are of sources with canned answers.

Belongs here: sources, a register, an asker and a reception that do as told. Does not belong here: assertions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.asking import Answer, Ask
from oppfolging_pipeline.sources.drift import Drift, DriftCollector
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.fetching import Arrival, Fetch, Outcome
from oppfolging_pipeline.sources.http import Reply
from oppfolging_pipeline.sources.published import Published

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
YEARS = ("2021-22", "2022-23", "2023-24", "2024-25")
MOVED = Finding(found="another measure", expected="Score", action="Look.")


@dataclass
class Source:
    """A source with canned answers: year → what it raises instead of answering."""

    kilde: str
    years: tuple[str, ...] = YEARS
    faults: dict[str, Exception] = field(default_factory=dict)
    closed: Exception | None = None
    facts: dict[str, str] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)
    seen: dict[str, Drift] = field(default_factory=dict)  # year → what only its fetch sees
    asked: list[str] = field(default_factory=list)
    moved: DriftCollector = field(default_factory=DriftCollector)

    def published(self, asker: object) -> Published:
        self.asked.append("published")
        if self.closed is not None:
            raise self.closed
        return Published(self.kilde, self.years, self.facts, (), 1, declared=self.declared)

    def fetch(self, asker: Kept, published: Published, skoleaar: str) -> tuple[Answer, ...]:
        self.asked.append(skoleaar)
        self.moved.drifts.extend([self.seen[skoleaar]] if skoleaar in self.seen else [])
        if skoleaar in self.faults:
            raise self.faults[skoleaar]
        return (asker.ask(Ask(self.kilde, "data", f"http://127.0.0.1/{self.kilde}/{skoleaar}", "x", skoleaar)),)


@dataclass
class Register:
    """KLASS with three calls, or a failure."""

    calls: int = 3
    fault: Exception | None = None
    asked: list[tuple[date, date]] = field(default_factory=list)

    def fetch(self, asker: object, first_day: date, as_of: date) -> tuple[Answer, ...]:
        self.asked.append((first_day, as_of))
        if self.fault is not None:
            raise self.fault
        return ()


@dataclass
class Kept:
    """An asker that keeps what it makes up."""

    evidence: Evidence
    archive: Archive
    campaign: object

    def ask(self, ask: Ask) -> Answer:
        with self.archive.contents.incoming() as incoming:
            incoming.write(ask.url.encode())
            reply = Reply(200, {}, NOW, 0.1, 1)
            return self.evidence.keep(self.campaign, ask, incoming.keep(), reply, "NLOD", usable=True)


@dataclass
class Reception:
    """Accepts everything but what it is told to refuse."""

    refused: dict[tuple[str, str], Exception] = field(default_factory=dict)
    accepted: list[tuple[str, str]] = field(default_factory=list)

    def figures(self, kilde: str, skoleaar: str, answers: Sequence[Answer]) -> Arrival:
        if (kilde, skoleaar) in self.refused:
            raise self.refused[kilde, skoleaar]
        self.accepted.append((kilde, skoleaar))
        return Arrival(None, 10)

    def register(self, answers: Sequence[Answer]) -> Arrival:
        self.accepted.append(("klass", ""))
        return Arrival(None, 3)


@dataclass
class Home:
    """A home whose fetches can be repeated."""

    archive: Archive
    told: list[Outcome] = field(default_factory=list)

    def fetch(self, sources, register=None, reception=None, years=None, *, key="k", now=NOW):
        evidence = Evidence(self.archive)
        campaign = evidence.begin(key, now, "0.1.0", None, timedelta(hours=12))
        asker = Kept(evidence, self.archive, campaign)
        one = Fetch(asker, evidence, campaign, sources, register, lambda: now, self.told.append)
        plan = one.plan(years, 3)
        outcomes = one.run(plan, reception or Reception(), date(2015, 1, 1), date(2026, 3, 1))
        return {(outcome.kilde, outcome.skoleaar): outcome for outcome in outcomes}
