"""A way to spoil good data, and auditing what comes of it through the real suites.

Belongs here: what a mutation is, and one audit of it. Does not belong here: the mutations (`spoiled_…`), or what is
expected of all of them (`test_mutations`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from assets.audited import ToAudit, targets_of
from assets.beside import beside
from assets.resources import HomeResource
from checks.runner import run_checks
from checks.suite import Check, Helper
from oppfolging_pipeline.core.duckdb_session import open_duckdb
from oppfolging_pipeline.core.outcome import Outcome
from oppfolging_pipeline.engine import StagedFile
from oppfolging_pipeline.tables.ddl import select_declared
from oppfolging_pipeline.tables.model import table

# Of the observations enough for every check, and little enough for a hundred audits.
_SLICE = """kilde <> 'nasjonale_prover' OR trinn IN (5, 8) AND (indikator = 'lesing'
  OR (indikator = 'regning' AND maal = 'skalapoeng'))"""


@dataclass(frozen=True)
class Mutation:
    """`sql` makes the spoiled rows of `table` from its good ones, which it reads under the table's key.

    `caught_by` are checks that must fail, among others perhaps; `also` spoils other tables that the suite reads. A
    query may read any table of the home under its key. `per` is the day that a run knows its rows are seen from.
    """

    table: str
    sql: str
    caught_by: tuple[str, ...]
    also: Mapping[str, str] = field(default_factory=dict)
    per: date | None = None


def caught(table: str, sql: str, *caught_by: str, **also: str) -> Mutation:
    """A mutation, written short."""
    return Mutation(table, sql, caught_by, also)


def on_day(per: date, mutation: Mutation) -> Mutation:
    """The mutation of rows that a run knows to be seen from that day."""
    return replace(mutation, per=per)


def where(table: str, condition: str, *, order: str | None = None, most: int | None = None, **changed: str) -> str:
    """A query: the table with other values in the columns `changed` where the condition holds.

    With `most`, only in the first so many of those rows in the given order.
    """
    test = condition
    if most is not None:
        keys = ", ".join(table_grain(table))
        test = f"({keys}) IN (SELECT ({keys}) FROM {table} WHERE {condition} ORDER BY {order or keys} LIMIT {most})"
    parts = ", ".join(
        f'CASE WHEN {test} THEN {value} ELSE "{column}" END AS "{column}"' for column, value in changed.items()
    )
    return f"SELECT * REPLACE ({parts}) FROM {table}"


def without(table: str, condition: str, *, order: str | None = None, most: int | None = None) -> str:
    """A query: the table without the rows (the first so many) for which the condition holds."""
    if most is None:
        return f"SELECT * FROM {table} WHERE NOT ({condition})"
    keys = ", ".join(table_grain(table))
    first = f"SELECT ({keys}) FROM {table} WHERE {condition} ORDER BY {order or keys} LIMIT {most}"
    return f"SELECT * FROM {table} WHERE ({keys}) NOT IN ({first})"


def table_grain(key: str) -> tuple[str, ...]:
    """The declared key of a table."""
    return table(key).grain


def audit_of(mutation: Mutation, home: Path, folder: Path, only: Collection[str] = ()) -> list[Outcome]:
    """The outcomes of the table's suite on the spoiled rows, with the home's other tables as they are.

    With `only`, of those checks of it: what the others say costs most of the time.
    """
    resource = HomeResource(home=str(home))
    spoiled = {
        key: _spoil(key, sql, resource, folder) for key, sql in {mutation.table: mutation.sql, **mutation.also}.items()
    }
    (whole,) = targets_of([ToAudit(spoiled[mutation.table])])
    asked = tuple(check for check in whole.checks if not only or check.name in only)
    targets = [replace(whole, checks=asked, helpers=_read_by(asked, whole.helpers))]
    staged = [file for files in spoiled.values() for file in files]
    reads = {name for one in targets for name in one.reads}
    kept = {file.target for file in staged}
    gone = [path for key in spoiled for path in resource.lake.files(key) if path not in kept]
    (outcomes,) = run_checks(targets, folder / "neste", beside(resource, staged, reads, per=mutation.per, gone=gone))
    return outcomes


def _read_by(checks: Sequence[Check], helpers: Sequence[Helper]) -> tuple[Helper, ...]:
    """Those of the helpers that the checks read, or that one of these reads."""
    needed = {name for check in checks for name in check.reads}
    for helper in reversed(helpers):  # a helper reads earlier ones alone
        if helper.name in needed:
            needed |= set(helper.reads)
    return tuple(helper for helper in helpers if helper.name in needed)


def _spoil(key: str, sql: str, home: HomeResource, folder: Path) -> tuple[StagedFile, ...]:
    """The spoiled rows as staged files, one for each partition; one that the spoiling emptied is not there."""
    declared = table(key)
    with closing(open_duckdb()) as connection:
        for other in sorted(path.name for path in home.lake.root.iterdir()):
            paths = [str(path) for path in home.lake.files(other)]
            rows = connection.read_parquet(paths, hive_partitioning=False)
            (rows.filter(_SLICE) if other == "observasjon" else rows).create_view(other)
        connection.execute(f"CREATE TABLE spoiled AS {select_declared(declared, f'({sql})')}")
        columns = ", ".join(declared.partition_by) or "'alt'"
        found = {
            tuple(map(str, row)) for row in connection.execute(f"SELECT DISTINCT {columns} FROM spoiled").fetchall()
        }
        files = []
        # A table that may be empty has a file all the same.
        there = {home.lake.partition_of(path) for path in home.lake.files(key)} if declared.empty_ok else set()
        for number, values in enumerate(sorted(found | there)):
            staged = folder / f"{key}-{number}.parquet"
            part = [
                f"CAST({column} AS VARCHAR) = '{value}'"
                for column, value in zip(declared.partition_by, values, strict=False)
            ]
            connection.execute(
                f"COPY (FROM spoiled WHERE {' AND '.join(part) or 'true'}) TO '{staged}' (FORMAT parquet)"
            )
            target = home.lake.target(key, dict(zip(declared.partition_by, values, strict=False)))
            files.append(StagedFile(declared, staged, target, 0))
        return tuple(files)


def failing(outcomes: Sequence[Outcome]) -> set[str]:
    """The names of the checks that failed."""
    return {one.kontroll for one in outcomes if not one.passed}
