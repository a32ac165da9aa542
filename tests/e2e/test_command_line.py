"""The command line as people and programs meet it: what it prints, its exit codes, its defaults."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from oppfolging_pipeline import __version__
from oppfolging_pipeline.tables.model import CONTRACT_VERSION
from tests.e2e.scenarios import digest, published_file, query
from tests.support.tiny import KOMMUNER

IDENTIFIED = ["6202", "6201", "6205", "6101", "6102"]  # by hand from the figures of the tiny country


def test_a_run_prints_the_identified_the_counts_and_the_places(first):
    assert first.done.code == 0, first.done.err
    lines = [line for line in first.done.out.splitlines() if re.match(r"\s+1 ", line)]
    assert [re.search(r"\b6\d{3}\b", line)[0] for line in lines] == IDENTIFIED
    assert "100,00" in lines[0] and "36/36" in lines[0] and KOMMUNER["6202"] in lines[0]
    assert "5 kommuner, 5 vurdert, 5 i kategori 1, 0 i kategori 2" in first.done.out
    assert f"Publisert fil: {published_file(first.home)}" in first.done.out
    assert f"Hjemmemappe: {first.home}" in first.done.out


def test_a_run_without_a_home_uses_the_folder_data_where_one_stands(first):
    assert first.home.name == "data"
    assert published_file(first.home).is_file()


def test_a_run_tells_of_its_progress_on_stderr_alone(first):
    steps = re.findall(r"^(\w+): ferdig \(\d+\.\d s\)$", first.done.err, re.M)
    assert len(steps) == 15 and steps[0] == "raw_innboks" and steps[-1] == "utgivelse"
    assert first.done.err.strip().splitlines()[-1].startswith("utgivelse: ferdig"), "and of nothing else"
    assert "ferdig" not in first.done.out


def test_the_default_year_is_the_newest_complete_one(first):
    # 2025-26 and 2026-27 lie in the inbox, but preliminary: 2026 and 2027 are not complete.
    assert "Uttrekk 2025 (np-skalapoeng)" in first.done.out
    assert query(first.home, "SELECT DISTINCT uttrekksaar, status FROM mart.rangering_kommune") == [(2025, "beregnet")]


def test_the_years_asked_for_stand_beside_those_that_were_there(killed):
    assert killed.after.code == 0, killed.after.err
    found = query(killed.home, "SELECT DISTINCT uttrekksaar, status FROM mart.rangering_kommune ORDER BY 1")
    assert found == [(2025, "beregnet"), (2026, "foreløpig"), (2027, "foreløpig")]
    counts = query(killed.home, "SELECT uttrekksaar, count(*) FROM mart.identifisert_kommune GROUP BY 1 ORDER BY 1")
    assert counts == [(2025, 5), (2026, 5), (2027, 5)]
    assert query(killed.home, "SELECT DISTINCT pulje FROM mart.pulje_faseplan ORDER BY 1") == [
        (2025,),
        (2026,),
        (2027,),
    ]


def test_json_of_a_run_parses_and_holds_what_the_table_does(killed):
    answer = json.loads(killed.after.out)
    assert [count["uttrekksaar"] for count in answer["antall"]] == [2026, 2027]
    assert all(count["kategori_1"] == 5 and count["vurdert"] == 5 for count in answer["antall"])
    assert answer["indikatorsett"] == "np-skalapoeng" and answer["ny_utgivelse"] is True
    assert answer["fil"] == str(published_file(killed.home))
    assert {row["kommunenr"] for row in answer["identifisert"]} == set(KOMMUNER)


SHOWN = {
    "identifisert": (["show", "identifisert"], "Fjomsund"),
    "faseplan": (["show", "faseplan"], "Forfase"),
    "kommune": (["show", "kommune", "6205"], "Slengvær"),
}


def only_the_day(err: str) -> bool:
    """Whether nothing is said beside the tables but the day that their states are of."""
    return all(line.startswith("Tilstandene er sett fra ") for line in err.splitlines())


@pytest.mark.parametrize(("command", "seen"), SHOWN.values(), ids=SHOWN)
def test_show_prints_for_people(first, warm, command, seen):
    done = warm.run(*command, "--home", first.home, cwd=first.inbox)
    assert done.code == 0 and only_the_day(done.err), done.err
    assert seen in done.out


@pytest.mark.parametrize("command", [command for command, _ in SHOWN.values()], ids=SHOWN)
def test_show_gives_json_to_programs(first, warm, command):
    done = warm.run(*command, "--home", first.home, "--json", cwd=first.inbox)
    assert done.code == 0 and only_the_day(done.err), done.err
    answer = json.loads(done.out)
    if command[1] == "kommune":
        assert [row["kommunenr"] for row in answer["rangering"]] == ["6205"]
        assert len(answer["vurdering"]) == 12 and len(answer["pulje"]) == 1
    elif command[1] == "faseplan":
        assert [row["halvaar_nr"] for row in answer] == [1, 2, 3, 4, 5, 6]
        assert answer[0]["fra"] == "2025-08-01"
    else:
        assert [row["kommunenr"] for row in answer] == IDENTIFIED


def test_the_environment_names_the_home_as_the_option_does(first, warm):
    given = warm.run("show", "identifisert", "--json", "--home", first.home, cwd=first.inbox)
    named = warm.run("show", "identifisert", "--json", cwd=first.inbox, env={"OPPFOLGING_HOME": str(first.home)})
    assert given.out == named.out != ""


def test_a_list_that_is_not_the_schemes_is_not_shown_to_one_who_did_not_ask_for_it(first, warm):
    nobody = {"OPPFOLGING_REGELSETT": ""}
    done = warm.run("show", "identifisert", "--home", first.home, cwd=first.inbox, env=nobody)
    command = f"oppfolging show identifisert --home {first.home} --rules np-skalapoeng"
    assert (done.code, done.out) == (1, "") and f"`{command}` viser dem." in done.err
    asked = warm.run(
        "show", "identifisert", "--rules", "np-skalapoeng", "--home", first.home, cwd=first.inbox, env=nobody
    )
    assert asked.code == 0 and asked.out.startswith("Ikke ordningens offisielle indikatorsett (np-skalapoeng).")


def test_the_option_goes_before_the_environment(first, warm, tmp_path):
    other = {"OPPFOLGING_HOME": str(tmp_path / "et annet hjem")}
    assert warm.run("show", "identifisert", "--home", first.home, cwd=tmp_path, env=other).code == 0
    assert warm.run("show", "identifisert", cwd=tmp_path, env=other).code == 1


WRONG = {
    "a year that is none": (["run", "--uttrekk", "20x5"], 2, "20x5"),
    "a year of two digits": (["run", "--uttrekk", "2024,25"], 2, "2024,25"),
    "a day that is none": (["run", "--per", "2025-02-30"], 2, "2025-02-30"),
    "a day in words": (["run", "--per", "i dag"], 2, "i dag"),
    "an unknown option": (["run", "--aar", "2025"], 2, "--aar"),
    "an unknown question": (["show", "alt"], 2, "alt"),
    "a folder that is not there": (["run", "--inbox", "finnes ikke"], 1, "finnes ikke"),
    "no published file": (["show", "identifisert"], 1, "found no published file"),
    "an unknown setting": (["show", "identifisert"], 1, "OPPFOLGING_HJEM"),
}


@pytest.mark.parametrize(("arguments", "code", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_in_a_line_with_its_exit_code(warm, tmp_path, arguments, code, said):
    environment = {"OPPFOLGING_HJEM": "x"} if said == "OPPFOLGING_HJEM" else {}
    done = warm.run(*arguments, cwd=tmp_path, env=environment)
    assert done.code == code, done
    assert said in done.err
    assert "Traceback" not in done.err and done.out == ""
    assert not (tmp_path / "data" / "publisert").exists()


def test_an_empty_inbox_is_named(warm, tmp_path):
    (tmp_path / "tom").mkdir()
    done = warm.run("run", "--inbox", tmp_path / "tom", cwd=tmp_path)
    assert done.code == 1
    assert str(tmp_path / "tom") in done.err and "empty inbox" in done.err and "Traceback" not in done.err


def test_an_unknown_rule_set_lists_those_there_are(first, warm, tmp_path):
    done = warm.run("run", "--inbox", first.inbox, "--rules", "udir-2099", cwd=tmp_path)
    assert done.code == 1
    assert all(name in done.err for name in ("udir-2099", "udir-2020", "np-skalapoeng"))
    assert "Traceback" not in done.err
    assert not (tmp_path / "data" / "publisert").exists()


def test_a_year_without_figures_says_which_are_missing(first, warm, tmp_path):
    before = digest(published_file(first.home))
    done = warm.run("run", "--inbox", first.inbox, "--rules", "np-skalapoeng", "--uttrekk", "2029", cwd=tmp_path)
    assert done.code == 1
    assert "np-skalapoeng: uttrekk 2029 kan ikke kjøres med det som er her:" in done.err
    assert "  - Nasjonale prøver 2026-27: foreløpige" not in done.err, "who names a year takes its preliminary figures"
    assert "  - Nasjonale prøver 2027-28 og 2028-29: mangler." in done.err and "Traceback" not in done.err
    assert digest(published_file(first.home)) == before


def test_a_set_that_the_inbox_does_not_suffice_for_says_what_it_lacks(first, warm, tmp_path):
    # The official set on national tests alone: the commonest first mistake.
    done = warm.run("run", "--inbox", first.inbox, "--rules", "udir-2020", cwd=tmp_path)
    assert done.code == 1
    assert "udir-2020: intet uttrekksår er komplett og endelig med det som er her." in done.err
    assert "filene har skalapoeng, ikke andel på mestringsnivå 1" in done.err and "Traceback" not in done.err
    causes = [line for line in done.err.splitlines() if line.startswith("  - ")]
    assert len(causes) == len(set(causes)) <= 6, "a line for each cause, not for each indicator and grade"
    ways = [line for line in done.err.splitlines() if line.startswith("  oppfolging run ")]
    given = shlex.join(["--home", str(tmp_path / "data"), "--inbox", str(first.inbox)])
    assert ways == [
        f"  oppfolging run {given} --rules np-skalapoeng --uttrekk 2025",
        f"  oppfolging run {given} --rules np-skalapoeng --uttrekk 2027",
    ], "the newest final year, and the newest on preliminary figures"


def test_the_reports_are_told_of_in_one_table_before_any_figure_is_judged(first):
    table, _, rest = first.done.err.partition("observasjon: ferdig")
    assert "grense: ferdig" in rest and "Rapportene" not in rest
    rows = dict(re.findall(r"^ +(\d{4}-\d{2}) +mangler +(her|foreløpig|mangler) +mangler *$", table, re.M))
    assert rows == {
        **dict.fromkeys(("2022-23", "2023-24", "2024-25"), "her"),
        **dict.fromkeys(("2025-26", "2026-27"), "foreløpig"),
    }
    assert "Kjører np-skalapoeng, uttrekk 2025." in table
    assert max(map(len, table.splitlines())) <= 80


def test_json_of_a_run_that_is_refused_has_the_reports_the_causes_and_the_ways(first, warm, tmp_path):
    home = first.copy(tmp_path / "hjem")
    done = warm.run("run", "--home", home, "--rules", "udir-2020", "--json", cwd=tmp_path)
    answer = json.loads(done.out)
    assert done.code == 1 and set(answer["feil"]) == {"grense", "harmonisert"}
    told = answer["oversikt"]
    assert {row["tilstand"] for row in told["rapporter"]} == {"her", "foreløpig", "mangler"}
    assert told["valgt"] is None and list(told["mangler"]) == ["2027"]
    ways = [(way["regelsett"], way["uttrekk"], way["forelopig"]) for way in told["veier"]]
    assert ways == [("np-skalapoeng", 2025, False), ("np-skalapoeng", 2027, True), ("np-skalapoeng", 2026, True)]
    assert told["veier"][0]["kommando"] == f"oppfolging run --home {home} --rules np-skalapoeng --uttrekk 2025"


def test_the_version_is_told_with_that_of_the_contract(warm, tmp_path):
    done = warm.run("--version", cwd=tmp_path)
    assert (done.code, done.out) == (0, f"oppfolging_pipeline {__version__}, kontrakt {CONTRACT_VERSION}\n")


UNKNOWN = {"9999": "kommunenr '9999'", "61": "kommunenr '0061'", "Slengværet": "mente du 6205 Slengvær"}


@pytest.mark.parametrize(("asked", "said"), UNKNOWN.items(), ids=UNKNOWN)
@pytest.mark.parametrize("command", [["show", "kommune"], ["trace"]], ids=["show", "trace"])
def test_an_unknown_municipality_is_no_traceback(first, warm, tmp_path, command, asked, said):
    done = warm.run(*command, asked, "--home", first.home, cwd=tmp_path)
    assert done.code == 1 and done.out == ""
    assert said in done.err and "Traceback" not in done.err


def test_a_municipality_is_asked_for_by_its_name(first, warm, tmp_path):
    by_number = warm.run("show", "kommune", "6205", "--json", "--home", first.home, cwd=tmp_path)
    by_name = warm.run("show", "kommune", "SLENGVÆR", "--json", "--home", first.home, cwd=tmp_path)
    assert by_name.code == 0 and by_name.out == by_number.out


def test_a_former_municipality_says_what_it_became(first, warm, tmp_path):
    done = warm.run("show", "kommune", "6203", "--home", first.home, cwd=tmp_path)
    assert done.code == 1
    assert "It has become 6205" in done.err


def test_a_question_for_a_year_that_is_not_there_lists_the_years(first, warm, tmp_path):
    done = warm.run("show", "identifisert", "--uttrekk", "2019", "--home", first.home, cwd=tmp_path)
    assert done.code == 1
    assert "2019" in done.err and "2025" in done.err
