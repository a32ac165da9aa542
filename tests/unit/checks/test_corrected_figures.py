"""Checks of the carried suites on figures that are corrected: what they must let pass, and what they must still see.

Belongs here: single queries on the few rows that each case takes. Does not belong here: spoiled data of a whole home
(`tests.mutation`), in which no figure is corrected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from checks.suite_files import suite_of
from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from oppfolging_pipeline.staging import kontrollgrunnlag
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import all_tables, table
from tests.support.golden_sets import small_set
from tests.unit.staging.build import Row, corrections, observed
from tests.unit.staging.country import AFTER, changing_country

S1, S2, S3, S4 = "100000001", "100000002", "100000003", "100000004"
REQUEST = Request(2025, small_set(), default_catalog())


def found(key: str, check: str, rows: Sequence[Row], listed: Rettelsesliste, **tables: Sequence[Row]) -> bool:
    """Whether the check of the suite of `key`, whose rows they are, finds offenders. The set: lesing on trinn 5."""
    suite = suite_of(key)
    (one,) = [each for each in suite.checks if each.name == check]
    facts: Mapping[str, kontrollgrunnlag.Grunnlag] = {
        "rettet_antall": kontrollgrunnlag.rettet_antall(listed),
        "rettet_bare_antall": kontrollgrunnlag.rettet_bare_antall(listed),
        "utelatt_tall": kontrollgrunnlag.utelatt_tall(listed),
        "ventet_celle": kontrollgrunnlag.ventet_celle([REQUEST]),
        "opphav": kontrollgrunnlag.opphav([REQUEST], changing_country()),
    }
    helpers = {helper.name: helper for helper in suite.helpers}
    with open_engine() as engine:
        engine.rows(table(key), rows).create_view("sjekk")

        def make(name: str) -> None:
            if name in all_tables():
                engine.rows(table(name), tables[name]).create_view(name)
            elif name in facts:
                engine.frame(*facts[name]).create_view(name)
            else:
                for read in helpers[name].reads:
                    make(read)
                engine.connection.execute(f"CREATE TABLE {name} AS {helpers[name].sql.format(batch='sjekk')}")

        for name in one.reads:
            make(name)
        return bool(engine.connection.execute(one.kwargs["unexpected_rows_query"].format(batch="sjekk")).fetchall())


LEFT_OUT = corrections(f"x|skole|{S2}|utelat|verdistatus: vist, verdi: 41, antall: 15")
ALONE = "eneste_skole_er_vist_som_kommunen"
SCHOOLS: dict[str, tuple[Sequence[Row], bool]] = {
    "the only school": ([], True),
    "beside one that is left out": ([observed(S2, None, 15, kommunenr="6101", rettelse="x")], False),
    "beside one that nobody went to": ([observed(S2, None, 0, kommunenr="6101")], True),
    "beside one without a figure, flagged": ([observed(S2, None, 15, kommunenr="6101", rettelse="merket")], True),
}


@pytest.mark.parametrize(("others", "expected"), SCHOOLS.values(), ids=SCHOOLS)
def test_a_school_whose_figure_is_left_out_is_one_of_the_municipalitys(others, expected):
    rows = [observed("6101", 44, 40), observed(S1, "*", "*", kommunenr="6101"), *others]
    assert found("observasjon", ALONE, rows, LEFT_OUT) is expected


def test_a_municipality_without_a_figure_is_not_blamed_for_one_that_is_left_out_of_its_school():
    rows = [observed("6101", None, 0), observed(S2, None, 15, kommunenr="6101", rettelse="x")]
    assert not found("observasjon", "kommune_med_skoler_har_tall", rows, LEFT_OUT)


OF_THE_NATION = "nasjonalt|I|overstyr|verdistatus: vist, verdi: 50, antall: 900"


@pytest.mark.parametrize(
    ("right", "marked", "failing"),
    [
        ("antall: 901", False, set()),
        ("antall: 901", True, {"bare_rettede_tall"}),
        ("verdi: 51, antall: 901", False, {"rettede_tall_er_med"}),
        ("verdi: 51, antall: 901", True, set()),
    ],
)
def test_a_limit_is_marked_with_corrections_of_the_nations_figure_and_of_no_number_of_pupils(right, marked, failing):
    listed = corrections(f"x|{OF_THE_NATION}|{right}")
    cell = {"nivaa": "nasjonalt", "enhet": "I", "indikator": "lesing", "trinn": 5, "skoleaar": AFTER}
    rows = [{**REQUEST.partition, **cell, "rettelse": "x", "rettet_nivaa": "nasjonalt"}] if marked else []
    observasjon = [observed("I", 50, 901, rettelse="x")]
    checks = ("bare_rettede_tall", "rettede_tall_er_med")
    assert {check for check in checks if found("rettet_celle", check, rows, listed, observasjon=observasjon)} == failing
