"""Preliminary figures are said to be so, with source and school years, wherever results are made of them."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging.forelopig import preliminary_note
from oppfolging_pipeline.staging.harmonisering import Request

REQUEST = Request(2025, load_rule_set("udir-2020"), default_catalog())
COLUMNS = {
    "kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "skoleaar": "VARCHAR",
    "forelopig": "BOOLEAN",
}  # fmt: skip
FIGURES = sorted(set(REQUEST.figures()))


def told(preliminary: set[tuple[str, str]], extra: list[tuple[object, ...]] | None = None) -> str | None:
    rows = [(*figure, (figure[0], figure[4]) in preliminary) for figure in FIGURES]
    with open_engine() as engine:
        return preliminary_note(engine, engine.frame(COLUMNS, [*rows, *(extra or [])]), REQUEST)


def test_final_figures_are_told_nothing_of() -> None:
    assert told(set()) is None


@pytest.mark.parametrize("more", [False, True])
def test_each_source_is_named_with_its_school_years(more: bool) -> None:
    tests = {year for kilde, *_, year in FIGURES if kilde == "nasjonale_prover"}
    newest, before = sorted(tests)[-1], sorted(tests)[-2]
    preliminary = {("nasjonale_prover", newest)} | ({("nasjonale_prover", before)} if more else set())
    years = f"{before} og {newest}" if more else newest
    assert told(preliminary) == f"Tallene for Nasjonale prøver {years} er foreløpige."


def test_of_what_the_set_does_not_ask_for_nothing_is_said() -> None:
    assert told(set(), [("nasjonale_prover", "lesing", "skalapoeng", 9, "2024-25", True)]) is None
