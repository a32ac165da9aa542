"""What a person is told of what is missing: one cause once, the report that is there by what it lacks."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from oppfolging_pipeline.rules.brudd import default_breaks
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.oversikt import Vei, hinder
from oppfolging_pipeline.staging.oversikt_tekst import hindringer, kan_ikke_kjores, slik_hentes, vei_videre
from tests.unit.staging.there import ALL_REAL, EU, FINAL, GS, NP, PRELIMINARY, UNSHOWN, every

CATALOG = default_catalog()
OFFICIAL, TESTS = load_rule_set("udir-2020"), load_rule_set("np-skalapoeng")
THREE = ("2022-23", "2023-24", "2024-25")
MARKS = ("2021-22", "2022-23", "2023-24")
WHOLE = {**every("udir-2020", EU, *THREE), **every("udir-2020", NP, *THREE), **every("udir-2020", GS, *MARKS)}


def told(cells, year=2025, rule_set=OFFICIAL, *, also_preliminary=True) -> list[str]:
    one = hinder(cells, Request(year, rule_set, CATALOG), default_breaks())
    return hindringer(cells, one, also_preliminary=also_preliminary)


def without(cells, *gone):
    """The cells but those whose indicator, measure, grade or school year are all among one of `gone`."""
    return {cell: facts for cell, facts in cells.items() if not any(set(each) <= set(cell) for each in gone)}


def test_thirty_three_cells_are_three_lines_and_a_report_that_is_there_says_which_measure_it_lacks():
    """Guards against 33 lines that asked for reports, some of which lay there."""
    assert len(Request(2025, OFFICIAL, CATALOG).cells()) == 33
    assert told(ALL_REAL) == [
        "Elevundersøkelsen 2022-23, 2023-24 og 2024-25: mangler.",
        "Nasjonale prøver 2022-23, 2023-24 og 2024-25: filene har skalapoeng, ikke andel på mestringsnivå 1.",
        "Grunnskolepoeng 2021-22, 2022-23 og 2023-24: mangler.",
    ]


PARTLY: dict[str, tuple[dict, list[str]]] = {
    "nothing": (WHOLE, []),
    "a grade of one year": (
        without(WHOLE, (8, "2024-25")),
        ["Nasjonale prøver 2024-25: Lesing 8. trinn og Regning 8. trinn mangler."],
    ),
    "an indicator of two years": (
        without(WHOLE, ("motivasjon", "2022-23"), ("motivasjon", "2024-25")),
        ["Elevundersøkelsen 2022-23 og 2024-25: Motivasjon 7. og 10. trinn mangler."],
    ),
    "other causes in other years": (
        without(WHOLE, ("regning", 5, "2022-23"), ("grunnskolepoeng", "2022-23")),
        ["Nasjonale prøver 2022-23: Regning 5. trinn mangler.", "Grunnskolepoeng 2022-23: mangler."],
    ),
    "the nation alone": (
        {**WHOLE, ("regning", "andel_mestringsnivaa_1", 5, "2023-24"): UNSHOWN},
        ["Nasjonale prøver 2023-24: landstallet er ikke vist for Regning 5. trinn."],
    ),
    "preliminary figures": (
        {**WHOLE, **every("udir-2020", EU, "2024-25", facts=PRELIMINARY)},
        ["Elevundersøkelsen 2024-25: foreløpige tall."],
    ),
    "preliminary figures, and not all of them": (
        without({**WHOLE, **every("udir-2020", EU, "2024-25", facts=PRELIMINARY)}, ("mobbing", 7, "2024-25")),
        ["Elevundersøkelsen 2024-25: Mobbing 7. trinn mangler; foreløpige tall."],
    ),
}


@pytest.mark.parametrize(("cells", "lines"), PARTLY.values(), ids=PARTLY)
def test_what_is_missing_of_a_report_is_said_once(cells, lines):
    assert told(cells) == lines


def test_preliminary_figures_are_no_hindrance_to_who_asks_for_the_year():
    cells, _ = PARTLY["preliminary figures"]
    assert told(cells, also_preliminary=False) == []


def test_withdrawn_reports_are_told_by_the_break_and_nobody_is_asked_to_look_for_them():
    (line,) = told(ALL_REAL, 2022, TESTS)
    text = default_breaks().by_id()["nasjonale-prover-foer-2022"].tekst
    assert line == f"Nasjonale prøver 2019-20, 2020-21 og 2021-22: trukket tilbake. «{text}»"
    first, second = told({}, 2023, TESTS)
    assert "2020-21 og 2021-22: trukket tilbake" in first
    assert second == "Nasjonale prøver 2022-23: mangler."


def command(vei: Vei) -> str:
    return f"kjør {vei.regelsett} {vei.uttrekk}"


def test_of_each_set_the_newest_way_is_told_and_a_newer_one_on_preliminary_figures():
    ways = [
        Vei("a", 2025, forelopig=False), Vei("a", 2024, forelopig=False), Vei("a", 2026, forelopig=True),
        Vei("b", 2025, forelopig=False), Vei("b", 2024, forelopig=True), Vei("c", 2024, forelopig=True, eldre=True),
    ]  # fmt: skip
    assert vei_videre(ways, command) == [
        "  kjør a 2025", "      virker med det som er her: a, uttrekk 2025, endelige tall; også uttrekk 2024.",
        "  kjør a 2026", "      virker med det som er her: a, uttrekk 2026, foreløpige tall.",
        "  kjør b 2025", "      virker med det som er her: b, uttrekk 2025, endelige tall.",
        "  kjør c 2024",
        "      virker med det som er her: c, uttrekk 2024, foreløpige tall, fra før siste henting mislyktes.",
    ]  # fmt: skip


def test_what_is_missing_is_fetched_with_whole_commands_and_only_absent_reports_are_asked_for_as_files():
    one = hinder(ALL_REAL, Request(2025, OFFICIAL, CATALOG), default_breaks())
    lines = slik_hentes(ALL_REAL, one, Path("/et hjem"), Path("inn boks"))
    commands = [shlex.split(line) for line in lines if line.startswith("  oppfolging")]
    assert commands == [
        ["oppfolging", "fetch", "--home", "/et hjem", "--source", f"{EU},{NP}", "--years", ",".join(THREE)],
        ["oppfolging", "fetch", "--home", "/et hjem", "--source", GS, "--years", ",".join(MARKS)],
    ]
    as_files = "\n".join(lines[lines.index("eller legges i innboksen inn boks:") :])
    assert "Elevundersøkelsen" in as_files and "Grunnskolepoeng" in as_files and "Nasjonale" not in as_files
    whole = hinder(WHOLE, Request(2025, OFFICIAL, CATALOG), default_breaks())
    assert slik_hentes(WHOLE, whole, Path("hjem"), None) == [] and FINAL in WHOLE.values()


def test_where_nothing_works_that_is_said():
    text = kan_ikke_kjores({"a kan ikke:": ["fordi."]}, [], ["Hent."])
    assert text == "a kan ikke:\n  - fordi.\nIngen av regelsettene kan kjøres med det som er her.\nHent."
