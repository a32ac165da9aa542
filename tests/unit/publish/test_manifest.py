"""The manifest follows the files: after a killed run, after a lost or broken file, and against files of others."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import sha256_of
from oppfolging_pipeline.publish import manifest as manifest_module
from oppfolging_pipeline.publish import release as release_module
from oppfolging_pipeline.publish.manifest import (
    Manifest,
    ReleaseRecord,
    published_release,
    read_manifest,
    reconcile,
)
from oppfolging_pipeline.publish.release import publish_release
from tests.unit.publish.older import as_contract_1_0


@pytest.fixture
def publish(tmp_path, info, sources):
    return lambda version, **other: publish_release(
        sources, tmp_path, info.model_copy(update={"code_version": version}), **other
    )


def test_manifest_says_what_the_file_is(tmp_path, publish, info):
    release = publish("0.1")
    (record,) = json.loads((tmp_path / "manifest.json").read_text("utf-8"))["utgivelser"]
    assert record["utgivelse"] == release.utgivelse
    assert record["fil"] == "oppfolging.duckdb"
    assert record["bytes"] == release.file.stat().st_size
    assert record["sha256"] == sha256_of(release.file)
    assert record["regelsett_sha256"] == dict(info.rule_sets)


@pytest.mark.parametrize("versions", [("0.1",), ("0.1", "0.2"), ("0.1", "0.2", "0.3")])
def test_run_killed_between_file_and_manifest_is_repaired_by_the_next(tmp_path, publish, monkeypatch, versions):
    whole = tmp_path / "manifest.json"
    for version in versions[:-1]:
        publish(version)
    with monkeypatch.context() as killed:
        killed.setattr(manifest_module, "write_atomically", lambda *_: None)
        last = publish(versions[-1])
    assert not whole.exists() or last.utgivelse not in whole.read_text("utf-8")
    again = publish(versions[-1])
    assert not again.changed
    assert again.utgivelse == last.utgivelse
    records = read_manifest(tmp_path).utgivelser
    assert [record.kodeversjon for record in records] == list(versions)
    assert all(record.fil and sha256_of(tmp_path / record.fil) == record.sha256 for record in records)


def test_manifest_that_is_removed_is_made_anew(tmp_path, publish):
    for version in ("0.1", "0.2", "0.3"):
        publish(version, keep=1)
    before = read_manifest(tmp_path)
    (tmp_path / "manifest.json").unlink()
    assert not publish("0.3").changed
    after = read_manifest(tmp_path)
    assert after.utgivelser[1:] == before.utgivelser[1:]
    assert after.utgivelser[0].fil is None


@pytest.mark.parametrize("damage", [lambda b: b[:-300_000], lambda b: b"", lambda b: b[:-1] + b"x", None])
def test_broken_or_lost_file_is_replaced_by_a_new_release(tmp_path, publish, read_tables, damage):
    first = publish("0.1")
    whole = first.file.read_bytes()
    first.file.unlink()
    if damage:
        first.file.write_bytes(damage(whole))
    again = publish("0.1")
    assert again.changed
    assert again.versjon == 2
    assert len(read_tables(again.file)["utgivelse"]) == 2
    assert [record.fil for record in read_manifest(tmp_path).utgivelser] == [None, "oppfolging.duckdb"]


def test_file_and_manifest_of_contract_1_0_are_understood_by_the_next_release(home, info, sources, read_tables):
    before = as_contract_1_0(home)
    again = publish_release(sources, home, info)
    assert again.changed and again.versjon == 2, "the same rows under another contract"
    assert [row[2] for row in read_tables(again.file)["utgivelse"]] == ["1.0", info.contract_version]
    kept = home / "tidligere" / f"oppfolging-{before.utgivelse}.duckdb"
    assert [record.fil for record in read_manifest(home).utgivelser] == [f"tidligere/{kept.name}", "oppfolging.duckdb"]
    assert sha256_of(kept) == before.sha256


def test_file_of_contract_1_0_alone_tells_its_releases(home, info, sources, read_tables):
    before = as_contract_1_0(home)
    (home / "manifest.json").unlink()
    again = publish_release(sources, home, info)
    assert [(row[0], row[-2:]) for row in read_tables(again.file)["utgivelse"]] == [
        (before.utgivelse, (None, None)),
        (again.utgivelse, (None, None)),
    ]


def test_table_of_releases_that_lacks_what_every_contract_has_is_someone_elses(home, info, sources):
    with duckdb.connect(str(home / "oppfolging.duckdb")) as connection:
        connection.execute("ALTER TABLE drift.utgivelse DROP COLUMN versjon")
    with pytest.raises(PermanentError, match=r"found a DuckDB file .*Move it"):
        publish_release(sources, home, info)


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("at", ["write_atomically", "sha256_of"])
def test_what_fails_after_the_file_is_in_place_says_that_it_is_published(tmp_path, publish, monkeypatch, at):
    """The release was live, and the error said that nothing was published."""
    publish("0.1")
    with monkeypatch.context() as full, pytest.raises(PermanentError) as raised:
        real, files = manifest_module.sha256_of, iter((False, True))
        full.setattr(
            manifest_module,
            at,
            full_disk if at != "sha256_of" else lambda path: full_disk() if next(files) else real(path),
        )
        publish("0.2")
    name = published_release(tmp_path)
    assert name.startswith("0002-")
    assert f"release {name} is published and whole" in str(raised.value) and "manifest.json" in str(raised.value)
    assert not publish("0.2").changed
    assert [record.versjon for record in read_manifest(tmp_path).utgivelser] == [1, 2]


def test_a_rename_that_only_could_not_be_forced_to_disk_is_published(tmp_path, publish, monkeypatch):
    def unforced(staged: Path, target: Path) -> None:
        staged.replace(target)
        raise OSError(errno.EIO, "Input/output error")

    with (
        monkeypatch.context() as broken,
        pytest.raises(PermanentError, match=r"release 0001-\w+ is published and whole"),
    ):
        broken.setattr(release_module, "move_into_place", unforced)
        publish("0.1")
    assert not publish("0.1").changed


@pytest.mark.parametrize("manifest", ["gone", "of the release before"])
def test_a_file_that_was_changed_is_not_adopted_where_the_manifest_does_not_know_it(
    tmp_path, publish, read_tables, manifest
):
    """The doctor's own command made the tampered file the published one."""
    publish("0.1")
    before = (tmp_path / "manifest.json").read_bytes()
    second = publish("0.2")
    (tmp_path / "manifest.json").unlink() if manifest == "gone" else (tmp_path / "manifest.json").write_bytes(before)
    with duckdb.connect(str(second.file)) as connection:
        connection.execute("UPDATE mart.rangering_kommune SET kommunenavn = 'TUKLET'")
    assert reconcile(tmp_path, read_manifest(tmp_path)).current is None
    third = publish("0.2")
    assert (third.changed, third.versjon) == (True, 3)
    assert third.innhold_sha256 == second.innhold_sha256
    assert "TUKLET" not in repr(read_tables(third.file)["rangering_kommune"])


@pytest.mark.parametrize("version", ["0.1", "0.2"])
def test_earlier_release_put_back_by_hand_is_recognised(tmp_path, publish, version):
    first = publish("0.1")
    publish("0.2")
    shutil.copyfile(tmp_path / "tidligere" / f"oppfolging-{first.utgivelse}.duckdb", first.file)
    third = publish(version)
    assert third.changed
    assert third.versjon == 3
    files = {record.versjon: record.fil for record in read_manifest(tmp_path).utgivelser}
    assert files == {1: f"tidligere/oppfolging-{first.utgivelse}.duckdb", 2: None, 3: "oppfolging.duckdb"}


def test_manifest_that_is_no_manifest_stops_the_run_with_what_to_do(tmp_path, publish):
    publish("0.1")
    (tmp_path / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(PermanentError, match=r"manifest\.json: found .*Remove the file"):
        publish("0.2")


def test_database_of_someone_else_is_not_overwritten(tmp_path, publish):
    file = tmp_path / "oppfolging.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
    before = file.read_bytes()
    with pytest.raises(PermanentError, match=r"without the table drift\.utgivelse.*Move it"):
        publish("0.1")
    assert file.read_bytes() == before


def test_file_of_another_home_is_not_taken_for_this_one(tmp_path, publish, info, sources):
    other = publish_release(sources, tmp_path / "annet", info.model_copy(update={"code_version": "9.9"}))
    publish("0.1")
    shutil.copyfile(other.file, tmp_path / "oppfolging.duckdb")
    with pytest.raises(PermanentError, match=f"whose release 1 is {other.utgivelse}"):
        publish("0.1")


def test_versions_stand_once_and_rise(info):
    record = ReleaseRecord(
        utgivelse="0001-a",
        versjon=1,
        kontraktversjon="1.0",
        kodeversjon="0.1",
        regelsett_sha256={},
        innhold_sha256="0" * 64,
        opprettet=info.created_at,
    )
    with pytest.raises(ValueError, match="each once, rising"):
        Manifest(utgivelser=(record, record))
