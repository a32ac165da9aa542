"""Taking a result out: the intention outlives a killed attempt, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.engine import Lake
from oppfolging_pipeline.publish.uttak import FILE, FOLDER, bring_back, intend, intended, put_aside, settle, taken_out

ONE, OTHER = (2025, "mitt"), (2026, "mitt")
NOW, LATER = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A home with a file and a report of two tables for each of two results."""
    lake = Lake(tmp_path / "lager")
    for key in ("grense", "andel"):
        for year, name in (ONE, OTHER):
            file = lake.target(key, {"uttrekksaar": year, "indikatorsett": name})
            for path in (file, lake.report(file)):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"{key} {year}")
    return lake


def test_the_files_of_the_result_alone_are_moved_and_kept(lake, tmp_path):
    folder = put_aside(lake, intend(tmp_path, ONE, NOW))
    assert folder == tmp_path / FOLDER / "20260301T120000Z-2025-mitt"
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("[kl]*/**/*.*")) == [
        f"{where}/{key}/2026/mitt.{kind}"
        for where, kind in (("kontroll", "json"), ("lager", "parquet"))
        for key in ("andel", "grense")
    ]
    assert (folder / "lager/andel/2025/mitt.parquet").read_text() == "andel 2025"
    assert (folder / "kontroll/grense/2025/mitt.json").is_file()
    assert [one.result for one in taken_out(tmp_path)] == [ONE]


def test_an_attempt_that_was_killed_goes_on_in_the_same_folder(lake, tmp_path):
    first = intend(tmp_path, ONE, NOW)
    put_aside(lake, first)
    left = lake.target("andel", {"uttrekksaar": 2025, "indikatorsett": "mitt"})
    left.write_text("andel 2025")  # as killed before the last one
    again = intend(tmp_path, ONE, LATER)
    assert again == first and intended(tmp_path) == (first,)
    settle(lake)
    assert not left.exists() and intended(tmp_path) == () and not (tmp_path / FOLDER / FILE).exists()
    assert [one.tidspunkt for one in taken_out(tmp_path)] == [NOW]


def test_a_result_that_is_made_again_is_no_longer_to_go(lake, tmp_path):
    intend(tmp_path, ONE, NOW)
    second = intend(tmp_path, OTHER, LATER)
    bring_back(tmp_path, [ONE])
    assert intended(tmp_path) == (second,)
    bring_back(tmp_path, [ONE, OTHER])
    assert intended(tmp_path) == ()


def test_an_intention_that_cannot_be_read_is_not_taken_for_none(tmp_path):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / FILE).write_text("{")
    with pytest.raises(PermanentError, match=r"uttak.json: found content.*results retire"):
        intended(tmp_path)
    assert taken_out(tmp_path) == []
