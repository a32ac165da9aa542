"""Every fault of the incoming Parquet files is found, named and gathered before anything is written."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal

import duckdb
import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.publish.parquet_sources import check_sources
from oppfolging_pipeline.tables.model import Column, table
from tests.support.declared import minimal_row, minimal_rows, write_parquet


@pytest.fixture
def check():
    with closing(duckdb.connect()) as connection:
        yield lambda sources: check_sources(connection, sources)


def _retyped(declared, **types):
    kept = [column for column in declared.columns if types.get(column.name) != "gone"]
    return [Column(name=c.name, type=types.get(c.name, c.type), text=c.text) for c in kept]


@pytest.mark.parametrize(
    ("rows", "found", "key"),
    [
        (
            [minimal_row(table("grense"), 1), minimal_row(table("grense"), 1, nasjonal_grense=Decimal("9.5"))],
            "1 keys that stand more than once",
            "mart.grense (uttrekksaar=2016",
        ),
        ([minimal_row(table("grense"), 1, metode=None)], "1 rows without a value", "mart.grense (uttrekksaar=2016"),
        ([minimal_row(table("grense"), 1, trinn=None)], "1 rows without a value", "trinn=None"),
        ([], "no rows", "mart.grense"),
    ],
    ids=["key twice", "null", "null in the key", "empty"],
)
def test_rows_that_cannot_be_published_are_named_by_key(tmp_path, sources, check, rows, found, key):
    path = write_parquet(tmp_path / "grense.parquet", table("grense").columns, rows)
    with pytest.raises(InvalidInput) as caught:
        check({**sources, "grense": [path]})
    (finding,) = caught.value.findings
    assert finding.found == found
    assert key in (finding.key or "")
    assert "grense" in finding.action


def test_key_that_stands_in_two_files_is_found(tmp_path, sources, check):
    rows = minimal_rows(table("grense"), 3)
    one = write_parquet(tmp_path / "2024.parquet", table("grense").columns, rows[:2])
    two = write_parquet(tmp_path / "2025.parquet", table("grense").columns, rows[1:])
    with pytest.raises(InvalidInput, match="1 keys that stand more than once"):
        check({**sources, "grense": [one, two]})


@pytest.mark.parametrize(
    ("types", "column", "found"),
    [
        ({"metode": "gone"}, "metode", "no such column"),
        ({"trinn": "DOUBLE"}, "trinn", "the type DOUBLE"),
        ({"indikator": "INTEGER"}, "indikator", "the type INTEGER"),
        ({"nasjonal_grense": "DOUBLE"}, "nasjonal_grense", "the type DOUBLE"),
    ],
    ids=["missing", "a fraction would be rounded", "a number as a code", "binary where decimal is declared"],
)
def test_column_that_would_lose_something_is_refused(tmp_path, sources, check, types, column, found):
    row = minimal_row(table("grense"), 0, indikator="1")
    path = write_parquet(tmp_path / "grense.parquet", _retyped(table("grense"), **types), [row])
    with pytest.raises(InvalidInput) as caught:
        check({**sources, "grense": [path]})
    (finding,) = caught.value.findings
    assert (finding.column, finding.found, finding.key) == (column, found, "grense")
    assert (finding.file or "").endswith("grense.parquet")


def test_time_with_a_zone_is_refused_because_the_session_would_move_it(tmp_path, sources, check):
    path = tmp_path / "datagrunnlag.parquet"
    (source,) = sources["datagrunnlag"]
    moved = f"SELECT * REPLACE (hentet::TIMESTAMPTZ AS hentet) FROM read_parquet('{source}', hive_partitioning = false)"
    duckdb.execute(f"COPY ({moved}) TO '{path}' (FORMAT parquet)")
    with pytest.raises(InvalidInput, match=r"column 'hentet'.*TIMESTAMP WITH TIME ZONE; expected TIMESTAMP"):
        check({**sources, "datagrunnlag": [path]})


def test_decimals_may_be_read_into_a_double_column(tmp_path, sources, check):
    declared = table("vurdering_kommune")
    row = minimal_row(declared, 0, verdi=Decimal("44.5"))
    path = write_parquet(tmp_path / "v.parquet", _retyped(declared, verdi="DECIMAL(9,3)"), [row])
    assert check({**sources, "vurdering_kommune": [path]})["vurdering_kommune"].rows == 1


def test_folder_named_as_a_hive_partition_adds_no_column(tmp_path, sources, check):
    path = tmp_path / "uttrekksaar=1999" / "ekstra=1" / "grense.parquet"
    write_parquet(path, table("grense").columns, minimal_rows(table("grense")))
    assert check({**sources, "grense": [path]})["grense"].rows == 3


def test_column_that_is_not_declared_is_refused(tmp_path, sources, check):
    extra = Column(name="hemmelig", type="VARCHAR", text="x")
    row = {**minimal_row(table("grense")), "hemmelig": "x"}
    path = write_parquet(tmp_path / "grense.parquet", [*table("grense").columns, extra], [row])
    with pytest.raises(InvalidInput, match=r"column 'hemmelig'.* not declared"):
        check({**sources, "grense": [path]})


def test_checks_may_not_bring_a_release_of_their_own(tmp_path, sources, check):
    path = write_parquet(tmp_path / "k.parquet", table("kontroll").columns, minimal_rows(table("kontroll")))
    with pytest.raises(InvalidInput, match=r"column 'utgivelse'.* not declared"):
        check({**sources, "kontroll": [path]})


@pytest.mark.parametrize("content", [None, b"", b"PAR1 and then nothing"], ids=["absent", "empty", "truncated"])
def test_file_that_is_no_parquet_is_named(tmp_path, sources, check, content):
    path = tmp_path / "mart" / "grense.parquet"
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"mart/grense\.parquet.* no readable Parquet file"):
        check({**sources, "grense": [path]})


@pytest.mark.parametrize("key", ["utgivelse", "observasjon", "tull"])
def test_table_that_is_not_published_from_files_is_refused(sources, check, key):
    with pytest.raises(InvalidInput, match=f"key '{key}': found a table that is not published"):
        check({**sources, key: []})


def test_tables_that_may_be_empty_may_come_without_a_file_and_no_others(sources, check):
    assert check({**sources, "kandidat_kategori2": []})["kandidat_kategori2"].rows == 0
    with pytest.raises(InvalidInput, match=r"key 'mart\.grense': found no rows"):
        check({**sources, "grense": []})


def test_all_faults_come_together(tmp_path, sources, check):
    faulty = {key: files for key, files in sources.items() if key != "dim_skole"}
    with pytest.raises(InvalidInput) as caught:
        check({**faulty, "tull": [], "grense": [], "datagrunnlag": [tmp_path / "borte.parquet"]})
    assert {finding.key for finding in caught.value.findings} == {"tull", "mart.grense", "dim_skole", "datagrunnlag"}
