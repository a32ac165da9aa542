"""The homes of landed versions, stored as they were left: what today's code does with each.

Belongs here: every home in `tests/homes`. Does not belong here: how they are made (its README), or what the results
are.
"""

from __future__ import annotations

import json
import shutil
import tarfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from typer.testing import CliRunner

from oppfolging_pipeline.cli import app
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import sha256_of
from oppfolging_pipeline.publish import read
from oppfolging_pipeline.tables.model import CONTRACT_VERSION, replaced_since
from tests.graph.doctor.asking import asked
from tests.support.run import failures, run_job
from tests.support.tiny import SKOLEAAR

HOMES = Path(__file__).parents[1] / "homes"
# Stored home → the contract of its release.
STORED = {"kontrakt-1.4-nasjonale-prover": "1.4", "kontrakt-1.4-elevundersokelsen": "1.4"}
# Those whose figures are refused today, and what the refusal must say.
REFUSED = {"kontrakt-1.4-elevundersokelsen": "Antallet bak en andel mobbet skal være de mobbede"}
LATER = datetime.fromisoformat("2026-12-01T12:00:00+00:00")  # all of them were made before
NAMED = "SELECT kommunenr, kategori, rangering FROM mart.identifisert_kommune ORDER BY ALL"


def unpacked(name: str, folder: Path) -> Path:
    with tarfile.open(HOMES / f"{name}.tar.gz") as stored:
        stored.extractall(folder, filter="data")
    return folder / "hjem"


@pytest.fixture(scope="module", params=STORED)
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The contract and the home as it was left. No test may change it."""
    return STORED[request.param], unpacked(request.param, tmp_path_factory.mktemp(request.param))


def run_on(home: Path) -> dg.ExecuteInProcessResult:
    """One run of today's code on what the home has archived, under its own rule set."""
    rules = json.loads((home / "kjoring.json").read_text())["bedt_om"]["rules"]
    return run_job(home, None, rules=rules, years=[2025], skoleaar=SKOLEAAR, per="2026-12-01", now=LATER.isoformat())


@pytest.fixture(scope="module", params=[name for name in STORED if name not in REFUSED])
def gone_on(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The home as it was left, and a copy after one run of today's code."""
    before = unpacked(request.param, tmp_path_factory.mktemp(request.param))
    home = Path(shutil.copytree(before, tmp_path_factory.mktemp("videre") / "hjem"))
    result = run_on(home)
    assert result.success, failures(result)
    return before, home


def test_every_home_is_stored_once_and_small_and_tells_of_no_machine(tmp_path):
    assert {file.name.removesuffix(".tar.gz") for file in HOMES.glob("*.tar.gz")} == set(STORED)
    for name in STORED:
        assert (HOMES / f"{name}.tar.gz").stat().st_size < 500_000
        home = unpacked(name, tmp_path / name)
        for file in (one for one in home.rglob("*") if one.is_file() and one.suffix != ".gz"):
            assert not any(f"/{top}/".encode() in file.read_bytes() for top in ("home", "root", "tmp", "work")), file


def test_a_reader_is_told_in_one_sentence_what_to_do_and_what_to_use_instead(stored):
    contract, home = stored
    with pytest.raises(PermanentError) as told:
        read.open_published(home / "publisert" / "oppfolging.duckdb")
    assert f"Filen følger kontrakt {contract}" in str(told.value) and "Kjør `oppfolging run`" in str(told.value)
    assert all(f"{gone}: bruk {instead}" in str(told.value) for gone, instead in replaced_since(contract).items())


@pytest.mark.parametrize("words", [["show", "identifisert"], ["show", "faseplan"], ["show", "kommune", "6101"]])
def test_show_says_it_without_a_stack_trace(stored, words):
    answer = CliRunner().invoke(app, [*words, "--home", str(stored[1])])
    assert answer.exit_code == 1 and isinstance(answer.exception, SystemExit)
    assert "Kjør `oppfolging run`" in answer.output and "Traceback" not in answer.output


def test_the_doctor_looks_at_all_of_it_and_every_finding_says_what_to_do(stored):
    contract, home = stored
    found = {one.kode: one for one in asked(home, now=LATER)}
    assert "ikke_undersokt" not in found
    assert f"kontraktversjon {contract}; programmet har {CONTRACT_VERSION}" in found["annen_kontraktversjon"].funnet
    assert all(one.gjor for one in found.values()), found


def test_it_runs_on_after_one_run_and_names_the_same_municipalities(gone_on):
    before, home = gone_on
    with closing(duckdb.connect(str(before / "publisert/oppfolging.duckdb"), read_only=True)) as connection:
        named = connection.execute(NAMED).fetchall()
    with closing(read.open_published(home / "publisert" / "oppfolging.duckdb")) as connection:
        assert connection.execute(NAMED).fetchall() == named != []
        releases = connection.execute("SELECT versjon, kontraktversjon FROM drift.utgivelse ORDER BY 1").fetchall()
        assert [version for version, _ in releases] == [1, 2] and releases[-1][1] == CONTRACT_VERSION
        assert connection.execute("SELECT DISTINCT status FROM mart.rangering_kommune").fetchall() == [("beregnet",)]
    kept = [file.name for file in (home / "publisert/tidligere").glob("*.duckdb")]
    assert len(kept) == 1, "the release of before is kept"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_what_it_is_and_leaves_the_release(name, tmp_path):
    """A survey whose count of the bullied is of all who answered: the version before read it so, and Udir never did."""
    home = unpacked(name, tmp_path)
    published = home / "publisert" / "oppfolging.duckdb"
    before = sha256_of(published)
    result = run_on(home)
    assert not result.success
    assert REFUSED[name] in failures(result) and "last ned rapporten på nytt" in failures(result)
    assert sha256_of(published) == before


def test_nothing_is_wrong_with_it_then(gone_on):
    assert [one for one in asked(gone_on[1], now=LATER + timedelta(hours=1)) if one.alvor == "feil"] == []


@pytest.mark.parametrize("words", [["show", "identifisert"], ["show", "faseplan"], ["show", "kommune", "6101"]])
def test_show_answers_then(gone_on, words):
    answer = CliRunner().invoke(app, [*words, "--home", str(gone_on[1])])
    assert answer.exit_code == 0, answer.output
