"""Schools: the one row of each, from its newest."""

from __future__ import annotations

from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.skole import skole_rader
from oppfolging_pipeline.tables.model import table
from tests.unit.staging.build import Row, observed
from tests.unit.staging.country import AFTER, BEFORE

S1 = "100000001"


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
