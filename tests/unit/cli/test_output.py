"""How answers are laid out: Norwegian numbers for people, plain JSON for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

import pytest

from oppfolging_pipeline import cli_output
from oppfolging_pipeline.publish.innhold import Innhold
from oppfolging_pipeline.publish.tracing import Observation, Trace

ROW = {
    "uttrekksaar": 2025,
    "indikatorsett": "prove",
    "kategori": 1,
    "rangering": 3,
    "delt_plassering": True,
    "kommunenr": "6101",
    "kommunenavn": "Krattvik i Lurfylket, som har et svært langt navn",
    "fylkesnavn": "Lurfylket",
    "andel_risikopoeng": 80.55555555555556,
    "risikopoeng": 29,
    "mulige_risikopoeng": 36,
    "dekningsgrad": 1.0,
    "margin": None,
    "status": "foreløpig",
}


def test_a_row_is_laid_out_with_comma_and_two_decimals_and_nothing_is_cut(capsys):
    cli_output.emit_identifisert([ROW], as_json=False)
    out = capsys.readouterr().out
    assert "80,56" in out and "29/36" in out and "3 =" in out and "foreløpig" in out
    assert ROW["kommunenavn"] in out
    assert "None" not in out


def test_a_table_for_each_year_and_set(capsys):
    cli_output.emit_identifisert([ROW, {**ROW, "indikatorsett": "annet"}, {**ROW, "uttrekksaar": 2024}], as_json=False)
    titles = [line for line in capsys.readouterr().out.splitlines() if "Identifiserte kommuner" in line]
    assert [title.strip() for title in titles] == [
        "Foreløpige tall. Identifiserte kommuner 2024 (prove)",
        "Foreløpige tall. Identifiserte kommuner 2025 (annet)",
        "Foreløpige tall. Identifiserte kommuner 2025 (prove)",
    ]


@pytest.mark.parametrize(
    ("columns", "first"),
    [
        ({"offisielt": True, "eksempel": False}, "Foreløpige tall. Identifiserte kommuner 2025 (prove)"),
        (
            {"offisielt": False, "eksempel": True, "status": "beregnet"},
            "Oppdiktet eksempel. Ikke ordningens offisielle indikatorsett (prove). Identifiserte kommuner 2025 (prove)",
        ),
    ],
)
def test_the_heading_says_first_what_the_list_is_not(capsys, columns, first):
    cli_output.emit_identifisert([{**ROW, **columns}], as_json=False)
    assert " ".join(capsys.readouterr().out.split()).startswith(first)
    place = {"statsforvalter": None, "begrunnelse": "Nr. 3.", **ROW, **columns}
    cli_output.emit_kommune({"rangering": [place], "vurdering": [], "pulje": []}, as_json=False)
    assert capsys.readouterr().out.startswith(first.partition(" Identifiserte")[0] + " 6101 ")


def test_a_plan_of_no_cohort_is_said_in_words_and_is_an_empty_list_in_json(capsys):
    there = {"np-skalapoeng": [2024, 2025]}
    cli_output.emit_faseplan([], there, as_json=False)
    out = capsys.readouterr().out
    assert out.startswith("Ingen pulje er dannet") and "np-skalapoeng (2024 og 2025)." in out
    cli_output.emit_faseplan([], there, as_json=True)
    assert json.loads(capsys.readouterr().out) == []


def test_a_municipality_of_a_cohort_whose_day_has_not_come_has_no_day(capsys):
    pulje = {"pulje": 2027, "deltakelse": "identifisert", "siden": None, "merknad": None}
    cli_output.emit_kommune({"rangering": [], "vurdering": [], "pulje": [pulje]}, as_json=False)
    assert capsys.readouterr().out == "Pulje 2027: identifisert.\n"


def test_no_row_is_said_in_words_and_is_an_empty_list_in_json(capsys):
    cli_output.emit_identifisert([], as_json=False)
    assert capsys.readouterr().out.strip()
    cli_output.emit_identifisert([], as_json=True)
    assert json.loads(capsys.readouterr().out) == []


def test_json_keeps_letters_numbers_and_dates(capsys):
    cli_output.emit_identifisert([{**ROW, "fra": date(2025, 8, 1)}], as_json=True)
    out = capsys.readouterr().out
    assert json.loads(out) == [{**ROW, "fra": "2025-08-01"}]
    assert "foreløpig" in out


def test_what_json_has_not_is_an_error_and_no_text():
    with pytest.raises(TypeError, match="expected something that JSON has"):
        cli_output.emit_identifisert([{"x": object()}], as_json=True)


def test_markup_in_a_name_is_text(capsys):
    # rich would read [red] as a colour.
    cli_output.emit_identifisert([{**ROW, "kommunenavn": "[red]Krattvik[/red]"}], as_json=False)
    assert "[red]Krattvik[/red]" in capsys.readouterr().out


NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001 (UTC without a zone, as it is published)
GET = "GET https://statistikk.example/data?radSti=**"
SVAR = Innhold("a" * 64, "svar.json", "nasjonale_prover", "udir_rapport", GET, "2024-25", NOON, 7, "hentet", "NLOD 2.0")
FIL = Innhold("b" * 64, "fil.csv", "nasjonale_prover", "udir_csv", "fil.csv", "2024-25", None, 7, "fil", "NLOD 2.0")
FIGURE = Trace(
    2025, "prove", "6107", "Holmøy", "lesing", "skalapoeng", 5, "2024-25", 48.5, "vist", True, "",
    (Observation("kommune", "6111", 40, "Skalapoeng", SVAR), Observation("kommune", "6112", 12, "Skalapoeng", FIL)),
)  # fmt: skip


def test_a_traced_figure_stands_once_with_every_row_it_was_read_from_and_the_whole_request(capsys):
    cli_output.emit_sporing([FIGURE], as_json=False)
    out = capsys.readouterr().out
    assert "6107 Holmøy" in out and out.count("48,5") == 1 and "None" not in out
    assert [line.split() for line in out.splitlines() if "6111" in line or "6112" in line] == [
        ["lesing", "skalapoeng", "5", "2024-25", "48,5", "ja", "kommune", "6111", "1", "40", "Skalapoeng"],
        ["kommune", "6112", "2", "12", "Skalapoeng"],
    ]
    assert GET in out and "2026-11-20 12:00:00" in out


def test_a_figure_that_is_not_what_its_row_says_is_traced_with_its_correction(capsys):
    # Who looks the row up finds another figure there, and must learn why.
    corrected = Observation("kommune", "6107", 40, "Skalapoeng", SVAR, "sifre-byttet-om")
    for as_json in (False, True):
        cli_output.emit_sporing([replace(FIGURE, observasjoner=(corrected,))], as_json=as_json)
        assert "sifre-byttet-om" in capsys.readouterr().out


def test_a_figure_that_no_source_has_is_laid_out_with_its_status(capsys):
    cli_output.emit_sporing([replace(FIGURE, verdi=None, verdistatus="mangler", observasjoner=())], as_json=False)
    assert "mangler" in capsys.readouterr().out


def test_a_trace_in_json_names_each_content_once_by_its_digest(capsys):
    cli_output.emit_sporing([FIGURE, replace(FIGURE, trinn=8)], as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert [(one["trinn"], [part["sha256"] for part in one["observasjoner"]]) for one in document["tall"]] == [
        (5, [SVAR.sha256, FIL.sha256]),
        (8, [SVAR.sha256, FIL.sha256]),
    ]
    assert [(one["sha256"], one["hentet"]) for one in document["innhold"]] == [
        (SVAR.sha256, "2026-11-20T12:00:00"),
        (FIL.sha256, None),
    ]


CELL = {
    "uttrekksaar": 2025, "indikatorsett": "prove", "indikator": "lesing", "trinn": 5, "skoleaar": "2024-25",
    "verdi": 40.0, "verdistatus": "vist", "nasjonal_grense": 50.0, "absolutt_grense": 47.0, "risikopoeng": 3,
    "mulige_risikopoeng": 3, "beregnet": False,
}  # fmt: skip


@pytest.mark.parametrize("rettelse", [{}, {"rettelse": None}, {"rettelse": "sifre-byttet-om"}])
def test_a_figure_that_was_corrected_is_not_shown_as_the_sources(capsys, rettelse):
    place = {"statsforvalter": "Embetet", "begrunnelse": "Uttrykt i ord.", **ROW}
    cli_output.emit_kommune({"rangering": [place], "vurdering": [CELL | rettelse], "pulje": []}, as_json=False)
    out = capsys.readouterr().out
    assert ("Rettelse" in out, "sifre-byttet-om" in out) == (bool(rettelse.get("rettelse")),) * 2
