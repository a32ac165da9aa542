"""What rule sets need of the sources: the cells that a fetch, a file or a run may stop for.

Belongs here: which (indicator, measure, grade) some rule set uses. Does not belong here: judging figures (`sources`,
`staging`), or what a set may use at all (`model`, `catalog`).

What is needed and is not there stops its source. What no set needs is told of and left out: nobody's decision hangs on
it, and the sources publish much that this scheme never asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet

Celle = tuple[str, str, int]  # indikator, maal, trinn
Behov = Collection[Celle]


def needed_cells(rule_sets: Iterable[RuleSet]) -> frozenset[Celle]:
    """The (indikator, maal, trinn) that at least one of the sets uses."""
    return frozenset((one.indikator, one.maal, one.trinn) for each in rule_sets for one in each.indikatorer)


def with_weights(needed: Behov, catalog: Catalog) -> frozenset[Celle]:
    """The cells and those whose counts they are weighed by. Nothing stops for the latter; but without them some figures
    cannot be moved, so that they are kept as long as they are sound."""
    weights = {
        (other, maal, trinn)
        for _, own, trinn in needed
        if (other := catalog.maal[own].vekt_fra) is not None
        for maal in catalog.maal_for(other, trinn)
    }
    return frozenset(needed) | weights


def every_cell(catalog: Catalog) -> frozenset[Celle]:
    """Each (indikator, maal, trinn) that the catalogue does not call `valgfri`: what is needed where nobody says which
    sets there are."""
    return frozenset(
        (key, maal, trinn)
        for key, indikator in catalog.indikatorer.items()
        if not indikator.valgfri
        for trinn in indikator.trinn
        for maal in catalog.maal_for(key, trinn)
    )


def needed_kilder(needed: Behov, catalog: Catalog) -> frozenset[str]:
    """The sources that the cells are of."""
    return frozenset(catalog.indikatorer[indikator].kilde for indikator, _, _ in needed)
