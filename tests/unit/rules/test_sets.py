"""The carried sets are what the scheme says, and loading them is safe."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set, rule_set_names


def test_both_sets_are_carried_and_load_under_their_names():
    assert rule_set_names() == ["np-skalapoeng", "udir-2020"]
    assert [load_rule_set(name).navn for name in rule_set_names()] == rule_set_names()


@pytest.mark.parametrize("name", ["", "udir", "UDIR-2020", "../sets/udir-2020", "udir-2020.yaml", "/etc/passwd", "."])
def test_a_name_outside_the_list_never_becomes_a_path(name):
    with pytest.raises(PermanentError, match="expected one of np-skalapoeng, udir-2020"):
        load_rule_set(name)


def test_udir_2020_is_the_eleven_indicators_of_the_scheme():
    udir = load_rule_set("udir-2020")
    asked = {(i.omraade, i.indikator, i.maal, i.trinn, i.vekt.verdi) for i in udir.indikatorer}
    survey = [("mobbing", "andel_mobbet"), ("stotte_fra_larer", "score"), ("motivasjon", "score")]
    assert asked == {
        *(("Elevundersøkelsen", name, maal, trinn, 1) for name, maal in survey for trinn in (7, 10)),
        *(("Nasjonale prøver", name, "andel_mestringsnivaa_1", trinn, 1)
          for name in ("lesing", "regning") for trinn in (5, 8)),
        ("Grunnskolepoeng", "grunnskolepoeng", "grunnskolepoeng", 10, 3),
    }  # fmt: skip
    assert len(udir.indikatorer) == 11
    assert sum(i.vekt.verdi for i in udir.indikatorer) * udir.poeng.absolutt.verdi == 39
    assert udir.offisielt
    assert (udir.kategori1.antall.verdi, udir.kategori2.antall.verdi) == (30, 10)
    assert {kilde: lag.verdi for kilde, lag in udir.forsinkelse.items()} == {
        "elevundersokelsen": 0,
        "nasjonale_prover": 0,
        "grunnskolepoeng": 1,
    }


def test_np_skalapoeng_is_four_tests_three_points_away_and_says_that_it_is_not_official():
    skala = load_rule_set("np-skalapoeng")
    assert [(i.indikator, i.trinn) for i in skala.indikatorer] == [
        ("lesing", 5),
        ("lesing", 8),
        ("regning", 5),
        ("regning", 8),
    ]
    assert {i.maal for i in skala.indikatorer} == {"skalapoeng"}
    assert {(i.absolutt_grense.metode, i.absolutt_grense.verdi) for i in skala.indikatorer} == {("avvik", Decimal(3))}
    assert not skala.offisielt
    assert "ikke ordningens offisielle" in skala.tittel
    assert skala.merknad is not None and skala.merknad.startswith("Ikke ordningens offisielle")


@pytest.mark.parametrize("name", rule_set_names())
def test_the_published_defaults_of_the_scheme_are_those_of_the_set(name):
    values = {row["navn"]: row["verdi"] for row in load_rule_set(name).parametre()}
    expected = {
        "antall_aar": 3,
        "poeng.nasjonal": 1,
        "poeng.absolutt": 3,
        "min_dekning": "0.5",
        "min_aar": 2,
        "identifikasjonsdato": "03-01",
        "kategori1.naer_grensen": "2",
        "kategori2.min_skoler": 2,
        "kategori2.spredning.maal": "standardavvik",
        "kategori2.spredning.nivaa": "20",
        "kategori2.ovre_andel": "25",
    }
    assert {key: values[key] for key in expected} == expected


PUBLISHED = {"antall_aar", "poeng.nasjonal", "poeng.absolutt", "kategori1.antall", "kategori2.antall"} | {
    "kategori2.ovre_andel"
}


@pytest.mark.parametrize("name", rule_set_names())
def test_what_udir_has_not_published_is_marked_as_ours_with_a_reason(name):
    for row in load_rule_set(name).parametre():
        if row["navn"] in PUBLISHED or row["navn"].endswith(".vekt"):
            assert row["kilde"].startswith("Udir: "), row
        else:
            assert row["kilde"] == "egen antakelse", row
            assert row["grunn"], row


@pytest.mark.parametrize("name", rule_set_names())
def test_every_source_in_use_is_one_of_the_catalogue(name):
    rule_set, catalog = load_rule_set(name), default_catalog()
    assert {catalog.indikatorer[i.indikator].kilde for i in rule_set.indikatorer} == rule_set.forsinkelse.keys()
