"""Schools: their newest row, the municipality they are placed in, and which of them are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.skole import placements, skole_rader
from oppfolging_pipeline.tables.model import table
from tests.unit.register.country import change, code, country
from tests.unit.staging.build import Row, harmonised, observed
from tests.unit.staging.country import AFTER, BEFORE, changing_country

S1, S2, S3 = "100000001", "100000002", "100000003"


@pytest.mark.parametrize(
    ("became", "other_codes", "expected"),
    [
        (("6101",), (), "6101"),
        (("6101",), ("6102",), "6101"),  # whole: no other year is asked
        (("6108", "6109"), ("6107", "6109"), "6109"),
        (("6108", "6109"), ("6108", "6109"), "6108"),  # the newest year that tells
        (("6108", "6109"), ("6107",), None),
        (("6108", "6109"), (), None),
        ((), ("6101",), None),  # abroad, or wound up
    ],
)
def test_a_school_is_placed_by_its_newest_code_or_by_the_years_that_settle_a_division(
    became: tuple[str, ...], other_codes: tuple[str, ...], expected: str | None
) -> None:
    assert placements({S1: became}, {S1: other_codes}) == ({S1: expected} if expected else {})


def rows_of(engine: Engine, rows: list[Row]) -> dict[str, Row]:
    source = engine.rows(table("observasjon"), rows)
    return {row["orgnr"]: row for row in engine.fetch(skole_rader(engine, source, default_catalog()))}


def test_a_school_has_its_name_and_municipality_from_its_newest_year(engine: Engine) -> None:
    row = rows_of(
        engine,
        [
            observed(S1, kommunenr="6102", skoleaar=BEFORE, navn="Gamle skole", trinn=8),
            observed(S1, kommunenr="6101", skoleaar=AFTER, navn="Nye skole"),
        ],
    )[S1]
    assert (row["skolenavn"], row["kommunenr"], row["fylkesnr"]) == ("Nye skole", "6101", "61")
    assert (row["forste_skoleaar"], row["siste_skoleaar"], row["trinn_liste"]) == (BEFORE, AFTER, [5, 8])


def test_within_a_year_the_source_of_the_spring_is_the_newest(engine: Engine) -> None:
    marks = {"kilde": "grunnskolepoeng", "indikator": "grunnskolepoeng", "maal": "grunnskolepoeng", "trinn": 10}
    rows = [
        observed(S1, kommunenr="6202", skoleaar="2023-24", navn="A", **marks),
        observed(S1, kommunenr="6102", skoleaar="2023-24", navn="B"),
    ]
    assert rows_of(engine, rows)[S1]["kommunenr"] == "6202"
    assert rows_of(engine, rows[::-1])[S1]["kommunenr"] == "6202"


def test_municipalities_and_counties_are_no_schools(engine: Engine) -> None:
    assert rows_of(engine, [observed("I"), observed("61"), observed("6101")]) == {}


def test_a_school_is_judged_when_it_stands_in_the_newest_year_in_a_municipality(engine: Engine, tmp_path: Path) -> None:
    rows = [
        observed(S1, kommunenr="6101"),
        observed(S2, kommunenr="6101", skoleaar="2023-24"),
        *(observed(f"10000001{n}", kommunenr=outside) for n, outside in enumerate(("2100", "2111", "2599", "9999"))),
        *(observed(outside) for outside in ("2100", "2599")),
    ]
    units = harmonised(engine, tmp_path, rows, changing_country()).units
    assert units.judged == (S1,)
    assert units.unplaced == 0
    assert set(units.kommuner) == {"6101", "6103", "6106", "6108", "6109", "6111", "6112", "6120", "6202"}


def test_a_school_that_moved_brings_its_figures_to_the_municipality_it_has_now(engine: Engine, tmp_path: Path) -> None:
    rows = [observed(S1, 44, 20, kommunenr="6120", skoleaar=BEFORE), observed(S1, 50, 20, kommunenr="6101")]
    found = harmonised(engine, tmp_path, rows, changing_country())
    assert found.cell(S1, BEFORE) == ("vist", 44, 20, False)
    assert {row["kommunenr"] for key, row in found.cells.items() if key[0] == S1} == {"6101"}


@pytest.mark.parametrize(
    ("later", "judged", "unplaced"),
    [([], (), 1), ([observed(S1, kommunenr="6109")], (S1,), 0)],
    ids=["not told", "told"],
)
def test_a_school_of_a_divided_municipality_waits_for_a_year_that_tells_where_it_went(
    engine: Engine, tmp_path: Path, later: list[Row], judged: tuple[str, ...], unplaced: int
) -> None:
    """The identification of spring 2024 has figures of autumn 2023 with the code from before the division."""
    rows = [observed(S1, kommunenr="6107", skoleaar="2023-24"), *later]
    units = harmonised(engine, tmp_path, rows, changing_country(), uttrekksaar=2024).units
    assert (units.judged, units.unplaced) == (judged, unplaced)
    assert dict(units.placed) == ({S1: "6109"} if later else {})


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
