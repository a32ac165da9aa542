"""`rules`: a set is copied, changed, compared and looked at, and what is wrong is one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from oppfolging_pipeline.cli import app
from oppfolging_pipeline.rules.loader import carried_text, load_rule_set


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPPFOLGING_HOME", "OPPFOLGING_OPPSETT", "OPPFOLGING_REGELSETT"):
        monkeypatch.delenv(name, raising=False)


def said(home: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["rules", *words, "--home", str(home)])
    assert done.exit_code == code, done.output
    return done.output


def test_a_new_set_is_a_copy_that_is_listed_shown_and_does_not_differ_but_by_its_title(tmp_path):
    home = tmp_path / "et hjem"
    told = said(home, "new", "mitt-sett", "--from", "np-skalapoeng")
    file = home / "oppsett" / "regelsett" / "mitt-sett.yaml"
    assert f"Skrevet: {file}" in told and f"oppfolging run --rules mitt-sett --home '{home}'" in told
    listed = said(home, "list").splitlines()
    assert [line.split()[:2] for line in listed] == [
        ["mitt-sett", "eget"], ["np-skalapoeng", "følger"], ["udir-2020", "følger"]
    ]  # fmt: skip
    assert said(home, "show", "mitt-sett") == file.read_text(encoding="utf-8")
    assert said(home, "show", "udir-2020") == carried_text("udir-2020")
    assert said(home, "diff", "np-skalapoeng", "mitt-sett").splitlines() == [
        "tittel (settets tittel): «Nasjonale prøver, skalapoeng (ikke ordningens offisielle indikatorsett)» i "
        "np-skalapoeng, «mitt-sett (kopi av np-skalapoeng)» i mitt-sett",
        f"merknad (settets merknad): bare i np-skalapoeng («{load_rule_set('np-skalapoeng').merknad}»)",
    ]
    assert said(home, "diff", "udir-2020", "udir-2020") == "udir-2020 og udir-2020 sier det samme.\n"


def test_a_changed_value_is_told_also_of_a_file_that_lies_elsewhere(tmp_path):
    said(tmp_path, "new", "mitt-sett", "--from", "udir-2020")
    elsewhere = tmp_path / "utkast.yaml"
    text = (tmp_path / "oppsett/regelsett/mitt-sett.yaml").read_text(encoding="utf-8")
    elsewhere.write_text(text.replace("antall: {verdi: 30,", "antall: {verdi: 35,"), encoding="utf-8")
    told = said(tmp_path, "diff", "mitt-sett", str(elsewhere))
    assert told.splitlines() == [f"kategori1.antall (kommuner i kategori 1): 30 i mitt-sett, 35 i {elsewhere}"]
    as_json = json.loads(said(tmp_path, "diff", "mitt-sett", str(elsewhere), "--json"))
    assert as_json["forskjeller"] == [
        {"navn": "kategori1.antall", "kalt": "kommuner i kategori 1", "a": "30", "b": "35"}
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["new", "udir-2020", "--from", "np-skalapoeng"], "found a rule set 'udir-2020' already"),
        (["new", "Mitt", "--from", "np-skalapoeng"], "expected small letters a to z"),
        (["new", "mitt", "--from", "finnes-ikke"], "found no rule set 'finnes-ikke'; expected one of"),
        (["show", "finnes-ikke"], "expected one of np-skalapoeng, udir-2020"),
        (["diff", "udir-2020", "finnes-ikke"], "expected one of np-skalapoeng, udir-2020"),
        (["check", "finnes-ikke.yaml"], "finnes-ikke.yaml: found no such file"),
    ],
)
def test_what_is_not_there_or_taken_is_told_in_one_sentence_and_nothing_is_written(tmp_path, words, told):
    assert told in said(tmp_path, *words, code=1)
    assert not (tmp_path / "oppsett").exists()


FILES = {
    "mitt-sett.yaml": "",
    "rettelser.yaml": "rettelser: []\n",
    "brudd.yaml": "brudd: []\n",
    "statsforvalter.csv": "statsforvalter,fylkesnr,gyldig_fra,gyldig_til\nVestland,46,2020-01-01,\n",
}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("mitt-sett.yaml", "i orden. Indikatorsettet mitt-sett (mitt-sett (kopi av udir-2020)), ikke offisielt."),
        ("rettelser.yaml", "i orden. Rettelser: 0."),
        ("brudd.yaml", "i orden. Brudd: 0."),
        ("statsforvalter.csv", "i orden. Statsforvalterembeter: 1 rader."),
    ],
)
def test_a_file_of_each_kind_is_looked_at_by_what_it_holds(tmp_path, name, told):
    said(tmp_path, "new", "mitt-sett", "--from", "udir-2020")
    file = tmp_path / name
    text = FILES[name] or (tmp_path / "oppsett/regelsett/mitt-sett.yaml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    assert told in said(tmp_path, "check", str(file))


def test_a_fault_names_file_line_and_key(tmp_path):
    said(tmp_path, "new", "mitt-sett", "--from", "udir-2020")
    file = tmp_path / "oppsett/regelsett/mitt-sett.yaml"
    text = file.read_text(encoding="utf-8").replace("min_aar: {verdi: 2,", "min_aar: {verdi: 7,")
    file.write_text(text, encoding="utf-8")
    line = next(number for number, each in enumerate(text.splitlines(), 1) if each.startswith("min_aar:"))
    for words in (["check", str(file)], ["list"]):
        told = said(tmp_path, *words, code=1)
        assert f"{file}, row {line}, key 'min_aar.verdi': found 7; expected at most antall_aar, 3. Lower it." in told


def test_an_own_folder_that_is_named_and_is_not_there_is_told(tmp_path):
    assert "found no such folder" in said(tmp_path, "list", "--oppsett", str(tmp_path / "feil"), code=1)
