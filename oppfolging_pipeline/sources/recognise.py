"""What a file is, told by its content and never by its name.

Belongs here: recognising and reading one archived file. Does not belong here: where files come from (`inbox`), or
putting them together (`staging`).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources import klass_files
from oppfolging_pipeline.sources.flat import FlatFormat, parse_flat
from oppfolging_pipeline.sources.parsed import UNIT_COLUMNS, ParsedFile
from oppfolging_pipeline.sources.wide import parse_wide
from oppfolging_pipeline.sources.wide_csv import HEADING_ROW as CSV_HEADING_ROW
from oppfolging_pipeline.sources.wide_csv import looks_like_wide_csv, read_wide_csv
from oppfolging_pipeline.sources.wide_xlsx import HEADING_ROW as XLSX_HEADING_ROW
from oppfolging_pipeline.sources.wide_xlsx import looks_like_xlsx, read_wide_xlsx

if TYPE_CHECKING:
    import duckdb

_HEAD = 1 << 16
_EXPECTED = (
    "Udir's csv download (UTF-16 with a sep= line), its xlsx download, flat rows of the export API (JSON or csv), "
    "or a KLASS file"
)
_AGAIN = "Take the file out of the inbox, or download it again as it is."


def read_file(path: Path, file: str, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> ParsedFile | klass_files.KlassFile:
    """Read one archived file. `file` is the name to use in errors. Raises `InvalidInput` with all of its faults."""
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    if not head:
        raise InvalidInput([Finding(file=file, found="an empty file", expected=_EXPECTED, action=_AGAIN)])
    if looks_like_xlsx(head):
        return parse_wide(read_wide_xlsx(path.read_bytes(), file), XLSX_HEADING_ROW, file, "udir_xlsx", catalog)
    if looks_like_wide_csv(head):
        rows = read_wide_csv(path.read_bytes(), file)
        _refuse_other_report(rows[0], file)
        return parse_wide(rows, CSV_HEADING_ROW, file, "udir_csv", catalog)
    if klass_files.recognise(head) is not None:
        return klass_files.parse(path.read_bytes(), file)
    form, fields = _flat_format(head, file)
    return parse_flat(path, file, form, fields, connection, catalog)


def _refuse_other_report(heading: list[str], file: str) -> None:
    """The other report that has been seen in the same clothes: Elevundersøkelsen with geography in its headings."""
    if heading and heading[0] == "IndikatorNivaa":
        raise InvalidInput(
            [
                Finding(
                    file=file,
                    row=CSV_HEADING_ROW,
                    column=heading[0],
                    found="a download of Elevundersøkelsen with the units in the headings",
                    expected=f"a heading that begins with {', '.join(UNIT_COLUMNS[:5])}",
                    action="Use the flat rows of the export API for Elevundersøkelsen, saved as JSON or csv.",
                )
            ]
        )


def _flat_format(head: bytes, file: str) -> tuple[FlatFormat, tuple[str, ...]]:
    """How flat rows are written and which fields they have. Raises `InvalidInput` when the file is nothing known."""

    def unknown(found: str, row: int | None = None) -> InvalidInput:
        return InvalidInput([Finding(file=file, row=row, found=found, expected=_EXPECTED, action=_AGAIN)])

    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < _HEAD:
            raise unknown(f"bytes that are neither UTF-8 nor UTF-16 at position {error.start}") from error
        text = head[: error.start].decode("utf-8-sig")
    if text.lstrip()[:1] in ("[", "{"):
        return FlatFormat("json"), _json_fields(text.lstrip(), unknown)
    if text.startswith("sep="):
        raise unknown("a csv download saved again in UTF-8", 1)
    first = text.splitlines()[0]
    for delimiter in (";", "\t", ","):
        fields = next(csv.reader(io.StringIO(first), delimiter=delimiter))
        if "Skoleaarnavn" in fields:
            return FlatFormat("csv", delimiter, "utf-8"), tuple(fields)
    raise unknown(f"a text that begins with '{first[:80]}'", 1)


def _json_fields(text: str, unknown: Callable[..., InvalidInput]) -> tuple[str, ...]:
    match = re.match(r"\[\s*(?=\{)", text)
    if match is None:
        error = re.search(r'"melding"\s*:\s*"([^"]*)"', text)
        raise unknown(f"an error answer of Udir's: {error[1]}" if error else f"JSON that begins with {text[:80]!r}")
    try:
        first, _ = json.JSONDecoder().raw_decode(text, match.end())
    except json.JSONDecodeError as error:
        raise unknown(f"JSON that breaks off at row {error.lineno}, position {error.colno}") from error
    return tuple(first)
