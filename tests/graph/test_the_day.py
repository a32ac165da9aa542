"""The day a run is seen from makes no release by itself, and what happens after an identification leaves it alone."""

from __future__ import annotations

import csv
import io
import shutil
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from oppfolging_pipeline.core.files import sha256_of
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE, read_manifest
from tests.support.run import failures, run_job
from tests.support.tiny import SKOLEAAR, register_files

NOW = "2026-03-10T12:00:00+00:00"
CHANGE = "2026-01-01"  # after the identification day of 2025
# What is decided of 2025, and what it is decided by.
DECIDED = (
    "harmonisert",
    "grense",
    "vurdering",
    "andel",
    "kandidat_kategori2",
    "rangering_kommune",
    "rangering_skole",
    "identifisert_kommune",
)


@pytest.fixture
def home(run, tmp_path) -> Path:
    return Path(shutil.copytree(run.home, tmp_path / "hjem"))


def run_on(home: Path, inbox: Path | None, per: date) -> None:
    result = run_job(home, inbox, rules="np-skalapoeng", years=[2025], skoleaar=SKOLEAAR, per=per.isoformat(), now=NOW)
    assert result.success, failures(result)


def published(home: Path) -> tuple[int, date, date, list[tuple[object, ...]]]:
    """How many releases there are, the day of the published one and its last, and every state in it."""
    with closing(duckdb.connect(str(home / "publisert" / PUBLISHED_FILE), read_only=True)) as file:
        per, til = file.execute(
            "SELECT per, gjelder_til FROM drift.utgivelse ORDER BY versjon DESC LIMIT 1"
        ).fetchall()[0]
        states = file.execute("FROM mart.pulje_faseplan ORDER BY ALL").fetchall()
    return len(read_manifest(home / "publisert").utgivelser), per, til, states


def test_a_new_day_makes_a_release_when_a_state_is_another_and_not_before(home):
    releases, per, til, states = published(home)
    assert releases == 1 and per < til
    run_on(home, None, til)
    assert published(home) == (1, per, til, states)
    run_on(home, None, til + timedelta(days=1))
    after, new_per, new_til, new_states = published(home)
    assert (after, new_per) == (2, til + timedelta(days=1)) and new_til > new_per
    assert new_states != states


def test_a_municipality_that_is_divided_or_renumbered_later_leaves_every_earlier_decision_to_the_byte(home, tmp_path):
    before = {key: digests(home, key) for key in DECIDED}
    assert all(before.values())
    inbox = tmp_path / "innboks"
    inbox.mkdir()
    files = register_files()
    files["koder.csv"] = ended(files["koder.csv"], "6101", "6201") + rows(
        ("6111", "Nyvik", CHANGE, ""), ("6112", "Nynes", CHANGE, ""), ("6299", "Nyby", CHANGE, "")
    )
    files["endringer.csv"] += rows(
        *((CHANGE, "6101", "Gammel", new, "Ny") for new in ("6111", "6112")), (CHANGE, "6201", "Gammel", "6299", "Nyby")
    )
    for name, content in files.items():
        (inbox / name).write_bytes(content)
    run_on(home, inbox, date(2026, 3, 10))
    assert {key: digests(home, key) for key in DECIDED} == before
    with closing(duckdb.connect(str(home / "publisert" / PUBLISHED_FILE), read_only=True)) as file:
        codes = {code for (code,) in file.execute("SELECT DISTINCT kommunenr FROM mart.pulje_kommune").fetchall()}
    assert codes & {"6111", "6112", "6299"} and not codes & {"6101", "6201"}  # who takes part is of the day


def digests(home: Path, key: str) -> dict[str, str]:
    return {file.name: sha256_of(file) for file in sorted((home / "lager" / key).rglob("*.parquet"))}


def ended(codes: bytes, *gone: str) -> bytes:
    """The codes, with those ended on the day of the change."""
    head, *lines = list(csv.reader(io.StringIO(codes.decode())))
    return rows(head, *([*line[:3], CHANGE] if line[0] in gone else line for line in lines))


def rows(*lines: tuple[str, ...] | list[str]) -> bytes:
    return "".join(f"{','.join(line)}\n" for line in lines).encode()
