"""Where schools stand in the register of the identification year, and which of them are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.staging.skole_plassering import Units
from tests.support.golden_sets import Item, small_set
from tests.unit.register.country import change, code, country
from tests.unit.staging.build import Row, harmonised, observed
from tests.unit.staging.country import BEFORE, DAY, changing_country

S1, S2, S3 = "100000001", "100000002", "100000003"


def test_a_school_is_judged_when_it_stands_in_the_newest_year_in_a_municipality(engine: Engine, tmp_path: Path) -> None:
    rows = [
        observed(S1, kommunenr="6101"),
        observed(S2, kommunenr="6101", skoleaar="2023-24"),
        *(observed(f"10000001{n}", kommunenr=outside) for n, outside in enumerate(("2100", "2111", "2599", "9999"))),
        *(observed(outside) for outside in ("2100", "2599")),
    ]
    units = harmonised(engine, tmp_path, rows, changing_country()).units
    assert units.judged == (S1,)
    assert units.skoler_uten_kommune == 0
    assert set(units.kommuner) == {"6101", "6103", "6106", "6108", "6109", "6111", "6112", "6120", "6202"}


def test_a_school_that_moved_brings_its_figures_to_the_municipality_it_has_now(engine: Engine, tmp_path: Path) -> None:
    rows = [observed(S1, 44, 20, kommunenr="6120", skoleaar=BEFORE), observed(S1, 50, 20, kommunenr="6101")]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert found.cell(S1, BEFORE) == ("vist", 44, 20, False)
    assert {row["kommunenr"] for key, row in found.cells.items() if key[0] == S1} == {"6101"}


MARKS = {"kilde": "grunnskolepoeng", "indikator": "grunnskolepoeng", "maal": "grunnskolepoeng", "trinn": 10}


def divided_country(kept: str | None) -> Register:
    """6107 is divided into 6107 or 6108 (`kept` says which number the first part has) and 6109 on 1 January 2024; 6113
    becomes a part of 6109 that day; 6109 and 6120 merge into 6119 on 1 January 2026."""
    first = kept or "6108"
    codes = [code("6101"), code("6113", end=DAY), code("6109", DAY, "2026-01-01"), code("6120", end="2026-01-01")]
    codes += [code("6107", end=DAY), code(first, DAY), code("6119", "2026-01-01")]
    pairs = [(DAY, "6107", first), (DAY, "6107", "6109"), (DAY, "6113", "6109")]
    pairs += [("2026-01-01", "6109", "6119"), ("2026-01-01", "6120", "6119")]
    return country(codes, [change(*pair) for pair in pairs])


@pytest.mark.parametrize("kept", [None, "6107"], ids=["new numbers", "one part keeps the number"])
@pytest.mark.parametrize(
    ("others", "expected"),
    [
        pytest.param([], None, id="nothing tells"),
        pytest.param([("6107", "2022-23", {})], None, id="an older row under the whole"),
        pytest.param([("first", "2024-25", {})], "first", id="the year after"),
        pytest.param([("6109", "2024-25", {})], "6109", id="the year after, the other part"),
        pytest.param([("first", "2023-24", MARKS)], "first", id="the spring after, in another source"),
        pytest.param([("6109", "2024-25", {}), ("first", "2025-26", {})], "6109", id="the first row after the day"),
        pytest.param([("first", "2024-25", {}), ("6109", "2023-24", MARKS)], "6109", id="the first day after the day"),
        pytest.param([("6113", "2022-23", {})], None, id="it was in what is now a part, before it moved"),
        pytest.param([("6101", "2024-25", {})], None, id="it has moved out of the parts since"),
        pytest.param([("6119", "2026-27", {})], None, id="the part has merged with another since"),
        pytest.param([("2599", "2024-25", {})], None, id="it lies abroad since"),
    ],
)
def test_only_a_row_from_on_or_after_the_division_tells_in_which_part_a_school_is(
    engine: Engine, tmp_path: Path, kept: str | None, others: list[tuple[str, str, Row]], expected: str | None
) -> None:
    """The identification of spring 2024 has figures of autumn 2023 with the code from before the division."""
    codes = {"first": kept or "6108"}
    rows = [observed(S1, kommunenr="6107", skoleaar="2023-24")]
    rows += [observed(S1, kommunenr=codes.get(at, at), skoleaar=aar, **more) for at, aar, more in others]
    units = harmonised(engine, tmp_path, rows, divided_country(kept), uttrekksaar=2024).units
    municipality = codes.get(expected, expected) if expected else None
    assert dict(units.placed) == ({S1: municipality} if municipality else {})
    assert units.judged == ((S1,) if municipality else ())
    assert units.skoler_uten_kommune == (0 if municipality else 1)


@pytest.mark.parametrize("kept", [None, "6107"])
def test_of_rows_between_the_division_and_the_identification_the_last_one_tells(
    engine: Engine, tmp_path: Path, kept: str | None
) -> None:
    """The window's source lags: its newest row is of before the division, others have seen the school since."""
    rule_set = small_set([Item("grunnskolepoeng", "grunnskolepoeng", 10)])
    first = kept or "6108"
    rows = [
        observed(S1, kommunenr="6107", skoleaar="2022-23", **MARKS),
        observed(S1, kommunenr=first, skoleaar="2024-25"),
        observed(S1, kommunenr="6109", skoleaar="2025-26"),
        observed(S1, kommunenr=first, skoleaar="2026-27"),
    ]
    units = harmonised(engine, tmp_path, rows, divided_country(kept), uttrekksaar=2025, rule_set=rule_set).units
    assert dict(units.placed) == {S1: first}
    units = harmonised(engine, tmp_path, rows[:1], divided_country(kept), uttrekksaar=2025, rule_set=rule_set).units
    # It does not stand in the newest year of the window, 2023-24: nobody waits for it.
    assert (dict(units.placed), units.judged, units.skoler_uten_kommune) == ({}, (), 0)


@pytest.mark.parametrize(
    ("number", "note"),
    [
        (0, None),
        (
            1,
            "1 skole i det nyeste skoleåret sto i en kommune som er delt eller slått sammen. Ingen tall sier hvilken "
            "kommune den står i på identifikasjonsdagen, så den er ikke vurdert, og tall som den er med i, kan ikke "
            "bygges.",
        ),
        (
            12,
            "12 skoler i det nyeste skoleåret sto i en kommune som er delt eller slått sammen. Ingen tall sier hvilken "
            "kommune de står i på identifikasjonsdagen, så de er ikke vurdert, og tall som de er med i, kan ikke "
            "bygges.",
        ),
    ],
)
def test_a_reader_is_told_how_many_schools_have_no_municipality(number: int, note: str | None) -> None:
    assert Units((), {}, (), number, ()).note == note


def test_a_number_that_is_used_again_places_each_school_by_its_own_year(engine: Engine, tmp_path: Path) -> None:
    """6101 was renamed 6102 in 2024, and 6103 took the number 6101: the same code, two municipalities."""
    register = country(
        [
            code("6101", end="2024-01-01"), code("6103", end="2024-01-01"), code("6101", "2024-01-01"),
            code("6102", "2024-01-01"),
        ],
        [change("2024-01-01", "6101", "6102"), change("2024-01-01", "6103", "6101")],
    )  # fmt: skip
    rows = [
        observed(S1, kommunenr="6101", skoleaar=BEFORE),
        observed(S2, kommunenr="6101"),
        observed(S3, kommunenr="6103", skoleaar=BEFORE),
    ]
    placed = harmonised(engine, tmp_path, rows, register).units.placed
    assert dict(placed) == {S1: "6102", S2: "6101", S3: "6101"}
