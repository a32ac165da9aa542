"""What the facts of the dimensions say of catalogue, sets and offices."""

from __future__ import annotations

from oppfolging_pipeline.publish.kontrollgrunnlag import embete, katalog_indikator, regelsett, regelsett_parameter
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from tests.unit.register.country import code, country

CATALOG = default_catalog()
OWN, OTHER = (load_rule_set(name, CATALOG) for name in ("udir-2020", "np-skalapoeng"))


def test_each_indicator_has_its_name_direction_unit_and_decimals():
    _, rows = katalog_indikator(CATALOG)
    found = {(row[0], row[3], row[4]): row for row in rows}
    assert len(found) == len(rows) == 51
    assert found["mobbing", "andel_mobbet", 7][5:] == ("lavere_er_bedre", "teller", "prosent", 1)
    assert found["lesing", "skalapoeng", 5][5:] == ("hoyere_er_bedre", "besvart", "skalapoeng", 0)
    assert found["lesing", "andel_mestringsnivaa_2", 5][5] == "ingen"
    assert found["grunnskolepoeng", "grunnskolepoeng", 10][1:3] == ("Grunnskolepoeng", "grunnskolepoeng")


def test_a_set_that_is_asked_for_in_several_years_is_told_of_once():
    _, rows = regelsett([OWN, OTHER, OWN])
    assert [(row[0], row[3]) for row in rows] == [("udir-2020", True), ("np-skalapoeng", False)]
    assert rows[0][2] == OWN.sha256
    once, twice = regelsett_parameter([OWN]), regelsett_parameter([OWN, OWN])
    assert once == twice


def test_a_parameter_is_its_text_and_a_list_json_without_spaces():
    _, rows = regelsett_parameter([OWN])
    by_name = {row[1]: row for row in rows}
    assert by_name["kategori1.antall"][2] == "30"
    assert by_name["min_dekning"][2:4] == ("0.5", "egen antakelse")
    assert (
        by_name["kategori1.ved_likhet"][2] == '["flest_celler_forbi_absolutt","flest_mulige_poeng","lavest_kommunenr"]'
    )
    assert by_name["kategori1.antall"][4] is None, "Udir's own needs no reason of ours"


def test_each_office_has_a_row_for_each_of_its_counties():
    assert embete(country([code("6101")], []))[1] == [("Dalene", "61", None), ("Dalene", "62", None)]
