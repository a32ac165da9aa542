"""A rule that is spoilt in the pipeline's own source is found on the countries, and so are counts taken for others.

Each must differ in the named column of `vurdering` in the country that is named: agreement would else be worth little.
Where the draw of the countries has changed, `python -m tests.countries.test_spoilt` looks for one that shows it.
"""

from __future__ import annotations

from types import ModuleType

import pytest

from oppfolging_pipeline.indicators import grense
from oppfolging_pipeline.staging import elever, harmonisering, ombygging, skole_plassering
from tests.countries.both import both
from tests.support.decision import spoil

RULES: dict[str, tuple[ModuleType, list[tuple[str, str]], str, int]] = {
    "a count beside a figure is of those who answered, also where it is a numerator": (
        elever, [("*request.weight_of(indikator, maal)))", "indikator, maal))")], "verdistatus", 0,
    ),
    "a numerator of 0 is nobody": (
        elever, [("elever IS DISTINCT FROM 0 AND (rettelse", "antall IS DISTINCT FROM 0 AND (rettelse")], "verdistatus",
        5,
    ),
    "a part without a weight is left out": (
        ombygging, [("NOT har_elever OR kan_brukes OR utelatt THEN NULL",
                     "NOT har_elever OR kan_brukes OR utelatt OR elever IS NULL THEN NULL")], "verdistatus", 0,
    ),
    "a row from before the division places a school by the number it had": (
        skole_plassering,
        [("dated >= division and ", ""), ("kommunenr, dated, per", "kommunenr, max(dated, division), per")], "rad", 3,
    ),
    "a school in a third municipality is nobody's": (
        ombygging, [("ELSE {Hinder.SKOLE_UTENFOR_DELENE:d} END AS utenfor", "END AS utenfor")], "verdistatus", 13,
    ),
    "a school that stands nowhere is nobody's": (
        ombygging, [("WHEN p.kommune IS NULL THEN {Hinder.SKOLE_UPLASSERT:d}", "WHEN p.kommune IS NULL THEN NULL")],
        "verdistatus", 3,
    ),
    "pupils that no school accounts for are nobody": (
        ombygging, [("WHEN NOT en_uten_elevtall AND elever <> i_skolene", "WHEN false")], "verdistatus", 16,
    ),
    "a number is one municipality for ever": (
        harmonisering, [("register.etterfolgere(code, day, per)", "register.etterfolgere(code, per, per)")],
        "verdistatus", 1,
    ),
    "what was left out stands in the way as a star does": (
        ombygging, [("WHEN NOT har_elever OR kan_brukes OR utelatt THEN", "WHEN NOT har_elever OR kan_brukes THEN")],
        "verdistatus", 32,
    ),
    "equal to the absolute limit is a little beyond it": (
        grense, [("national - limit.verdi if", "national - limit.verdi + Decimal('0.001') if")], "absolutt_grense", 0,
    ),
}  # fmt: skip


def shows(number: int, column: str) -> bool:
    """Whether the country shows a difference in that column of `vurdering`. Nothing of it may be refused."""
    outcome = both(number)
    assert outcome.refused is None, outcome.fault
    return column in {one.felt for one in outcome.differences if one.tabell == "vurdering"}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_is_spoilt_shows_in_its_country(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module, changes, column, number = RULES[name]
    spoil(monkeypatch, module, changes)
    assert shows(number, column)


if __name__ == "__main__":
    for name, (module, changes, column, _) in RULES.items():
        with pytest.MonkeyPatch.context() as patch:
            spoil(patch, module, changes)
            found = next((number for number in range(200) if shows(number, column)), None)
        print(f"{name}: {found}")  # noqa: T201 (a command line)
