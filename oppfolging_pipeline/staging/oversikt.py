"""From what is there to what can be made of it: the state of each report and school year, and the ways that work.

Belongs here: which reports are there, which identification years each rule set can be run for, and what the nearest
one lacks. Does not belong here: reading figures (`coverage`), how it is said (`oversikt_tekst`), or layout
(`cli_oversikt`).

A report is a source's figures of one school year. Nothing is proposed that a run would refuse: a way is complete and
spans no break that its set does not permit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from oppfolging_pipeline.rules.behov import every_cell, needed_cells
from oppfolging_pipeline.rules.brudd import TRUKKET_TILBAKE, Bruddliste
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.vinduer import SpannedBreak, past_every_break
from oppfolging_pipeline.staging.coverage import (
    Cell,
    Cells,
    missing_cells,
    preliminary_cells,
    years_to_look_at,
)
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.vindusbrudd import refused_breaks

Tilstand = Literal["her", "foreløpig", "mangler", "trukket tilbake"]
Report = tuple[str, str]  # kilde, skoleaar


@dataclass(frozen=True)
class Rapport:
    """A report of one school year and the state that it is in."""

    kilde: str
    skoleaar: str
    tilstand: Tilstand


@dataclass(frozen=True)
class Vei:
    """An identification year that a rule set can be run for with what is there. `forelopig`: on preliminary figures;
    `eldre`: on older figures of a source whose last fetch failed."""

    regelsett: str
    uttrekk: int
    forelopig: bool
    eldre: bool = False


@dataclass(frozen=True)
class Hinder:
    """What keeps a request from being run: cells that are not there by report, those that are preliminary, and breaks.

    A preliminary figure hinders nobody who asks for its year by name.
    """

    request: Request
    mangler: dict[Report, tuple[Cell, ...]]
    forelopig: dict[Report, tuple[Cell, ...]]
    brudd: tuple[SpannedBreak, ...]

    @property
    def stopper(self) -> bool:
        """Whether the year cannot be run, not even when it is asked for by name."""
        return bool(self.mangler or self.brudd)


def hinder(cells: Cells, request: Request, breaks: Bruddliste) -> Hinder:
    """What keeps the request from being run on final figures. Reports of a school year that a refused break is in are
    the break's alone: what lies there is of no use, and nobody should look for it."""
    refused = tuple(refused_breaks(request, breaks))
    of_breaks = {(one.brudd.kilde, skoleaar) for one in refused for skoleaar in one.skoleaar}
    return Hinder(
        request,
        _by_report(missing_cells(cells, request), request.catalog, of_breaks),
        _by_report(preliminary_cells(cells, request), request.catalog, of_breaks),
        refused,
    )


def veier(cells: Cells, rule_sets: Sequence[RuleSet], breaks: Bruddliste, catalog: Catalog) -> list[Vei]:
    """Every set and identification year that can be run with what is there: of each set, in the order given, the final
    ones and then the preliminary ones, newest first."""
    found = []
    for rule_set in rule_sets:
        of_set = []
        for year in years_to_look_at(cells, rule_set, catalog):
            one = hinder(cells, Request(year, rule_set, catalog), breaks)
            if not one.stopper:
                of_set.append(Vei(rule_set.navn, year, bool(one.forelopig)))
        found += sorted(of_set, key=lambda vei: (vei.forelopig, -vei.uttrekk))
    return found


def naermest(cells: Cells, rule_set: RuleSet, breaks: Bruddliste, catalog: Catalog) -> Hinder | None:
    """What the identification year that lacks the fewest reports lacks, the newest of equals; never one over a break
    that the set does not permit. None when there is no such year at all."""
    years = years_to_look_at(cells, rule_set, catalog)
    if not years:
        return None
    beyond = range(max(years) + 1, past_every_break(rule_set, breaks) + 1)
    requests = [Request(year, rule_set, catalog) for year in years]
    possible = [one for one in requests if not refused_breaks(one, breaks)] or [
        one for year in beyond if not refused_breaks(one := Request(year, rule_set, catalog), breaks)
    ][:1]
    there = reports_there(cells, catalog)

    def distance(one: Hinder) -> tuple[int, int, int, int]:
        absent = sum(report not in there for report in one.mangler)
        return len(one.mangler), absent, len(one.forelopig), -one.request.uttrekksaar

    return min((hinder(cells, request, breaks) for request in possible), key=distance, default=None)


def rapporter(
    cells: Cells, rule_sets: Sequence[RuleSet], breaks: Bruddliste, catalog: Catalog, asked: Collection[Request] = ()
) -> list[Rapport]:
    """The state of every report of every school year that something is there of, or that one of `asked` needs: the
    school years oldest first, of each the sources in the catalogue's order."""
    there, needed = reports_there(cells, catalog), needed_cells(rule_sets)
    preliminary = {
        (catalog.indikatorer[indikator].kilde, skoleaar)
        for (indikator, maal, trinn, skoleaar), facts in cells.items()
        if facts.forelopig and (indikator, maal, trinn) in every_cell(catalog) | needed
    }
    years = {skoleaar for _, skoleaar in there} | {row[4] for request in asked for row in request.cells()}
    found = []
    for skoleaar in sorted(years):
        for kilde in catalog.kilder:
            of_kilde = [cell for cell in needed or every_cell(catalog) if catalog.indikatorer[cell[0]].kilde == kilde]
            state: Tilstand = "mangler"
            if of_kilde and all(_is_withdrawn(cell, skoleaar, breaks, catalog) for cell in of_kilde):
                state = "trukket tilbake"
            elif (kilde, skoleaar) in there:
                state = "foreløpig" if (kilde, skoleaar) in preliminary else "her"
            found.append(Rapport(kilde, skoleaar, state))
    return found


def reports_there(cells: Cells, catalog: Catalog) -> set[Report]:
    """The reports that there is some figure of."""
    return {(catalog.indikatorer[indikator].kilde, skoleaar) for indikator, _, _, skoleaar in cells}


def _by_report(missing: Sequence[Cell], catalog: Catalog, but: Collection[Report]) -> dict[Report, tuple[Cell, ...]]:
    found: dict[Report, list[Cell]] = {}
    for cell in missing:
        report = (catalog.indikatorer[cell[0]].kilde, cell[3])
        if report not in but:
            found.setdefault(report, []).append(cell)
    return {report: tuple(of_report) for report, of_report in found.items()}


def _is_withdrawn(cell: tuple[str, str, int], skoleaar: str, breaks: Bruddliste, catalog: Catalog) -> bool:
    indikator, maal, trinn = cell
    return any(
        one.slag == TRUKKET_TILBAKE and one.affects(skoleaar) and one.concerns(indikator, trinn, maal, catalog)
        for one in breaks.brudd
    )
