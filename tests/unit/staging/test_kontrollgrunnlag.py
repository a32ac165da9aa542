"""What must be there in a small country with one of each change, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from oppfolging_pipeline.rules.brudd import load_breaks_text
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging import kontrollgrunnlag
from oppfolging_pipeline.staging.harmonisering import Request
from tests.unit.register.country import change, code, country
from tests.unit.staging.country import AFTER, BEFORE, changing_country

CATALOG = default_catalog()
TESTS, SURVEY, MARKS = "nasjonale_prover", "elevundersokelsen", "grunnskolepoeng"
REQUEST = Request(2025, load_rule_set("np-skalapoeng", CATALOG), CATALOG)
OFFICIAL = Request(2025, load_rule_set("udir-2020", CATALOG), CATALOG)


def rows_of(made: kontrollgrunnlag.Grunnlag) -> list[tuple[object, ...]]:
    columns, rows = made
    assert all(len(row) == len(columns) for row in rows), "a value for each column"
    return list(rows)


def units(kilde: str, skoleaar: str) -> set[tuple[object, ...]]:
    found = rows_of(kontrollgrunnlag.ventet_enhet([(kilde, skoleaar)], changing_country(), CATALOG))
    assert len(set(found)) == len(found) and {row[:2] for row in found} == {(kilde, skoleaar)}
    return {row[2:] for row in found}


def test_the_units_of_a_year_are_those_in_force_on_the_sources_day():
    kommuner = ("6101", "6102", "6103", "6104", "6105", "6107", "6110", "6113", "6120")
    assert units(TESTS, BEFORE) == {("nasjonalt", "I"), ("fylke", "61"), *(("kommune", each) for each in kommuner)}
    # 6102 became 6202, which is in another county.
    kommuner = ("6101", "6103", "6106", "6108", "6109", "6111", "6112", "6120", "6202")
    assert units(TESTS, AFTER) == {
        ("nasjonalt", "I"), ("fylke", "61"), ("fylke", "62"), *(("kommune", each) for each in kommuner),
    }  # fmt: skip


def test_a_source_of_the_spring_has_the_codes_of_the_spring():
    # The change is on 1 January 2024: in 2023-24 the tests of October have the old codes, the marks of June the new.
    assert ("kommune", "6102") in units(TESTS, "2023-24") and ("kommune", "6202") in units(MARKS, "2023-24")
    assert ("kommune", "6202") not in units(TESTS, "2023-24") and ("kommune", "6102") not in units(MARKS, "2023-24")


def test_a_partition_that_is_asked_for_twice_is_there_once():
    twice = kontrollgrunnlag.ventet_enhet(
        [(TESTS, AFTER), (SURVEY, AFTER), (TESTS, AFTER)], changing_country(), CATALOG
    )
    assert len(rows_of(twice)) == 2 * 12


def test_a_unit_is_the_same_next_year_where_its_validity_holds_on_both_days():
    found = rows_of(kontrollgrunnlag.samme_enhet([(TESTS, "2023-24"), (MARKS, "2023-24")], changing_country(), CATALOG))
    same = {key: {row[3:] for row in found if row[:3] == key} for key in {row[:3] for row in found}}
    assert set(same) == {(TESTS, 2023, 2022), (TESTS, 2023, 2024), (MARKS, 2023, 2022), (MARKS, 2023, 2024)}
    # Over the change, only what was neither renumbered, renamed, merged nor divided; beside it, everything.
    over_it = {("fylke", "61"), ("kommune", "6101"), ("kommune", "6120")}
    assert same[TESTS, 2023, 2024] == same[MARKS, 2023, 2022] == over_it
    assert same[TESTS, 2023, 2022] == units(TESTS, BEFORE) - {("nasjonalt", "I")}


def test_a_number_that_is_used_again_is_another_municipality_the_year_after():
    change_day = "2024-01-01"
    codes = [code(each, *ends) for each in ("6101", "6102") for ends in (("2015-01-01", change_day), (change_day,))]
    swapped = country(codes, [change(change_day, "6101", "6102"), change(change_day, "6102", "6101")])
    rows = rows_of(kontrollgrunnlag.samme_enhet([(TESTS, "2023-24")], swapped, CATALOG))
    assert {row[3:] for row in rows if row[2] == 2024} == {("fylke", "61")}
    assert {row[3:] for row in rows if row[2] == 2022} == {("fylke", "61"), ("kommune", "6101"), ("kommune", "6102")}


def test_no_partition_asks_for_no_unit():
    assert rows_of(kontrollgrunnlag.ventet_enhet([], changing_country(), CATALOG)) == []


def test_codes_outside_the_municipalities_are_regular_expressions():
    forms = {form for (form,) in rows_of(kontrollgrunnlag.utenfor(changing_country()))}
    assert forms == {r"21\d\d", r"25\d\d", "9999"}


def test_the_catalogue_says_range_decimals_sign_and_tolerances_of_each_measure_and_grade():
    by_cell = {row[:4]: row[4:] for row in rows_of(kontrollgrunnlag.katalog_maal(CATALOG))}
    assert by_cell[SURVEY, "mobbing", "andel_mobbet", 7] == (
        (0, 100, 1, -1, None, "teller", False, "deltakelse", 6, 6, None, None)
    )
    assert by_cell[SURVEY, "motivasjon", "score", 10] == (
        (1, 5, 1, 1, None, "besvart", True, None, 0.6, 0.5, 0.1, 0.15)
    )
    assert by_cell[TESTS, "lesing", "skalapoeng", 5] == ((20, 80, 0, 1, None, "besvart", True, None, 3, 3, 1, 1.5))
    # Its count is those who answered, and yet no weight of it: it is a share of those who were invited.
    assert by_cell[SURVEY, "deltakelse", "andel_deltatt", 10][5:8] == ("besvart", False, None)
    assert by_cell[TESTS, "lesing", "andel_mestringsnivaa_2", 5][3] == 0, "neither way is better"
    same = {(of, grade): row[4] for (_, of, _, grade), row in by_cell.items() if row[4] is not None}
    assert same == {("lesing", 9): 8, ("regning", 9): 8}, "engelsk is not taken in 9. trinn"
    # 5. trinn has three levels, 8. and 9. have five.
    levels = {trinn: {maal for _, of, maal, grade in by_cell if of == "lesing" and grade == trinn and "nivaa" in maal}
              for trinn in (5, 8, 9)}  # fmt: skip
    assert {trinn: len(found) for trinn, found in levels.items()} == {5: 3, 8: 5, 9: 5}
    # Per grade one scale and its levels: lesing and regning 4+6+6, engelsk 4+6; the survey 4 in two grades; marks 1.
    assert len(by_cell) == 16 + 16 + 10 + 8 + 1


def test_each_source_says_its_day_and_how_many_units_it_may_lack_or_shield():
    assert set(rows_of(kontrollgrunnlag.katalog_kilde(CATALOG))) == {
        (SURVEY, "10-01", 20, 5, 0.1, 0.2, 0.6, 0.9),
        (TESTS, "10-01", 2, 0, 0.05, 0.15, 0.4, 0.7),
        (MARKS, "06-30", 10, 2, 0.05, 0.2, 0.4, 0.7),
    }


def test_a_break_stands_for_each_cell_that_it_is_in_with_its_years():
    breaks = load_breaks_text(
        """
        brudd:
          - {id: en-side, kilde: nasjonale_prover, indikatorer: [engelsk], trinn: [5], slag: ny_skala,
             fra_skoleaar: 2024-25, tekst: Skalaen er ny., referanse: Meldt av Udir.}
          - {id: to-sider, kilde: grunnskolepoeng, slag: avlyst_eksamen, fra_skoleaar: 2019-20, til_skoleaar: 2020-21,
             tekst: Eksamen ble avlyst., referanse: Meldt av Udir.}
        """,
        "breaks.yaml",
        CATALOG,
    )
    rows = rows_of(kontrollgrunnlag.brudd_celle(breaks, CATALOG))
    scales = {"skalapoeng", *(f"andel_mestringsnivaa_{level}" for level in (1, 2, 3))}
    assert {row for row in rows if row[0] == TESTS} == {(TESTS, "engelsk", maal, 5, 2024, 9999) for maal in scales}, (
        "an open end has no last year"
    )
    assert [row for row in rows if row[0] == MARKS] == [(MARKS, "grunnskolepoeng", "grunnskolepoeng", 10, 2019, 2020)]


def test_a_break_is_to_be_told_of_where_the_window_spans_it_or_holds_what_is_withdrawn():
    breaks = load_breaks_text(
        """
        brudd:
          - {id: midt-i, kilde: nasjonale_prover, slag: ny_skala, fra_skoleaar: 2023-24,
             tekst: Midt i., referanse: Udir.}
          - {id: hele, kilde: nasjonale_prover, slag: ny_skala, fra_skoleaar: 2022-23, tekst: Hele., referanse: Udir.}
          - {id: trukket, kilde: nasjonale_prover, indikatorer: [lesing], slag: trukket_tilbake, fra_skoleaar: 2022-23,
             tekst: Trukket., referanse: Udir.}
          - {id: senere, kilde: nasjonale_prover, slag: ny_skala, fra_skoleaar: 2025-26,
             tekst: Senere., referanse: Udir.}
          - {id: annen, kilde: grunnskolepoeng, slag: ny_skala, fra_skoleaar: 2022-23, tekst: Annen., referanse: Udir.}
        """,
        "breaks.yaml",
        CATALOG,
    )
    rows = rows_of(kontrollgrunnlag.vindusbrudd([REQUEST, OFFICIAL], breaks, CATALOG))
    told = {name: {row[2] for row in rows if row[1] == name} for name in ("np-skalapoeng", "udir-2020")}
    assert told["np-skalapoeng"] == {"Midt i.", "Trukket."}
    assert told["udir-2020"] == {"Midt i.", "Trukket.", "Annen."}, "marks lie a year behind: 2021-22 is in their window"


def test_the_cells_of_a_window_are_indicators_times_years_with_what_they_weigh():
    rows = rows_of(kontrollgrunnlag.ventet_celle([REQUEST]))
    assert len(rows) == 4 * 3, "lesing and regning, 5. and 8. trinn, three years"
    assert {row[:5] for row in rows} == {
        (2025, "np-skalapoeng", TESTS, indikator, "skalapoeng") for indikator in ("lesing", "regning")
    }
    assert [row[6:8] for row in rows if row[3] == "lesing" and row[5] == 5] == [
        ("2022-23", 1), ("2023-24", 2), ("2024-25", 3),
    ]  # fmt: skip
    assert {row[8:16] for row in rows} == {("Nasjonale prøver", 1, 1, 1, 3, "avvik", Decimal(3), "publisert")}
    assert all(row[16:] == row[3:5] for row in rows), "every figure is weighed by its own count"


def test_the_official_set_weighs_marks_by_three_a_year_behind_and_mobbing_the_other_way():
    rows = rows_of(kontrollgrunnlag.ventet_celle([OFFICIAL]))
    assert len(rows) == 11 * 3
    marks = [row for row in rows if row[2] == MARKS]
    assert [(row[6], row[9]) for row in marks] == [("2021-22", 3), ("2022-23", 3), ("2023-24", 3)]
    assert {row[10] for row in rows if row[3] == "mobbing"} == {-1}
    assert {row[10] for row in rows if row[3] == "motivasjon"} == {1}
    weighed_by_another = {(row[3], *row[16:]) for row in rows if row[16:] != row[3:5]}
    assert weighed_by_another == {("mobbing", "deltakelse", "andel_deltatt")}


def test_the_parameters_are_those_of_the_set():
    columns, (row,) = kontrollgrunnlag.sett([OFFICIAL])
    assert dict(zip(columns, row, strict=True)) == {
        "uttrekksaar": 2025, "indikatorsett": "udir-2020", "antall_aar": 3, "min_aar": 2, "min_dekning": Decimal("0.5"),
        "kategori1_antall": 30, "kategori1_naer": 2, "kategori2_antall": 10, "kategori2_min_skoler": 2,
        "kategori2_nivaa": 20, "kategori2_ovre_andel": 25, "poeng_absolutt": 3,
        "kategori1_ved_likhet": "flest_celler_forbi_absolutt,flest_mulige_poeng,lavest_kommunenr",
        "kategori2_maal": "standardavvik", "kategori2_ikke_vurdert": True,
        "kategori2_rekkefolge": "statsforvalterens_prioritet,storst_spredning",
        "kategori2_ved_likhet": "vurdert_foran_ikke_vurdert,hoyest_andel,lavest_kommunenr",
    }  # fmt: skip


def test_the_municipalities_are_those_of_the_identification_day():
    rows = rows_of(kontrollgrunnlag.ventet_kommune([REQUEST], changing_country()))
    assert {row[:2] for row in rows} == {(2025, "np-skalapoeng")}
    assert [row[2] for row in rows] == ["6101", "6103", "6106", "6108", "6109", "6111", "6112", "6120", "6202"]
    assert ("6103", "Nynavn", "61", "Ytterdal", "Dalene") in {row[2:] for row in rows}
    assert ("6202", "Sted 6202", "62", "Innerdal", "Dalene") in {row[2:] for row in rows}


def lineage_of(skoleaar: str) -> set[tuple[object, ...]]:
    rows = rows_of(kontrollgrunnlag.opphav([REQUEST], changing_country()))
    assert {row[:3] for row in rows} == {(2025, "np-skalapoeng", TESTS)}
    return {row[4:] for row in rows if row[3] == skoleaar}


@pytest.mark.parametrize("skoleaar", ["2022-23", "2023-24"])
def test_each_municipality_knows_the_codes_it_is_made_of_before_the_change(skoleaar):
    assert lineage_of(skoleaar) == {
        ("6101", "6101", "uendret"), ("6120", "6120", "uendret"),
        ("6103", "6103", "uendret"),  # a new name moves no figure
        ("6202", "6102", "flyttet"),
        ("6106", "6104", "sammenslaatt"), ("6106", "6105", "sammenslaatt"),
        ("6108", "6107", "delt"), ("6109", "6107", "delt"),
        ("6111", "6110", "delt"), ("6112", "6110", "delt"), ("6112", "6113", "delt"),
    }  # fmt: skip


def test_after_the_change_each_is_itself():
    found = lineage_of(AFTER)
    assert {how for _, _, how in found} == {"uendret"} and all(code == source for code, source, _ in found)
    assert len(found) == 9


def test_a_year_after_the_identification_is_seen_from_its_day():
    # Marks of a spring that lies after 1 March: the register of the identification day is as far as anyone can see.
    register = country(
        [code("6101"), code("6102", end="2025-04-01"), code("6202", "2025-04-01")],
        [change("2025-04-01", "6102", "6202")],
    )
    assert date(2025, 3, 1) == REQUEST.registerdato
    assert {row[4] for row in rows_of(kontrollgrunnlag.opphav([REQUEST], register))} == {"6101", "6102"}


def test_the_register_is_told_of_validity_by_validity():
    columns, rows = kontrollgrunnlag.registerrad(changing_country())
    told = [dict(zip(columns, row, strict=True)) for row in rows]
    by_key = {(row["kommunenr"], row["gyldig_fra"]): row for row in told}
    assert len(by_key) == len(rows) == 16, "2 that last, 1 with two names, 6 that end and 6 that begin, the one twice"
    divided = by_key["6107", date(2015, 1, 1)]
    assert (divided["gyldig_til"], divided["gaatt_over_i"]) == (date(2024, 1, 1), ["6108", "6109"])
    assert by_key["6106", date(2024, 1, 1)]["oppstaatt_av"] == ["6104", "6105"]
    assert by_key["6202", date(2024, 1, 1)]["fylkesnavn"] == "Innerdal"
