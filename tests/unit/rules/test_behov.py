"""What rule sets need is what they use, and nothing else of the catalogue."""

from __future__ import annotations

from oppfolging_pipeline.rules.behov import every_cell, needed_cells, needed_kilder, with_weights
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import carried_rule_sets, load_rule_set

CATALOG = default_catalog()
TESTS_ALONE = needed_cells([load_rule_set("np-skalapoeng")])


def test_a_set_needs_its_own_indicators_measures_and_grades():
    assert {(test, "skalapoeng", trinn) for test in ("lesing", "regning") for trinn in (5, 8)} == TESTS_ALONE
    assert needed_kilder(TESTS_ALONE, CATALOG) == {"nasjonale_prover"}


def test_several_sets_need_what_any_of_them_does():
    both = needed_cells(carried_rule_sets())
    assert both >= TESTS_ALONE and ("mobbing", "andel_mobbet", 7) in both
    assert not {cell for cell in both if cell[2] == 9 or cell[0] == "engelsk"}
    assert both < every_cell(CATALOG)


def test_what_a_needed_figure_is_weighed_by_is_not_needed_and_is_kept_with_it():
    bullied = {("mobbing", "andel_mobbet", 7)}
    assert with_weights(bullied, CATALOG) == {*bullied, ("deltakelse", "andel_deltatt", 7)}
    assert not {cell for cell in every_cell(CATALOG) if cell[0] == "deltakelse"}
