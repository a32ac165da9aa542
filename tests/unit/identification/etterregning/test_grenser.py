"""The limits of the second computation, and its parameters: the window, the days of a year, codes outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.engine import Engine, open_engine
from oppfolging_pipeline.identification.etterregning.grenser import absolute_limit, weighted_mean
from tests.support.decision import decide_again
from tests.support.golden_sets import Item, small_set
from tests.unit.identification.etterregning.build import lake_of, parameters
from tests.unit.staging.build import observed
from tests.unit.staging.country import changing_country

YEARS = ("2022-23", "2023-24", "2024-25")


@pytest.fixture
def engine() -> Iterator[Engine]:
    with open_engine() as opened:
        yield opened


@pytest.mark.parametrize(
    ("item", "national", "figures", "expected"),
    [
        (Item(metode="verdi", verdi="47"), 50_000, [], 47_000),
        (Item(metode="avvik", verdi="3"), 50_000, [], 47_000),
        (Item(maal="andel_mestringsnivaa_1", verdi="2.5"), 20_000, [], 22_500),  # lower is better
        # ⌈20 % of 6⌉ = 2: the second from below; and from above where lower is better
        (Item(metode="persentil", verdi="20"), 50_000, [46, 44, 45, 49, 48, 47], 45),
        (Item(maal="andel_mestringsnivaa_1", metode="persentil", verdi="20"), 20_000, [46, 44, 45, 49, 48, 47], 48),
        (Item(metode="persentil", verdi="20"), 50_000, [44, 45, 46, 47, 48], 44),  # exactly 1
        (Item(metode="persentil", verdi="20"), 50_000, [], None),
    ],
)
def test_the_absolute_limit_by_each_method(item: Item, national: int, figures: list[int], expected: int | None) -> None:
    p = parameters(small_set([item]))
    assert absolute_limit(p.indikatorer[0], national, figures, p) == expected


@pytest.mark.parametrize(
    ("figures", "step", "mean"),
    [
        ([(48_000, 10), (49_000, 10)], 1000, 49_000),  # 48.5: half is rounded up
        ([(48_000, 51), (49_000, 49)], 1000, 48_000),
        ([(41_200, 10), (41_300, 10)], 100, 41_300),
        ([(48_000, 0), (50_000, 7)], 1000, 50_000),  # no weight without a number of pupils
        ([(48_000, 0)], 1000, None),
        ([], 1000, None),
    ],
)
def test_a_computed_national_limit_is_the_weighted_mean(
    figures: list[tuple[int, int]], step: int, mean: int | None
) -> None:
    assert weighted_mean(figures, step) == mean


def test_every_national_figure_that_is_missing_is_named_at_once(engine: Engine, tmp_path: Path) -> None:
    rows = [observed("I", 50, skoleaar="2023-24"), *(observed("6101", skoleaar=year) for year in YEARS)]
    with pytest.raises(InvalidInput) as caught:
        decide_again(lake_of(engine, tmp_path, rows, changing_country()))
    assert [finding.key for finding in caught.value.findings] == [
        "lesing, trinn 5, 2022-23, skalapoeng", "lesing, trinn 5, 2024-25, skalapoeng",
    ]  # fmt: skip


def test_svalbard_is_no_municipality_of_a_percentile_or_a_mean(engine: Engine, tmp_path: Path) -> None:
    items = small_set([Item(metode="persentil", verdi="20")], nasjonal_grense="beregn")
    rows = [observed(code, verdi, skoleaar=year) for year in YEARS for code, verdi in (("6101", 50), ("2100", 10))]
    cells = decide_again(lake_of(engine, tmp_path, rows, changing_country(), rule_set=items)).tabeller["vurdering"]
    assert set(cells["nasjonal_grense"]) == set(cells["absolutt_grense"]) == {50_000}


def test_a_lake_without_the_window_is_an_error_and_no_agreement(engine: Engine, tmp_path: Path) -> None:
    inputs = lake_of(engine, tmp_path, [observed("6101", skoleaar="2015-16")], changing_country())
    with pytest.raises(InvalidInput, match="no figure that the limits can stand on"):
        decide_again(inputs)


def test_a_file_that_is_no_parquet_is_named(engine: Engine, tmp_path: Path) -> None:
    inputs = lake_of(engine, tmp_path, [observed("I", skoleaar=year) for year in YEARS], changing_country())
    inputs.window[1].write_bytes(b"PAR1, and then nothing")
    with pytest.raises(PermanentError, match=r"2023-24\.parquet"):
        decide_again(inputs)


@pytest.mark.parametrize(
    ("changes", "kilde", "expected"),
    [
        ({}, "nasjonale_prover", ["2022-23", "2023-24", "2024-25"]),
        ({}, "grunnskolepoeng", ["2021-22", "2022-23", "2023-24"]),
        ({"antall_aar": 2}, "nasjonale_prover", ["2023-24", "2024-25"]),
        ({"uttrekksaar": 2101, "antall_aar": 1}, "nasjonale_prover", ["2100-01"]),
    ],
)
def test_the_window_of_a_source(changes: dict[str, Any], kilde: str, expected: list[str]) -> None:
    rule_set = small_set([Item(), Item("grunnskolepoeng", "grunnskolepoeng", 10)])
    assert parameters(rule_set, **changes).vindu(kilde) == expected


def test_days_of_a_school_year_and_the_order_of_its_sources() -> None:
    p = parameters()
    assert p.registerdato == date(2025, 3, 1)
    assert (p.dag("2023-24", "10-01"), p.dag("2023-24", "06-30")) == (date(2023, 10, 1), date(2024, 6, 30))
    assert p.kilder_gjennom_aaret()[-1] == "grunnskolepoeng"


@pytest.mark.parametrize(
    ("code", "outside"),
    [("2100", True), ("2599", True), ("9999", True), ("2200", False), ("210", False), ("21a0", False)],
)
def test_codes_that_are_no_municipality(code: str, outside: bool) -> None:
    assert parameters(utenfor=("21xx", "25xx", "9999")).er_utenfor(code) is outside


def test_a_limit_with_more_decimals_than_the_lake_is_no_limit_rounded() -> None:
    p = parameters(desimaler_i_lageret=0)
    item = parameters(small_set([Item(verdi="2.5")])).indikatorer[0]
    with pytest.raises(PermanentError, match="decimals"):
        absolute_limit(item, 50, [], p)
    assert item.grense == Fraction(5, 2)
