"""The command line as people and programs meet it: what it prints, its exit codes, its defaults."""

from __future__ import annotations

import json
import re

import pytest

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
    assert "2028-29" in done.err and "no national figure" in done.err and "Traceback" not in done.err
    assert digest(published_file(first.home)) == before


def test_a_set_that_the_inbox_does_not_suffice_for_says_what_it_lacks(first, warm, tmp_path):
    # The official set on national tests alone: the commonest first mistake.
    done = warm.run("run", "--inbox", first.inbox, cwd=tmp_path)
    assert done.code == 1
    assert "rule set udir-2020: found no complete identification year" in done.err
    assert "--rules" in done.err and "oppfolging fetch --years" in done.err and "Traceback" not in done.err


@pytest.mark.parametrize("kommunenr", ["9999", "61", "Krattvik"])
def test_an_unknown_municipality_is_no_traceback(first, warm, tmp_path, kommunenr):
    done = warm.run("show", "kommune", kommunenr, "--home", first.home, cwd=tmp_path)
    assert done.code == 1
    assert f"'{kommunenr}'" in done.err and "expected the four digits" in done.err and "Traceback" not in done.err


def test_a_former_municipality_says_what_it_became(first, warm, tmp_path):
    done = warm.run("show", "kommune", "6203", "--home", first.home, cwd=tmp_path)
    assert done.code == 1
    assert "It has become 6205" in done.err


def test_a_question_for_a_year_that_is_not_there_lists_the_years(first, warm, tmp_path):
    done = warm.run("show", "identifisert", "--uttrekk", "2019", "--home", first.home, cwd=tmp_path)
    assert done.code == 1
    assert "2019" in done.err and "2025" in done.err
