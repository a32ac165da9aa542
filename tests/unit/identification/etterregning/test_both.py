"""Both computations on figures that no country of `tests.countries` has: they agree.

A difference in a sound run would be a false alarm that stops it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.engine import Lake, open_engine
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.model import RuleSet
from tests.support.decision import differences
from tests.support.golden_sets import Item, small_set
from tests.unit.identification.etterregning.build import Row, lake_of
from tests.unit.register.country import change, code, country
from tests.unit.staging.build import observed
from tests.unit.staging.country import BEFORE, changing_country
from tests.unit.staging.left_out import LEFT_OUT_OF_A_DIVISION, LEFT_OUT_OF_A_MERGER


@pytest.mark.parametrize("uttrekksaar", [2024, 2025])
def test_both_agree_on_figures_that_were_cast_to_another_code_set(uttrekksaar: int) -> None:
    """Old and new codes side by side, and an identification on a day before the change that the figures know of."""
    register = country(
        [code("6101"), code("6102", end="2024-05-01"), code("6103", end="2024-05-01"), code("6105", "2024-05-01")],
        [change("2024-05-01", "6102", "6105"), change("2024-05-01", "6103", "6105")],
    )
    marks = small_set([Item("grunnskolepoeng", "grunnskolepoeng", 10)], min_aar=1)
    kind = {"kilde": "grunnskolepoeng", "indikator": "grunnskolepoeng", "maal": "grunnskolepoeng", "trinn": 10}
    years = ["2020-21", "2021-22", "2022-23", "2023-24"]
    rows = [observed("I", 42, 900, skoleaar=year, **kind) for year in years]
    rows += [observed("6101", 40, 30, skoleaar=year, **kind) for year in years]
    rows += [observed("6105", 41.5, 30, skoleaar=year, **kind) for year in years[:2]]
    rows += [
        observed("6102", 41.2, 10, skoleaar=years[2], **kind),
        observed("6103", 41.3, 10, skoleaar=years[2], **kind),
    ]
    # Its newest code is of several that merge later: an older row does not tell in which of them it is.
    rows += [
        observed(orgnr, 41, 10, kommunenr=kommune, skoleaar=year, **kind)
        for orgnr, kommune, year in (("100000001", "6102", years[1]), ("100000001", "6105", years[2]))
    ]
    assert found(rows, register, marks, {}, uttrekksaar) == []


YEARS = ("2022-23", "2023-24", "2024-25")
PARTS = {**LEFT_OUT_OF_A_MERGER, **{f"{name} of a division": case for name, case in LEFT_OUT_OF_A_DIVISION.items()}}


@pytest.mark.parametrize("name", PARTS)
def test_both_agree_on_what_is_left_out_of_a_merger_and_of_a_division(name: str) -> None:
    first, second, _ = PARTS[name]
    merger = name in LEFT_OUT_OF_A_MERGER
    rows = [observed("I", 50, 900, skoleaar=year) for year in YEARS]
    rows += [observed("6101", 50, 20, skoleaar=year) for year in YEARS]
    old = {"skoleaar": BEFORE}
    places: list[dict[str, Any]] = (
        [{"enhet": "6104"}, {"enhet": "6105"}]
        if merger
        else [{"enhet": "6107"}, {"enhet": "100000003", "kommunenr": "6107"}]
    )
    for place, (verdi, antall, rettelse) in zip(places, (first, second), strict=True):
        rows.append(observed(**place, verdi=verdi, antall=antall, rettelse=rettelse, **old))
    if not merger:
        rows += [observed("100000001", 50, 20, kommunenr="6107", **old), observed("100000001", kommunenr="6108")]
        rows += [observed("100000002", 53, 10, kommunenr="6107", **old), observed("100000002", kommunenr="6108")]
        rows += [observed("100000003", kommunenr="6109")]
    rows += [observed(code) for code in ("6106", "6108", "6109")]
    assert found(rows, changing_country(), small_set(min_aar=1), {}) == []


def found(
    rows: list[Row], register: Register, rule_set: RuleSet, priority: dict[str, int], year: int = 2025
) -> list[str]:
    # An engine of its own each time: it keeps every step.
    with open_engine() as engine, tempfile.TemporaryDirectory() as folder:
        inputs = lake_of(engine, Path(folder), rows, register, uttrekksaar=year, rule_set=rule_set)
        all_found = differences(engine, inputs, register, Lake(Path(folder) / "steg"), priority)
    return [f"{one.tabell}: {one.tekst}" for one in all_found]
