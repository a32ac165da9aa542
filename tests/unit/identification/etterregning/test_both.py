"""Both computations on any figures: they agree on every country that can be drawn, under rules of every kind.

A difference in a sound run would be a false alarm that stops it, so what one of them gets wrong must show here.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppfolging_pipeline.engine import Lake, open_engine
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.model import RuleSet
from tests.support.decision import decide_again, differences
from tests.support.golden_sets import Item, small_set
from tests.unit.identification.etterregning.build import Row, lake_of
from tests.unit.identification.etterregning.drawn import COMPUTED, SETS, YEARS, figures
from tests.unit.register.country import change, code, country
from tests.unit.staging.build import observed
from tests.unit.staging.country import BEFORE, changing_country
from tests.unit.staging.left_out import LEFT_OUT_OF_A_DIVISION, LEFT_OUT_OF_A_MERGER


@pytest.mark.parametrize("name", SETS)
@given(seed=st.integers(0, 2**32), priority=st.booleans())
@settings(max_examples=5, deadline=None)
def test_both_agree_on_any_figures(name: str, seed: int, priority: bool) -> None:
    rule_set = SETS[name]
    rows = figures(random.Random(seed), rule_set, computed=name == COMPUTED)  # noqa: S311 (no secret)
    assert found(rows, changing_country(), rule_set, {"6112": 1, "6106": 2} if priority else {}) == []


def test_the_countries_that_are_drawn_have_what_makes_agreement_worth_something(tmp_path: Path) -> None:
    cells, divided, candidates, preliminary = set(), set(), 0, False
    with open_engine() as engine:
        for number, rule_set in enumerate(SETS.values()):
            rows = figures(random.Random(number), rule_set, computed=rule_set is SETS[COMPUTED])  # noqa: S311 (no secret)
            inputs = lake_of(engine, tmp_path / str(number), rows, changing_country(), rule_set=rule_set)
            tables = decide_again(inputs).tabeller
            points = tables["vurdering"]
            cells |= set(points[["verdistatus", "beregnet", "risikopoeng"]].itertuples(index=False, name=None))
            divided |= set(points.loc[points["beregnet"] & (points["enhet"] == "6108"), "verdistatus"])
            candidates += len(tables["kandidat_kategori2"])
            preliminary |= "foreløpig" in set(tables["identifisert_kommune"]["status"])
    assert {status for status, rebuilt, _ in cells if rebuilt} == {"vist", "skjermet", "mangler"} == divided
    assert {status for status, rebuilt, _ in cells if not rebuilt} == {"vist", "skjermet", "mangler", "ikke_aktuelt"}
    assert {points for status, _, points in cells if status == "vist"} >= {0, 1, 2, 3, 6, 9}
    assert candidates >= 4
    assert preliminary


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
    assert found(rows, register, marks, {}, uttrekksaar) == []


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
