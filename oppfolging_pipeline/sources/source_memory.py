"""What the ledger remembers of each source from one fetch to the next, and how its last fetch went.

Belongs here: facts about the interfaces, figures of a year to compare the next with, the state of a source. Does not
belong here: requests and answers (`evidence`), or judging a change (`drift_figures`, the clients).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archive_order import Read, news
from oppfolging_pipeline.sources.ledger import utc, with_zone
from oppfolging_pipeline.sources.ledger_tables import (
    FETCH_UNIT,
    INTAKE,
    INTAKE_SNAPSHOT,
    INTERFACE_FACT,
    READING,
    YEAR_FIGURES,
)
from oppfolging_pipeline.sources.year_figures import YearFigures

UnitState = Literal["paabegynt", "hentet", "uendret", "stoppet", "ikke_naadd", "ikke_publisert"]
GOOD: tuple[UnitState, ...] = ("hentet", "uendret")
_WORST_FIRST: tuple[UnitState, ...] = ("stoppet", "ikke_naadd", "paabegynt", "ikke_publisert", *GOOD)


_UNSAID = {
    "paabegynt": "the fetch was broken off before it ended",
    "stoppet": "stopped",
    "ikke_naadd": "not reached",
}


@dataclass(frozen=True)
class SourceState:
    """How the newest fetch of a source went. `state` is the worst of its school years, and `message` that one's.

    `attempted_at` is when that fetch ended, and `fetched_at` when the source last gave what was asked for, unchanged
    or not; None if never. Both are UTC.
    """

    kilde: str
    state: UnitState
    attempted_at: datetime
    message: str | None
    fetched_at: datetime | None


@dataclass(frozen=True, order=True)
class FailedUnit:
    """A school year of a source that was asked for and not got. An empty `skoleaar`: the source as a whole."""

    kilde: str
    skoleaar: str
    state: UnitState
    asked_at: datetime
    message: str


class SourceMemory:
    """What is remembered of the sources. Reading from a home without a ledger finds nothing and makes none."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._ledger = archive.ledger

    def facts(self, kilde: str) -> dict[str, str]:
        """What the source's interface was last seen to be; empty before the first time."""
        with self._ledger.reading() as ledger:
            rows = ledger.execute(sa.select(INTERFACE_FACT).where(INTERFACE_FACT.c.kilde == kilde)).all()
        return {row.fact: row.value for row in rows}

    def remember(self, kilde: str, facts: Mapping[str, str], now: datetime) -> None:
        """What the source's interface is now, in place of what it was."""
        with self._ledger.writing() as ledger:
            ledger.execute(INTERFACE_FACT.delete().where(INTERFACE_FACT.c.kilde == kilde))
            for fact, value in facts.items():
                ledger.execute(INTERFACE_FACT.insert().values(kilde=kilde, fact=fact, value=value, seen_at=utc(now)))

    def year_figures(self, kilde: str, skoleaar: str) -> YearFigures | None:
        """How much the source last had for that school year; None when it was never fetched."""
        with self._ledger.reading() as ledger:
            row = ledger.execute(sa.select(YEAR_FIGURES).where(*_year(kilde, skoleaar))).first()
        return None if row is None else YearFigures(row.rows, row.cells, row.shielded)

    def remember_year(self, kilde: str, skoleaar: str, figures: YearFigures, intake_id: int | None) -> None:
        """How much the source has for that school year, as the intake brought it; None: the same one as before."""
        with self._ledger.writing() as ledger:
            if intake_id is None:
                intake_id = ledger.execute(sa.select(YEAR_FIGURES.c.intake_id).where(*_year(kilde, skoleaar))).scalar()
            ledger.execute(YEAR_FIGURES.delete().where(*_year(kilde, skoleaar)))
            ledger.execute(
                YEAR_FIGURES.insert().values(
                    kilde=kilde,
                    skoleaar=skoleaar,
                    rows=figures.rows,
                    cells=figures.cells,
                    shielded=figures.shielded,
                    intake_id=intake_id,
                )
            )

    def is_in_force(self, kilde: str, skoleaar: str, contents: Collection[str]) -> bool:
        """Whether these contents, and no others, are what last came in of the source's school year (an empty
        `skoleaar`: any content of the source). The register's source is `klass`."""
        held = (
            sa.select(
                INTAKE.c.id, INTAKE.c.origin, INTAKE.c.accepted, READING.c.sha256, READING.c.kilde, READING.c.period
            )
            .join(INTAKE_SNAPSHOT, INTAKE_SNAPSHOT.c.intake_id == INTAKE.c.id)
            .join(READING, READING.c.sha256 == INTAKE_SNAPSHOT.c.sha256)
            .where(INTAKE.c.accepted)
            .order_by(INTAKE.c.id)
        )
        with self._ledger.reading() as ledger:
            rows = ledger.execute(held).all()
        as_news = news(rows)
        of_unit = {
            row.sha256: as_news[row.sha256]
            for row in rows
            if row.kilde == in_readings(kilde) and (not skoleaar or _covers(row.period, skoleaar))
        }
        last = max(of_unit.values(), default=0)
        return bool(of_unit) and {sha256 for sha256, intake in of_unit.items() if intake == last} == set(contents)

    def last_attempts(self) -> dict[str, SourceState]:
        """How the newest fetch of each source went, by its key, sorted. Sources that were never asked are not there."""
        rows = self._units()
        return {kilde: _state(kilde, [row for row in rows if row.kilde == kilde]) for kilde in _keys(rows)}

    def failures(self, known_at: datetime | None = None) -> list[FailedUnit]:
        """Every school year of a source (and every source as a whole) that was not got when it was last asked for, and
        that nothing has been read of since: neither a fetch nor files from an inbox. Sorted.

        A unit that was begun and never ended (a fetch that was killed) was not got. That a source says it has not
        published a year makes good nothing. With `known_at` only what was asked and read by then counts.
        """
        units = [row for row in self._units(known_at) if row.state != "ikke_publisert"]
        newest = {(row.kilde, row.skoleaar): row for row in units}
        read = self._archive.read(known_at)
        return sorted(
            FailedUnit(row.kilde, row.skoleaar, row.state, with_zone(row.ended_at), row.message or _UNSAID[row.state])
            for row in newest.values()
            if row.state not in GOOD
            and not any(_is_past(row, other) for other in units)
            and not any(_is_read_since(row, one) for one in read)
        )

    def _units(self, known_at: datetime | None = None) -> Sequence[Any]:
        """What has been written of units, in the order it was written."""
        written = sa.select(FETCH_UNIT).order_by(FETCH_UNIT.c.id)
        if known_at is not None:
            written = written.where(FETCH_UNIT.c.ended_at <= utc(known_at))
        with self._ledger.reading() as ledger:
            return ledger.execute(written).all()

    def newest_years(self) -> dict[str, str]:
        """The newest school year that accepted contents hold, by source."""
        newest: dict[str, str] = {}
        with self._ledger.reading() as ledger:
            rows = ledger.execute(sa.select(READING.c.kilde, READING.c.period).where(READING.c.period.is_not(None)))
            for kilde, period in rows:
                last = period.rpartition(" til ")[2]
                newest[kilde] = max(last, newest.get(kilde, last))
        return newest


def _keys(rows: Sequence[Any]) -> list[str]:
    return sorted({row.kilde for row in rows})


def _state(kilde: str, units: Sequence[Any]) -> SourceState:
    of_newest = [unit for unit in units if unit.fetch_id == units[-1].fetch_id]
    last = {unit.skoleaar: unit for unit in of_newest}
    if last.keys() != {""}:
        last.pop("", None)  # who has come to its years has got past what kept it from them
    worst = min(last.values(), key=lambda unit: _WORST_FIRST.index(unit.state))
    fetched = max((unit.ended_at for unit in units if unit.state in GOOD), default=None)
    return SourceState(
        kilde,
        worst.state,
        with_zone(max(unit.ended_at for unit in of_newest)),
        worst.message,
        None if fetched is None else with_zone(fetched),
    )


def in_readings(kilde: str) -> str:
    """What a source of a fetch is called where readings are kept: KLASS is the register there."""
    return "register" if kilde == "klass" else kilde


def _is_past(failed: Any, other: Any) -> bool:
    """Whether a fetch has later come past what kept a source as a whole from being asked: a year of it was got."""
    return not failed.skoleaar and other.kilde == failed.kilde and other.id > failed.id and other.state in GOOD


def _is_read_since(failed: Any, one: Read) -> bool:
    same = one.kilde == in_readings(failed.kilde)
    return same and one.at > with_zone(failed.ended_at) and (not failed.skoleaar or one.covers(failed.skoleaar))


def _covers(period: str | None, skoleaar: str) -> bool:
    first, _, last = (period or "").partition(" til ")
    return first <= skoleaar <= (last or first)


def _year(kilde: str, skoleaar: str) -> tuple[sa.ColumnElement[bool], ...]:
    return YEAR_FIGURES.c.kilde == kilde, YEAR_FIGURES.c.skoleaar == skoleaar
