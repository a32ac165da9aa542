"""The lake and the engine: a table is written beside, looked at, and only then moved into place."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.core.files import write_atomically
from oppfolging_pipeline.engine import Lake, open_engine
from oppfolging_pipeline.tables.model import all_tables, table
from tests.support.audits import report_of
from tests.support.declared import minimal_rows
from tests.support.spoil import flip

SET = "np-skalapoeng"
ONE = {"uttrekksaar": 2025, "indikatorsett": SET}


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lager")


@pytest.fixture
def engine():
    with open_engine() as opened:
        yield opened


def test_a_written_table_is_not_seen_before_it_is_committed(engine, lake):
    staged = engine.write(minimal_rows(table("grense")), "grense", lake, ONE)
    assert lake.files("grense") == []
    assert staged.staged.exists() and staged.rows == 3
    lake.commit([staged])
    assert lake.files("grense") == [lake.root / "grense" / "2025" / f"{SET}.parquet"]
    assert not staged.staged.exists()


def test_a_partition_is_replaced_and_its_neighbours_stay(engine, lake):
    other = {**ONE, "uttrekksaar": 2024}
    for partition, count in ((ONE, 3), (other, 2), (ONE, 1)):
        lake.commit([engine.write(minimal_rows(table("grense"), count), "grense", lake, partition)])
    rows = {path.parent.name: len(engine.fetch(engine.read([path], "grense"))) for path in lake.files("grense")}
    assert rows == {"2024": 2, "2025": 1}
    assert lake.existing("grense", [ONE, {**ONE, "uttrekksaar": 2023}]) == [lake.target("grense", ONE)]


def test_what_failed_its_audit_is_put_aside_where_no_reader_looks(engine, lake, tmp_path):
    staged = engine.write(minimal_rows(table("grense")), "grense", lake, ONE)
    lake.quarantine([staged], tmp_path / "karantene" / "x")
    assert lake.files("grense") == [] and not staged.staged.exists()
    assert (tmp_path / "karantene" / "x" / "grense" / "2025" / f"{SET}.parquet").exists()


def audited(engine, lake, partition=ONE):
    staged = engine.write(minimal_rows(table("grense")), "grense", lake, partition)
    lake.commit([staged])
    write_atomically(lake.report(staged.target), report_of(staged.target))
    return staged.target


def test_nothing_of_the_lake_is_read_that_is_not_what_was_audited(lake):
    """A single asset, materialized by hand, would go on from whatever lies there."""
    with open_engine(lake=lake) as engine:
        file = audited(engine, lake)
        assert engine.read([file], "grense").count("*").fetchone() == (3,)
        flip(file)
        with pytest.raises(
            InvalidInput, match=r"lager/grense/2025/np-skalapoeng\.parquet.*--rules np-skalapoeng --uttrekk 2025"
        ):
            engine.read([file], "grense")
        staged = engine.write(minimal_rows(table("grense")), "grense", lake, ONE)
        assert engine.read([staged.staged], "grense").count("*").fetchone() == (3,), "what waits for its audit"


def test_the_command_makes_every_spoiled_year_of_a_set_anew(engine, lake):
    files = [audited(engine, lake, {**ONE, "uttrekksaar": year}) for year in (2024, 2025)]
    for file in files:
        flip(file)
    with pytest.raises(InvalidInput, match="--rules np-skalapoeng --uttrekk 2024,2025"):
        lake.require_audited(files)


def test_what_is_taken_away_leaves_no_report_of_checks_that_it_passed(engine, lake):
    file = audited(engine, lake)
    assert lake.reported("grense") == [file]
    lake.remove([file])
    assert (lake.files("grense"), lake.reported("grense")) == ([], [])


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("grense", "kopi"),
        ("grense", f"kopi/{SET}"),
        ("grense", f"2025/{SET}/igjen"),
        ("grense", f"2025/{SET} kopi"),
        ("grense", f"99999/{SET}"),
        ("grense", f"20২5/{SET}"),
        ("observasjon", "nasjonale_prover kopi/2024-25"),
        ("observasjon", "nasjonale_prover/2024-25 kopi"),
        ("observasjon", "nasjonale_prover/2024-26"),
        ("kommune", "alt kopi"),
    ],
)
def test_a_copy_under_another_name_is_no_part_of_the_table_and_no_report_makes_it_one(engine, lake, key, name):
    """It stopped every run and every check, by errors that named no file; a copied source was removed unasked."""
    partition = {"grense": ONE, "observasjon": {"kilde": "nasjonale_prover", "skoleaar": "2024-25"}, "kommune": {}}[key]
    file, stray = lake.target(key, partition), lake.root / f"{key}/{name}.parquet"
    for one in (file, stray, lake.report(stray)):
        one.parent.mkdir(parents=True, exist_ok=True)
        one.touch()
    assert (lake.files(key), lake.strays(key), lake.reported(key)) == ([file], [stray], [])


def test_results_that_are_left_out_are_in_no_table(lake):
    for year in (2025, 2026):
        file = lake.target("grense", {**ONE, "uttrekksaar": year})
        file.parent.mkdir(parents=True)
        file.touch()
    assert Lake(lake.root, [(2026, SET)]).files("grense") == [lake.target("grense", ONE)]


@pytest.mark.parametrize(
    "partition",
    [None, {"uttrekksaar": 2025}, {"indikatorsett": SET, "uttrekksaar": 2025}, {**ONE, "nivaa": "skole"}],
)
def test_another_partition_than_the_declared_one_is_refused(lake, partition):
    with pytest.raises(PermanentError, match="grense: found partition"):
        lake.target("grense", partition)


@pytest.mark.parametrize("value", ["", "..", ".skjult", "a/b", "../../ut", "a\\b"])
def test_a_partition_value_never_leads_out_of_its_folder(lake, value):
    with pytest.raises(PermanentError, match="expected a plain name"):
        lake.target("grense", {**ONE, "indikatorsett": value})


def test_a_table_that_was_never_made_is_named(engine, lake):
    with pytest.raises(PermanentError, match="table grense: found no file in the lake"):
        engine.read(lake.files("grense"), "grense")


def test_the_order_of_rows_does_not_reach_the_file(engine, lake):
    rows = minimal_rows(table("grense"), 20)
    first = engine.write(rows, "grense", lake, ONE).staged.read_bytes()
    assert engine.write(rows[::-1], "grense", lake, ONE).staged.read_bytes() == first


@pytest.mark.parametrize("key", all_tables())
def test_every_declared_table_can_be_written_and_read_with_its_types(engine, lake, key):
    declared = table(key)
    partition = {name: minimal_rows(declared, 1)[0][name] for name in declared.partition_by}
    staged = engine.write(minimal_rows(declared), key, lake, partition)
    relation = engine.read([staged.staged], key)
    assert relation.columns == list(declared.column_names)
    assert [str(kind) for kind in relation.types] == [column.type for column in declared.columns]


@pytest.mark.parametrize("key", ["kandidat_kategori2", "rapportering"])
def test_no_row_is_a_table_with_its_columns(engine, lake, key):
    partition = ONE if table(key).partition_by else None
    staged = engine.write([], key, lake, partition)
    assert staged.rows == 0
    assert engine.read([staged.staged], key).columns == list(table(key).column_names)


def test_a_row_without_a_declared_column_is_an_error(engine, lake):
    row = {name: value for name, value in minimal_rows(table("grense"), 1)[0].items() if name != "metode"}
    with pytest.raises(KeyError, match="metode"):
        engine.write([row], "grense", lake, ONE)


def test_a_value_that_its_type_cannot_hold_is_an_error_and_never_rounded(engine, lake):
    (row,) = minimal_rows(table("grense"), 1)
    with pytest.raises(Exception, match=r"(?i)rescaling|precision|scale"):
        engine.write([{**row, "nasjonal_grense": Decimal("44.0001")}], "grense", lake, ONE)


def test_columns_that_are_filled_in_later_are_left_out(engine, lake):
    rows = [
        {name: value for name, value in row.items() if name != "utgivelse"} for row in minimal_rows(table("kontroll"))
    ]
    staged = engine.write(rows, "kontroll", lake, without=("utgivelse",))
    assert "utgivelse" not in engine.read([staged.staged], "kontroll").columns


def test_a_step_keeps_its_rows_when_its_input_is_replaced(engine):
    # A lazy view would read the second input: the same name stands for different tables in different steps.
    one = engine.frame({"a": "INTEGER"}, [(1,)])
    first = engine.run("SELECT a FROM inn", inn=one)
    second = engine.run("SELECT a FROM inn", inn=engine.frame({"a": "INTEGER"}, [(2,)]))
    assert (first.fetchall(), second.fetchall()) == ([(1,)], [(2,)])


def test_a_frame_of_no_rows_has_its_types(engine):
    frame = engine.frame({"a": "INTEGER", "b": "VARCHAR"}, [])
    assert (frame.columns, [str(kind) for kind in frame.types]) == (["a", "b"], ["INTEGER", "VARCHAR"])
    assert frame.fetchall() == []


def test_values_are_bound_and_never_read_as_sql(engine):
    hostile = "'; DROP TABLE x; --"
    assert engine.run("SELECT $v AS v", {"v": hostile}).fetchall() == [(hostile,)]


def test_two_engines_share_nothing():
    with open_engine() as one, open_engine() as other:
        one.run("SELECT 1 AS a")
        with pytest.raises(duckdb.CatalogException):
            other.connection.table("steg_1")
