"""Results of a home, and taking one out of what is published: of real releases, through the command line."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from oppfolging_pipeline.cli import app
from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.engine import Lake
from oppfolging_pipeline.publish import uttak
from oppfolging_pipeline.publish.consistency import require_all_results
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE
from tests.graph.conftest import FOUR_YEARS, RULES
from tests.support.run import failures, run_job

FIRST = f"Ikke ordningens offisielle indikatorsett ({RULES}): uttrekk"


@pytest.fixture
def home(two_years: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_years, tmp_path / "mitt hjem"))


def told(home: Path, *command: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*command, "--home", str(home)])
    return done.exit_code, done.output


def query(home: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(duckdb.connect(str(home / "publisert" / PUBLISHED_FILE), read_only=True)) as published:
        return published.execute(sql).fetchall()


YEARS = "SELECT DISTINCT uttrekksaar FROM mart.rangering_kommune ORDER BY ALL"
NOTE = "SELECT merknad FROM drift.utgivelse ORDER BY versjon DESC LIMIT 1"
RETIRE = ("results", "retire", "--uttrekk", "2025", "--rules", RULES)


def test_a_result_is_taken_out_in_one_command_and_a_run_brings_it_back(home):
    assert query(home, NOTE)[0][0].startswith(f"{FIRST} 2025 og 2026.")
    code, said = told(home, *RETIRE)
    assert code == 0, said
    assert query(home, YEARS) == [(2026,)] and query(home, NOTE)[0][0].startswith(f"{FIRST} 2026.")
    assert not [*home.glob(f"lager/*/2025/{RULES}.parquet"), *home.glob(f"kontroll/*/2025/{RULES}.json")]
    (aside,) = (home / uttak.FOLDER).iterdir()
    assert (aside / f"lager/rangering_kommune/2025/{RULES}.parquet").is_file(), "nothing is lost"
    assert (aside / f"kontroll/rangering_kommune/2025/{RULES}.json").is_file()
    _, listed = told(home, "results", "list", "--json")
    found = json.loads(listed)
    assert [(one["uttrekksaar"], one["publisert"], one["offisielt"]) for one in found["resultater"]] == [
        (2026, True, False)
    ]
    assert [one["uttrekksaar"] for one in found["tatt_ut"]] == [2025]
    # The only one left stays, and one that is not there is named with those that are.
    code, said = told(home, "results", "retire", "--uttrekk", "2026", "--rules", RULES)
    assert (code, "det eneste resultatet i hjemmet" in said) == (1, True)
    code, said = told(home, *RETIRE)
    assert (code, f"det har 2026 ({RULES})" in said) == (1, True)
    assert query(home, YEARS) == [(2026,)]
    result = run_job(home, None, rules=RULES, years=[2025], skoleaar=FOUR_YEARS, now="2026-03-10T12:00:00+00:00")
    assert result.success, failures(result)
    assert query(home, YEARS) == [(2025,), (2026,)]


@pytest.mark.parametrize("moved", [0, 5])
def test_one_that_was_broken_off_is_meant_still_and_the_next_run_publishes_without_it(home, moved):
    lake = Lake(home / "lager")
    uttak.intend(home, (2025, RULES), datetime(2026, 3, 9, tzinfo=UTC))
    for file in sorted(home.glob(f"lager/*/2025/{RULES}.parquet"))[:moved]:
        file.unlink()  # as killed in the middle
    require_all_results(lake, home / "publisert")
    _, doctor = told(home, "doctor")
    assert "skulle vært tatt ut" in doctor and "results retire --uttrekk 2025" in doctor
    result = run_job(home, None, rules=RULES, years=[2026], skoleaar=FOUR_YEARS, now="2026-03-10T12:00:00+00:00")
    assert result.success, failures(result)
    assert query(home, YEARS) == [(2026,)]
    assert uttak.intended(home) == () and not sorted(home.glob(f"lager/*/2025/{RULES}.parquet"))


def test_a_loss_that_nobody_meant_is_refused_as_before(home):
    for file in home.glob(f"lager/*/2025/{RULES}.parquet"):
        file.unlink()
    with pytest.raises(InvalidInput, match="every result that this home has published"):
        require_all_results(Lake(home / "lager"), home / "publisert")


def test_a_list_of_a_set_that_is_nobodys_is_shown_by_name_alone(two_years):
    code, said = told(two_years, "show", "identifisert")
    assert code == 1 and said.count("\n") == 1
    command = f"oppfolging show identifisert --home {two_years} --rules {RULES}"
    assert f"bare av {RULES} (2025 og 2026): `{command}` viser dem." in said
    code, said = told(two_years, "show", "identifisert", "--rules", RULES)
    assert code == 0 and f"Ikke ordningens offisielle indikatorsett ({RULES})." in " ".join(said.split())
    code, said = told(two_years, "show", "faseplan")
    assert code == 0 and said.startswith("Ingen pulje er dannet")
    code, said = told(two_years, "results", "list")
    assert code == 0 and [line.partition(", laget")[0].rpartition(", sett")[0] for line in said.splitlines()] == [
        f"{year}  {RULES}: ikke offisielt sett, beregnet, publisert" for year in (2025, 2026)
    ]
    page = (two_years / "publisert" / "kontroll.html").read_text("utf-8")
    assert f"{FIRST} 2025 og 2026. Utgivelse 1 ble laget" in page.replace("\N{NO-BREAK SPACE}", " ")
