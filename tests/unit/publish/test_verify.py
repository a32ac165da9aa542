"""The last look at a built file sees what a reader would trip over."""

from __future__ import annotations

from contextlib import closing

import duckdb
import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.publish.parquet_sources import TableSource
from oppfolging_pipeline.publish.verify import verify_file
from oppfolging_pipeline.tables.model import published_tables, table


@pytest.fixture
def built(home):
    rows = {declared.key: 3 for declared in published_tables()} | {"utgivelse": 1}
    return home / "oppfolging.duckdb", rows


def test_whole_file_passes(built):
    verify_file(*built)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DROP TABLE mart.grense", r"mart\.grense: no such table"),
        ("CREATE TABLE mart.kladd (a INTEGER)", r"mart\.kladd: unknown table"),
        ("COMMENT ON TABLE mart.grense IS NULL", r"mart\.grense: comment missing"),
        ("COMMENT ON COLUMN mart.grense.metode IS NULL", r"mart\.grense: found column .*metode"),
        ("ALTER TABLE mart.grense ALTER trinn TYPE BIGINT", r"mart\.grense: found column .*BIGINT"),
        ("ALTER TABLE mart.grense ALTER metode DROP NOT NULL", r"mart\.grense: found column .*metode"),
        ("ALTER TABLE mart.grense ADD COLUMN ekstra INTEGER", r"mart\.grense: found 13 columns; expected 12"),
        ("DELETE FROM mart.grense WHERE uttrekksaar = 2015", r"mart\.grense: found 2 rows; expected 3"),
        ("UPDATE dim.skole SET orgnr = '111111110'", r"dim\.skole: found 1 keys in 3 rows"),
    ],
)
def test_what_is_not_as_declared_is_named(built, statement, fault):
    path, rows = built
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(statement)
    with pytest.raises(PermanentError, match=fault):
        verify_file(path, rows)


OTHER_ROWS = {
    "two columns crossed": ("UPDATE mart.grense SET metode = kilde, kilde = metode", "mart.grense"),
    "a cell changed": (
        "UPDATE mart.grense SET nasjonal_grense = 0.001 WHERE uttrekksaar = 2015",
        "mart.grense",
    ),
    "another table of the run's own": ("UPDATE drift.kontroll SET veiledning = 'noe annet'", "drift.kontroll"),
}


@pytest.mark.parametrize(("statement", "name"), OTHER_ROWS.values(), ids=OTHER_ROWS)
def test_rows_that_are_not_those_of_the_audited_files_are_never_published(built, sources, statement, name):
    """A name in the column of the county was published: columns, counts and keys were as declared."""
    path, rows = built
    filled = [TableSource(table(key), tuple(files), 3) for key, files in sources.items()]
    verify_file(path, rows, filled)
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(statement)
    verify_file(path, rows)
    with pytest.raises(PermanentError, match=rf"{name}: found rows that are not those of the audited files"):
        verify_file(path, rows, filled)
