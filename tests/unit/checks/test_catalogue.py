"""The small file that an audit reads through: what is in it, and that nothing of it is copied or left."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from checks.catalogue import Beside, Facts, make_catalogue
from checks.errors import CheckError
from checks.suite import ROWS, Check, Helper, over_table
from oppfolging_pipeline.tables.model import table
from tests.support.declared import minimal_rows, write_parquet
from tests.unit.checks.conftest import TABLE, hidden, shown, target

READS = Check("leser", ROWS, "x", {"unexpected_rows_query": "FROM {batch}"}, reads=("skole", "ventet", "hjelp"))
HELP = Helper("hjelp", over_table("SELECT count(*) AS rader FROM tabellen JOIN ventet USING (kommunenr)"), ("ventet",))
FACT = Facts(
    {"kommunenr": "VARCHAR", "andel": "DECIMAL(9,3)", "dag": "DATE", "nr": "INTEGER"},
    [("6101", Decimal("0.5"), date(2025, 3, 1), 1), ("6102", None, None, None), ("6'2", Decimal(3), None, 2)],
)


@pytest.fixture
def made(tmp_path) -> Path:
    audited = replace(target(tmp_path, [shown(), hidden()]), checks=(READS,), helpers=(HELP,))
    skole = [write_parquet(tmp_path / f"skole-{n}.parquet", table("skole").columns, [row])
             for n, row in enumerate(minimal_rows(table("skole"), 2))]  # fmt: skip
    path = tmp_path / "katalog.duckdb"
    make_catalogue(path, [audited], Beside({"skole": skole, "kommune": []}, {"ventet": FACT, "annet": FACT}))
    return path


def ask(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        return connection.execute(query).fetchall()


def test_tables_are_views_and_only_what_is_read_is_there(made):
    assert ask(made, "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1") == [("sjekk_0",), ("skole",)]
    assert ask(made, "SELECT table_name FROM duckdb_tables() ORDER BY 1") == [("hjelp",), ("ventet",)]


def test_every_file_of_a_table_is_read(made):
    assert ask(made, "SELECT count(*) FROM skole") == [(2,)]


def test_facts_keep_their_values_and_types(made):
    assert ask(made, "FROM ventet ORDER BY kommunenr") == sorted(FACT.rows)
    assert [row[1] for row in ask(made, "DESCRIBE ventet")] == list(FACT.columns.values())


def test_a_helper_is_run_once_over_the_audited_table(made):
    assert ask(made, "FROM hjelp") == [(2,)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [([(1,)], "fewer values than the 2 columns"), ([(1, "et tall")], "not of their columns' types")],
    ids=["of another width", "of another type"],
)
def test_a_malformed_fact_is_an_error_of_the_check_that_names_it(tmp_path, rows, found):
    wrong = Beside({}, {"ventet": Facts({"a": "INTEGER", "b": "INTEGER"}, rows)})
    audited = replace(target(tmp_path, [shown()]), checks=(replace(READS, reads=("ventet",)),))
    with pytest.raises(CheckError, match=f"ventet: .*{found}") as raised:
        make_catalogue(tmp_path / "katalog.duckdb", [audited], wrong)
    assert "et tall" not in str(raised.value)


def test_every_reason_is_named_at_once(tmp_path):
    bad = replace(target(tmp_path, []), checks=(READS,))
    with pytest.raises(CheckError) as raised:
        make_catalogue(tmp_path / "katalog.duckdb", [bad], Beside({"skole": []}, {"ventet": replace(FACT, rows=[])}))
    assert [line.split(":")[0] for line in str(raised.value).splitlines()[1:]] == [
        "  - hjelp", "  - skole", "  - ventet", "  - prove",
    ]  # fmt: skip


def test_a_helper_that_cannot_be_run_is_named_without_its_query(tmp_path):
    broken = Helper("hjelp", over_table("SELECT finnes_ikke FROM tabellen"))
    audited = replace(target(tmp_path, [shown()]), checks=(replace(READS, reads=("hjelp",)),), helpers=(broken,))
    with pytest.raises(CheckError, match="the query hjelp could not be run") as raised:
        make_catalogue(tmp_path / "katalog.duckdb", [audited], Beside())
    assert "SELECT" not in str(raised.value)


def test_the_audited_files_are_whole_before_a_helper_is_run(tmp_path):
    # A helper over a table without its columns would fail with a text about the query.
    fewer = tuple(column for column in TABLE.columns if column.name != "verdi")
    audited = replace(
        target(tmp_path, [shown()], columns=fewer),
        checks=(replace(READS, reads=("hjelp",)),),
        helpers=(Helper("hjelp", over_table("SELECT verdi FROM tabellen")),),
    )
    with pytest.raises(CheckError, match="found no column verdi") as raised:
        make_catalogue(tmp_path / "katalog.duckdb", [audited], Beside())
    assert "hjelp" not in str(raised.value)
