"""A rule that is spoilt in the pipeline's own source is found on the countries, and so are counts taken for others.

Each must differ in the named table and column of one of the first countries: agreement would else be worth little.
"""

from __future__ import annotations

from types import ModuleType

import pytest

from oppfolging_pipeline.indicators import grense
from oppfolging_pipeline.staging import elever, harmonisering, ombygging, skole_plassering
from tests.countries.both import both
from tests.support.decision import spoil

FIRST = 20
RULES: dict[str, tuple[ModuleType, list[tuple[str, str]], str]] = {
    "a count beside a figure is of those who answered, also where it is a numerator": (
        elever, [("*request.weight_of(indikator, maal)))", "indikator, maal))")], "verdistatus",
    ),
    "a numerator of 0 is nobody": (
        elever, [("elever IS DISTINCT FROM 0 AND (rettelse", "antall IS DISTINCT FROM 0 AND (rettelse")], "verdistatus",
    ),
    "a part without a weight is left out": (
        ombygging, [("NOT har_elever OR kan_brukes OR utelatt THEN NULL",
                     "NOT har_elever OR kan_brukes OR utelatt OR elever IS NULL THEN NULL")], "verdistatus",
    ),
    "an earlier row places a school too": (skole_plassering, [("dated >= division and ", "")], "rad"),
    "a school in a third municipality is nobody's": (
        ombygging, [("ELSE {Hinder.SKOLE_UTENFOR_DELENE:d} END AS utenfor", "END AS utenfor")], "verdistatus",
    ),
    "a school that stands nowhere is nobody's": (
        ombygging, [("WHEN p.kommune IS NULL THEN {Hinder.SKOLE_UPLASSERT:d}", "WHEN p.kommune IS NULL THEN NULL")],
        "verdistatus",
    ),
    "pupils that no school accounts for are nobody": (
        ombygging, [("WHEN NOT en_uten_elevtall AND elever <> i_skolene", "WHEN false")], "verdistatus",
    ),
    "a number is one municipality for ever": (
        harmonisering, [("register.etterfolgere(code, day, per)", "register.etterfolgere(code, per, per)")],
        "verdistatus",
    ),
    "what was left out stands in the way as a star does": (
        ombygging, [("WHEN NOT har_elever OR kan_brukes OR utelatt THEN", "WHEN NOT har_elever OR kan_brukes THEN")],
        "verdistatus",
    ),
    "equal to the absolute limit is a little beyond it": (
        grense, [("national - limit.verdi if", "national - limit.verdi + Decimal('0.001') if")], "absolutt_grense",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_is_spoilt_shows_in_one_of_the_first_countries(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module, changes, column = RULES[name]
    spoil(monkeypatch, module, changes)
    found: set[str] = set()
    for number in range(FIRST):
        outcome = both(number)
        assert outcome.refused is None, outcome.fault
        found |= {one.felt for one in outcome.differences if one.tabell == "vurdering"}
        if column in found:
            return
    assert column in found
