"""What of a rule set's windows the observations hold, and the newest identification year that they suffice for.

Belongs here: comparing what a rule set asks for with what is there. Does not belong here: what a person is told of it
(`oversikt`), or stopping a run over a limit that cannot be made (`indicators.grense`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.skoleaar import start_year
from oppfolging_pipeline.rules.brudd import Bruddliste
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.vindusbrudd import refused_breaks

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

Cell = tuple[str, str, int, str]  # indikator, maal, trinn, skoleaar


@dataclass(frozen=True)
class Figures:
    """What there is of a cell: whether the country's figure is shown, whether some municipality's is, and whether they
    are preliminary. There may be rows of which neither is."""

    landet: bool
    kommuner: bool
    forelopig: bool


Cells = Mapping[Cell, Figures]


def read_cells(engine: Engine, observasjon: Relation) -> dict[Cell, Figures]:
    """Every cell that some unit has a figure of, shown or shielded."""
    rows = engine.run(
        """
        SELECT indikator, maal, trinn, skoleaar,
          coalesce(bool_or(nivaa = 'nasjonalt' AND verdistatus = 'vist'), false) AS landet,
          coalesce(bool_or(nivaa = 'kommune' AND verdistatus = 'vist'), false) AS kommuner,
          coalesce(bool_or(forelopig) FILTER (nivaa = 'nasjonalt' AND verdistatus = 'vist'),
            bool_or(forelopig) FILTER (nivaa = 'kommune' AND verdistatus = 'vist'), false) AS forelopig
        FROM observasjon WHERE verdistatus <> 'mangler' GROUP BY ALL""",
        observasjon=observasjon,
    )
    return {(key, maal, trinn, aar): Figures(*facts) for key, maal, trinn, aar, *facts in rows.fetchall()}


def missing_cells(cells: Cells, request: Request) -> list[Cell]:
    """The cells of the request's window that no limit can be made of, in the set's own order.

    A limit needs the published national figure (or, when the set says `beregn`, municipalities), and a percentile
    needs municipalities as well.
    """
    computed = request.rule_set.nasjonal_grense.verdi == "beregn"
    metode = {(one.indikator, one.trinn): one.absolutt_grense.metode for one in request.rule_set.indikatorer}
    missing = []
    for cell in _cells_of(request):
        facts = cells.get(cell)
        enough = facts is not None and (facts.landet or (computed and facts.kommuner))
        if facts is None or not enough or (metode[cell[0], cell[2]] == "persentil" and not facts.kommuner):
            missing.append(cell)
    return missing


def preliminary_cells(cells: Cells, request: Request) -> list[Cell]:
    """The cells of the request's window whose figures are there and preliminary."""
    return [cell for cell in _cells_of(request) if cell in cells and cells[cell].forelopig]


def years_to_look_at(cells: Cells, rule_set: RuleSet, catalog: Catalog) -> list[int]:
    """The identification years from the first to the last whose window ends in a school year that there are figures of
    in the set's own sources, newest first; when there is none of them, the years of all figures."""
    lags = {kilde: lag.verdi for kilde, lag in rule_set.forsinkelse.items()}
    kilder = {(catalog.indikatorer[indikator].kilde, skoleaar) for indikator, _, _, skoleaar in cells}
    own = {start_year(skoleaar) + 1 + lags[kilde] for kilde, skoleaar in kilder if kilde in lags}
    years = own or {start_year(skoleaar) + 1 for _, skoleaar in kilder}
    return list(range(max(years), min(years) - 1, -1)) if years else []


def newest_complete_year(cells: Cells, rule_set: RuleSet, catalog: Catalog, breaks: Bruddliste) -> int | None:
    """The newest identification year whose whole window is there and final, and spans no break that the set does not
    permit; None when there is none."""
    for year in years_to_look_at(cells, rule_set, catalog):
        request = Request(year, rule_set, catalog)
        if not (missing_cells(cells, request) or preliminary_cells(cells, request) or refused_breaks(request, breaks)):
            return year
    return None


def _cells_of(request: Request) -> list[Cell]:
    return [(indikator, maal, trinn, skoleaar) for _, indikator, maal, trinn, skoleaar, _, _ in request.cells()]
