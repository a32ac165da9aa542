"""The lake's observations are those of the archive: what is of another basis is written anew, and what is gone goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from oppfolging_pipeline.core.files import write_atomically
from oppfolging_pipeline.engine import Engine, Lake
from oppfolging_pipeline.staging.observasjon_files import Update, stage, with_these_alone
from oppfolging_pipeline.tables.model import table
from tests.support.audits import report_of
from tests.unit.staging.build import Row, observed

NP, EU = "nasjonale_prover", "elevundersokelsen"
OLD, NEW = "2023-24", "2024-25"
OF_EU = {"kilde": EU, "indikator": "motivasjon", "maal": "score", "trinn": 7}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lager")


def update(engine: Engine, lake: Lake, rows: Sequence[Row], *skoleaar: str) -> Update:
    """Stage what the archive says now, and put it in place."""
    observations = engine.rows(table("observasjon"), rows)
    engine.connection.execute("DROP TABLE IF EXISTS observasjon")
    observations.to_table("observasjon")
    done = stage(engine, lake, skoleaar)
    lake.commit(done.staged)
    for file in done.staged:
        write_atomically(lake.report(file.target), report_of(file.target, file.rows))
    lake.remove(done.gone)
    return done


def parts(update: Update) -> list[str]:
    return [f"{file.target.parent.name}/{file.target.stem}" for file in update.staged]


def values(engine: Engine, lake: Lake) -> list[tuple[object, ...]]:
    return (
        engine.read(lake.files("observasjon"), "observasjon").project("kilde, skoleaar, verdi").order("ALL").fetchall()
    )


WHOLE = [
    observed("0301", 48, skoleaar=OLD), observed("0301", 50, skoleaar=NEW), observed("1103", 51, skoleaar=NEW),
    observed("0301", 4, skoleaar=NEW, **OF_EU),
]  # fmt: skip


def test_an_empty_lake_gets_every_partition_and_not_only_the_years_asked_for(engine: Engine, lake: Lake) -> None:
    done = update(engine, lake, WHOLE, NEW)
    assert parts(done) == [f"{EU}/{NEW}", f"{NP}/{OLD}", f"{NP}/{NEW}"]
    assert ([file.rows for file in done.staged], done.gone) == ([1, 1, 2], ())
    assert len(values(engine, lake)) == len(WHOLE)


def test_what_is_as_it_was_is_written_only_where_it_is_asked_for(engine: Engine, lake: Lake) -> None:
    update(engine, lake, WHOLE)
    before = {path: path.stat().st_mtime_ns for path in lake.files("observasjon")}
    assert parts(update(engine, lake, WHOLE[::-1])) == [], "the order of rows is no difference"
    assert {path: path.stat().st_mtime_ns for path in lake.files("observasjon")} == before
    assert parts(update(engine, lake, WHOLE, OLD)) == [f"{NP}/{OLD}"]


@pytest.mark.parametrize(
    "changed",
    [
        {**WHOLE[1], "verdi": WHOLE[0]["verdi"]},
        {**WHOLE[1], "verdi": None, "verdistatus": "skjermet"},
        {**WHOLE[1], "sha256": "1" * 64},
        {**WHOLE[1], "forelopig": True},
        {**WHOLE[1], "rettelse": "feil"},
    ],
    ids=["a figure", "shielded", "another content", "preliminary", "corrected"],
)
def test_a_partition_of_another_basis_is_written_anew_though_nobody_asked_for_its_year(
    engine: Engine, lake: Lake, changed: Row
) -> None:
    update(engine, lake, WHOLE)
    now = [WHOLE[0], changed, *WHOLE[2:]]
    assert parts(update(engine, lake, now, OLD)) == [f"{NP}/{OLD}", f"{NP}/{NEW}"]
    assert parts(update(engine, lake, now)) == []
    assert parts(update(engine, lake, WHOLE)) == [f"{NP}/{NEW}"], "back to what was known before"


def test_a_lake_that_an_earlier_version_wrote_is_written_anew_as_a_whole(engine: Engine, lake: Lake) -> None:
    # It lacks a column that is declared now: neither a crash, nor taken for the same.
    update(engine, lake, WHOLE)
    for path in lake.files("observasjon"):
        old = engine.run(f"SELECT * EXCLUDE (rettelse) FROM read_parquet('{path}')")
        path.unlink()
        old.write_parquet(str(path))
    assert parts(update(engine, lake, WHOLE)) == [f"{EU}/{NEW}", f"{NP}/{OLD}", f"{NP}/{NEW}"]
    assert parts(update(engine, lake, WHOLE)) == []


def test_a_row_more_or_less_is_another_basis(engine: Engine, lake: Lake) -> None:
    update(engine, lake, WHOLE)
    assert parts(update(engine, lake, [*WHOLE, observed("1146", 49, skoleaar=OLD)])) == [f"{NP}/{OLD}"]
    assert parts(update(engine, lake, WHOLE)) == [f"{NP}/{OLD}"]


def test_a_partition_that_the_archive_no_longer_has_goes(engine: Engine, lake: Lake) -> None:
    update(engine, lake, WHOLE)
    done = update(engine, lake, WHOLE[1:3])
    assert (parts(done), [path.stem for path in done.gone]) == ([], [NEW, OLD])
    assert [row[:2] for row in values(engine, lake)] == [(NP, NEW)] * 2


def test_nothing_is_removed_before_it_is_told_to_be(engine: Engine, lake: Lake) -> None:
    update(engine, lake, WHOLE)
    engine.rows(table("observasjon"), WHOLE[:1]).create_view("vist", replace=True)
    engine.connection.execute("DROP TABLE observasjon")
    engine.connection.execute("CREATE TABLE observasjon AS SELECT * FROM vist")
    done = stage(engine, lake, [OLD])
    assert all(path.exists() for path in done.gone) and len(done.gone) == 2
    assert len(values(engine, lake)) == len(WHOLE)


def test_a_copied_source_is_neither_read_nor_removed(engine: Engine, lake: Lake) -> None:
    """It was taken for a source that has gone from the archive, and removed without a word."""
    update(engine, lake, WHOLE, NEW)
    copies = [lake.root / f"observasjon/{NP} kopi/{NEW}.parquet", lake.root / f"observasjon/{NP}/{NEW} (1).parquet"]
    copies[0].parent.mkdir()
    for copy in copies:
        copy.write_bytes((lake.root / f"observasjon/{NP}/{NEW}.parquet").read_bytes())
    before = values(engine, lake)
    assert len(before) == len(WHOLE)
    assert update(engine, lake, WHOLE, NEW).gone == ()
    assert lake.strays("observasjon") == sorted(copies) and values(engine, lake) == before


def test_with_some_cells_alone_a_partition_without_any_of_them_is_not_staged(engine: Engine, lake: Lake) -> None:
    rows = [observed("I"), observed("I", indikator="regning"), observed("I", **OF_EU)]
    done = update(engine, lake, rows, NEW)
    lake.staging_root.mkdir(parents=True, exist_ok=True)
    staged = stage(engine, lake, [NEW]).staged
    assert len(done.staged) == len(staged) == 2
    (file,) = with_these_alone(engine, lake, staged, {("lesing", "skalapoeng", 5)})
    assert (file.rows, lake.partition_of(file.target)) == (1, (NP, NEW))
