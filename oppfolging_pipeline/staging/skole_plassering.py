"""Which units a request is about: the municipalities of its register, and the schools with their municipality.

Belongs here: who is in the newest school year, and where each school stands in the register of the identification year.
Does not belong here: whether they have enough figures (`identification`).

A school stands where its newest row of the window says, followed to the day of the register. Where that municipality
was divided on the way, only a row of the school that is dated on or after the division tells in which part it is (the
day of a row is its source's reference day of the school year): of those up to the register's day the last, else the
first after it. An earlier row places nobody, also under a number that one of the parts has kept. A school that no row
places has no municipality, and is not judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.skoleaar import day_in
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.staging.harmonisering import Line, Request, lineage

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation


@dataclass(frozen=True)
class Units:
    """The units of a request.

    `kommuner` are the municipalities in force on the register's day; `placed` every school of the window that can be
    placed, with its municipality; `judged` those that stand in the newest school year, in a municipality;
    `skoler_uten_kommune` the number that stand there and cannot be placed.
    """

    kommuner: tuple[str, ...]
    placed: Mapping[str, str]
    judged: tuple[str, ...]
    skoler_uten_kommune: int
    lineage: tuple[Line, ...]

    @property
    def note(self) -> str | None:
        """What results say of the schools without a municipality, in Norwegian; None when there is none."""
        number = self.skoler_uten_kommune
        if not number:
            return None
        schools, they = ("skole", "den") if number == 1 else ("skoler", "de")
        return (
            f"{number} {schools} i det nyeste skoleåret sto i en kommune som er delt eller slått sammen. Ingen tall "
            f"sier hvilken kommune {they} står i på identifikasjonsdagen, så {they} er ikke vurdert, og tall som "
            f"{they} er med i, kan ikke bygges."
        )


@dataclass(frozen=True)
class Place:
    """Where a school stood by one of its rows: a municipality code of a source's school year."""

    kommunenr: str
    kilde: str
    skoleaar: str


def place(engine: Engine, window: Relation, all_files: Sequence[Path], request: Request, register: Register) -> Units:
    """Place schools and relate codes. `window` holds the window's observations, `all_files` every partition."""
    per, catalog = request.registerdato, request.catalog
    codes = engine.run(
        "SELECT kilde, skoleaar, kommunenr, bool_or(nivaa = 'kommune') FROM vindu WHERE kommunenr IS NOT NULL "
        "GROUP BY ALL ORDER BY ALL",
        vindu=window,
    )
    lines = lineage(codes.fetchall(), register, catalog, per)
    newest = {
        orgnr: max(rows, key=lambda row: (_dated(row, catalog), row.kilde, row.kommunenr))
        for orgnr, rows in _rows_of_schools(engine, window).items()
    }
    placed = {
        orgnr: kommune
        for orgnr, row in newest.items()
        if not register.er_utenfor(row.kommunenr)
        and (kommune := register.staar_i(row.kommunenr, _day(row, register, catalog), per))
    }
    waiting = {orgnr: row for orgnr, row in newest.items() if orgnr not in placed}
    if waiting:
        everywhere = _rows_of_schools(engine, engine.read(all_files, "observasjon"), sorted(waiting))
        for orgnr, row in waiting.items():
            if told := _told_later(row, everywhere[orgnr], register, catalog, per):
                placed[orgnr] = told
    kommuner = register.gjeldende(per)
    stands = [
        orgnr
        for orgnr, row in newest.items()
        if row.skoleaar == request.newest_skoleaar and not register.er_utenfor(row.kommunenr)
    ]
    judged = sorted(orgnr for orgnr in stands if orgnr in placed)
    return Units(tuple(sorted(kommuner)), placed, tuple(judged), len(stands) - len(judged), tuple(lines))


def _told_later(row: Place, rows: Sequence[Place], register: Register, catalog: Catalog, per: date) -> str | None:
    """The part of a divided municipality that a school stands in by those of its rows that can tell; None when none
    can. `row` is the one under the divided number."""
    if register.er_utenfor(row.kommunenr):
        return None
    day = _day(row, register, catalog)
    division = register.delingsdag(row.kommunenr, day, per)
    if division is None:
        return None
    parts = register.etterfolgere(row.kommunenr, day, per)
    told = []
    for one in rows:
        dated = _dated(one, catalog)
        if dated >= division and not register.er_utenfor(one.kommunenr):
            kommune = register.staar_i(one.kommunenr, dated, per)
            if kommune in parts:
                told.append((dated > per, abs((dated - per).days), kommune))
    return min(told)[2] if told else None


def _rows_of_schools(
    engine: Engine, observasjon: Relation, only: Sequence[str] | None = None
) -> dict[str, list[Place]]:
    """Where each school stood by its rows; the schools in `only`, where they are given."""
    rows = engine.run(
        "SELECT DISTINCT enhet, kommunenr, kilde, skoleaar FROM tall WHERE nivaa = 'skole' "
        "AND ($alle OR list_contains($bare, enhet)) ORDER BY ALL",
        {"alle": only is None, "bare": [*(only or ())]},
        tall=observasjon,
    )
    found: dict[str, list[Place]] = {}
    for orgnr, *place_of in rows.fetchall():
        found.setdefault(orgnr, []).append(Place(*place_of))
    return found


def _dated(row: Place, catalog: Catalog) -> date:
    return day_in(row.skoleaar, catalog.kilder[row.kilde].referansedato)


def _day(row: Place, register: Register, catalog: Catalog) -> date:
    """The day to read the row's code on: its source's, or else the first of the year's reference days on which the code
    was in force. Some figures come in the codes of another day of their school year."""
    own = _dated(row, catalog)
    others = sorted(day_in(row.skoleaar, kilde.referansedato) for kilde in catalog.kilder.values())
    return next((day for day in (own, *others) if register.gyldig(row.kommunenr, day)), own)
