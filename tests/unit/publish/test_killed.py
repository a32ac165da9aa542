"""A run that is killed at any moment leaves a whole published file, and the next run goes on from it."""

from __future__ import annotations

import multiprocessing
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from oppfolging_pipeline.publish.manifest import read_manifest
from oppfolging_pipeline.publish.release import ReleaseInfo, publish_release
from oppfolging_pipeline.publish.verify import verify_file
from oppfolging_pipeline.tables.model import published_tables

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

KILLS = 12
KEEP = 2


def publish_for_ever(sources: dict[str, list[Path]], folder: Path, begins: Connection) -> None:
    """One release after the other, never the same twice."""
    begins.send("begins")
    while True:
        now = datetime.now(UTC)
        info = ReleaseInfo(code_version=now.isoformat(), contract_version="1.0", rule_sets={}, created_at=now)
        publish_release(sources, folder, info, keep=KEEP)


def test_kill_at_random_moments_leaves_a_whole_file_every_time(tmp_path, info, sources):
    started = time.monotonic()
    publish_release(sources, tmp_path, info)
    one_release = time.monotonic() - started
    # Processes that have loaded everything when they begin, so that the kills fall in the publishing and not before it.
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__, "pandas"])
    moments = random.Random(20)  # noqa: S311 (no secret)
    versions = [1]
    for _ in range(KILLS):
        here, there = processes.Pipe(duplex=False)
        publisher = processes.Process(target=publish_for_ever, args=(sources, tmp_path, there), daemon=True)
        publisher.start()
        assert here.recv() == "begins"
        time.sleep(moments.uniform(0.0, 2.5 * one_release))
        assert publisher.is_alive(), "the publisher ended by itself"
        publisher.kill()
        publisher.join()
        versions.append(_whole(tmp_path / "oppfolging.duckdb"))
    assert versions == sorted(versions), "no kill takes a release back"
    assert versions[-1] > 1, "the publisher got somewhere between the kills"
    _goes_on(tmp_path, info, sources, versions[-1])


def _whole(file: Path) -> int:
    """The number of releases that the file knows, when a reader finds all of it in order."""
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = {
            declared.key: connection.execute(f"SELECT count(*) FROM {declared.qualified_name}").fetchall()[0][0]
            for declared in published_tables()
        }
    assert {count for key, count in rows.items() if key != "utgivelse"} == {3}
    verify_file(file, rows)
    return rows["utgivelse"]


def _goes_on(folder: Path, info: ReleaseInfo, sources: dict[str, list[Path]], last: int) -> None:
    after = publish_release(sources, folder, info.model_copy(update={"code_version": "etter"}), KEEP)
    assert after.versjon == last + 1
    records = read_manifest(folder).utgivelser
    assert [record.versjon for record in records] == list(range(1, last + 2))
    assert all(record.fil for record in records[-KEEP - 1 :])
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert left == {"manifest.json", *(Path(record.fil).name for record in records if record.fil)}
