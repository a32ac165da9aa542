"""Cells that are there, without any file: for tests of the way from what is there to a list.

Belongs here: cells of carried sets by source and school year. Does not belong here: assertions.
"""

from __future__ import annotations

from collections.abc import Mapping

from oppfolging_pipeline.core.skoleaar import from_start_year
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging.coverage import Figures
from tests.support.golden_sets import Item

CATALOG = default_catalog()
NP, GS, EU = "nasjonale_prover", "grunnskolepoeng", "elevundersokelsen"
FINAL = Figures(landet=True, kommuner=True, forelopig=False)
PRELIMINARY = Figures(landet=True, kommuner=True, forelopig=True)
UNSHOWN = Figures(landet=False, kommuner=True, forelopig=False)
MARKS = Item("grunnskolepoeng", "grunnskolepoeng", 10)
YEARS = [from_start_year(year) for year in range(2014, 2026)]
LESING, POENG = ("lesing", "skalapoeng", 5), ("grunnskolepoeng", "grunnskolepoeng", 10)


def cells_of(of: Mapping[tuple[str, str, int], Mapping[str, Figures]]) -> dict[tuple[str, str, int, str], Figures]:
    return {(*cell, skoleaar): facts for cell, by_year in of.items() for skoleaar, facts in by_year.items()}


def every(rule_set: str, kilde: str, *years: str, facts: Figures = FINAL) -> dict[tuple[str, str, int, str], Figures]:
    """All cells of a source that a carried set uses, in those school years."""
    items = [one for one in load_rule_set(rule_set).indikatorer if CATALOG.indikatorer[one.indikator].kilde == kilde]
    return {(one.indikator, one.maal, one.trinn, aar): facts for one in items for aar in years}


# What lies in an inbox with all of the real downloads of national tests and grunnskolepoeng.
ALL_REAL = {
    **every("np-skalapoeng", NP, "2022-23", "2023-24", "2024-25"),
    **every("udir-2020", GS, *(from_start_year(year) for year in range(2015, 2021))),
}
