"""The same run gives the same rows in the same order: in another home, and again in the same one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.golden.country import YEARS
from tests.support.golden import published_file, published_tables_of
from tests.support.run import failures, run_job

# How long a check took is the one thing that a run says of itself and not of its input.
DURATION = "varighet"


def run_again(home: Path, inbox: Path, now: str = "2025-03-01T12:00:00+00:00") -> None:
    result = run_job(home, inbox, rules="np-skalapoeng", years=[2025], skoleaar=YEARS, now=now)
    assert result.success, failures(result)


@pytest.fixture(scope="module")
def other_home(golden_inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("annet")
    run_again(home, golden_inbox)
    return home


def test_another_home_has_identical_rows_in_identical_order(golden_home: Path, other_home: Path) -> None:
    here, there = published_tables_of(golden_home), published_tables_of(other_home)
    assert list(here) == list(there)
    assert {name for name, rows in here.items() if rows} >= {"mart.rangering_kommune", "intern.vurdering_skole"}
    position = _columns(golden_home, "drift.kontroll").index(DURATION)
    for tables in (here, there):
        tables["drift.kontroll"] = [row[:position] + row[position + 1 :] for row in tables["drift.kontroll"]]
    differing = [name for name in here if here[name] != there[name]]
    assert differing == []


def test_another_home_has_the_same_digest_of_its_content(golden_home: Path, other_home: Path) -> None:
    place = _columns(golden_home, "drift.utgivelse").index("innhold_sha256")
    digests = {row[place] for home in (golden_home, other_home) for row in published_tables_of(home)["drift.utgivelse"]}
    assert len(digests) == 1


def test_the_same_run_again_leaves_the_published_file_as_it_is(
    golden_home: Path, golden_inbox: Path, tmp_path: Path
) -> None:
    """Also a day later: a release that says nothing new would make every reader load it again."""
    home = Path(shutil.copytree(golden_home, tmp_path / "hjem"))
    before, file = published_file(home).read_bytes(), published_file(home).stat()
    releases = _releases(home)
    run_again(home, golden_inbox, now="2025-03-02T12:00:00+00:00")
    assert published_file(home).read_bytes() == before
    assert (published_file(home).stat().st_ino, published_file(home).stat().st_mtime_ns) == (
        file.st_ino,
        file.st_mtime_ns,
    )
    assert _releases(home) == releases
    assert len(releases) == 1


def _releases(home: Path) -> list[dict[str, Any]]:
    manifest: dict[str, list[dict[str, Any]]] = json.loads((home / "publisert" / "manifest.json").read_text("utf-8"))
    return manifest["utgivelser"]


def _columns(home: Path, table: str) -> list[str]:
    with duckdb.connect(str(published_file(home)), read_only=True) as connection:
        return [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
