"""The bytes of saved flat rows: JSON or csv, read by DuckDB into a table of texts.

Belongs here: from a file to rows of text, and refusing one that is cut off. Does not belong here: what the fields mean
(`flat`).
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.files import COMPRESSED, open_content
from oppfolging_pipeline.sources.figures import number_text
from oppfolging_pipeline.sources.flat_json import where_json_breaks

if TYPE_CHECKING:
    import duckdb

SAVE_AGAIN = "Save the answer of the export API again, whole and with every field, and put it in the inbox."
# How every row of an answer tells its page, the rows of a page and the rows of the whole answer.
PAGE_FIELDS = ("Sidenummer", "RaderSide", "RaderTotalt")
LARGEST_ROW = 1 << 20  # bytes
_TAIL = 4096
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Asked:
    """Which rows are kept: a condition in SQL over the names of the table, and its parameters."""

    where: str
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class FlatFormat:
    """How the file is written: `json`, or `csv` with its delimiter and the lines `above` its heading (a `sep=` line).
    `fields` are the file's own, in order."""

    kind: str
    fields: tuple[str, ...]
    delimiter: str = ";"
    above: int = 0


def load(
    path: Path,
    file: str,
    form: FlatFormat,
    fields: Mapping[str, str | None],
    numbers: Collection[str],
    asked: Asked,
    connection: duckdb.DuckDBPyConnection,
) -> int:
    """Fill the temporary table `flate` with the rows that `asked` keeps: `rad` and the fields, every one as text.

    `fields` are the names in the table and what the file calls each (None: it has no such field); `numbers` are those
    names whose values in JSON may be text or numbers: they keep the mark of which (see `text_of`). The file is read as
    a stream, so that only the rows that are kept take memory. A few more rows stay beside them: the last one, and the
    first of each page. Returns the number of rows of the file. Raises `InvalidInput` for a file that is cut off, has a
    row of another shape, or has no row.
    """
    import duckdb

    _refuse_cut_off(path, file, form)
    pages = tuple(name for name in PAGE_FIELDS if name in form.fields)
    paged = len(pages) == len(PAGE_FIELDS)
    own: dict[str, str | None] = {**fields, **({name: name for name in pages} if paged else {})}
    columns = ", ".join(
        f"{quoted(theirs) if theirs else 'NULL::VARCHAR'} AS {quoted(name)}" for name, theirs in own.items()
    )
    try:
        connection.register("flate_kilde", _source(path, form, own, numbers, connection))
        new_page = "".join(f" OR lag({name}) OVER () IS DISTINCT FROM {name}" for name in pages if paged)
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE flate AS SELECT * EXCLUDE (merke) FROM ("  # noqa: S608 (fields are quoted)
            f"SELECT CAST(row_number() OVER () + {_heading_rows(form)} AS INTEGER) AS rad, *, "
            f"lead(1) OVER () IS NULL{new_page} AS merke "
            f"FROM (SELECT {columns} FROM flate_kilde)) WHERE merke OR ({asked.where})",
            dict(asked.parameters),
        )
    except duckdb.Error as error:
        raise _unreadable(path, file, form, str(error)) from error
    finally:
        connection.unregister("flate_kilde")
    counted = connection.execute("SELECT max(rad) FROM flate").fetchone()
    rows = counted[0] - _heading_rows(form) if counted and counted[0] else 0
    if not rows:
        raise _refused(file, None, "no row", "flat rows")
    return rows


def _heading_rows(form: FlatFormat) -> int:
    return 0 if form.kind == "json" else form.above + 1


def _source(
    path: Path,
    form: FlatFormat,
    own: Mapping[str, str | None],
    numbers: Collection[str],
    connection: duckdb.DuckDBPyConnection,
) -> duckdb.DuckDBPyRelation:
    compression: Literal["gzip"] | None = "gzip" if path.suffix == COMPRESSED else None
    if form.kind == "json":
        return connection.read_json(
            str(path),
            columns={theirs: "JSON" if name in numbers else "VARCHAR" for name, theirs in own.items() if theirs},
            format="array",
            records="true",  # told, or DuckDB reads up to 20 000 rows to find out, each time the relation is used
            maximum_object_size=LARGEST_ROW,
            compression=compression,
        )
    return connection.read_csv(
        str(path),
        delimiter=form.delimiter,
        quotechar='"',
        escapechar='"',
        encoding="utf-8",
        skiprows=form.above,
        header=True,
        auto_detect=False,
        columns=dict.fromkeys(form.fields, "VARCHAR"),
        strict_mode=True,
        null_padding=False,
        compression=compression,
    )


def refuse_too_few(rows: int, file: str, form: FlatFormat, connection: duckdb.DuckDBPyConnection) -> None:
    """Raise `InvalidInput` for a loaded file that has fewer rows than it says it has.

    An answer that fits in its first page must have all of its rows: a file can be cut off between two of them. Files of
    one page among several, or of several answers, cannot be told by themselves.
    """
    if not set(PAGE_FIELDS) <= set(form.fields):
        return
    page, of_page, total = PAGE_FIELDS
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
    try:
        tail = _tail(path)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _refused(file, None, f"a compressed content that is damaged ({error})", "one that is whole") from error
    if form.kind == "json" and not tail.rstrip().endswith(b"]"):
        raise _refused(file, None, "JSON that ends before its list does", "a ] at the end (a cut-off file lacks it)")
    if form.kind == "csv" and not tail.endswith((b"\n", b"\r")):
        raise _refused(file, None, "an end in the middle of a line", "a line end (a cut-off file lacks it)")


def _tail(path: Path) -> bytes:
    """The last bytes. A compressed content is read through, which also proves it against its own checksum."""
    with open_content(path) as handle:
        if path.suffix != COMPRESSED:
            handle.seek(max(0, path.stat().st_size - _TAIL))
            return handle.read()
        tail = b""
        while chunk := handle.read(_CHUNK):
            tail = (tail + chunk)[-_TAIL:]
        return tail


def _unreadable(path: Path, file: str, form: FlatFormat, reason: str) -> InvalidInput:
    if form.kind == "json":
        with open_content(path) as handle:
            broken = where_json_breaks(handle)
        if broken is not None:
            return _refused(file, broken.row, broken.found, broken.expected)
    line = re.search(r"CSV Error on Line: (\d+)", reason)
    after = reason.partition("Original Line:")[2].splitlines()[1:]
    text = next((line.strip() for line in after if line.strip()), reason.splitlines()[0].replace(str(path), file))
    return _refused(file, int(line[1]) if line else None, f"a row that cannot be read ({text})", "whole flat rows")


def _refused(file: str, row: int | None, found: str, expected: str) -> InvalidInput:
    return InvalidInput([Finding(file=file, row=row, found=found, expected=expected, action=SAVE_AGAIN)])
