"""The bytes of Udir's Excel download: codes stored as numbers in places, figures as numbers, `*` as text.

Belongs here: from a workbook to rows of the text that the csv download would have. Does not belong here: what the
columns mean (`wide`).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from xml.etree.ElementTree import ParseError

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.sources.figures import number_text
from oppfolging_pipeline.sources.parsed import UNIT_COLUMNS
from oppfolging_pipeline.sources.wide_heading import OTHER_REPORT

HEADING_ROW = 1
_AGAIN = "Download the report again from Udir and put the file in the inbox as it came."
# Digits of a code by its column: a spreadsheet drops leading zeros (`301` is Oslo, 0301). An organisasjonsnummer has
# none, so that a short one is a fault.
_CODE_DIGITS = {"Fylkekode": 2, "Kommunekode": 4}
# What a damaged or encrypted zip, a part that is missing or cut off, or another zip file makes the reader raise.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    EOFError,
    OSError,
    RuntimeError,
)

Row = list[object]


def looks_like_xlsx(head: bytes) -> bool:
    """Whether the first bytes are those of a zip file."""
    return head.startswith(b"PK\x03\x04")


def read_wide_xlsx(content: bytes, file: str) -> list[list[str]]:
    """Rows of text with the heading first, from the sheet whose heading has most of a wide download's first headings.

    Raises `InvalidInput` for a damaged workbook, one without such a sheet, or a sheet without rows below the heading.
    """
    import openpyxl

    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {
            sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in workbook.worksheets
        }
    except _DAMAGED as error:
        raise _refused(file, f"a workbook that cannot be read ({error})", "a whole xlsx file") from error
    rows = max(sheets.values(), key=_known_headings, default=[])
    if not _known_headings(rows):
        first = {title: [str(cell) for cell in rows[0][:3]] if rows else [] for title, rows in sheets.items()}
        expected = f"a sheet whose heading begins with {', '.join(UNIT_COLUMNS[:5])}"
        raise _refused(file, f"sheets that begin with {first}", expected)
    # Empty rows and cells at the end are no content; one in the middle is a fault of its row.
    rows = [_trimmed(row) for row in rows]
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) < 2:
        raise _refused(file, "no row below the heading", "a national row at least")
    width = len(rows[0])
    return [_texts(rows[0]), *(_with_codes(_texts([*row, *[None] * (width - len(row))])) for row in rows[1:])]


def _known_headings(rows: Sequence[Row]) -> int:
    """How many of the first headings a sheet has. The other known report counts too: its refusal says what it is."""
    heading = _texts(rows[0][: len(UNIT_COLUMNS)]) if rows else []
    return sum(cell.strip(" ") in (*UNIT_COLUMNS, OTHER_REPORT) for cell in heading)


def _trimmed(row: Row) -> Row:
    length = max((position for position, cell in enumerate(row, start=1) if cell is not None), default=0)
    return row[:length]


def _texts(row: Sequence[object]) -> list[str]:
    return [_cell_text(cell) for cell in row]


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return number_text(cell)
    return str(cell)


def _with_codes(cells: list[str]) -> list[str]:
    for position, name in enumerate(UNIT_COLUMNS[: len(cells)]):
        if name in _CODE_DIGITS and cells[position]:
            cells[position] = cells[position].zfill(_CODE_DIGITS[name])
    return cells


def _refused(file: str, found: str, expected: str) -> InvalidInput:
    return InvalidInput([Finding(file=file, row=HEADING_ROW, found=found, expected=expected, action=_AGAIN)])
