"""`fetch`, `sources`, `trace` and the archive's options of `run`: arguments, exit codes, and what is printed where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from typer.testing import CliRunner

from oppfolging_pipeline.cli import app
from oppfolging_pipeline.sources import system_http
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Reading
from tests.support.tiny import write_tiny
from tests.udir_stub import Fault, StubServer

PUBLISHED = ("2023-24", "2024-25", "2025-26")  # grunnskolepoeng of the newest are not published yet
SOURCES = ["nasjonale_prover", "grunnskolepoeng", "elevundersokelsen", "klass"]


@pytest.fixture(scope="module")
def running() -> Iterator[StubServer]:
    with StubServer(PUBLISHED) as server:
        yield server


@pytest.fixture
def stub(running: StubServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubServer]:
    """The server, with the settings that lead there and no waits."""
    running.faults = []
    running.requests.clear()
    for name, text in {**running.environment, "OPPFOLGING_PAUSE": "0"}.items():
        monkeypatch.setenv(name, text)
    hurried = SimpleNamespace(monotonic=system_http.time.monotonic, sleep=lambda _: None)
    monkeypatch.setattr(system_http, "time", hurried)
    yield running
    running.faults = []


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def one_line(text: str) -> str:
    """What is printed as a box of several lines, as one."""
    return re.sub(r"[│╭╰─╮╯\s]+", " ", text)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "hjem"


WRONG = {
    "a year that is none": (["fetch", "--years", "2022-24"], 2, "found '2022-24'; expected school years"),
    "a year of the calendar": (["fetch", "--years", "2023,2022-23"], 2, "found '2023'"),
    "no year at all": (["fetch", "--years", ","], 2, "expected school years"),
    "an unknown source": (["fetch", "--source", "udir"], 1, "key 'udir': found an unknown source; expected klass"),
    "every unknown source": (["fetch", "--source", "udir,ssb,klass"], 1, "key 'ssb': found an unknown source"),
    "a word too many": (["fetch", "2022-23"], 2, "unexpected extra argument"),
    "a day that is none": (["run", "--kjent-per", "2025-02-30"], 2, "found '2025-02-30'; expected a date"),
    "a day in words": (["run", "--kjent-per", "i går"], 2, "found 'i går'"),
    "a municipality of a home without figures": (["trace", "6205"], 1, "found no published file"),
}


@pytest.mark.parametrize(("arguments", "code", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_exit_code_and_changes_nothing(home, stub, arguments, code, told):
    done = call(*arguments, "--home", home)
    assert (done.exit_code, done.stdout) == (code, "")
    assert told in one_line(done.stderr) and "Traceback" not in done.stderr
    assert not home.exists() and stub.requests == []


@pytest.mark.parametrize("told_by", ["--inbox", "OPPFOLGING_INBOX"])
def test_what_was_known_is_a_question_to_the_archive_and_not_to_an_inbox(home, tmp_path, told_by, monkeypatch):
    # An inbox is taken in now, whoever named it: the answer would be of today.
    inbox = write_tiny(tmp_path / "inn")
    arguments = ["run", "--home", home, "--kjent-per", "2025-03-01"]
    if told_by == "--inbox":
        arguments += [told_by, inbox]
    else:
        monkeypatch.setenv(told_by, str(inbox))
    done = call(*arguments)
    assert done.exit_code == 2 and not home.exists()
    told = one_line(done.stderr)
    assert "found an inbox (" in told and "expected the archive alone" in told
    assert "Leave out --inbox and OPPFOLGING_INBOX." in told


def test_what_will_be_known_is_no_question(home, stub):
    done = call("run", "--home", home, "--kjent-per", "2098-01-01")
    assert done.exit_code == 2 and not home.exists()
    assert "found 2098-01-01; expected today or an earlier day" in one_line(done.stderr)


def test_a_dry_run_shows_the_plan_and_keeps_nothing(home, stub):
    done = call("fetch", "--home", home, "--source", "grunnskolepoeng,klass", "--dry-run")
    assert done.exit_code == 0, done.stderr
    assert re.search(r"grunnskolepoeng +2023-24 til 2024-25 +2023-24, 2024-25 +2 *\n", done.stdout)
    assert re.search(r"klass +registeret i dag +3 *\n", done.stdout)
    assert "5 datakall planlagt" in done.stderr, "two years, and three of the register"
    assert not home.exists()
    assert len(stub.requests) == 2 and not any(path.endswith("/data") for path, _ in stub.requests)


def test_a_dry_run_in_json_is_the_plan(home, stub):
    done = call("fetch", "--home", home, "--dry-run", "--json")
    planned = {one["kilde"]: (one["skoleaar"], one["datakall"]) for one in json.loads(done.stdout)["planlagt"]}
    assert planned == {
        "klass": ([], 3),
        "nasjonale_prover": (list(PUBLISHED), 6),
        "grunnskolepoeng": (list(PUBLISHED[:2]), 2),
        "elevundersokelsen": (list(PUBLISHED), 18),
    }
    assert not home.exists()


def test_a_dry_run_refuses_what_the_fetch_would_refuse(home, stub, tmp_path):
    # Guards against a plan of a fetch that is then refused: where the built-in example is.
    archive, file = Archive(home / "arkiv"), tmp_path / "prover.csv"
    file.write_text("tall", encoding="utf-8")
    taken = archive.take_in(tmp_path, [file], "eksempel", datetime(2025, 3, 1, tzinfo=UTC))
    archive.accept(taken, [Reading(taken.snapshots[0].sha256, "udir_csv", "nasjonale_prover", "2024-25", 1)])
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    planned, fetched = (call("fetch", "--home", home, *how) for how in (["--dry-run"], []))
    assert (planned.exit_code, planned.stdout, planned.stderr) == (1, "", fetched.stderr)
    assert "found the invented example country in the archive" in planned.stderr and "never mix" in planned.stderr
    assert stub.requests == [] and not (home / "neste" / "duckdb").exists()
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_figures_of_another_country_than_the_homes_register_are_refused_as_such(home, stub):
    refused = call("fetch", "--home", home, "--source", "grunnskolepoeng", "--years", "2024-25")
    assert refused.exit_code == 1 and "found figures of the counties 6" in refused.stderr
    assert "never mix: use another --home, and fetch klass first" in refused.stderr


def test_progress_goes_to_stderr_and_the_summary_to_stdout(home, stub):
    done = call("fetch", "--home", home, "--source", "klass,grunnskolepoeng", "--years", "2024-25")
    assert done.exit_code == 0, done.stderr
    calls = re.findall(r"^\[(\d+)(?:/(\d+))?\] (\S+): (\d+,\d) MB i alt$", done.stderr, re.M)
    assert [number for number, *_ in calls] == ["1", "2", "3", "4", "5", "6"]
    assert [planned for _, planned, *_ in calls] == ["", "", "6", "6", "6", "6"]
    assert "4 datakall planlagt" in done.stderr
    assert re.search(r"^grunnskolepoeng 2024-25: hentet, \d \d{3} rader$", done.stderr, re.M)
    assert re.search(r"klass +hentet", done.stdout) and re.search(r"grunnskolepoeng +2024-25 +hentet", done.stdout)
    assert re.search(r"^6 kall, \d,\d MB, \d+\.\d s\.$", done.stdout, re.M)
    assert done.stdout.rstrip().endswith(f"Neste: oppfolging run --home {home}")


def test_json_of_a_fetch_names_every_unit_with_its_contents(home, stub):
    arguments = ("fetch", "--home", home, "--source", "klass,grunnskolepoeng", "--years", "2024-25,2025-26", "--json")
    first, second = json.loads(call(*arguments).stdout), json.loads(call(*arguments).stdout)
    units = {(unit["kilde"], unit["skoleaar"]): unit for unit in first["enheter"]}
    assert {key: unit["tilstand"] for key, unit in units.items()} == {
        ("klass", None): "hentet",
        ("grunnskolepoeng", "2024-25"): "hentet",
        ("grunnskolepoeng", "2025-26"): "ikke_publisert",
    }
    assert first["kall"] == 6 and first["kall_spart"] == 0 and first["gjenopptatt"] is False
    assert first["bytes"] > 100_000
    (digest,) = units["grunnskolepoeng", "2024-25"]["sha256"]
    assert (home / "arkiv" / "innhold" / f"{digest}.gz").is_file()
    assert all(unit["melding"] is None and unit["advarsler"] == [] for unit in units.values())
    assert {unit["tilstand"] for unit in second["enheter"]} == {"uendret", "ikke_publisert"}


def test_a_year_that_one_source_lacks_is_no_failure_and_one_that_none_has_is(home, stub):
    done = call("fetch", "--home", home, "--source", "klass,grunnskolepoeng", "--years", "1999-00", "--dry-run")
    assert done.exit_code == 1
    assert "1999-00: found in no source; expected a published school year" in done.stderr
    both = "klass,grunnskolepoeng,nasjonale_prover"
    done = call("fetch", "--home", home, "--source", both, "--years", "2025-26", "--dry-run")
    assert done.exit_code == 0, done.stderr


def test_a_failure_is_told_with_what_to_do_and_the_same_command_goes_on(home, stub):
    arguments = ("fetch", "--home", home, "--source", "klass,grunnskolepoeng", "--years", "2023-24,2024-25")
    stub.faults = [Fault("status", "TidID(202506)", detail="503")]
    failed = call(*arguments)
    assert failed.exit_code == 1
    assert failed.stderr.count("grunnskolepoeng 2024-25: http") == 1
    assert "no answer in 4 attempts; the last: status 503: Noe gikk galt hos oss." in failed.stderr
    assert failed.stderr.rstrip().endswith("Det som var i arkivet, er som før.")
    assert "Neste:" not in failed.stdout
    assert re.search(r"grunnskolepoeng +2023-24 +hentet", failed.stdout)
    assert re.search(r"grunnskolepoeng +2024-25 +IKKE NÅDD", failed.stdout)
    stub.faults = []
    stub.requests.clear()
    done = call(*arguments)
    assert done.exit_code == 0, done.stderr
    assert len(stub.requests) == 1, "nothing but what was missing"
    assert re.search(r"grunnskolepoeng +2023-24 +hentet \(tidligere\) +\d \d{3} *\n", done.stdout)
    assert "2 svar var her fra før" in done.stdout


def test_a_source_that_does_not_answer_is_told_apart_from_one_that_has_moved(home, stub):
    stub.faults = [Fault("status", detail="503")]
    done = call("fetch", "--home", home, "--source", "klass", "--json")
    (unit,) = json.loads(done.stdout)["enheter"]
    assert done.exit_code == 1 and unit["tilstand"] == "ikke_naadd"
    assert "no answer in 4 attempts" in unit["melding"]


def test_a_setting_that_cannot_be_used_is_told_before_anything_is_asked(home, stub, monkeypatch):
    monkeypatch.setenv("OPPFOLGING_KLASS_URL", "http://data.example.org/klass")
    done = call("fetch", "--home", home)
    assert done.exit_code == 1 and "plain http to data.example.org" in done.stderr
    assert not home.exists() and stub.requests == []


def rows_of(home: Path) -> dict[str, dict[str, object]]:
    done = call("sources", "--home", home, "--json")
    assert done.exit_code == 0, done.stderr
    return {row["kilde"]: row for row in json.loads(done.stdout)}


def test_the_sources_of_an_empty_home_were_never_fetched(home):
    rows = rows_of(home)
    assert sorted(rows) == sorted(SOURCES)
    for kilde, row in rows.items():
        assert row["tilstand"].startswith("aldri hentet") and row["gjor"] == f"oppfolging fetch --source {kilde}"
        assert row["nyeste_skoleaar"] is row["alder_dager"] is row["siste_henting"] is row["melding"] is None
    done = call("sources", "--home", home)
    assert done.exit_code == 0 and all(kilde in done.stdout for kilde in SOURCES) and "None" not in done.stdout
    assert not home.exists(), "a look makes nothing"


def test_the_sources_after_a_fetch_and_after_a_failure(home, stub):
    assert call("fetch", "--home", home, "--source", "klass,grunnskolepoeng", "--years", "2023-24").exit_code == 0
    row = rows_of(home)["grunnskolepoeng"]
    assert (row["nyeste_skoleaar"], row["alder_dager"], row["tilstand"], row["gjor"]) == ("2023-24", 0, "i orden", "")
    stub.faults = [Fault("missing_measure", "ResultatG")]
    assert call("fetch", "--home", home, "--source", "grunnskolepoeng", "--years", "2024-25").exit_code == 1
    row = rows_of(home)["grunnskolepoeng"]
    assert row["tilstand"] == "stoppet 2024-25" and "maal_mangler" in str(row["melding"])
    assert row["gjor"] == "oppfolging fetch --source grunnskolepoeng --years 2024-25", "nothing older is here"
    assert call("fetch", "--home", home, "--source", "grunnskolepoeng", "--years", "2023-24").exit_code == 1
    row = rows_of(home)["grunnskolepoeng"]
    assert row["tilstand"] == "stoppet 2023-24 og 2024-25" and "maal_mangler" in str(row["melding"])
    fetch = "oppfolging fetch --source grunnskolepoeng --years 2023-24,2024-25"
    assert row["gjor"] == f"{fetch}; eller oppfolging run --tillat-eldre"
    done = call("sources", "--home", home)
    whole = f"Gjør: {fetch} --home {home}; eller oppfolging run --tillat-eldre --home {home}\n"
    assert whole in done.stdout, "in one line, to be copied"
    assert "stoppet 2023-24 og 2024-25" in done.stdout and "grunnskolepoeng: " in done.stdout
