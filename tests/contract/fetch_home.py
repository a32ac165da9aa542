"""A home that fetches from the contract server with the real client, and what the server saw of it.

Belongs here: fetching as the command line does, with a clock of the test's own and no waiting. Does not belong here:
expectations.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from oppfolging_pipeline.core.network import Addresses, Manners
from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.rules.behov import Celle, needed_cells
from oppfolging_pipeline.rules.brudd import Bruddliste, default_breaks
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import carried_rule_sets
from oppfolging_pipeline.rules.rettelser import default_corrections
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.fetching import Outcome
from oppfolging_pipeline.sources.http import HttpClient
from oppfolging_pipeline.sources.live import Live, live
from oppfolging_pipeline.staging.fetch import FetchReport, Told, fetch, wanted
from tests.udir_stub import StubServer

BEGAN = datetime(2026, 1, 20, 12, tzinfo=UTC)
_PATIENT = 20.0  # seconds: longer than the server ever takes, however busy the machine is


@dataclass(frozen=True)
class Fetched:
    """One fetch: what it says, the addresses asked for in order, and the waits between attempts in seconds."""

    report: FetchReport
    asked: list[str]
    slept: list[float]

    @property
    def outcomes(self) -> dict[tuple[str, str], Outcome]:
        """By source and school year."""
        return {(one.kilde, one.skoleaar): one for one in self.report.outcomes}

    @property
    def states(self) -> dict[tuple[str, str], str]:
        """By source and school year."""
        return {key: one.state for key, one in self.outcomes.items()}

    def koder(self) -> set[str]:
        """The codes of everything that has moved, warnings too."""
        return {drift.kode for one in self.report.outcomes for drift in one.warnings}


@dataclass
class FetchHome:
    """A home. Its clock stands still in a fetch, and is a minute further at the next one."""

    root: Path
    stub: StubServer
    declared: Live = field(default_factory=live)
    now: datetime = BEGAN
    breaks: Bruddliste = field(default_factory=default_breaks)
    needed: frozenset[Celle] = field(default_factory=lambda: needed_cells(carried_rule_sets()))

    @property
    def archive(self) -> Archive:
        """The home's archive."""
        return Archive(self.root / "arkiv")

    def fetch(
        self, *kilder: str, years: Sequence[str] = (), timeout: float = _PATIENT, contact: str | None = None
    ) -> Fetched:
        """Fetch as the command does, and forget what the server saw before."""
        self.now += timedelta(minutes=1)
        self.stub.requests.clear()
        slept: list[float] = []
        catalog = default_catalog()
        stub = self.stub
        with (
            open_engine() as engine,
            HttpClient(
                Manners(contact, pause=0.0, tidsavbrudd=timeout),
                self.declared.http,
                "0.0.1",
                lambda: self.now,
                time.monotonic,
                slept.append,
                lambda: 0.0,
            ) as http,
        ):
            report = fetch(
                wanted(catalog, kilder, years),
                self.archive,
                engine.connection,
                http,
                Addresses(stub.rapport_url, stub.eksport_url, stub.klass_url),
                catalog,
                default_corrections(),
                self.declared,
                lambda: self.now,
                Told(lambda ask, counted: None, lambda plan: None, lambda outcome: None),
                needed=self.needed,
                breaks=self.breaks,
            )
        return Fetched(report, [address(*request) for request in stub.requests], slept)

    def in_force(self) -> set[tuple[str, str]]:
        """(source, school years) of every accepted content."""
        return {(one.kilde, one.period or "") for one in self.archive.readings().values()}

    def contents(self) -> set[str]:
        """The digests in the store."""
        return {path.name.removesuffix(".gz") for path in self.archive.contents.root.iterdir()}

    def with_declared(self, **http: float) -> FetchHome:
        """The same home with other bounds of the HTTP layer."""
        declared = self.declared.model_copy(update={"http": self.declared.http.model_copy(update=http)})
        return FetchHome(self.root, self.stub, declared, self.now)


def address(path: str, query: str) -> str:
    """A request as the tests write it: `ResultatG/1/1/data`, `148/sideData`, and the page of several."""
    for before in ("/rapport/rest/v1/Statistikk/GSK/", "/rapport/rest/v1/", "/eksport/rest/v2/Eksport/", "/klass/v1/"):
        if path.startswith(before):
            path = path.removeprefix(before) or "Eksport"
            break
    pages = [part.removeprefix("sideNummer=") for part in query.split("&") if part.startswith("sideNummer=")]
    return path + (f"#{pages[0]}" if pages else "")
