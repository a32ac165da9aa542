"""A release from Parquet files: what the file holds, when it is replaced, and what is kept."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

import duckdb
import pytest

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.publish import release as release_module
from oppfolging_pipeline.publish.manifest import read_manifest
from oppfolging_pipeline.publish.release import ReleaseInfo, publish_release
from oppfolging_pipeline.tables.model import published_tables, table
from tests.support.declared import declared_sources, minimal_rows


def test_same_content_in_other_files_and_order_gives_the_same_rows_in_the_same_order(tmp_path, info, read_tables):
    one = publish_release(declared_sources(tmp_path / "a"), tmp_path / "ut-a", info)
    other = publish_release(declared_sources(tmp_path / "b", files=3, shuffled=7), tmp_path / "ut-b", info)
    assert repr(read_tables(one.file)) == repr(read_tables(other.file))
    assert one.utgivelse == other.utgivelse == f"0001-{one.innhold_sha256[:12]}"


def test_rows_lie_in_the_order_of_the_grain(tmp_path, info, read_tables):
    release = publish_release(declared_sources(tmp_path / "a", files=2, shuffled=3), tmp_path / "ut", info)
    for key, rows in read_tables(release.file).items():
        declared = table(key)
        keys = [tuple(row[declared.column_names.index(name)] for name in declared.grain) for row in rows]
        assert keys == sorted(keys), key
        assert len(rows) == release.rows[key]


def test_file_has_exactly_the_declared_tables_columns_types_and_comments(published):
    with duckdb.connect(str(published / "oppfolging.duckdb"), read_only=True) as connection:
        tables = connection.execute("SELECT schema_name, table_name, comment FROM duckdb_tables()").fetchall()
        columns = connection.execute(
            "SELECT schema_name, table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            "WHERE NOT internal"
        ).fetchall()
    assert sorted(tables) == sorted((t.db_schema, t.name, t.text) for t in published_tables())
    assert sorted(columns) == sorted(
        (t.db_schema, t.name, c.name, c.type, c.nullable, c.comment) for t in published_tables() for c in t.columns
    )
    assert all(row[-1] for row in [*tables, *columns])


@pytest.mark.parametrize(
    ("name", "column", "kind"),
    [
        ("mart.identifisert_kommune", "andel_risikopoeng", "DOUBLE"),
        ("mart.identifisert_kommune", "kommunenr", "VARCHAR"),
        ("mart.identifisert_kommune", "delt_plassering", "BOOLEAN"),
        ("mart.rangering_kommune", "naer_grensen", "BOOLEAN"),
        ("mart.vurdering_kommune", "verdi", "DOUBLE"),
        ("mart.kandidat_kategori2", "antall_skoler_i_ovre_kvartil", "INTEGER"),
        ("mart.pulje_faseplan", "aktiviteter", "VARCHAR[]"),
        ("mart.pulje_faseplan", "fra", "DATE"),
        ("mart.pulje_kommune", "siden", "DATE"),
        ("mart.rapportering", "frist", "DATE"),
        ("drift.utgivelse", "opprettet", "TIMESTAMP"),
    ],
)
def test_column_that_the_contract_promises(published, name, column, kind):
    with duckdb.connect(str(published / "oppfolging.duckdb"), read_only=True) as connection:
        described = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {name}").fetchall()}
    assert described[column] == kind


def test_file_is_written_in_the_format_that_older_clients_open(published):
    # The main header: checksum (8 bytes), `DUCK`, then the storage version: 64 is that of DuckDB 0.10 to 1.1.
    header = (published / "oppfolging.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64


def test_publishing_the_same_twice_changes_no_byte_and_no_file(home, info, sources):
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in home.iterdir()}
    later = info.model_copy(update={"created_at": datetime(2027, 3, 1, tzinfo=UTC)})
    again = publish_release(sources, home, later)
    assert not again.changed
    assert again.versjon == 1
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino) for p in home.iterdir()} == before


@pytest.mark.parametrize(
    "change",
    [
        {"code_version": "0.2.0"},
        {"contract_version": "1.0"},
        {"rule_sets": {"udir-2020": "b" * 64}},
        {"kjent_per": date(2026, 1, 31)},
        {"merknad": "Eldre grunnlag."},
    ],
    ids=lambda change: next(iter(change)),
)
def test_other_code_contract_rules_or_basis_is_another_release(home, info, sources, change):
    second = publish_release(sources, home, info.model_copy(update=change))
    assert second.changed
    assert second.innhold_sha256 != read_manifest(home).utgivelser[0].innhold_sha256


def test_operational_tables_are_no_part_of_the_content(tmp_path, home, info):
    slow = minimal_rows(table("kontroll"), varighet=9.0)
    assert not publish_release(declared_sources(tmp_path / "b", {"kontroll": slow}), home, info).changed


def test_release_table_lists_every_release_and_checks_carry_theirs(tmp_path, info, sources, read_tables):
    versions = [info.model_copy(update={"code_version": f"0.{n}.0"}) for n in (1, 2, 1)]
    releases = [publish_release(sources, tmp_path, version) for version in versions]
    content = read_tables(releases[-1].file)
    assert [(row[0], row[3]) for row in content["utgivelse"]] == [
        (releases[0].utgivelse, "0.1.0"),
        (releases[1].utgivelse, "0.2.0"),
        (releases[2].utgivelse, "0.1.0"),
    ]
    assert [release.versjon for release in releases] == [1, 2, 3]
    assert releases[0].innhold_sha256 == releases[2].innhold_sha256, "the older content again is a release of its own"
    assert {row[0] for row in content["kontroll"]} == {releases[-1].utgivelse}
    opprettet = table("utgivelse").column_names.index("opprettet")
    assert content["utgivelse"][0][opprettet] == datetime(2026, 3, 1, 5), "UTC, without a zone"  # noqa: DTZ001


def test_the_basis_stands_in_the_file_and_in_the_manifest(home, info, sources, read_tables):
    basis = {"kjent_per": date(2026, 1, 31), "merknad": "Eldre grunnlag for Elevundersøkelsen."}
    release = publish_release(sources, home, info.model_copy(update=basis))
    assert [row[-2:] for row in read_tables(release.file)["utgivelse"]] == [(None, None), tuple(basis.values())]
    assert [(r.kjent_per, r.merknad) for r in read_manifest(home).utgivelser] == [(None, None), tuple(basis.values())]
    assert not publish_release(sources, home, info.model_copy(update=basis)).changed


def test_an_empty_note_is_refused(info):
    with pytest.raises(ValueError, match="merknad"):
        ReleaseInfo.model_validate({**info.model_dump(), "merknad": ""})


def test_time_in_another_zone_is_published_as_utc(tmp_path, info, sources, read_tables):
    oslo = ReleaseInfo.model_validate({**info.model_dump(), "created_at": "2026-07-01T02:00:00+02:00"})
    release = publish_release(sources, tmp_path, oslo)
    opprettet = table("utgivelse").column_names.index("opprettet")
    assert read_tables(release.file)["utgivelse"][0][opprettet] == datetime(2026, 7, 1)  # noqa: DTZ001


@pytest.mark.parametrize(("keep", "kept"), [(0, []), (1, [3]), (2, [2, 3]), (5, [1, 2, 3])])
def test_the_last_files_are_kept_whole_and_older_ones_removed(tmp_path, info, sources, read_tables, keep, kept):
    releases = [
        publish_release(sources, tmp_path, info.model_copy(update={"code_version": f"0.{n}"}), keep) for n in range(4)
    ]
    names = [f"oppfolging-{release.utgivelse}.duckdb" for release in releases if release.versjon in kept]
    folder = tmp_path / "tidligere"
    assert sorted(path.name for path in folder.glob("*")) == names
    for version, name in zip(kept, names, strict=True):
        assert len(read_tables(folder / name)["utgivelse"]) == version
    files = [record.fil for record in read_manifest(tmp_path).utgivelser]
    assert files == [*([None] * (3 - len(kept))), *(f"tidligere/{name}" for name in names), "oppfolging.duckdb"]


def test_earlier_file_is_copied_where_no_link_can_be_made(home, info, sources, read_tables, monkeypatch):

    def refuse(*_: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    publish_release(sources, home, info.model_copy(update={"code_version": "0.2"}))
    (earlier,) = (home / "tidligere").iterdir()
    assert len(read_tables(earlier)["utgivelse"]) == 1


def test_a_file_of_someone_else_among_the_earlier_ones_is_left_alone(tmp_path, info, sources):
    own = tmp_path / "tidligere" / "min-analyse.duckdb"
    own.parent.mkdir()
    own.write_bytes(b"x")
    for number in range(3):
        publish_release(sources, tmp_path, info.model_copy(update={"code_version": f"0.{number}"}), keep=1)
    assert own.exists()


def test_what_a_killed_run_left_is_removed(tmp_path, info, sources):
    left = [
        tmp_path / name
        for name in (
            "oppfolging.duckdb.next",
            "oppfolging.duckdb.next.wal",
            "oppfolging.duckdb.wal",
            "oppfolging.duckdb.next.tmp/duckdb_temp_block-1.block",
            ".manifest.json.4711.next",
            "tidligere/.oppfolging-0001-abc.duckdb.next",
        )
    ]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    publish_release(sources, tmp_path, info)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.json", "oppfolging.duckdb", "tidligere"]
    assert not list((tmp_path / "tidligere").iterdir())


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("_create", duckdb.IOException("disk full")),
        ("_fill_releases", KeyboardInterrupt()),
        ("verify_file", duckdb.IOException("not a valid file")),
        ("_archive", OSError(28, "No space left")),
        ("move_into_place", OSError(28, "No space left")),
    ],
)
def test_failure_in_any_step_leaves_the_last_file_and_nothing_else(home, info, sources, monkeypatch, step, error):
    before = {path.name: path.read_bytes() for path in home.iterdir()}

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(release_module, step, fail)
    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else PermanentError
    with pytest.raises(expected):
        publish_release(sources, home, info.model_copy(update={"code_version": "0.2"}))
    after = {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}
    assert after == before


def test_faulty_input_leaves_the_last_file(home, info, sources):
    before = (home / "oppfolging.duckdb").read_bytes()
    with pytest.raises(InvalidInput):
        publish_release({**sources, "grense": []}, home, info)
    assert (home / "oppfolging.duckdb").read_bytes() == before
    assert sorted(path.name for path in home.iterdir()) == ["manifest.json", "oppfolging.duckdb"]


def test_built_file_that_is_not_as_declared_is_not_published(home, info, sources, monkeypatch):
    before = (home / "oppfolging.duckdb").read_bytes()
    monkeypatch.setattr(release_module.ddl, "comments", lambda *_: [])
    with pytest.raises(PermanentError, match=r"mart\.grense: comment missing"):
        publish_release(sources, home, info.model_copy(update={"code_version": "0.2"}))
    assert (home / "oppfolging.duckdb").read_bytes() == before


def test_home_with_letters_that_mean_something_to_sql_or_to_a_glob(tmp_path, info):
    folder = tmp_path / "O'Hara [2025] *"
    neighbour = tmp_path / "O'Hara 2 xx"
    declared_sources(neighbour)
    assert publish_release(declared_sources(folder), folder / "publisert", info).rows["grense"] == 3


@pytest.mark.parametrize("moment", ["2026-03-01T05:00:00", None])
def test_time_without_a_zone_is_refused(info, moment):
    with pytest.raises(ValueError, match="created_at"):
        ReleaseInfo.model_validate({**info.model_dump(), "created_at": moment})


def test_negative_number_of_files_to_keep_is_refused(tmp_path, info, sources):
    with pytest.raises(ValueError, match="keep"):
        publish_release(sources, tmp_path, info, keep=-1)


def test_what_is_said_of_the_release_that_is_published_makes_no_release_by_itself(tmp_path, info):
    """A home that shows what is shielded since made one at each run, for the note of the one before it."""
    sources = declared_sources(tmp_path / "a")
    first = publish_release(sources, tmp_path / "ut", info)
    of_first = info.model_copy(update={"merknad_som_ny": "Utgivelse 1 viser 2 tall."})
    assert not publish_release(sources, tmp_path / "ut", of_first).changed

    of_both = {"merknad": "Noe nytt.", "merknad_som_ny": "Noe nytt. Utgivelse 1 viser 2 tall."}
    second = publish_release(sources, tmp_path / "ut", info.model_copy(update=of_both))
    assert second.changed and second.utgivelse != first.utgivelse
    assert read_manifest(tmp_path / "ut").newest.merknad == of_both["merknad_som_ny"]
    again = {"merknad": of_both["merknad_som_ny"], "merknad_som_ny": "Noe nytt. Utgivelse 2 viser 2 tall."}
    assert not publish_release(sources, tmp_path / "ut", info.model_copy(update=again)).changed
