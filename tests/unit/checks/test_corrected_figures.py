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
from tests.support.declared import minimal_row
from tests.support.golden_sets import small_set
from tests.unit.staging.build import Row, Shown, corrections, observed
from tests.unit.staging.country import AFTER, BEFORE, changing_country

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
ALONE, ONE_OF_MORE = "eneste_skole_er_vist_som_kommunen", "ingen_skole_skjermet_alene"
SCHOOLS: dict[str, tuple[Sequence[Row], set[str]]] = {
    "the only school": ([], {ALONE}),
    "beside one that is left out": ([observed(S2, None, 15, kommunenr="6101", rettelse="x")], {ONE_OF_MORE}),
    "beside one that nobody went to": ([observed(S2, None, 0, kommunenr="6101")], {ALONE}),
    "beside one without a figure, flagged": ([observed(S2, None, 15, kommunenr="6101", rettelse="merket")], {ALONE}),
}


@pytest.mark.parametrize(("others", "expected"), SCHOOLS.values(), ids=SCHOOLS)
def test_a_school_whose_figure_is_left_out_is_one_of_the_municipalitys(others, expected):
    rows = [observed("6101", 44, 40), observed(S1, "*", "*", kommunenr="6101"), *others]
    assert {check for check in (ALONE, ONE_OF_MORE) if found("observasjon", check, rows, LEFT_OUT)} == expected


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


def published(orgnr: str, verdi: Shown, antall: Shown, kommunenr: str = "6101", skoleaar: str = AFTER) -> Row:
    row = observed(orgnr, verdi, antall, kommunenr=kommunenr, skoleaar=skoleaar)
    names = ("kommunenr", "indikator", "trinn", "skoleaar", "verdi", "verdistatus", "antall")
    key = {"orgnr": orgnr} if row["nivaa"] == "skole" else {}
    declared = table("vurdering_skole" if key else "vurdering_kommune")
    values = {name: row[name] for name in names}
    values["verdi"] = None if row["verdi"] is None else float(row["verdi"])  # published as DOUBLE
    return minimal_row(declared, **REQUEST.partition, **key, **values)


def told(kommunenr: str, verdi: Shown, antall: Shown, skoleaar: str = AFTER) -> Row:
    row = observed(kommunenr, verdi, antall, skoleaar=skoleaar)
    names = ("kilde", "skoleaar", "nivaa", "enhet", "indikator", "maal", "trinn")
    expected = {f"forvent_{name}": row[name] for name in ("verdi", "verdistatus", "antall")}
    return minimal_row(table("rettelse"), **REQUEST.partition, **{name: row[name] for name in names}, **expected)


FIGURE, PUPILS = "ikke_ved_subtraksjon", "antall_ikke_ved_subtraksjon"


@pytest.mark.parametrize(
    ("corrected", "shown", "failing"),
    [
        ([told("6101", 50, 60)], (50, 20), {FIGURE, PUPILS}),
        ([told("6101", 50, 60)], ("*", None), set()),
        ([told("6101", "*", 60)], (50, 20), {PUPILS}),
        ([], (50, 20), set()),
    ],
)
def test_a_school_follows_from_the_figure_of_its_municipality_that_a_correction_tells(corrected, shown, failing):
    kommune = observed("6101", None, "*", rettelse="x")
    schools = [observed(S1, "*", "*", kommunenr="6101"), observed(S2, 50, 20, kommunenr="6101")]
    tables = {
        "observasjon": [kommune, *schools, observed(S3, 50, 30, kommunenr="6101")],
        "vurdering_kommune": [published("6101", None, None)],
        "rettelse": corrected,
    }
    rows = [published(S1, "*", None), published(S2, *shown), published(S3, 50, 30)]
    checks = {check for check in (FIGURE, PUPILS) if found("vurdering_skole", check, rows, LEFT_OUT, **tables)}
    assert checks == failing


def test_a_school_follows_from_the_figure_of_a_merged_part_that_a_correction_tells():
    old = {"skoleaar": BEFORE}
    observasjon = [observed("6104", None, 60, rettelse="x", **old), observed("6105", 50, 40, **old)]
    cells: dict[str, tuple[str, tuple[Shown, Shown]]] = {
        S1: ("6104", ("*", "*")), S2: ("6104", (50, 40)), S3: ("6105", ("*", "*")), S4: ("6105", (50, 10)),
    }  # fmt: skip
    observasjon += [observed(orgnr, *cell, kommunenr=code, **old) for orgnr, (code, cell) in cells.items()]
    rows = [published(orgnr, *cell, kommunenr="6106", **old) for orgnr, (_, cell) in cells.items()]
    kommuner = [published("6106", None, None, "6106", **old)]
    for corrected, follows in (([told("6104", 50, 60, BEFORE)], True), ([], False)):
        tables = {"observasjon": observasjon, "vurdering_kommune": kommuner, "rettelse": corrected}
        assert found("vurdering_skole", FIGURE, rows, LEFT_OUT, **tables) == follows


@pytest.mark.parametrize(
    ("pupils", "third", "failing"),
    [
        (None, [], set()),
        (15, [], {PUPILS}),
        # a third school that is shown beside the two must still be hidden
        (None, [(50, 20)], {FIGURE}),
    ],
)
def test_a_hidden_school_does_not_follow_where_the_only_other_one_is_left_out(pupils, third, failing):
    tables = {
        "observasjon": [
            observed("6101", 50, 60),
            observed(S1, "*", "*", kommunenr="6101"),
            observed(S2, None, 15, kommunenr="6101", rettelse="x"),
            *(observed(S3, *cell, kommunenr="6101") for cell in third),
        ],
        "vurdering_kommune": [published("6101", 50, 60)],
        "rettelse": [],
    }
    rows = [published(S1, "*", None), published(S2, None, pupils), *(published(S3, *cell) for cell in third)]
    checks = {check for check in (FIGURE, PUPILS) if found("vurdering_skole", check, rows, LEFT_OUT, **tables)}
    assert checks == failing
