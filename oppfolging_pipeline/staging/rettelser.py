"""Corrections of known errors in the sources, applied to the combined observations.

Belongs here: whether the source still says what a correction expects, putting the correction in the place of the
figure, and saying so of results. Does not belong here: what a correction may say (`rules.rettelser`).

Corrections are of real figures: in a home of the example or of a trial server none is applied. One whose indicator,
measure, grade and school year are not in the home (a download holds a part of a source) has nothing to correct there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import Finding, FindingCollector, PermanentError
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.rettelser import Handling, Rettelse, Rettelsesliste
from oppfolging_pipeline.sources.figures import MANGLER, VIST, number_text
from oppfolging_pipeline.sources.origins import REAL, Origin
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import table

if TYPE_CHECKING:
    import duckdb

    from oppfolging_pipeline.engine import Engine, Relation

_CELL = ", ".join(table("observasjon").grain)
_SERIES = ("kilde", "skoleaar", "indikator", "maal", "trinn")
_GJORT: Mapping[Handling, str] = {"utelat": "utelatt", "overstyr": "satt til et annet", "merk": "beholdt og merket"}
_SKOLE = "skole"


def correct(corrections: Rettelsesliste, origin: Origin, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Apply the corrections to the connection's table `observasjon` (`filer` names its contents); the ids applied.

    A corrected row gets the id in `rettelse`. Left out: `mangler`, the number of pupils as it stands. Raises
    `InvalidInput` with every cell that is not there or not as expected: the source has changed it.
    """
    if origin not in REAL or not corrections.rettelser:
        return []
    _register(corrections.rettelser, connection)
    concerned = _of_series_in_the_home(corrections.rettelser, connection)
    rows = connection.execute(
        f"""
        SELECT id, fil, rad, kolonne, o.verdistatus, o.verdi, o.antall
        FROM observasjon o JOIN retting USING ({_CELL}) JOIN filer USING (sha256)"""  # noqa: S608 (declared names)
    ).fetchall()
    found = {row[0]: row[1:] for row in rows}
    faults = FindingCollector()
    for one in concerned:
        file, row, column, *today = found.get(one.id, (None, None, None, None, None, None))
        if today != [one.forvent.verdistatus, one.forvent.verdi, one.forvent.antall]:
            faults.add(_changed(one, file, row, column, today))
    faults.raise_if_any()
    same_cell = " AND ".join(f"o.{name} = r.{name}" for name in table("observasjon").grain)
    connection.execute(
        f"""
        UPDATE observasjon o
        SET rettelse = r.id, verdistatus = r.verdistatus, verdi = r.verdi, antall = r.antall
        FROM retting r WHERE {same_cell}"""  # noqa: S608 (declared names)
    )
    connection.execute("DROP TABLE retting")
    return [one.id for one in concerned]


def correction_note(engine: Engine, observasjon: Relation, request: Request, corrections: Rettelsesliste) -> str | None:
    """What results on corrected figures say of them, in Norwegian; None when no figure of the request is corrected.

    `observasjon` holds the window's partitions. Of a school nothing is told but the correction's id. Raises
    `PermanentError` when the lake holds a correction that is no longer declared.
    """
    rows = engine.run(
        "SELECT rettelse FROM observasjon WHERE rettelse IS NOT NULL ORDER BY rettelse", observasjon=observasjon
    ).fetchall()
    known, asked = corrections.by_id(), {cell[:5] for cell in request.cells()}
    notes = []
    for (name,) in rows:
        if name not in known:
            raise PermanentError(
                f"observasjon: found the correction '{name}'; expected one that is declared. Materialize observasjon "
                "again."
            )
        one = known[name]
        if (one.kilde, one.indikator, one.maal, one.trinn, one.skoleaar) in asked:
            notes.append(_note(one, request.catalog))
    return f"Rettede tall. {' '.join(notes)}" if notes else None


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


def _changed(one: Rettelse, file: str | None, row: int | None, column: str | None, today: Sequence[Any]) -> Finding:
    """A cell that is not as expected. What a school's cell holds is not told."""
    forvent, secret = one.forvent, one.nivaa == _SKOLE
    found = "no such cell" if file is None else "another figure" if secret else _stated(*today)
    expected = "the figure of its forvent" if secret else _stated(forvent.verdistatus, forvent.verdi, forvent.antall)
    return Finding(
        file=file,
        row=row,
        column=column,
        key=one.key,
        found=found,
        expected=f"{expected}, as the correction '{one.id}' of {one.registrert} does: the source has changed it",
        action="Remove the correction from corrections.yaml, or renew its forvent when the figure is still wrong.",
    )


def _stated(status: str, verdi: Decimal | None, antall: int | None) -> str:
    figure = number_text(verdi) if status == VIST and verdi is not None else status
    return f"{figure} ({'no number of' if antall is None else antall} pupils)"


def _note(one: Rettelse, catalog: Catalog) -> str:
    cell = f"{catalog.indikatorer[one.indikator].navn} {one.trinn}. trinn {one.skoleaar}"
    if one.nivaa == _SKOLE:
        return f"{cell}, en skole: {_GJORT[one.handling]} ({one.id})."
    where = "hele landet" if one.nivaa == "nasjonalt" else f"{one.nivaa} {one.enhet}"
    return f"{cell}, {where}: {_GJORT[one.handling]} ({one.id}). {one.grunn}"
