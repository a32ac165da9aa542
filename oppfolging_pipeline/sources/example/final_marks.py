"""The example's Excel download of grunnskolepoeng: one workbook, all years and levels, old and new codes side by side.

Belongs here: rows, back-cast figures, break notes. Does not belong here: the bytes of a workbook (`workbook`).

As in Udir's download of 2015–2021: a unit that has only changed its number carries its predecessor's figures backwards;
a merged or divided municipality has none before it began; an old unit has none after its end; a school stands once
under each municipality that it has belonged to, also with the years before. So a naive sum counts pupils several times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from oppfolging_pipeline.sources.example.calendar import ERAS, GRUNNSKOLEPOENG_SKOLEAAR, position, spring_era
from oppfolging_pipeline.sources.example.cells import Cell, Figures, published
from oppfolging_pipeline.sources.example.geography import steder
from oppfolging_pipeline.sources.example.listing import FYLKENE, KOMMUNENE, LANDET, NASJONAL_KODE
from oppfolging_pipeline.sources.example.names import alphabetical
from oppfolging_pipeline.sources.example.national_tests import HEADING
from oppfolging_pipeline.sources.example.results import THOUSANDTHS
from oppfolging_pipeline.sources.example.schools import MOVED_IN, Skole, skoler
from oppfolging_pipeline.sources.example.series import POENG
from oppfolging_pipeline.sources.example.units import (
    CodeOf,
    fylke_code,
    kommune_code,
    members,
    shown_fylke,
    shown_kommune,
)
from oppfolging_pipeline.sources.example.workbook import Value, workbook

FILE = "Grunnskolepoeng.xlsx"
_SERIE = POENG[0]
_YEARS = GRUNNSKOLEPOENG_SKOLEAAR
_WITHOUT_EXAMS = ("2019-20", "2020-21")
_NO_EXAMS = (
    "Skoleårene 2019-20 og 2020-21 ble alle eksamener for elever i grunnskolen avlyst. Grunnskolepoengene for disse "
    "skoleårene er derfor kun basert på standpunktkarakterer."
)
_NEW_ERA_YEARS = {
    next(aar for aar in _YEARS if spring_era(aar) == era): era for era in ERAS if era and era in map(spring_era, _YEARS)
}
_WITH_BREAKS = tuple(aar for aar in _YEARS if aar in _WITHOUT_EXAMS or aar in _NEW_ERA_YEARS or aar == MOVED_IN)


@dataclass(frozen=True)
class _Enhet:
    """A code over the eras in which it is valid, with the name that it had last."""

    kode: str
    forste: int
    siste: int


def final_marks() -> dict[str, bytes]:
    """The workbook: name → bytes."""
    figures = {aar: published(aar, spring_era(aar), POENG) for aar in _YEARS}
    rows: list[list[Value]] = [[*HEADING, *(f"{aar}.Alle eierformer.Begge kjønn.{name}" for aar, name in _columns())]]
    rows.extend(_rows(figures))
    sheets: dict[str, Sequence[Sequence[Value]]] = {
        "Grunnskolepoeng": rows,
        "Kilde": [["Grunnskolepoeng (oppdiktet eksempelland)"]],
    }
    return {FILE: workbook(sheets, creator="Oppdiktet eksempelland", created="2025-10-01T12:00:00Z")}


def _columns() -> Iterator[tuple[str, str]]:
    for aar in _YEARS:
        for name in ("Grunnskolepoeng", "Antall elever"):
            if aar in _WITH_BREAKS:
                yield aar, f"{name}.Brudd"
            yield aar, name


def _rows(figures: Mapping[str, Figures]) -> Iterator[list[Value]]:
    land = {aar: figures[aar].land[_SERIE] for aar in _YEARS}
    yield [1, NASJONAL_KODE, None, None, None, LANDET, FYLKENE, KOMMUNENE, LANDET, *_values(land, {})]
    kommuner = _enheter(kommune_code)
    schools = _schools_by_kommune(kommuner)
    for fylke in sorted(
        _enheter(fylke_code).values(), key=lambda unit: alphabetical(shown_fylke(unit.siste)[unit.kode])
    ):
        number, name = int(fylke.kode), shown_fylke(fylke.siste)[fylke.kode]
        cells, notes = _series_of(fylke, fylke_code, {aar: figures[aar].fylker[_SERIE] for aar in _YEARS}, name)
        yield [2, NASJONAL_KODE, number, None, number, LANDET, name, KOMMUNENE, name, *_values(cells, notes)]
        for unit in _kommuner_of(fylke, kommuner):
            kommune = shown_kommune(unit.siste)[unit.kode]
            by_year = {aar: figures[aar].kommuner[_SERIE] for aar in _YEARS}
            cells, notes = _series_of(unit, kommune_code, by_year, kommune)
            codes = (NASJONAL_KODE, number, int(unit.kode))
            of_schools = list(_school_rows(unit, schools.get(unit.kode, []), figures))
            if cells or of_schools:
                yield [3, *codes, int(unit.kode), LANDET, name, kommune, kommune, *_values(cells, notes)]
            for skole, school_cells, school_notes in of_schools:
                yield [
                    4,
                    *codes,
                    int(skole.orgnr),
                    LANDET,
                    name,
                    kommune,
                    skole.navn,
                    *_values(school_cells, school_notes),
                ]


def _enheter(code_of: CodeOf) -> dict[str, _Enhet]:
    found: dict[str, _Enhet] = {}
    for era in sorted(set(map(spring_era, _YEARS))):
        for code in members(code_of, era):
            found[code] = _Enhet(code, found[code].forste if code in found else era, era)
    return found


def _kommuner_of(fylke: _Enhet, kommuner: dict[str, _Enhet]) -> list[_Enhet]:
    fylke_of = {(sted.koder[era], era): sted.fylkesnr(era) for sted in steder() for era in ERAS}
    units = [unit for unit in kommuner.values() if fylke_of[unit.kode, unit.siste] == fylke.kode]
    return sorted(units, key=lambda unit: alphabetical(shown_kommune(unit.siste)[unit.kode]))


def _series_of(
    unit: _Enhet, code_of: CodeOf, by_year: Mapping[str, dict[str, Cell]], name: str
) -> tuple[dict[str, Cell], dict[str, str]]:
    """A unit's cells per year, back-cast where its number is all that changed, and its own break notes."""
    cells: dict[str, Cell] = {}
    notes: dict[str, str] = {}
    places = members(code_of, unit.forste)[unit.kode]
    for aar in _YEARS:
        era = spring_era(aar)
        code: str | None = unit.kode if unit.forste <= era <= unit.siste else None
        if era < unit.forste:
            code = next((c for c, others in members(code_of, era).items() if others == places), None)
        if code is not None and code in by_year[aar]:
            cells[aar] = by_year[aar][code]
    if unit.forste and places not in members(code_of, unit.forste - 1).values():
        parts = [others for others in members(code_of, unit.forste - 1).values() if others & places]
        reason = "sammenslåing" if len(parts) > 1 else "deling"
        first = next(aar for aar, era in _NEW_ERA_YEARS.items() if era == unit.forste)
        notes[first] = f"{name} er resultatet av en {reason} og har derfor ikke tall for tidligere årganger"
    return cells, notes


def _schools_by_kommune(kommuner: dict[str, _Enhet]) -> dict[str, list[int]]:
    """Numbers of the schools that have stood under each municipality code."""
    found: dict[str, list[int]] = {}
    for nr, skole in enumerate(skoler()):
        places = {skole.sted, skole.sted if skole.flytter_til is None else skole.flytter_til}
        for code in sorted({steder()[place].koder[era] for place in places for era in ERAS}):
            if skole.ungdom and code in kommuner:
                found.setdefault(code, []).append(nr)
    return found


def _school_rows(
    unit: _Enhet, numbers: list[int], figures: Mapping[str, Figures]
) -> Iterator[tuple[Skole, dict[str, Cell], dict[str, str]]]:
    for nr in sorted(numbers, key=lambda nr: alphabetical(skoler()[nr].navn)):
        skole = skoler()[nr]
        cells: dict[str, Cell] = {}
        notes: dict[str, str] = {}
        for aar in _YEARS:
            here = {steder()[skole.sted_in(position(aar))].koder[era] for era in ERAS}
            left = (
                skole.flytter_til is not None and skole.sted_in(position(aar)) != skole.sted and unit.kode not in here
            )
            if spring_era(aar) <= unit.siste and not left and nr in figures[aar].skoler[_SERIE]:
                cells[aar] = figures[aar].skoler[_SERIE][nr]
        if skole.flytter_til is not None:
            fra, til = (steder()[place].navn[unit.siste] for place in (skole.sted, skole.flytter_til))
            notes[MOVED_IN] = f"{skole.navn.strip()} er flyttet fra {fra} til {til}"
        if cells:
            yield skole, cells, notes


def _values(cells: Mapping[str, Cell], notes: Mapping[str, str]) -> Iterator[Value]:
    for aar, name in _columns():
        cell = cells.get(aar)
        if name.endswith(".Brudd"):
            texts = [text for text in (_NO_EXAMS if aar in _WITHOUT_EXAMS else None, notes.get(aar)) if text]
            yield " << 2. Bruddtekst >> ".join(texts) or None
        elif cell is None or cell.status == "mangler":
            yield None
        elif cell.status == "skjermet":
            yield "*"
        elif name == "Grunnskolepoeng":
            tenths = (2 * cell.tally.sum * 10 + cell.tally.antall * THOUSANDTHS) // (
                2 * cell.tally.antall * THOUSANDTHS
            )
            yield tenths // 10 if tenths % 10 == 0 else tenths / 10
        else:
            yield "*" if cell.antall_skjult else cell.tally.antall
