"""Whether the archive is what the sources say now: a source whose last fetch failed stands on an older basis.

Belongs here: telling an older basis, refusing it unless it is asked for, and saying so in a release. Does not belong
here: fetching, or which figures are in force (`sources.archive`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archive_order import INBOX, Read
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.fetching import REGISTER
from oppfolging_pipeline.sources.origins import FETCHED
from oppfolging_pipeline.sources.source_memory import FailedUnit, in_readings

Window = Collection[tuple[str, str]]  # (kilde, skoleaar)


@dataclass(frozen=True)
class OlderBasis:
    """A source, or the register, whose last fetch failed: what was not got, and what is used in its place.

    `used` has what was last read of each unit that failed, in their order; None where there is nothing.
    """

    kilde: str
    failed: tuple[FailedUnit, ...]
    used: tuple[Read | None, ...]

    @property
    def asked_at(self) -> datetime:
        """When it was last asked in vain."""
        return max(unit.asked_at for unit in self.failed)

    @property
    def skoleaar(self) -> tuple[str, ...]:
        """The school years that were not got; none for the source as a whole."""
        return tuple(unit.skoleaar for unit in self.failed if unit.skoleaar)

    @property
    def fetch(self) -> str:
        """The command that asks for what is missing."""
        years = f" --years {','.join(self.skoleaar)}" if self.skoleaar else ""
        return f"oppfolging fetch --source {self.kilde}{years}"


def older_bases(archive: Archive, window: Window | None = None, known_at: datetime | None = None) -> list[OlderBasis]:
    """The sources that failed at their last fetch and have not been read since; the register too.

    With a `window` only the school years in it count (and a source as a whole when any of its years is in it); with
    `known_at` only what had been asked and read by then. A source that has never been fetched (files from an inbox) is
    as new as its files.
    """
    read = archive.read(known_at)
    failures = [unit for unit in Evidence(archive).failures(known_at) if window is None or _concerns(unit, window)]
    return [
        OlderBasis(kilde, units, tuple(_last_read(unit, read) for unit in units))
        for kilde, group in groupby(failures, key=lambda unit: unit.kilde)
        for units in [tuple(group)]
    ]


def refuse_older_bases(archive: Archive, window: Window, known_at: datetime | None = None) -> None:
    """Raises `InvalidInput` with every older basis that a run would stand on, and what to do about it."""
    faults = FindingCollector()
    for basis in older_bases(archive, window, known_at):
        what = f"a fetch of {', '.join(basis.skoleaar)}" if basis.skoleaar else "a fetch"
        there = any(basis.used) or basis.kilde == REGISTER
        instead = " Or run with --tillat-eldre to use what was read before: the release then says so." if there else ""
        faults.add(
            Finding(
                key=basis.kilde,
                found=f"{what} at {basis.asked_at:%Y-%m-%d %H:%M} UTC that failed ({_why(basis.failed[0].message)})",
                expected=f"a source that was read at its last fetch; {_used_instead(basis)}",
                action=f"Run `{basis.fetch}`; `oppfolging sources` shows the whole message.{instead}",
            )
        )
    faults.raise_if_any()


def release_note(archive: Archive, window: Window, catalog: Catalog, known_at: datetime | None = None) -> str | None:
    """What results on an older basis say of it, in Norwegian; None when every source was read at its last fetch."""
    notes = []
    for basis in older_bases(archive, window, known_at):
        navn = catalog.kilder[basis.kilde].navn if basis.kilde in catalog.kilder else "Registeret (KLASS)"
        parts = ", ".join(
            f"{unit.skoleaar + ' ' if unit.skoleaar else ''}{_brukt(unit, used)}"
            for unit, used in zip(basis.failed, basis.used, strict=True)
        )
        notes.append(f"{navn}: siste henting {date_in_norway(basis.asked_at)} mislyktes, brukt er {parts}")
    return f"Eldre grunnlag. {'; '.join(notes)}." if notes else None


def register_note(archive: Archive, identifikasjonsdag: date, known_at: datetime | None = None) -> str | None:
    """What a result says when the register was fetched before the day that it is to be of: changes in between are not
    in it. None when it was not, or was not fetched (what day a file is of, only its user knows)."""
    lists = [one for one in archive.read(known_at) if one.kilde == in_readings(REGISTER) and one.origin in FETCHED]
    came = max((one.at for one in lists), default=None)
    if came is None or date_in_norway(came) >= identifikasjonsdag:
        return None
    return f"Registeret er lest {date_in_norway(came)}, før identifikasjonsdatoen {identifikasjonsdag}."


def questions_note(archive: Archive, window: Window, catalog: Catalog, known_at: datetime | None = None) -> str | None:
    """What a result says when figures of the survey came as files: whether its questions have changed is seen in what
    is fetched alone. None when they did not."""
    asked = {one.kilde for one in catalog.indikatorer.values() if one.kode is not None}
    read = archive.read(known_at)
    unchecked = {
        kilde
        for kilde, skoleaar in window
        if kilde in asked
        and (of_year := [one for one in read if one.kilde == kilde and one.covers(skoleaar)])
        and max(of_year, key=lambda one: one.at).origin == INBOX
    }
    names = " og ".join(sorted(catalog.kilder[kilde].navn for kilde in unchecked))
    return f"Spørsmålstekstene i {names} er ikke kontrollert: filer sier ikke hvilke de er." if unchecked else None


def _concerns(unit: FailedUnit, window: Window) -> bool:
    if unit.kilde == REGISTER:
        return True
    if unit.skoleaar:
        return (unit.kilde, unit.skoleaar) in window
    return unit.kilde in {kilde for kilde, _ in window}


def _last_read(unit: FailedUnit, read: Sequence[Read]) -> Read | None:
    of_unit = [
        one for one in read if one.kilde == in_readings(unit.kilde) and (not unit.skoleaar or one.covers(unit.skoleaar))
    ]
    return max(of_unit, key=lambda one: one.at, default=None)


def _why(message: str) -> str:
    """The first thing that was wrong: a list of faults begins with their number."""
    first, *more = message.splitlines()
    return more[0].strip(" -") if more else first


def _used_instead(basis: OlderBasis) -> str:
    newest = max((one.at for one in basis.used if one), default=None)
    if newest is not None:
        return f"what is here was read {newest:%Y-%m-%d %H:%M} UTC"
    if basis.kilde == REGISTER:
        return "what is here is the register that comes with the program"
    return "nothing of it has been read before"


def _brukt(unit: FailedUnit, used: Read | None) -> str:
    if used is None:
        return "registeret som følger med programmet" if unit.kilde == REGISTER else "ingen tall"
    where = "fra filer" if used.origin == INBOX else "hentet"
    return f"{where} {date_in_norway(used.at)}"
