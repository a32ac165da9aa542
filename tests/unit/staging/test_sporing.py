"""The digest of a window's observations: another one of anything that results or audits would differ by."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.sporing import observasjoner_sha256
from oppfolging_pipeline.tables.model import table
from tests.support.golden_sets import small_set
from tests.unit.staging.build import Row, observed

ROWS = [observed("I"), observed("6101", "*"), observed("100000001", None, kommunenr="6101")]
CHANGED: dict[str, dict[str, object]] = {
    "a figure": {"verdi": Decimal("50.001")},
    "a status": {"verdi": None, "verdistatus": "skjermet"},
    "a number of pupils": {"antall": 21},
    "whether the number is shown": {"antall": None, "antallstatus": "skjermet"},
    "a unit": {"enhet": "6102"},
    "a school's municipality": {"kommunenr": "6102"},
    "a figure that is no longer preliminary": {"forelopig": True},
    "a correction": {"rettelse": "en-rettelse"},
    "the content that it was read from": {"sha256": "1" * 64},
    "a school year": {"skoleaar": "2023-24"},
}
OUTSIDE = {
    "another measure": observed("I", maal="andel_mestringsnivaa_1"),
    "another grade": observed("I", trinn=8),
    "another school year": observed("I", skoleaar="2020-21"),
}


def digest(engine: Engine, rows: list[Row]) -> str:
    request = Request(2025, small_set(), default_catalog())
    return observasjoner_sha256(engine, engine.rows(table("observasjon"), rows), request)


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_other_observations_have_another_digest(engine, change):
    assert digest(engine, [{**ROWS[0], **change}, *ROWS[1:]]) != digest(engine, ROWS)


def test_a_row_less_or_doubled_has_another_digest(engine):
    assert len({digest(engine, rows) for rows in (ROWS, ROWS[1:], [*ROWS, ROWS[0]], [])}) == 4


@pytest.mark.parametrize("row", OUTSIDE.values(), ids=OUTSIDE)
def test_what_the_request_does_not_ask_for_changes_nothing(engine, row):
    assert digest(engine, [*ROWS, row]) == digest(engine, ROWS)


def test_neither_order_nor_the_place_in_a_content_changes_anything(engine):
    moved = [{**row, "rad": 7, "kolonne": "en annen", "enhetsnavn": "Et navn"} for row in reversed(ROWS)]
    assert digest(engine, moved) == digest(engine, ROWS)
    assert len(digest(engine, ROWS)) == 64


def test_figures_that_change_places_between_columns_have_another_digest(engine):
    """Texts that are put together without their bounds can be the same of different rows."""
    one, other = {**ROWS[1], "antall": 1, "verdi": None}, {**ROWS[1], "antall": None, "verdi": Decimal(1)}
    assert digest(engine, [one]) != digest(engine, [other])
