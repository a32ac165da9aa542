"""Corrections of known errors in the sources, applied to the combined observations.

Belongs here: which corrections are in force, whether the source still says what they expect, and putting them in the
place of figures. Does not belong here: what a correction may say (`rules.rettelse`), or what results say of those that
they stand on (`rettet_grunnlag`).

Carried corrections are of real figures: where the register is the example's only the home's own are in force. One
whose indicator, measure, grade and school year are not in the home (a download holds a part of a source) has nothing to
correct there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.rettelse import Rettelse
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from oppfolging_pipeline.sources.figures import MANGLER, VIST, number_text
from oppfolging_pipeline.staging.land import is_the_example
from oppfolging_pipeline.tables.model import table

if TYPE_CHECKING:
    import duckdb

_CELL = ", ".join(table("observasjon").grain)
_SERIES = ("kilde", "skoleaar", "indikator", "maal", "trinn")
_SKOLE = "skole"


@dataclass(frozen=True)
class Corrected:
    """What came of corrections, by their ids: those `applied`, and those `unused`, as the home has nothing of their
    indicator, measure, grade and school year. `overtaken`: cells that are gone or do not say what was expected."""

    applied: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    overtaken: tuple[Finding, ...] = ()


def in_force(corrections: Rettelsesliste, register: Register, known: date) -> tuple[Rettelse, ...]:
    """The corrections of what was known by the end of the day `known` in Norway, of figures read against the
    register."""
    invented = is_the_example(register)
    return tuple(one for one in corrections.in_force(known) if one.egen or not invented)


def refuse_of_the_future(corrections: Rettelsesliste, today: date) -> None:
    """Raise `InvalidInput` with every date of a correction that lies after `today`: nobody can know of it yet."""
    faults = FindingCollector()
    for one in corrections.rettelser:
        for name, day in (("registrert", one.fra), ("opphoert", one.til)):
            if day is not None and day > today:
                faults.add(
                    Finding(
                        file=one.fil,
                        key=f"{one.id}.{name}",
                        found=str(day),
                        expected=f"today ({today}) or an earlier day: what is not known yet changes no figure",
                        action="Correct the date.",
                    )
                )
    faults.raise_if_any()


def correct(corrections: Sequence[Rettelse], connection: duckdb.DuckDBPyConnection) -> Corrected:
    """Apply to the connection's table `observasjon` those that fit it, and say what is wrong with the others.

    `filer` has the name of each content and the day that it came (`sha256, fil, kom`). A corrected row gets the id in
    `rettelse`. Left out: `mangler`, the number of pupils as it stands.
    """
    if not corrections:
        return Corrected()
    _register(corrections, connection)
    concerned = _of_series_in_the_home(corrections, connection)
    rows = connection.execute(
        f"""
        SELECT id, fil, rad, kolonne, kom, o.verdistatus, o.verdi, o.antall
        FROM observasjon o JOIN retting USING ({_CELL}) JOIN filer USING (sha256)"""  # noqa: S608 (declared names)
    ).fetchall()
    found = {row[0]: (_Place(*row[1:5]), row[5:]) for row in rows}
    applied, overtaken = [], []
    for one in concerned:
        if one.id not in found:
            overtaken.append(_no_such_cell(one))
            continue
        place, today = found[one.id]
        if today == (one.forvent.verdistatus, one.forvent.verdi, one.forvent.antall):
            applied.append(one.id)
        else:
            overtaken.append(_changed(one, place, today))
    same_cell = " AND ".join(f"o.{name} = r.{name}" for name in table("observasjon").grain)
    connection.execute(
        f"""
        UPDATE observasjon o
        SET rettelse = r.id, verdistatus = r.verdistatus, verdi = r.verdi, antall = r.antall
        FROM retting r WHERE {same_cell} AND list_contains(?, r.id)""",  # noqa: S608 (declared names)
        [applied],
    )
    connection.execute("DROP TABLE retting")
    unused = tuple(one.id for one in corrections if one not in concerned)
    return Corrected(tuple(applied), unused, tuple(overtaken))


@dataclass(frozen=True)
class _Place:
    """Where a cell stands in the sources: file, row and column, and the day that the file first came."""

    file: str
    row: int
    column: str
    came: date | None


def _register(corrections: Sequence[Rettelse], connection: duckdb.DuckDBPyConnection) -> None:
    """The corrections as `retting`: the cell, and the row's status, figure and number of pupils afterwards."""
    columns = ("id", *table("observasjon").grain, "verdistatus", "verdi", "antall")
    types = {column.name: column.type for column in table("observasjon").columns} | {"id": "VARCHAR"}
    declared = ", ".join(f"{name} {types[name]}" for name in columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE retting ({declared})")
    connection.executemany(
        f"INSERT INTO retting VALUES ({', '.join('?' * len(columns))})",  # noqa: S608 (placeholders)
        [(one.id, *one.cell, *_afterwards(one)) for one in corrections],
    )


def _afterwards(one: Rettelse) -> tuple[str, Decimal | None, int | None]:
    """Status, figure and number of pupils of the cell when it was as expected and has been corrected."""
    today = one.forvent
    if one.handling == "utelat":
        return MANGLER, None, today.antall
    if one.settes_til is None:
        return today.verdistatus, today.verdi, today.antall
    verdi = today.verdi if one.settes_til.verdi is None else one.settes_til.verdi
    antall = today.antall if one.settes_til.antall is None else one.settes_til.antall
    return today.verdistatus, verdi, antall


def _of_series_in_the_home(corrections: Sequence[Rettelse], connection: duckdb.DuckDBPyConnection) -> list[Rettelse]:
    """The corrections of which the home has figures: of their source, school year, indicator, measure and grade."""
    series = ", ".join(_SERIES)
    rows = connection.execute(
        f"SELECT DISTINCT {series} FROM observasjon SEMI JOIN retting USING ({series})"  # noqa: S608 (names of this module)
    ).fetchall()
    here = set(rows)
    return [one for one in corrections if tuple(getattr(one, name) for name in _SERIES) in here]


def _no_such_cell(one: Rettelse) -> Finding:
    return Finding(
        file=one.fil,
        key=one.id,
        found=f"no cell {one.key} in the source",
        expected="a cell that the source has: other units stand with that indicator, measure, grade and school year",
        action=(
            "Correct the level, the code or the school year of the correction. When the source has had the cell and "
            "has taken it out, end the correction: set its opphoert to the day that it was gone."
        ),
    )


def _changed(one: Rettelse, place: _Place, today: Sequence[Any]) -> Finding:
    """A cell that is not as expected. What a school's cell holds is not told.

    What came after the correction was registered, the source may have changed. What was there already the correction
    never fitted: no run can have used it, and an end would say that the source had been wrong until then.
    """
    forvent, secret = one.forvent, one.nivaa == _SKOLE
    expected = "the figure of its forvent" if secret else _stated(forvent.verdistatus, forvent.verdi, forvent.antall)
    expected += f", as the correction '{one.id}' of {one.registrert} does"
    if place.came is not None and place.came <= one.fra:
        expected += f": the source said something else that day already (this file came {place.came})"
        action = (
            f"In {one.fil}, correct forvent to what the source says; or remove the entry if no run has used it (else "
            "set its opphoert to the day that it was registered: it is then never in force)."
        )
    else:
        came = "" if place.came is None else f" (this file came {place.came})"
        expected += ": the source has changed it"
        action = (
            f"In {one.fil}, set the correction's opphoert to the day that the figure was changed{came}, and never "
            "delete it: earlier decisions stand on it. When the figure is still wrong, add a correction from that day "
            "on. A forvent that the source never said is corrected instead."
        )
    return Finding(
        file=place.file,
        row=place.row,
        column=place.column,
        key=one.key,
        found="another figure" if secret else _stated(*today),
        expected=expected,
        action=action,
    )


def _stated(status: str, verdi: Decimal | None, antall: int | None) -> str:
    figure = number_text(verdi) if status == VIST and verdi is not None else status
    return f"{figure} ({'no number of' if antall is None else antall} pupils)"
