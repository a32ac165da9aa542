"""Everything that makes an indicator set impossible is refused, with the line and what was expected."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib import resources

import pytest

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set, load_rule_set_text
from oppfolging_pipeline.rules.model import absolute_limit_is_on_wrong_side

TEXT = resources.files("oppfolging_pipeline.rules").joinpath("sets", "np-skalapoeng.yaml").read_text(encoding="utf-8")
UDIR = '"Udir: Hvilke kommuner deltar i ordningen?"'


def changed(*replacements: tuple[str, str]) -> str:
    """The carried set with each text replaced once; a replacement that changes nothing is a fault of the test."""
    text = TEXT
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def findings(text: str):
    with pytest.raises(InvalidInput) as caught:
        load_rule_set_text(text, "sett.yaml")
    return caught.value.findings


FIRST = "  - indikator: lesing\n    maal: skalapoeng\n    trinn: 5\n"
LIMIT = "metode: avvik, verdi: 3"
IMPOSSIBLE = {
    "unknown key": (("antall_aar: {", "antal_aar: {verdi: 3, kilde: x}\nantall_aar: {"), "antal_aar", "one of"),
    "unknown key in a parameter": (("verdi: 0.5, kilde", "verdi: 0.5, enhet: x, kilde"), "min_dekning.enhet", "one of"),
    "unknown indicator": (("indikator: lesing", "indikator: lesning"), "indikatorer[0].indikator", "lesing"),
    "unknown measure": (("maal: skalapoeng", "maal: poeng"), "indikatorer[0].maal", "skalapoeng or andel"),
    "measure of another": (("maal: skalapoeng", "maal: andel_mobbet"), "indikatorer[0].maal", "a measure of Lesing"),
    "measure without a better way": (
        ("maal: skalapoeng", "maal: andel_mestringsnivaa_3"),
        "indikatorer[0].maal",
        "which higher or lower is better",
    ),
    "grade it has not": (("trinn: 5", "trinn: 7"), "indikatorer[0].trinn", "5 or 8 or 9"),
    "grade that is text": (("trinn: 5", "trinn: '5'"), "indikatorer[0].trinn", "integer"),
    "the same twice": (("trinn: 8", "trinn: 5"), "indikatorer[1]", "each indicator and grade once"),
    "two measures of one": (
        ("maal: skalapoeng\n    trinn: 8", "maal: andel_mestringsnivaa_1\n    trinn: 5"),
        "indikatorer[1]",
        "with one measure",
    ),
    "weight 0": (
        (f"vekt: {{verdi: 1, kilde: {UDIR}}}", "vekt: {verdi: 0, kilde: x}"),
        "indikatorer[0].vekt.verdi",
        "0",
    ),
    "weight true": (
        (f"vekt: {{verdi: 1, kilde: {UDIR}}}", "vekt: {verdi: true, kilde: x}"),
        "indikatorer[0].vekt.verdi",
        "integer",
    ),
    "deviation at the national limit": ((LIMIT, "metode: avvik, verdi: 0"), "absolutt_grense.verdi", "worse side"),
    "deviation on the better side": ((LIMIT, "metode: avvik, verdi: -3"), "absolutt_grense.verdi", "worse side"),
    "limit finer than it is published": (
        (LIMIT, "metode: avvik, verdi: 3.0005"),
        "absolutt_grense.verdi",
        "at most 3 decimals",
    ),
    "percentile 0": ((LIMIT, "metode: persentil, verdi: 0"), "absolutt_grense.verdi", "between 0 and 50"),
    "percentile of the better half": ((LIMIT, "metode: persentil, verdi: 50"), "absolutt_grense.verdi", "0 and 50"),
    "value above the range": ((LIMIT, "metode: verdi, verdi: 100.1"), "absolutt_grense.verdi", "from 0 to 100"),
    "value below the range": ((LIMIT, "metode: verdi, verdi: -1"), "absolutt_grense.verdi", "from 0 to 100"),
    "unknown method": ((LIMIT, "metode: kvantil, verdi: 3"), "absolutt_grense.metode", "'verdi', 'avvik'"),
    "limit as text": ((LIMIT, "metode: avvik, verdi: '3'"), "absolutt_grense.verdi", "a number such as"),
    "decimal comma": (
        ("min_dekning: {verdi: 0.5", "min_dekning: {verdi: '0,5'"),
        "min_dekning.verdi",
        "a number such as",
    ),
    "unknown source": (
        ("  nasjonale_prover: {", "  fravaer: {verdi: 0, kilde: x}\n  nasjonale_prover: {"),
        "forsinkelse.fravaer",
        "one of elevundersokelsen",
    ),
    "source not in use": (
        ("  nasjonale_prover: {", "  grunnskolepoeng: {verdi: 1, kilde: x}\n  nasjonale_prover: {"),
        "forsinkelse.grunnskolepoeng",
        "exactly nasjonale_prover",
    ),
    "negative lag": (("nasjonale_prover: {verdi: 0", "nasjonale_prover: {verdi: -1"), "nasjonale_prover.verdi", "0"),
    "coverage 0": (("min_dekning: {verdi: 0.5", "min_dekning: {verdi: 0"), "min_dekning.verdi", "greater than 0"),
    "coverage in percent": (("min_dekning: {verdi: 0.5", "min_dekning: {verdi: 50"), "min_dekning.verdi", "equal to 1"),
    "more years than there are": (
        ("min_aar: {verdi: 2", "min_aar: {verdi: 4"),
        "min_aar.verdi",
        "at most antall_aar, 3",
    ),
    "fewer points for worse": (("nasjonal: {verdi: 1", "nasjonal: {verdi: 4"), "poeng.absolutt.verdi", "at least"),
    "points for pupils": (("min_elever: {verdi: 0", "min_elever: {verdi: 5"), "min_elever.verdi", "0"),
    "false for 0": (("min_elever: {verdi: 0", "min_elever: {verdi: false"), "min_elever.verdi", "a number"),
    "another basis": (("verdi: per_aar", "verdi: snitt"), "poenggrunnlag.verdi", "'per_aar'"),
    "another owner": (("verdi: alle", "verdi: offentlige"), "eierform.verdi", "'alle'"),
    "date that is none": (('"03-01"', '"02-30"'), "identifikasjonsdato.verdi", "MM-DD"),
    "date of leap years": (('"03-01"', '"02-29"'), "identifikasjonsdato.verdi", "every year"),
    "date in autumn": (('"03-01"', '"08-01"'), "identifikasjonsdato.verdi", "to 07-31"),
    "date with a day too many": (('"03-01"', '"03-011"'), "identifikasjonsdato.verdi", "MM-DD"),
    "ties left to chance": (
        ("flest_mulige_poeng, lavest_kommunenr]", "flest_mulige_poeng]"),
        "kategori1.ved_likhet.verdi[1]",
        "'lavest_kommunenr' as the last rule",
    ),
    "tie rule that stands twice": (
        ("[flest_celler_forbi_absolutt, flest_mulige_poeng,", "[flest_mulige_poeng, flest_mulige_poeng,"),
        "kategori1.ved_likhet.verdi[1]",
        "each rule once",
    ),
    "unknown tie rule": (("flest_mulige_poeng", "minst_elever"), "kategori1.ved_likhet.verdi[1]", "'lavest_kommunenr'"),
    "no tie rule": (
        ("[flest_celler_forbi_absolutt, flest_mulige_poeng, lavest_kommunenr]", "[]"),
        "kategori1.ved_likhet.verdi",
        "at least 1 item",
    ),
    "candidates that are not ordered by spread": (
        ("[statsforvalterens_prioritet, storst_spredning]", "[statsforvalterens_prioritet]"),
        "kategori2.rekkefolge.verdi",
        "'storst_spredning' among the criteria",
    ),
    "criterion that stands twice": (
        ("[statsforvalterens_prioritet, storst_spredning]", "[storst_spredning, storst_spredning]"),
        "kategori2.rekkefolge.verdi[1]",
        "each criterion once",
    ),
    "shares that there are not": (
        ("[vurdert_foran_ikke_vurdert, hoyest_andel,", "[hoyest_andel, vurdert_foran_ikke_vurdert,"),
        "kategori2.ved_likhet.verdi[0]",
        "has no share",
    ),
    "candidate in a word": (
        ("ikke_vurdert_kan_vaere_kandidat: {verdi: true", "ikke_vurdert_kan_vaere_kandidat: {verdi: 1"),
        "ikke_vurdert_kan_vaere_kandidat.verdi",
        "boolean",
    ),
    "spread of one school": (("min_skoler: {verdi: 2", "min_skoler: {verdi: 1"), "min_skoler.verdi", "equal to 2"),
    "unknown spread": (("verdi: standardavvik", "verdi: varians"), "spredning.maal.verdi", "'maks_min'"),
    "share of no schools": (("ovre_andel: {verdi: 25", "ovre_andel: {verdi: 0"), "ovre_andel.verdi", "greater than 0"),
    "no municipalities": (("antall: {verdi: 30", "antall: {verdi: 0"), "kategori1.antall.verdi", "greater than 0"),
    "no source": ((f"antall_aar: {{verdi: 3, kilde: {UDIR}}}", "antall_aar: {verdi: 3}"), "antall_aar.kilde", "kilde"),
    "empty source": (
        (f"antall_aar: {{verdi: 3, kilde: {UDIR}}}", "antall_aar: {verdi: 3, kilde: ' '}"),
        "antall_aar.kilde",
        "one line of text",
    ),
    "our own without a reason": (
        (f"antall_aar: {{verdi: 3, kilde: {UDIR}}}", "antall_aar: {verdi: 3, kilde: Egen antakelse}"),
        "antall_aar.grunn",
        "a reason",
    ),
    "reason on two lines": (
        (f"antall_aar: {{verdi: 3, kilde: {UDIR}}}", 'antall_aar: {verdi: 3, kilde: egen antakelse, grunn: "a\\nb"}'),
        "antall_aar.grunn",
        "one line",
    ),
    "no breaks": (("brudd: {verdi: []", "brudd: {verdi: ~"), "brudd.verdi", "valid tuple"),
    "unknown break": (("brudd: {verdi: []", "brudd: {verdi: [ny-skala]"), "brudd.verdi[0]", "one of avlyst-eksamen"),
    "break in other figures": (
        ("brudd: {verdi: []", "brudd: {verdi: [avlyst-eksamen-2020-2022]"),
        "brudd.verdi[0]",
        "figures of the set's own indicators",
    ),
    "break that stands twice": (
        ("brudd: {verdi: []", "brudd: {verdi: [nasjonale-prover-foer-2022, nasjonale-prover-foer-2022]"),
        "brudd.verdi[1]",
        "each break once",
    ),
    "official in words": (("offisielt: false", "offisielt: 0"), "offisielt", "boolean"),
    "name that could be a path": (("navn: np-skalapoeng", "navn: ../x"), "navn", "pattern"),
}


@pytest.mark.parametrize(("replacement", "key", "expected"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_an_impossible_set_is_refused_with_file_row_key_and_what_was_expected(replacement, key, expected):
    text = changed(replacement)
    (found,) = findings(text)
    assert found.file == "sett.yaml"
    assert found.key is not None and found.key.endswith(key)
    assert expected in found.expected
    first_difference = next(
        number for number, (a, b) in enumerate(zip(text.splitlines(), TEXT.splitlines(), strict=False), 1) if a != b
    )
    # An item of a list, or the mapping that lacks a key, begins up to two rows above what was changed in it.
    assert found.row is not None and first_difference - 2 <= found.row <= first_difference + 1


@pytest.mark.parametrize(
    ("replacement", "keys"),
    [
        (
            ("  nasjonale_prover: {", "  elevundersokelsen: {"),
            ["forsinkelse.nasjonale_prover", "forsinkelse.elevundersokelsen"],
        ),
    ],
    ids=["a source without a lag, and one not in use"],
)
def test_what_stands_in_the_place_of_another_is_two_faults(replacement, keys):
    assert [found.key for found in findings(changed(replacement))] == keys


def test_equal_points_for_both_limits_are_possible():
    equal = changed(("absolutt: {verdi: 3", "absolutt: {verdi: 1"))
    assert load_rule_set_text(equal, "f").poeng.absolutt.verdi == 1


def test_all_faults_of_a_set_come_at_once():
    text = changed(
        ("indikator: lesing", "indikator: lesning"),
        (LIMIT, "metode: avvik, verdi: -3"),
        ("min_aar: {verdi: 2", "min_aar: {verdi: 9"),
        ("kategori1:\n", "kategori1:\n  ekstra: 1\n"),
    )
    assert {f.key for f in findings(text)} == {
        "indikatorer[0].indikator",
        "indikatorer[0].absolutt_grense.verdi",
        "min_aar.verdi",
        "kategori1.ekstra",
    }


def test_a_decimal_limit_is_exact():
    limit = load_rule_set("udir-2020").indikatorer[2].absolutt_grense
    assert limit.verdi == Decimal("0.3")
    assert Decimal("4.2") - limit.verdi == Decimal("3.9")


@pytest.mark.parametrize(
    "replacements",
    [
        [("navn: np-skalapoeng\n", "# a comment\nnavn: np-skalapoeng # another\n")],
        [("navn: np-skalapoeng\n", ""), ("offisielt: false\n", "offisielt: false\nnavn: np-skalapoeng\n")],
        [("min_dekning: {verdi: 0.5", "min_dekning: {verdi: 0.50")],
        [("nivaa: {verdi: 20,", "nivaa: {verdi: 20.0,")],
        [(FIRST, "  - trinn: 5\n    maal: skalapoeng\n    indikator: lesing\n")],
    ],
    ids=["comments", "order of keys", "zeros", "integer or decimal", "order in an item"],
)
def test_the_identity_of_a_set_does_not_change_with_how_it_is_written(replacements):
    written_otherwise = load_rule_set_text(changed(*replacements), "f")
    assert written_otherwise.sha256 == load_rule_set("np-skalapoeng").sha256


@pytest.mark.parametrize(
    "replacement",
    [
        (LIMIT, "metode: avvik, verdi: 4"),
        ("min_dekning: {verdi: 0.5", "min_dekning: {verdi: 0.6"),
        ("ett år er ikke over tid", "to år er over tid"),
    ],
)
def test_the_identity_of_a_set_changes_with_its_content(replacement):
    assert load_rule_set_text(changed(replacement), "f").sha256 != load_rule_set("np-skalapoeng").sha256


def test_the_order_of_the_sources_is_not_part_of_the_identity():
    udir = load_rule_set("udir-2020")
    backwards = dict(reversed(udir.forsinkelse.items()))
    assert udir.model_copy(update={"forsinkelse": backwards}).sha256 == udir.sha256


@pytest.mark.parametrize(
    "replacement",
    [
        ("[flest_celler_forbi_absolutt, flest_mulige_poeng,", "[flest_mulige_poeng, flest_celler_forbi_absolutt,"),
        ("[flest_celler_forbi_absolutt, flest_mulige_poeng,", "["),
        ("[statsforvalterens_prioritet, storst_spredning]", "[storst_spredning, statsforvalterens_prioritet]"),
        ("[statsforvalterens_prioritet, storst_spredning]", "[storst_spredning]"),
        ("[vurdert_foran_ikke_vurdert, hoyest_andel,", "["),
    ],
)
def test_an_order_is_data_another_one_is_another_set(replacement):
    text = changed(replacement)
    assert load_rule_set_text(text, "f").sha256 != load_rule_set("np-skalapoeng").sha256


def test_parameters_are_flat_named_and_ready_for_json():
    rows = load_rule_set("udir-2020").parametre()
    by_name = {row["navn"]: row for row in rows}
    assert len(by_name) == len(rows)
    assert all(row.keys() == {"navn", "verdi", "kilde", "grunn"} for row in rows)
    assert by_name["antall_aar"]["verdi"] == 3
    assert by_name["min_dekning"]["verdi"] == "0.5"
    assert by_name["kategori2.spredning.nivaa"]["verdi"] == "20"
    assert by_name["kategori1.ved_likhet"]["verdi"][2] == "lavest_kommunenr"
    assert by_name["kategori2.rekkefolge"]["verdi"] == ["statsforvalterens_prioritet", "storst_spredning"]
    assert by_name["kategori2.ved_likhet"]["verdi"][0] == "vurdert_foran_ikke_vurdert"
    assert by_name["kategori2.ikke_vurdert_kan_vaere_kandidat"]["verdi"] is True
    assert by_name["brudd"]["verdi"] == ["avlyst-eksamen-2020-2022"]
    assert by_name["forsinkelse.grunnskolepoeng"]["verdi"] == 1
    assert by_name["indikatorer.grunnskolepoeng.10.vekt"]["verdi"] == 3
    assert by_name["indikatorer.mobbing.7.absolutt_grense.metode"]["verdi"] == "avvik"
    assert by_name["indikatorer.mobbing.7.absolutt_grense.verdi"]["grunn"]
    assert json.loads(json.dumps(rows)) == rows


def test_the_window_uses_the_lag_of_each_source():
    udir = load_rule_set("udir-2020")
    assert udir.vindu("elevundersokelsen", 2025) == ["2022-23", "2023-24", "2024-25"]
    assert udir.vindu("grunnskolepoeng", 2025) == ["2021-22", "2022-23", "2023-24"]
    with pytest.raises(PermanentError, match="found the source 'fravaer'; expected one of elev"):
        udir.vindu("fravaer", 2025)


def test_source_and_day_of_an_identification():
    udir = load_rule_set("udir-2020")
    assert udir.identifikasjonsdag(2025).isoformat() == "2025-03-01"


@pytest.mark.parametrize(
    ("retning", "absolutt", "wrong"),
    [
        ("hoyere_er_bedre", "46.9", False),
        ("hoyere_er_bedre", "50.0", False),
        ("hoyere_er_bedre", "50.1", True),
        ("lavere_er_bedre", "50.1", False),
        ("lavere_er_bedre", "50", False),
        ("lavere_er_bedre", "49.9", True),
    ],
)
def test_an_absolute_limit_better_than_the_national_one_is_on_the_wrong_side(retning, absolutt, wrong):
    assert absolute_limit_is_on_wrong_side(retning, Decimal("50.0"), Decimal(absolutt)) is wrong


def test_a_set_is_validated_against_the_catalogue_handed_in():
    catalog = default_catalog()
    smaller = catalog.model_copy(
        update={"indikatorer": {key: value for key, value in catalog.indikatorer.items() if key != "regning"}}
    )
    with pytest.raises(InvalidInput) as caught:
        load_rule_set_text(TEXT, "f", smaller)
    assert [f.key for f in caught.value.findings] == ["indikatorer[2].indikator", "indikatorer[3].indikator"]


def test_a_measure_that_some_grades_have_is_refused_on_the_others():
    # 5. trinn has three mestringsnivåer: its figures of a fifth would never come, and the set would never be filled.
    catalog = default_catalog()
    highest = catalog.maal["andel_mestringsnivaa_5"].model_copy(update={"retning": "hoyere_er_bedre"})
    weighed = catalog.model_copy(update={"maal": {**catalog.maal, "andel_mestringsnivaa_5": highest}})
    on_8 = changed(("maal: skalapoeng\n    trinn: 8", "maal: andel_mestringsnivaa_5\n    trinn: 8"))
    assert load_rule_set_text(on_8, "f", weighed).indikatorer[1].maal == "andel_mestringsnivaa_5"
    with pytest.raises(InvalidInput) as caught:
        load_rule_set_text(changed(("maal: skalapoeng", "maal: andel_mestringsnivaa_5")), "f", weighed)
    (found,) = caught.value.findings
    assert (found.key, found.expected) == ("indikatorer[0].trinn", "a grade with andel på mestringsnivå 5: 8 or 9")
