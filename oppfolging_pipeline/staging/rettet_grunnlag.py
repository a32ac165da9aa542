"""The corrections that the results of a request stand on: which cells, what is published of them, and the note.

Belongs here: from corrected observations to cells in the register of the identification year, and what is said of
them. Does not belong here: applying corrections (`rettelser`), or how figures are moved (`harmonisering`).

A result stands on a correction of the nation's figure (its limits), of a municipality's, of a school's that is judged
or that a divided municipality is rebuilt from, and never on one of a county's, nor on one of the nation's number of
pupils alone. Of a school nothing is published but the correction's id, and that it is of a school. The reference of a
correction of a shielded figure is kept back: nobody can see whether a number in it is the figure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.rettelse import Rettelse
from oppfolging_pipeline.staging import harmonisering
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.skole_plassering import Units
from oppfolging_pipeline.tables.model import table

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

Cell = tuple[str, int, str]  # indikator, trinn, skoleaar
Row = dict[str, Any]

_SKOLE = "skole"
SEPARATOR = ", "
"""Between the ids of the corrections that one published figure stands on."""


def rettet_celle(
    engine: Engine,
    observasjon: Relation,
    request: Request,
    in_force: Sequence[Rettelse],
    limits_of_kommuner: Collection[Cell],
    units: Units,
) -> list[Row]:
    """The declared table `rettet_celle`, in the order of its grain.

    `observasjon` holds the window's partitions; `limits_of_kommuner` are the cells whose limits are made of the
    municipalities' figures; `units` are the request's. Raises `PermanentError` when the lake was corrected by others
    than those in force.
    """
    _require_those(engine, observasjon, in_force)
    asked, used = {cell[:5] for cell in request.cells()}, set(request.figures())
    rows = engine.run(
        "SELECT kilde, indikator, maal, trinn, skoleaar, nivaa, enhet, rettelse FROM observasjon "
        "WHERE rettelse IS NOT NULL",
        observasjon=observasjon,
    ).fetchall()
    of_pupils = {one.id for one in in_force if one.replaces_only_pupils}
    found: set[tuple[str, str, Cell, str, str]] = set()
    below = False
    for kilde, indikator, maal, trinn, skoleaar, nivaa, enhet, name in rows:
        if (kilde, indikator, maal, trinn, skoleaar) not in used:
            continue
        below = below or nivaa in ("kommune", _SKOLE)
        if (kilde, indikator, maal, trinn, skoleaar) not in asked:
            continue
        cell = (indikator, trinn, skoleaar)
        of_a_limit = nivaa == "kommune" and cell in limits_of_kommuner and not carried_register().er_utenfor(enhet)
        if (nivaa == "nasjonalt" and name not in of_pupils) or of_a_limit:
            found.add(("nasjonalt", "I", cell, name, nivaa))
    if below:
        made_of = harmonisering.made_of(engine, observasjon, request, units.lineage, units.placed)
        of_kommuner = made_of.filter("rettelse IS NOT NULL").project(
            "enhet, indikator, trinn, skoleaar, rettelse, nivaa"
        )
        for enhet, indikator, trinn, skoleaar, name, nivaa in of_kommuner.fetchall():
            if enhet in units.kommuner:
                found.add(("kommune", enhet, (indikator, trinn, skoleaar), name, nivaa))
        judged = set(units.judged)
        for kilde, indikator, maal, trinn, skoleaar, nivaa, enhet, name in rows:
            if nivaa == _SKOLE and enhet in judged and (kilde, indikator, maal, trinn, skoleaar) in asked:
                found.add((_SKOLE, enhet, (indikator, trinn, skoleaar), name, nivaa))
    columns = ("nivaa", "enhet", "indikator", "trinn", "skoleaar", "rettelse", "rettet_nivaa")
    return [
        {**request.partition, **dict(zip(columns, (nivaa, enhet, *cell, name, of), strict=True))}
        for nivaa, enhet, cell, name, of in sorted(found)
    ]


def corrected_limits(celler: Sequence[Row]) -> dict[Cell, str]:
    """The ids of the corrections that each limit stands on, as they are published."""
    of_cell: dict[Cell, set[str]] = {}
    for row in celler:
        if row["nivaa"] == "nasjonalt":
            of_cell.setdefault((row["indikator"], row["trinn"], row["skoleaar"]), set()).add(row["rettelse"])
    return {cell: SEPARATOR.join(sorted(names)) for cell, names in of_cell.items()}


def rettelse_rader(request: Request, celler: Sequence[Row], in_force: Sequence[Rettelse]) -> list[Row]:
    """The declared table `rettelse`: the corrections of `celler`, those of schools left out."""
    used = {row["rettelse"] for row in celler if row["rettet_nivaa"] != _SKOLE}
    return [
        {
            **request.partition,
            "rettelse": one.id,
            **dict(zip(table("observasjon").grain, one.cell, strict=True)),
            "handling": one.handling,
            "forvent_verdistatus": one.forvent.verdistatus,
            "forvent_verdi": one.forvent.verdi,
            "forvent_antall": one.forvent.antall,
            "settes_til_verdi": one.settes_til and one.settes_til.verdi,
            "settes_til_antall": one.settes_til and one.settes_til.antall,
            "grunn": one.grunn,
            "referanse": None if one.forvent.verdistatus == "skjermet" else one.referanse,
            "registrert": one.fra,
            "opphoert": one.til,
        }
        for one in sorted(in_force, key=lambda one: one.id)
        if one.id in used
    ]


def correction_note(celler: Sequence[Row], in_force: Sequence[Rettelse], catalog: Catalog) -> str | None:
    """What results say of the corrections that they stand on, in Norwegian; None when there is none."""
    used = {row["rettelse"] for row in celler}
    notes = [_note(one, catalog) for one in sorted(in_force, key=lambda one: one.id) if one.id in used]
    return f"Rettede tall. {' '.join(notes)}" if notes else None


def _require_those(engine: Engine, observasjon: Relation, in_force: Sequence[Rettelse]) -> None:
    grain = table("observasjon").grain
    types: Mapping[str, str] = {column.name: column.type for column in table("observasjon").columns}
    cells = engine.frame(
        {**{name: types[name] for name in grain}, "gjelder": "VARCHAR"}, [(*one.cell, one.id) for one in in_force]
    )
    wrong = engine.run(
        f"SELECT DISTINCT o.rettelse, r.gjelder FROM observasjon o LEFT JOIN retting r USING ({', '.join(grain)}) "  # noqa: S608 (declared names)
        "WHERE o.rettelse IS DISTINCT FROM r.gjelder ORDER BY ALL",
        observasjon=observasjon,
        retting=cells,
    ).fetchall()
    if wrong:
        told = "; ".join(f"{_named(there)} where {_named(expected)} is in force" for there, expected in wrong)
        raise PermanentError(
            f"observasjon: found {told}; expected figures that the corrections in force have been applied to. "
            "Materialize observasjon again, or run again."
        )


def _named(correction: str | None) -> str:
    return f"the correction '{correction}'" if correction else "no correction"


def _note(one: Rettelse, catalog: Catalog) -> str:
    cell = f"{catalog.indikatorer[one.indikator].navn} {one.trinn}. trinn {one.skoleaar}"
    if one.nivaa == _SKOLE:
        return f"{cell}, en skole: {_done(one)} ({one.id})."
    where = "hele landet" if one.nivaa == "nasjonalt" else f"{one.nivaa} {one.enhet}"
    return f"{cell}, {where}: {_done(one)} ({one.id}). {one.grunn}"


def _done(one: Rettelse) -> str:
    if one.settes_til is None:
        return "tallet er utelatt" if one.handling == "utelat" else "tallet er beholdt og merket"
    if one.settes_til.verdi is None:
        return "antallet elever er satt til et annet"
    both = one.settes_til.antall is not None
    return "tallet og antallet elever er satt til andre" if both else "tallet er satt til et annet"
