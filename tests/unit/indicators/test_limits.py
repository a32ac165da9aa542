"""Limits by each method, worked by hand, and what is refused while they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.engine import Engine, open_engine
from oppfolging_pipeline.indicators.grense import absolute_limit, grense_rader, pupil_weighted_mean, read_figures
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import table
from tests.support.declared import minimal_row
from tests.support.golden_sets import Item, small_set

YEARS = ("2022-23", "2023-24", "2024-25")
HIGHER, LOWER = "hoyere_er_bedre", "lavere_er_bedre"
SEVEN = ("41", "42", "43", "44", "45", "46", "47")
MOBBING_AT_8_8 = Item("mobbing", "andel_mobbet", 7, metode="verdi", verdi="8.8")
TEN = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")


@pytest.fixture
def engine() -> Iterator[Engine]:
    with open_engine() as opened:
        yield opened


def request_of(rule_set: RuleSet) -> Request:
    return Request(2025, rule_set, default_catalog())


def national(item: Item, *figures: str) -> dict[tuple[str, int, str], Decimal]:
    return {(item.indikator, item.trinn, year): Decimal(figure) for year, figure in zip(YEARS, figures, strict=False)}


@pytest.mark.parametrize(
    ("retning", "metode", "verdi", "figures", "expected"),
    [
        pytest.param(HIGHER, "verdi", "38.5", (), "38.5", id="a-fixed-number"),
        pytest.param(HIGHER, "avvik", "3", (), "47", id="below-the-national-limit-when-higher-is-better"),
        pytest.param(LOWER, "avvik", "3", (), "53", id="above-it-when-lower-is-better"),
        pytest.param(HIGHER, "avvik", "0.3", (), "49.7", id="decimals"),
        # Nearest rank, number ⌈p/100 · n⌉ from the worse side. 25 % of 7: ⌈1.75⌉ = 2.
        pytest.param(HIGHER, "persentil", "25", SEVEN, "42", id="second-lowest-of-7"),
        pytest.param(LOWER, "persentil", "25", SEVEN, "46", id="second-highest-of-7"),
        # 20 % of 10: ⌈2⌉ = 2, exactly. 20.1 % of 10: ⌈2.01⌉ = 3. 1 % of 10: ⌈0.1⌉ = 1.
        pytest.param(HIGHER, "persentil", "20", TEN, "2", id="a-whole-rank-is-not-moved-on"),
        pytest.param(HIGHER, "persentil", "20.1", TEN, "3", id="a-hair-more-is-the-next-rank"),
        pytest.param(HIGHER, "persentil", "1", TEN, "1", id="the-worst-is-the-least-rank"),
        pytest.param(LOWER, "persentil", "20", TEN, "9", id="second-highest-of-10"),
        pytest.param(HIGHER, "persentil", "10", ("44", "40", "44", "40"), "40", id="ties-and-no-order-in-the-input"),
        pytest.param(HIGHER, "persentil", "25", ("9", "10", "8", "11"), "8", id="numbers-are-not-sorted-as-text"),
        pytest.param(HIGHER, "persentil", "10", (), None, id="no-figure-no-percentile"),
    ],
)
def test_the_absolute_limit_by_method(
    retning: Any, metode: str, verdi: str, figures: Sequence[str], expected: str | None
) -> None:
    item = small_set([Item(metode=metode, verdi=verdi)]).indikatorer[0]
    found = absolute_limit(item, retning, Decimal(50), [Decimal(figure) for figure in figures])
    assert found == (None if expected is None else Decimal(expected))


@given(
    figures=st.lists(st.integers(0, 1000).map(lambda n: Decimal(n) / 10), min_size=1, max_size=40),
    percent=st.integers(1, 49),
    retning=st.sampled_from([HIGHER, LOWER]),
)
def test_a_percentile_is_a_figure_that_stands_there_with_at_least_that_part_as_bad(
    figures: list[Decimal], percent: int, retning: Any
) -> None:
    item = small_set([Item(metode="persentil", verdi=str(percent))]).indikatorer[0]
    limit = absolute_limit(item, retning, Decimal(50), figures)
    assert limit in figures
    worse = sum(f < limit if retning == HIGHER else f > limit for f in figures)
    as_bad = sum(f <= limit if retning == HIGHER else f >= limit for f in figures)
    assert 100 * worse < percent * len(figures) <= 100 * as_bad
    assert limit == absolute_limit(item, retning, Decimal(50), figures[::-1])


@pytest.mark.parametrize(
    ("figures", "decimals", "expected"),
    [
        # (40·30 + 46·10) / 40 = 1660 / 40 = 41.5: half up 42, banker's rounding too; (41·1 + 42·1) / 2 = 41.5.
        pytest.param([("40", 30), ("46", 10)], 0, "42", id="weighted-by-pupils"),
        pytest.param([("42", 1), ("43", 1)], 0, "43", id="half-goes-up-not-to-even"),
        # (0.10·1 + 0.15·1) / 2 = 0.125 → 0.13; as floats 0.125 would go to 0.12.
        pytest.param([("0.10", 1), ("0.15", 1)], 2, "0.13", id="half-up-in-decimals"),
        pytest.param([("40", None), ("46", 10)], 0, "46", id="a-figure-without-pupils-has-no-weight"),
        pytest.param([("40", None), ("46", 0)], 0, None, id="no-pupils-at-all"),
        pytest.param([], 0, None, id="no-figure"),
    ],
)
def test_pupil_weighted_mean(figures: list[tuple[str, int | None]], decimals: int, expected: str | None) -> None:
    found = pupil_weighted_mean([(Decimal(figure), antall) for figure, antall in figures], decimals)
    assert found == (None if expected is None else Decimal(expected))


def test_rows_of_every_year_with_method_and_source() -> None:
    item = Item()
    rows = grense_rader(request_of(small_set([item])), national(item, "50", "50", "49"), {}, {})
    assert [(row["skoleaar"], row["nasjonal_grense"], row["absolutt_grense"]) for row in rows] == [
        ("2022-23", 50, 47),
        ("2023-24", 50, 47),
        ("2024-25", 49, 46),
    ]
    assert {(row["metode"], row["kilde"]) for row in rows} == {
        ("avvik", "Nasjonal: publisert nasjonal verdi. Absolutt: prøve.")
    }


def test_every_missing_national_figure_is_named_at_once() -> None:
    """A run that stopped at the first would have to be started once for each file that is lacking."""
    items = [Item(trinn=5), Item(trinn=8)]
    with pytest.raises(InvalidInput) as stopped:
        grense_rader(request_of(small_set(items)), national(items[0], "50", "50"), {}, {})
    assert [finding.key for finding in stopped.value.findings] == [
        "lesing, trinn 5, 2024-25, skalapoeng",
        *(f"lesing, trinn 8, {year}, skalapoeng" for year in YEARS),
    ]
    assert "Nasjonale prøver" in str(stopped.value)
    assert "no national figure" in str(stopped.value)


def test_a_national_figure_is_never_computed_unless_the_set_says_so() -> None:
    item = Item()
    municipal: Mapping[Any, Any] = {("lesing", 5, year): [(Decimal(48), 10), (Decimal(51), 20)] for year in YEARS}
    with pytest.raises(InvalidInput):
        grense_rader(request_of(small_set([item])), national(item, "50", "50"), municipal, {})
    rows = grense_rader(
        request_of(small_set([item], nasjonal_grense="beregn")), national(item, "50", "49"), municipal, {}
    )
    # The published one goes first; 2024-25: (48·10 + 51·20) / 30 = 50.
    assert [row["nasjonal_grense"] for row in rows] == [50, 49, 50]
    assert "beregnet" in str(rows[2]["kilde"])
    assert "beregnet" not in str(rows[0]["kilde"])


def test_beregn_without_a_figure_to_compute_from_stops() -> None:
    with pytest.raises(InvalidInput, match="no national figure"):
        grense_rader(request_of(small_set(nasjonal_grense="beregn")), {}, {}, {})


@pytest.mark.parametrize(
    ("item", "figure", "years"),
    [
        pytest.param(Item(metode="verdi", verdi="50"), "50", [], id="equal-is-on-no-wrong-side"),
        pytest.param(Item(metode="verdi", verdi="51"), "50", list(YEARS), id="above-where-higher-is-better"),
        pytest.param(MOBBING_AT_8_8, "8.9", list(YEARS), id="below-where-lower-is-better"),
    ],
)
def test_a_limit_on_the_better_side_is_refused_when_figures_show_it(item: Item, figure: str, years: list[str]) -> None:
    request = request_of(small_set([item]))
    if not years:
        assert len(grense_rader(request, national(item, *[figure] * 3), {}, {})) == 3
        return
    with pytest.raises(InvalidInput) as stopped:
        grense_rader(request, national(item, *[figure] * 3), {}, {})
    assert [finding.key for finding in stopped.value.findings] == [
        f"prove: indikatorer[0].absolutt_grense, {year}" for year in years
    ]
    assert "worse side" in str(stopped.value)


def test_a_percentile_without_figures_says_so_and_not_that_the_side_is_wrong() -> None:
    item = Item(metode="persentil", verdi="10")
    with pytest.raises(InvalidInput) as stopped:
        grense_rader(request_of(small_set([item])), national(item, "50", "50", "50"), {}, {})
    assert all(finding.found == "no shown figure of any municipality" for finding in stopped.value.findings)


def observation(nivaa: str, enhet: str, verdi: str | None, **other: Any) -> dict[str, Any]:
    """A row of `observasjon`: lesing on trinn 5 in 2024-25."""
    row = {
        "kilde": "nasjonale_prover", "skoleaar": "2024-25", "nivaa": nivaa, "enhet": enhet, "indikator": "lesing",
        "maal": "skalapoeng", "trinn": 5, "verdi": None if verdi is None else Decimal(verdi),
        "verdistatus": "skjermet" if verdi is None else "vist", "antall": 10,
    }  # fmt: skip
    return minimal_row(table("observasjon"), **{**row, **other})


def test_figures_are_those_of_the_measure_and_of_municipalities_only(engine: Engine) -> None:
    """Svalbard and schools abroad stand on the municipality level in the files; in a percentile they would move it."""
    rows = [
        observation("nasjonalt", "I", "50"),
        observation("kommune", "6101", "48"),
        observation("kommune", "6102", None),
        observation("kommune", "2100", "40"),
        observation("kommune", "2190", "41"),
        observation("kommune", "2599", "60"),
        observation("kommune", "9999", "55"),
        observation("fylke", "61", "47"),
        observation("skole", "100000001", "46"),
        observation("nasjonalt", "I", "24.5", maal="andel_mestringsnivaa_1"),
        observation("nasjonalt", "I", "51", skoleaar="2025-26"),
        observation("nasjonalt", "I", "52", trinn=8),
    ]
    found = read_figures(engine, engine.rows(table("observasjon"), rows), request_of(small_set()))
    key = ("lesing", 5, "2024-25")
    assert found == ({key: Decimal(50)}, {key: ((Decimal(48), 10),)})


def test_a_share_is_weighted_by_those_who_took_part_and_never_by_its_numerator(engine: Engine) -> None:
    """20 % of 10 and 5 % of 100: by numerators, 2 and 5, the mean would be 9.3 and not 6.4."""
    of_survey = {"kilde": "elevundersokelsen", "trinn": 7}
    share = {**of_survey, "indikator": "mobbing", "maal": "andel_mobbet"}
    part = {**of_survey, "indikator": "deltakelse", "maal": "andel_deltatt"}
    rows = [
        observation("kommune", "6101", "20", antall=2, **share),
        observation("kommune", "6101", "90", antall=10, **part),
        observation("kommune", "6102", "5", antall=5, **share),
        observation("kommune", "6102", "80", antall=100, **part),
        observation("kommune", "6102", "80", antall=1000, **{**part, "trinn": 10}),
        # Of nobody knows how many: it has no weight.
        observation("kommune", "6103", "50", antall=40, **share),
        observation("kommune", "6103", None, antall=None, **part),
        observation("kommune", "6104", "0", antall=0, **share),
    ]
    request = request_of(small_set([MOBBING_AT_8_8]))
    _, municipal = read_figures(engine, engine.rows(table("observasjon"), rows), request)
    figures = municipal["mobbing", 7, "2024-25"]
    assert figures == ((Decimal(20), 10), (Decimal(5), 100), (Decimal(50), None), (Decimal(0), None))
    assert pupil_weighted_mean(figures, 1) == Decimal("6.4")
