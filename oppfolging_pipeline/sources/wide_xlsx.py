"""The bytes of Udir's Excel download: codes stored as numbers in places, figures as numbers, `*` as text.

Belongs here: from a workbook to rows of the text that the csv download would have. Does not belong here: what the
columns mean (`wide`).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.sources.parsed import UNIT_COLUMNS
from oppfolging_pipeline.sources.wide import decimal_text

HEADING_ROW = 1
_AGAIN = "Download the report again from Udir and put the file in the inbox as it came."
# Digits of a code by its column: a spreadsheet drops leading zeros (`301` is Oslo, 0301).
_CODE_DIGITS = {"Fylkekode": 2, "Kommunekode": 4}
_ORGNR_DIGITS = 9


def looks_like_xlsx(head: bytes) -> bool:
    """Whether the first bytes are those of a zip file."""
    return head.startswith(b"PK\x03\x04")


def read_wide_xlsx(content: bytes, file: str) -> list[list[str]]:
    """Rows of text with the heading first, from the sheet whose heading is a wide download's.

    Raises `InvalidInput` for a damaged workbook, or one without such a sheet.
    """
    import openpyxl

    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in workbook.worksheets}
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as error:
        raise InvalidInput(
            [Finding(file=file, found=f"a workbook that cannot be read ({error})", expected="an xlsx file", action=_AGAIN)]
        ) from error
    for rows in sheets.values():
        if rows and rows[0][: len(UNIT_COLUMNS)] == list(UNIT_COLUMNS):
            filled = [row for row in rows if any(cell is not None for cell in row)]
            if len(filled) < 2:
                break
            width = len(filled[0])
            # A sheet that does not state its extent gives rows that end at their last cell.
            padded = [[*row, *[None] * (width - len(row))] for row in filled[1:]]
            return [[str(cell or "") for cell in filled[0]], *(_as_text(row) for row in padded)]
    headings = {title: [str(cell) for cell in rows[0][:3]] if rows else [] for title, rows in sheets.items()}
    raise InvalidInput(
        [
            Finding(
                file=file,
                row=HEADING_ROW,
                found=f"sheets that begin with {headings}",
                expected=f"a sheet with rows whose heading begins with {', '.join(UNIT_COLUMNS[:5])}",
                action=_AGAIN,
            )
        ]
    )


def _as_text(row: Sequence[object]) -> list[str]:
    cells = [_cell_text(cell) for cell in row]
    for position, name in enumerate(UNIT_COLUMNS):
        if name in _CODE_DIGITS and cells[position]:
            cells[position] = cells[position].zfill(_CODE_DIGITS[name])
        if name == "Organisasjonsnummer" and cells[0] == "4":
            cells[position] = cells[position].zfill(_ORGNR_DIGITS)
    return cells


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return decimal_text(cell)
    return str(cell)
