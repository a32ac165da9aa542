"""Which identification years the observations are complete for.

Belongs here: comparing what a rule set asks for with what is there. Does not belong here: stopping a run over a missing
limit (`indicators.grense`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.skoleaar import start_year
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging.harmonisering import Request

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

NationalCells = Mapping[tuple[str, str, int, str], bool]


def national_cells(engine: Engine, observasjon: Relation) -> NationalCells:
    """(indikator, maal, trinn, skoleaar) of every shown national figure → whether it is preliminary."""
    rows = engine.run(
        "SELECT indikator, maal, trinn, skoleaar, forelopig FROM observasjon "
        "WHERE nivaa = 'nasjonalt' AND verdistatus = 'vist'",
        observasjon=observasjon,
    )
    return {(indikator, maal, trinn, aar): preliminary for indikator, maal, trinn, aar, preliminary in rows.fetchall()}


def newest_complete_year(cells: NationalCells, rule_set: RuleSet, catalog: Catalog) -> int:
    """The newest identification year whose whole window is there and final.

    Raises `PermanentError` that names what the year nearest to complete lacks when no year is complete.
    """
    years = _years_ending_in(cells, rule_set, catalog)
    lacks: dict[int, list[str]] = {}
    for year in years:
        lacks[year] = missing_cells(cells, Request(year, rule_set, catalog))
        if not lacks[year]:
            return year
    found = "no national figure at all"
    action = "Put the reports in the inbox, or run `oppfolging fetch`."
    if years:
        nearest = min(years, key=lambda year: (len(lacks[year]), -year))
        shown = [*lacks[nearest][:_SHOWN], "…"][: len(lacks[nearest])]
        found = f"{len(lacks[nearest])} missing for {nearest}: {'; '.join(shown)}"
        action = _action(cells, [Request(year, rule_set, catalog) for year in years])
    raise PermanentError(
        f"rule set {rule_set.navn}: found no complete identification year ({found}); expected every national figure of "
        f"the window, none of them preliminary. {action} "
        "Or choose a rule set that the figures suffice for with --rules."
    )


def _action(cells: NationalCells, requests: Sequence[Request]) -> str:
    """What to do, the best first: the newest years that only final figures, or only an own choice, keep from it."""
    absent: dict[int, set[str]] = {}
    preliminary: set[int] = set()
    for request in requests:
        of_year = [((one[1], one[2], one[3], one[4]), one[4]) for one in request.cells()]
        absent[request.uttrekksaar] = {skoleaar for key, skoleaar in of_year if key not in cells}
        if any(cells.get(key) for key, _ in of_year):
            preliminary.add(request.uttrekksaar)
    actions = []
    whole = [year for year in absent if not absent[year]]
    if whole:
        actions.append(f"`--uttrekk {whole[0]}` uses its preliminary figures, and says so.")
    final = [year for year in absent if absent[year] and year not in preliminary]
    if final:
        years = ",".join(sorted(absent[final[0]]))
        actions.append(
            f"For {final[0]}, what is missing is of {years}: put those reports in the inbox, or "
            f"`oppfolging fetch --years {years}`."
        )
    return " ".join(actions) or "Put the missing reports in the inbox, or fetch them."


def missing_cells(cells: NationalCells, request: Request) -> list[str]:
    """What a request lacks: national figures that are absent or preliminary, in words."""
    lacks = []
    for _, indikator, maal, trinn, skoleaar, _, _ in request.cells():
        preliminary = cells.get((indikator, maal, trinn, skoleaar))
        if preliminary is None:
            lacks.append(f"{indikator} {maal} trinn {trinn} {skoleaar}")
        elif preliminary:
            lacks.append(f"{indikator} {maal} trinn {trinn} {skoleaar} (preliminary)")
    return lacks


def _years_ending_in(cells: NationalCells, rule_set: RuleSet, catalog: Catalog) -> list[int]:
    """The identification years whose window ends in a school year of the set's own figures, newest first.

    When there is none of them, the years of all figures: then none is complete, and one of them is to be told of.
    """
    asked = {(item.indikator, item.maal, item.trinn) for item in rule_set.indikatorer}
    own = {
        start_year(skoleaar) + 1 + rule_set.forsinkelse[catalog.indikatorer[indikator].kilde].verdi
        for indikator, maal, trinn, skoleaar in cells
        if (indikator, maal, trinn) in asked
    }
    return sorted(own or {start_year(skoleaar) + 1 for *_, skoleaar in cells}, reverse=True)


_SHOWN = 12  # of the missing figures, in the message
