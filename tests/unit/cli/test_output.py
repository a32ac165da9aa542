"""How answers are laid out: Norwegian numbers for people, plain JSON for programs."""

from __future__ import annotations

import json
from datetime import date

import pytest

from oppfolging_pipeline import cli_output

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
    titles = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Identifiserte kommuner")]
    assert [title.strip() for title in titles] == [
        "Identifiserte kommuner 2024 (prove)",
        "Identifiserte kommuner 2025 (annet)",
        "Identifiserte kommuner 2025 (prove)",
    ]


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
