"""A clock that was set back between two runs: what came in later stays the later, and no release goes back."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.publish.manifest import read_manifest
from oppfolging_pipeline.sources.archive import Archive
from tests.support.run import NOON, failures, run_job
from tests.support.tiny import SKOLEAAR, encoded, national_tests, write_tiny

FIRST = datetime.fromisoformat(NOON)
BACK = "2023-01-15T12:00:00+00:00"


@pytest.fixture(scope="module")
def home(run, tmp_path_factory) -> Path:
    """The home after a second run, two years "earlier", on a corrected file."""
    home = Path(shutil.copytree(run.home, tmp_path_factory.mktemp("klokke") / "hjem"))
    inbox = write_tiny(tmp_path_factory.mktemp("rettet"))
    rows = national_tests("2024-25", 5)
    row = next(row for row in rows if row[4] == "6101")
    row[9] = str(int(row[9]) + 1)  # so little that its schools bear it out
    (inbox / "2024-25_trinn_5.csv").write_bytes(encoded(rows))
    result = run_job(home, inbox, rules="np-skalapoeng", years=[2025], skoleaar=SKOLEAAR, now=BACK)
    assert result.success, failures(result)
    return home


def test_the_release_has_the_next_number_and_the_corrected_figures(run, home):
    before, after = read_manifest(run.home / "publisert"), read_manifest(home / "publisert")
    assert [record.versjon for record in after.utgivelser] == [1, 2]
    assert after.utgivelser[1].innhold_sha256 != before.utgivelser[0].innhold_sha256


def test_the_file_that_came_in_later_is_recorded_as_no_older_than_the_first(home):
    archive = Archive(home / "arkiv")
    assert all(one.at >= FIRST for one in archive.read())
    newest = archive.in_force()
    (corrected,) = [one for one in newest.snapshots if one.intake == newest.id and one.file == "2024-25_trinn_5.csv"]
    assert corrected.accepted


def test_nothing_of_it_was_known_on_the_days_before(home):
    archive = Archive(home / "arkiv")
    with pytest.raises(PermanentError, match="found no intake of 2024-01-01 or before"):
        archive.renew(datetime(2025, 3, 1, 13, tzinfo=UTC), known_at=datetime(2024, 1, 1, tzinfo=UTC))
