"""The reasons of the carried sets, each derived again from the numbers that it states.

Belongs here: the arithmetic behind a `grunn`, and that no reason states a number without it. Does not belong here:
whether a parameter is wise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import NormalDist, pstdev
from typing import Any

import pytest

from oppfolging_pipeline.core.rounding import norwegian
from oppfolging_pipeline.identification.spredning import spread_of
from oppfolging_pipeline.rules.loader import load_rule_set, rule_set_names
from oppfolging_pipeline.rules.model import RuleSet
from tests.support.shared import GRUNNSKOLEPOENG, NASJONALE_PROVER, needs_shared
from tests.unit.sources.conftest import Reader, cells_of, connection, read

__all__ = ["connection", "read"]  # fixtures

SETS = {name: load_rule_set(name) for name in rule_set_names()}
ROWS = [(name, row) for name, rule_set in SETS.items() for row in rule_set.parametre() if row["grunn"]]
# By the construction of the scale: three levels of 25, 50 and 25 percent on 5. trinn, five of 10, 20, 40, 20 and 10 on
# 8. (Udir); the nation has had 11 to 13 percent on level 1 of 8. trinn.
BY_DESIGN = {5: 25, 8: 10}
NATION_HAD = {5: (23, 25), 8: (11, 13)}


def number(text: str) -> Fraction:
    return Fraction(text.replace(",", "."))


def moved(before: float, points_lower: float, deviation: float) -> float:
    """The percent on the lowest level when the mean of a normal distribution falls and the level's limit stands."""
    scale = NormalDist(0, deviation)
    return 100 * NormalDist(-points_lower, deviation).cdf(scale.inv_cdf(before / 100))


def lowest_level(found: re.Match[str], row: dict[str, Any], _: RuleSet) -> None:
    lower, deviation, before, after, design = (float(number(each)) for each in found.groups())
    trinn = int(row["navn"].split(".")[2])
    assert round(moved(before, lower, deviation)) == after
    assert design == BY_DESIGN[trinn]
    least, most = NATION_HAD[trinn]
    assert least <= before <= most
    if row["navn"].endswith(".verdi"):
        assert after - before == float(row["verdi"])
        # And about so much whether one begins at the level's own share or at the nation's.
        for start in (design, least, most):
            assert abs(moved(start, lower, deviation) - start - float(row["verdi"])) < 1


def deviations(found: re.Match[str], row: dict[str, Any], _: RuleSet) -> None:
    low, high, least, most = found.groups()
    if row["navn"].endswith(".verdi"):
        verdi = number(row["verdi"])
        assert norwegian(verdi / number(most), 1) == low
        assert norwegian(verdi / number(least), 1) == (high or low)


def bullied(found: re.Match[str], row: dict[str, Any], _: RuleSet) -> None:
    one = Fraction(100, int(found[1]))
    assert one < 5 < 2 * one  # five percentage points are more than one pupil, and fewer than two
    assert row["navn"].endswith(".metode") or row["verdi"] == "5"


def a_step_lower(found: re.Match[str], row: dict[str, Any], _: RuleSet) -> None:
    answers = [Fraction(4)] * 7 + [Fraction(3)] * 3
    assert Fraction(4) - sum(answers) / 10 == Fraction(3, 10)
    assert row["navn"].endswith(".metode") or row["verdi"] == "0.3"
    assert found[1] == "1 til 5"


def one_point(found: re.Match[str], row: dict[str, Any], rule_set: RuleSet) -> None:
    possible, percent, what = found.groups()
    weights = sum(item.vekt.verdi for item in rule_set.indikatorer)
    assert int(possible) == rule_set.antall_aar.verdi * rule_set.poeng.absolutt.verdi * weights
    step = Fraction(100, int(possible))
    assert norwegian(step, 1) == percent
    within = number(row["verdi"]) // step  # how many points lie within the distance
    assert within == {"dem som et par risikopoeng kunne flyttet": 2, "bare dem som står så godt som likt": 0}[what]


def two_schools(found: re.Match[str], row: dict[str, Any], _: RuleSet) -> None:
    apart = Fraction(int(found[1]))
    assert spread_of([Fraction(30), 30 + apart], "standardavvik").squared == number(row["verdi"]) ** 2


def months(_: re.Match[str], row: dict[str, Any], __: RuleSet) -> None:
    day = date.fromisoformat(f"2025-{row['verdi']}")
    assert (date(2025, 8, 1).month - day.month, day.day) == (5, 1)


DERIVED: dict[str, Callable[[re.Match[str], dict[str, Any], RuleSet], None]] = {
    r"Om lag det et snitt (\d+) skalapoeng lavere gir når elevenes standardavvik er (\d+): fra (\d+) til (\d+) prosent "
    r"på nivå 1, som rommer (\d+) prosent etter oppbygningen av skalaen\.": lowest_level,
    r"(\d,\d)(?:–(\d,\d))? standardavvik mellom kommunene \((\d,\d)–(\d,\d) (?:skala)?poeng i \d{4}-\d\d til "
    r"\d{4}-\d\d\)\.": deviations,
    r"Fem prosentpoeng er mer enn én ekstra mobbet elev i en klasse på (\d+)\.": bullied,
    r"Som om tre av ti elever svarte ett trinn lavere på skalaen fra (\d til \d)\.": a_step_lower,
    r"Ett risikopoeng av (\d+) mulige er (\d,\d) prosentpoeng; to viser (.+)\.": one_point,
    r"To skoler må da stå (\d+) prosentpoeng fra hverandre: .+": two_schools,
    r"Da er høstens .+ publisert, og det er fem måneder til innsatsperioden begynner\.": months,
}  # fmt: skip
STATES_A_NUMBER = re.compile(r"\d|\b(fem|tre av|to skoler|ett risikopoeng)\b", re.IGNORECASE)


@pytest.mark.parametrize(("name", "row"), [pytest.param(name, row, id=f"{name}-{row['navn']}") for name, row in ROWS])
def test_a_reason_that_states_a_number_follows_from_its_numbers(name: str, row: dict[str, Any]) -> None:
    found = [(match, check) for text, check in DERIVED.items() if (match := re.fullmatch(text, row["grunn"]))]
    assert len(found) == bool(STATES_A_NUMBER.search(row["grunn"])), "a number that nothing here derives"
    for match, check in found:
        check(match, row, SETS[name])


def test_the_argument_of_5_trinn_does_not_hold_on_8() -> None:
    """From 10 percent, 3 points move 6 percentage points: it had the limit of 5. trinn, of which the reason spoke."""
    assert round(moved(25, 3, 10) - 25, 1) == 10.4
    assert round(moved(10, 3, 10) - 10, 1) == 6.3
    limits = {
        (item.indikator, item.trinn): item.absolutt_grense.verdi
        for item in SETS["udir-2020"].indikatorer
        if item.maal == "andel_mestringsnivaa_1"
    }
    assert limits == {
        (indikator, trinn): Decimal(verdi) for indikator in ("lesing", "regning") for trinn, verdi in ((5, 10), (8, 7))
    }


@needs_shared
def test_the_stated_deviations_are_those_of_the_published_figures(read: Reader) -> None:
    """Of the municipalities that are shown, each year by itself. Kilde: Utdanningsdirektoratet (NLOD 2.0)."""
    figures: dict[tuple[str, int], dict[str, list[float]]] = {}
    for path in [*NASJONALE_PROVER.glob("*.csv"), GRUNNSKOLEPOENG]:
        for cell in cells_of(read(path.read_bytes())):
            if cell["nivaa"] == "kommune" and cell["verdistatus"] == "vist" and cell["maal"] in SCALES:
                years = figures.setdefault((cell["indikator"], cell["trinn"]), {})
                years.setdefault(cell["skoleaar"], []).append(float(cell["verdi"]))
    stated = 0
    for _, row in ROWS:
        found = re.search(r"\((\d,\d)–(\d,\d) ", row["grunn"])
        if found and row["navn"].endswith(".verdi"):
            _, indikator, trinn, *_ = row["navn"].split(".")
            of_years = [Fraction(pstdev(each)) for each in figures[indikator, int(trinn)].values()]
            assert found.groups() == (norwegian(min(of_years), 1), norwegian(max(of_years), 1)), row["navn"]
            stated += 1
    assert stated == 5


SCALES = ("skalapoeng", "grunnskolepoeng")
