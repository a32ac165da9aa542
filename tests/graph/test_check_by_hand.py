"""`oppfolging check`: the suites by hand on homes that something has happened to, and nothing is changed by it."""

from __future__ import annotations

import fcntl
import json
import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from oppfolging_pipeline.cli import app
from oppfolging_pipeline.core.files import sha256_of
from tests.support.spoil import truncate

PARTITION = "2025/np-skalapoeng.parquet"


@pytest.fixture
def home(run, tmp_path) -> Path:
    """A copy of the home of a whole run, for a test to spoil."""
    return Path(shutil.copytree(run.home, tmp_path / "hjem"))


def check(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", *arguments, "--home", str(home)])


def rewritten(home: Path, key: str, select: str) -> None:
    """The table's file with other rows in it."""
    file = home / "lager" / key / PARTITION
    with duckdb.connect() as session:
        session.execute(f"CREATE TABLE rader AS SELECT * {select} FROM read_parquet('{file}')")
        session.execute(f"COPY rader TO '{file}' (FORMAT parquet)")


def content(home: Path) -> dict[str, str]:
    return {str(file.relative_to(home)): sha256_of(file) for file in home.rglob("*") if file.is_file()}


def test_every_table_with_a_suite_is_checked_once_more_and_nothing_is_changed(home):
    before = content(home)
    done = check(home, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["i_orden"] is True
    audited = {table["tabell"] for table in told["tabeller"]}
    in_lake = {folder.name for folder in (home / "lager").iterdir() if any(folder.rglob("*.parquet"))}
    # What was said last has no suite of its own: it is what the promise is held against.
    assert audited == in_lake - {"dim_kommune", "dim_skole", "kontroll", "utgivelse", "siste_utsagn"}
    assert all(table["utfall"] and table["rader"] is not None and not table["feil"] for table in told["tabeller"])
    assert content(home) == before


def test_a_table_may_be_named_as_it_is_published_and_is_checked_once(home):
    done = check(home, "mart.rangering_kommune", "rangering_kommune")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("rangering_kommune: 5 rader i 1 fil, ") and lines[0].endswith("alle bestått")
    assert lines[1].startswith("1 tabell, ") and lines[1].endswith("0 feil, 0 varsler.")


def test_a_figure_that_was_changed_in_the_lake_fails_its_check_and_no_figure_is_told(home):
    rewritten(home, "andel", "REPLACE (if(enhet = '6202', risikopoeng + 1, risikopoeng) AS risikopoeng)")
    done = check(home, "andel")
    assert done.exit_code == 1
    assert "FEIL summer_av_vurdering" in done.stdout, done.stdout
    assert "enhet=6202" in done.stdout and "risikopoeng=" not in done.stdout


def test_a_copy_in_the_lake_is_named_and_hinders_nothing(home):
    """A copied source ended in a traceback; a copied result stopped every check, by an error that named no file."""
    tests = home / "lager/observasjon/nasjonale_prover"
    shutil.copytree(tests, tests.with_name("nasjonale_prover kopi"))
    copy = home / "lager/grense/2025/np-skalapoeng kopi.parquet"
    shutil.copyfile(home / "lager/grense" / PARTITION, copy)
    done = check(home, "grense", "grunnlag")
    assert done.exit_code == 0, done.output
    assert f"fremmed fil, ikke kontrollert: {copy}" in done.stdout and "oppfolging doctor" in done.stdout
    told = json.loads(check(home, "observasjon", "--json").stdout)["tabeller"][0]
    assert told["filer"] == len(list(tests.iterdir())) == len(told["fremmede"]) and not told["feil"]


def test_a_name_on_the_list_that_the_figures_do_not_bear_is_found_by_the_second_computation(home):
    rewritten(home, "identifisert_kommune", "REPLACE (rangering + 1 AS rangering)")
    done = check(home, "identifisert_kommune", "--json")
    assert done.exit_code == 1
    failed = {one["kontroll"] for one in json.loads(done.stdout)["tabeller"][0]["utfall"] if not one["passed"]}
    assert "etterregning" in failed


def test_a_spoiled_file_is_told_and_the_other_tables_are_checked_all_the_same(home):
    truncate(home / "lager/grense" / PARTITION)
    done = check(home, "grense", "grunnlag")
    assert done.exit_code == 1
    assert "grense: ble ikke kontrollert" in done.stdout
    assert "grunnlag: 1 rader i 1 fil" in done.stdout and "Ikke kontrollert: grense." in done.stdout


def test_a_table_that_is_not_there_has_not_passed(home):
    shutil.rmtree(home / "lager/grunnlag")
    done = check(home, "grunnlag", "dim_skoleaar")
    assert done.exit_code == 1
    assert "grunnlag: ble ikke kontrollert" in done.stdout and "oppfolging run" in done.stdout


def test_a_name_that_is_no_table_is_refused_before_anything_is_done(tmp_path):
    done = check(tmp_path / "hjem", "grense", "grenser")
    assert done.exit_code == 2
    assert "found grenser" in done.stderr
    assert not (tmp_path / "hjem").exists()


def test_a_home_without_tables_is_told_and_not_made(tmp_path):
    done = check(tmp_path / "hjem")
    assert done.exit_code == 1
    assert "oppfolging run" in done.stderr
    assert not (tmp_path / "hjem").exists()


def test_tables_that_a_run_is_replacing_are_not_checked(home):
    with (home / ".laas").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as another process does: our own lock lets its holder in again
        done = check(home, "grunnlag")
    assert done.exit_code == 1
    assert not done.stdout and "another run writing to this home" in done.stderr
