"""Whether the archive is what the sources say now: a source whose last fetch failed stands on an older basis.

Belongs here: telling an older basis, refusing it unless it is asked for, and saying so in a release. Does not belong
here: fetching, or which figures are in force (`sources.archive`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.fetching import REGISTER
from oppfolging_pipeline.sources.source_memory import FailedUnit


@dataclass(frozen=True)
class OlderBasis:
    """A source, or the register, whose last fetch failed: what was not got, and when what is used was read."""

    kilde: str
    failed: tuple[FailedUnit, ...]
    read_at: datetime | None

    @property
    def asked_at(self) -> datetime:
        """When it was last asked in vain."""
        return max(unit.asked_at for unit in self.failed)

    @property
    def skoleaar(self) -> str:
        """The school years that were not got; empty for the source as a whole."""
        return ", ".join(unit.skoleaar for unit in self.failed if unit.skoleaar)


def older_bases(archive: Archive, kilder: Collection[str], known_at: datetime | None = None) -> list[OlderBasis]:
    """Those of `kilder`, and the register, that failed at their last fetch and have not been read since.

    With `known_at` only what had been asked and read by then counts. A source that has never been fetched (files from
    an inbox) is as new as its files.
    """
    failures = [unit for unit in Evidence(archive).failures(known_at) if unit.kilde in {*kilder, REGISTER}]
    read = archive.last_read(known_at)
    return [
        OlderBasis(kilde, tuple(units), read.get("register" if kilde == REGISTER else kilde))
        for kilde, units in groupby(failures, key=lambda unit: unit.kilde)
    ]


def refuse_older_bases(archive: Archive, kilder: Collection[str], known_at: datetime | None = None) -> None:
    """Raises `InvalidInput` with every older basis that a run would stand on, and what to do about it."""
    faults = FindingCollector()
    for basis in older_bases(archive, kilder, known_at):
        what = f"a fetch of {basis.skoleaar}" if basis.skoleaar else "a fetch"
        why = basis.failed[0].message.splitlines()[0]
        since = f"from {basis.read_at:%Y-%m-%d %H:%M} UTC" if basis.read_at else "from files, or none"
        faults.add(
            Finding(
                key=basis.kilde,
                found=f"{what} at {basis.asked_at:%Y-%m-%d %H:%M} UTC that failed ({why})",
                expected=f"a source that was read at its last fetch; its last good figures are {since}",
                action=(
                    f"Run `oppfolging fetch --source {basis.kilde}` again, or `oppfolging run --tillat-eldre` to use "
                    "the older figures: the release then says so. `oppfolging sources` shows the whole message."
                ),
            )
        )
    faults.raise_if_any()


def release_note(
    archive: Archive, kilder: Collection[str], catalog: Catalog, known_at: datetime | None = None
) -> str | None:
    """What a release on an older basis says of it, in Norwegian; None when every source was read at its last fetch."""
    notes = []
    for basis in older_bases(archive, kilder, known_at):
        navn = catalog.kilder[basis.kilde].navn if basis.kilde in catalog.kilder else "registeret (KLASS)"
        brukt = f"hentet {date_in_norway(basis.read_at)}" if basis.read_at else "fra filer"
        aar = f" av {basis.skoleaar}" if basis.skoleaar else ""
        notes.append(f"{navn}: siste henting{aar} {date_in_norway(basis.asked_at)} mislyktes, tallene er {brukt}")
    return f"Eldre grunnlag. {'; '.join(notes)}." if notes else None
