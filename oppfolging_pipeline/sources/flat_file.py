"""The bytes of saved flat rows: JSON or csv, read by DuckDB into a table of texts.

Belongs here: from a file to rows of text, and refusing one that is cut off. Does not belong here: what the fields mean
(`flat`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.sources.figures import number_text

if TYPE_CHECKING:
    import duckdb

SAVE_AGAIN = "Save the answer of the export API again, whole and with every field, and put it in the inbox."
# How every row of an answer tells its page, the rows of a page and the rows of the whole answer.
_PAGE_FIELDS = ("Sidenummer", "RaderSide", "RaderTotalt")
_LARGEST_ROW = 1 << 20
_TAIL = 4096


@dataclass(frozen=True)
class FlatFormat:
    """How the file is written, in UTF-8: `json`, or `csv` with its delimiter. `fields` are the file's own, in order."""

    kind: str
    fields: tuple[str, ...]
    delimiter: str = ";"


def load(
    path: Path,
    file: str,
    form: FlatFormat,
    fields: Collection[str],
    numbers: Collection[str],
    connection: duckdb.DuckDBPyConnection,
) -> int:
    """Fill the temporary table `flate`: `rad` and the fields, every one as text. Returns the number of rows.

    `numbers` are the fields whose values in JSON may be text or numbers: these keep the mark of which (see `text_of`).
    Raises `InvalidInput` for a file that is cut off, has a row of another shape, or has no row.
    """
    import duckdb

    _refuse_cut_off(path, file, form)
    paged = all(name in form.fields for name in _PAGE_FIELDS)
    fields = (*fields, *_PAGE_FIELDS) if paged else tuple(fields)
    try:
        if form.kind == "json":
            columns = {name: "JSON" if name in numbers else "VARCHAR" for name in fields}
            source = connection.read_json(str(path), columns=columns, format="array", maximum_object_size=_LARGEST_ROW)
        else:
            source = connection.read_csv(
                str(path),
                delimiter=form.delimiter,
                quotechar='"',
                escapechar='"',
                encoding="utf-8",
                header=True,
                auto_detect=False,
                columns=dict.fromkeys(form.fields, "VARCHAR"),
                strict_mode=True,
                null_padding=False,
            )
        connection.register("flate_kilde", source)
        heading_rows = 0 if form.kind == "json" else 1
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE flate AS "  # noqa: S608 (the fields are quoted)
            f"SELECT CAST(row_number() OVER () + {heading_rows} AS INTEGER) AS rad, {', '.join(map(quoted, fields))} "
            "FROM flate_kilde"
        )
        connection.unregister("flate_kilde")
    except duckdb.Error as error:
        raise _unreadable(path, file, form, str(error)) from error
    counted = connection.execute("SELECT count(*) FROM flate").fetchone()
    rows = int(counted[0]) if counted else 0
    if not rows:
        raise _refused(file, None, "no row", "flat rows")
    if paged:
        _refuse_too_few(rows, file, connection)
    return rows


def _refuse_too_few(rows: int, file: str, connection: duckdb.DuckDBPyConnection) -> None:
    """An answer that fits in its first page must have all of the rows that it says it has: a file can be cut off
    between two rows. Files of one page among several, or of several answers, cannot be told by themselves."""
    page, of_page, total = _PAGE_FIELDS
    pages = connection.execute(
        f"SELECT DISTINCT TRY_CAST({page} AS INTEGER), TRY_CAST({of_page} AS INTEGER), TRY_CAST({total} AS INTEGER) "  # noqa: S608
        "FROM flate LIMIT 2"
    ).fetchall()
    if len(pages) != 1 or None in pages[0]:
        return
    number, most, whole = pages[0]
    if number == 1 and rows < whole <= most:
        raise _refused(file, None, f"{rows} rows", f"{whole}, as {total} says (a cut-off file has fewer)")


def quoted(name: str) -> str:
    """The field as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text_of(raw: str, form: FlatFormat) -> str:
    """What stands in a field of `numbers`, as a download writes it: JSON's number 4.2 and its text "4,2" are `4,2`."""
    if form.kind != "json" or not raw:
        return raw
    value = json.loads(raw, parse_float=Decimal, parse_int=Decimal)
    if isinstance(value, Decimal):
        return number_text(value)
    if value is None:
        return ""
    return value if isinstance(value, str) else raw


def _refuse_cut_off(path: Path, file: str, form: FlatFormat) -> None:
    """DuckDB reads a list that ends between two rows without a word, and so the last line of a csv."""
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - _TAIL))
        tail = handle.read()
    if form.kind == "json" and not tail.rstrip().endswith(b"]"):
        raise _refused(file, None, "JSON that ends before its list does", "a ] at the end (a cut-off file lacks it)")
    if form.kind == "csv" and not tail.endswith((b"\n", b"\r")):
        raise _refused(file, None, "an end in the middle of a line", "a line end (a cut-off file lacks it)")


def _unreadable(path: Path, file: str, form: FlatFormat, reason: str) -> InvalidInput:
    if form.kind == "json":
        try:
            json.loads(path.read_bytes())
        except json.JSONDecodeError as error:
            found = f"JSON that breaks off at position {error.colno} ({error.msg})"
            return _refused(file, error.lineno, found, "JSON to the end")
        except UnicodeDecodeError as error:
            return _refused(file, None, f"bytes that are no UTF-8 at position {error.start}", "UTF-8")
    line = re.search(r"CSV Error on Line: (\d+)", reason)
    after = reason.partition("Original Line:")[2].splitlines()[1:]
    text = next((line.strip() for line in after if line.strip()), reason.splitlines()[0].replace(str(path), file))
    return _refused(file, int(line[1]) if line else None, f"a row that cannot be read ({text})", "whole flat rows")


def _refused(file: str, row: int | None, found: str, expected: str) -> InvalidInput:
    return InvalidInput([Finding(file=file, row=row, found=found, expected=expected, action=SAVE_AGAIN)])
