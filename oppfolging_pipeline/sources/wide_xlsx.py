"""A workbook of Udir's Excel download: codes stored as numbers in places, figures as numbers, `*` as text.

Belongs here: which sheet is the download, and what of it is no content of a download's. Does not belong here: cells
(`workbook`), files that are no workbook (`container`), or what the columns mean (`wide`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.sources.container import zip_kind
from oppfolging_pipeline.sources.figures import SPACES
from oppfolging_pipeline.sources.parsed import CODE_DIGITS, UNIT_COLUMNS
from oppfolging_pipeline.sources.text_file import LINES_LOOKED_AT
from oppfolging_pipeline.sources.wide_rows import WideRows, is_wide_heading, table_of
from oppfolging_pipeline.sources.workbook import UNREADABLE, Row, Sheet, cell_text, sheets_of

_AGAIN = "Download the report again from Udir and put the file in the inbox as it came."
_ONE_SHEET = "Keep one sheet, the one to read, visible in the workbook, and put the others in files of their own."
_CALCULATE = "Open the workbook and save it, so that it is calculated, or put values in place of the formulas."
_NAMED = 3  # cells and ranges that a finding names
_LETTERS = re.compile(r"[A-Z]+")


def read_wide_xlsx(content: bytes, file: str) -> WideRows:
    """The table of the one sheet that is a download.

    Raises `InvalidInput` for a zip that is no workbook, a damaged one, one without such a sheet, with several of them
    or with a hidden one, with formulas that were never calculated or cells that are merged within the table, or
    without rows below the heading.
    """
    if (other := zip_kind(content, file)) is not None:
        raise InvalidInput([other])
    try:
        sheets = sheets_of(content)
    except UNREADABLE as error:
        raise _refused(file, f"a workbook that cannot be read ({error})", "a whole xlsx file") from error
    sheet, at = _download(sheets, file)
    heading = [cell_text(cell) for cell in sheet.rows[at][1]]
    grid = [(number, _texts(row, heading)) for number, row in sheet.rows]
    table = table_of(grid, at, file, padded=True)
    if len(table.rows) < 2:
        raise _refused(file, "no row below the heading", "a national row at least", row=table.heading_row)
    table.faults.extend(_of_cells(sheet, table, file))
    return table


def _download(sheets: Sequence[Sheet], file: str) -> tuple[Sheet, int]:
    """The sheet and which of its rows is the heading."""
    found = [(sheet, at) for sheet in sheets if (at := _heading_of(sheet)) is not None]
    if not found:
        first = {sheet.title: [str(cell) for cell in sheet.rows[0][1][:3]] if sheet.rows else [] for sheet in sheets}
        expected = f"a sheet whose heading begins with {', '.join(UNIT_COLUMNS[:5])}"
        raise _refused(file, f"sheets that begin with {first}", expected)
    if len(found) > 1 or found[0][0].is_hidden:
        named = ", ".join(f"'{sheet.title}' ({'hidden' if sheet.is_hidden else 'visible'})" for sheet, _ in found)
        what = f"{len(found)} sheets that each are a download" if len(found) > 1 else "a download in a hidden sheet"
        raise _refused(file, f"{what}: {named}", "one, which a person sees", _ONE_SHEET)
    return found[0]


def _heading_of(sheet: Sheet) -> int | None:
    return next((at for at, (_, row) in enumerate(sheet.rows[:LINES_LOOKED_AT]) if is_wide_heading(row)), None)


def _texts(row: Row, heading: Sequence[str]) -> list[str]:
    """The cells as texts; a code that is stored as a number has its leading zeros again."""
    texts = [cell_text(cell) for cell in row]
    for position, (cell, name) in enumerate(zip(row, heading[: len(UNIT_COLUMNS)], strict=False)):
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            texts[position] = texts[position].zfill(CODE_DIGITS.get(name.strip(SPACES), 0))
    return texts


def _of_cells(sheet: Sheet, table: WideRows, file: str) -> list[Finding]:
    """What a person sees in the sheet and a reader of cells does not, or the other way about."""
    faults = []
    if sheet.uncalculated:
        found = f"formulas of which no value is stored, in {_listed(sheet.uncalculated)}"
        faults.append(Finding(found, "a value in each cell", _CALCULATE, file=file, row=_row_of(sheet.uncalculated[0])))
    merged = [
        one
        for one in sheet.merged
        if _row_of(one) <= table.numbers[-1] and _row_of(one.split(":")[-1]) >= table.heading_row
    ]
    if merged:
        found = f"merged cells, {_listed(merged)}"
        faults.append(Finding(found, "a value in each cell of its own", _AGAIN, file=file, row=_row_of(merged[0])))
    return faults


def _listed(cells: Sequence[str]) -> str:
    return ", ".join(cells[:_NAMED]) + (f" and {len(cells) - _NAMED} more" if len(cells) > _NAMED else "")


def _row_of(cell: str) -> int:
    digits = _LETTERS.sub("", cell.split(":")[0].replace("$", ""))
    return int(digits) if digits.isdecimal() else 1


def _refused(file: str, found: str, expected: str, action: str = _AGAIN, row: int | None = None) -> InvalidInput:
    return InvalidInput([Finding(file=file, row=row, found=found, expected=expected, action=action)])
