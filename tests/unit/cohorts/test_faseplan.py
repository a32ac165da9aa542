"""The timeline of a cohort is the one in Udir's description, term by term."""

from __future__ import annotations

from datetime import date
from importlib import resources
from itertools import pairwise

import pytest

from oppfolging_pipeline.cohorts.faseplan import fase_ved, faseplan_rader
from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.rules.faseplan import default_faseplan, load_faseplan_text
from oppfolging_pipeline.tables.model import table

TEXT = resources.files("oppfolging_pipeline.rules").joinpath("faseplan.yaml").read_text(encoding="utf-8")
FORFASE = [
    "analysearbeid",
    "involvere sentrale aktører i kommunen",
    "definere tiltak og finne kompetansemiljø",
    "forankringsarbeid",
    "klargjøre egen organisasjon",
]
GJENNOMFORING = [
    "igangsette og gjennomføre tiltak på skoleeier- og enhetsnivå",
    "evaluere tiltakene og planlegge videreføring av utviklingsarbeidet",
]
PULJE_2020 = [
    ("Høst 20", date(2020, 8, 1), date(2020, 12, 31), "Forfase", 1, FORFASE, None),
    ("Vår 21", date(2021, 1, 1), date(2021, 7, 31), "Forfase", 1, FORFASE, "Rapport 1, etter forfasen"),
    ("Høst 21", date(2021, 8, 1), date(2021, 12, 31), "Gjennomføringsfase", 2, GJENNOMFORING, None),
    ("Vår 22", date(2022, 1, 1), date(2022, 7, 31), "Gjennomføringsfase", 2, GJENNOMFORING,
     "Rapport 2, etter første år av gjennomføringsfasen"),
    ("Høst 22", date(2022, 8, 1), date(2022, 12, 31), "Gjennomføringsfase", 3, GJENNOMFORING, None),
    ("Vår 23", date(2023, 1, 1), date(2023, 7, 31), "Gjennomføringsfase", 3, GJENNOMFORING,
     "Rapport 3, etter innsatsperioden"),
]  # fmt: skip


def test_every_term_of_pulje_2020_is_as_udir_writes_it():
    rows = faseplan_rader(2020, 40, date(2020, 1, 1))
    keys = ("halvaar", "fra", "til", "fase", "faseaar", "aktiviteter", "rapport")
    assert [tuple(row[key] for key in keys) for row in rows] == PULJE_2020
    assert [row["halvaar_nr"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert {(row["pulje"], row["antall_kommuner"], row["tilstand"]) for row in rows} == {(2020, 40, "kommende")}


def test_the_rows_have_the_declared_columns_and_vocabulary():
    declared = table("pulje_faseplan")
    for row in faseplan_rader(2025, 1, date(2026, 1, 1)):
        assert (*row, "offisielt", "eksempel") == declared.column_names, "those two come from the cohort"
        assert row["fase"] in (declared.column("fase").values or ())
        assert all(row[name] is not None for name in row if not declared.column(name).nullable)


K, P, A = "kommende", "pågående", "avsluttet"


@pytest.mark.parametrize(
    ("per", "tilstander"),
    [
        (date(2020, 7, 31), [K, K, K, K, K, K]),
        (date(2020, 8, 1), [P, K, K, K, K, K]),
        (date(2020, 12, 31), [P, K, K, K, K, K]),
        (date(2021, 1, 1), [A, P, K, K, K, K]),
        (date(2021, 7, 31), [A, P, K, K, K, K]),
        (date(2021, 8, 1), [A, A, P, K, K, K]),
        (date(2023, 7, 31), [A, A, A, A, A, P]),
        (date(2023, 8, 1), [A, A, A, A, A, A]),
    ],
)
def test_a_term_is_running_on_its_first_and_on_its_last_day(per, tilstander):
    assert [row["tilstand"] for row in faseplan_rader(2020, 0, per)] == tilstander


@pytest.mark.parametrize(
    ("per", "fase"),
    [
        (date(2020, 7, 31), None),
        (date(2020, 8, 1), "Forfase"),
        (date(2021, 7, 31), "Forfase"),
        (date(2021, 8, 1), "Gjennomføringsfase"),
        (date(2023, 7, 31), "Gjennomføringsfase"),
        (date(2023, 8, 1), None),
    ],
)
def test_the_phase_begins_and_ends_with_its_terms(per, fase):
    assert fase_ved(2020, per) == fase


def test_no_day_of_the_period_is_without_a_term():
    rows = faseplan_rader(2025, 0, date(2025, 1, 1))
    assert [(b["fra"] - a["til"]).days for a, b in pairwise(rows)] == [1] * 5


def test_the_lists_of_one_call_are_not_those_of_the_next():
    faseplan_rader(2020, 0, date(2020, 1, 1))[0]["aktiviteter"].clear()
    assert faseplan_rader(2020, 0, date(2020, 1, 1))[0]["aktiviteter"] == FORFASE


def test_the_plan_says_where_each_of_its_values_comes_from():
    plan = default_faseplan()
    assert plan.frist.kilde == plan.forfaller_dager.kilde == "egen antakelse"
    assert plan.varighet_aar.kilde.startswith("Udir")


@pytest.mark.parametrize(
    ("old", "new", "key", "expected"),
    [
        ("verdi: [3, 4, 5, 6]", "verdi: [3, 4, 5]", "faser", "the terms 1 to 6"),
        ("verdi: [3, 4, 5, 6]", "verdi: [2, 3, 4, 5, 6]", "faser", "each once"),
        ("rapport_nr: 2", "rapport_nr: 1", "rapporter[1].rapport_nr", "each report number once"),
        ("etter_halvaar: {verdi: 4", "etter_halvaar: {verdi: 2", "rapporter[1].etter_halvaar.verdi", "no other report"),
        ("etter_halvaar: {verdi: 6", "etter_halvaar: {verdi: 7", "rapporter[2].etter_halvaar.verdi", "(1 to 6)"),
        ("[kommune, veileder,", "[kommune, kommune,", "rapporter[0].avsendere.verdi", "each sender once"),
        ("[kommune, veileder,", "[kommune, rektor,", "rapporter[0].avsendere.verdi[1]", "'veileder'"),
        ("forfaller_dager: {verdi: 30", "forfaller_dager: {verdi: -1", "forfaller_dager.verdi", "equal to 0"),
        ("fase: Forfase", "fase: Forfasen", "faser[0].fase", "'Forfase'"),
    ],
)
def test_an_impossible_plan_is_refused_with_its_key(old, new, key, expected):
    assert old in TEXT
    with pytest.raises(InvalidInput) as caught:
        load_faseplan_text(TEXT.replace(old, new, 1), "faseplan.yaml")
    (found,) = caught.value.findings
    assert found.key == key
    assert expected in found.expected
    assert found.row is not None
