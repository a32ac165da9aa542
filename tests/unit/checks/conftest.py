"""A small declared table with one of everything that checks are derived from.

Belongs here: the declaration, valid rows of it, Parquet files of them, and small checks. Does not belong here:
expectations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from great_expectations.datasource.fluent.interfaces import Batch

from checks.catalogue import Target, view_name
from checks.suite import ROWS, Check, Helper, derived_checks, merge, over_table
from oppfolging_pipeline.tables.model import Column, Table
from tests.support.declared import write_parquet

TABLE = Table.model_validate(
    {
        "key": "prove",
        "name": "prove",
        "schema": "lager",
        "text": "En prøvetabell.",
        "grain": ["kommunenr", "skoleaar"],
        "columns": [
            {"name": "kommunenr", "type": "VARCHAR", "pattern": r"\d{4}", "text": "Nummer."},
            {"name": "skoleaar", "type": "VARCHAR", "text": "Skoleår."},
            {"name": "verdi", "type": "DECIMAL(9,3)", "nullable": True, "min": 0, "max": 100, "text": "Verdi."},
            {"name": "verdistatus", "type": "VARCHAR", "values": ["vist", "skjermet"], "text": "Status."},
            {"name": "risikopoeng", "type": "INTEGER", "nullable": True, "min": 0, "text": "Poeng."},
            {"name": "mulige_risikopoeng", "type": "INTEGER", "min": 0, "text": "Mulige."},
        ],
    }
)
Row = dict[str, object]


def shown(kommunenr: str = "6101", **changed: object) -> Row:
    """A valid row with a figure, and what a test changes in it. 47.5 and 2 are figures that no outcome may name."""
    row = {
        "kommunenr": kommunenr,
        "skoleaar": "2024-25",
        "verdi": "47.5",
        "verdistatus": "vist",
        "risikopoeng": 2,
        "mulige_risikopoeng": 3,
    }
    return {**row, **changed}


def hidden(kommunenr: str = "6102", **changed: object) -> Row:
    """A valid row of a shielded figure."""
    nothing = {"verdi": None, "verdistatus": "skjermet", "risikopoeng": None, "mulige_risikopoeng": 0}
    return {**shown(kommunenr), **nothing, **changed}


def target(
    folder: Path,
    rows: Sequence[Mapping[str, object]],
    *,
    number: int = 0,
    columns: Sequence[Column] = TABLE.columns,
    extra: Sequence[Check] = (),
    table: Table = TABLE,
) -> Target:
    """The rows written with `columns` (the declared ones unless the test spoils them), to be checked as `table`."""
    file = write_parquet(folder / f"{number}.parquet", columns, rows)
    view = view_name(number)
    return Target(table, (file,), view, tuple(merge(derived_checks(table, view), extra)))


def one(folder: Path, *checks: Check, helpers: tuple[Helper, ...] = ()) -> Target:
    """Two valid rows, to be checked by those checks alone."""
    return replace(target(folder, [shown(), hidden()]), checks=checks, helpers=helpers)


def query(name: str, sql: str, *reads: str) -> Check:
    return Check(name, ROWS, "Se tabellen.", {"unexpected_rows_query": over_table(sql)}, reads=reads)


@pytest.fixture
def seen(monkeypatch) -> list[Any]:
    """What Great Expectations gave back at each validation."""
    given: list[Any] = []
    real: Callable[..., Any] = Batch.validate

    def validate(self: Batch, *args: Any, **kwargs: Any) -> Any:
        given.append(real(self, *args, **kwargs))
        return given[-1]

    monkeypatch.setattr(Batch, "validate", validate)
    return given
