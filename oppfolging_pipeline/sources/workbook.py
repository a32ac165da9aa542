"""The cells of a workbook's sheets, row by row, as texts.

Belongs here: reading sheets whole, whatever the workbook says of their size, and what a cell holds that is no value.
Does not belong here: which sheet is a download, or what its columns mean (`wide_xlsx`, `wide`).
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from oppfolging_pipeline.sources.container import DAMAGED
from oppfolging_pipeline.sources.figures import number_text
from oppfolging_pipeline.sources.wide_rows import column_name

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

# What a damaged or encrypted zip, a part that is missing or cut off, or another zip file makes the reader raise.
UNREADABLE = (*DAMAGED, ParseError, TypeError, AttributeError)
_VISIBLE = "visible"
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([^\"]+)\"")

Row = list[object]


@dataclass(frozen=True)
class Sheet:
    """A sheet. `rows`: the rows that have any content, by their numbers, without what is empty at their ends; `merged`:
    the ranges that are one cell to look at; `uncalculated`: the cells with a formula of which no value is stored."""

    title: str
    state: str
    rows: list[tuple[int, Row]]
    merged: tuple[str, ...] = ()
    uncalculated: tuple[str, ...] = ()

    @property
    def is_hidden(self) -> bool:
        return self.state != _VISIBLE


def sheets_of(content: bytes) -> list[Sheet]:
    """Every sheet of cells, whole. A formula counts as the value that is stored with it, which is what a person sees.

    Raises one of `UNREADABLE` for a workbook that is damaged. What the library warns of (styles and extensions that it
    does not know) says nothing of figures and is not shown.
    """
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sheets = [_sheet(sheet, archive.read(sheet._worksheet_path)) for sheet in workbook.worksheets]
        with_formulas = {sheet.title for sheet, formulas in sheets if formulas}
        if not with_formulas:
            return [sheet for sheet, _ in sheets]
        formulas = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        return [
            _with_uncalculated(sheet, formulas[sheet.title]) if sheet.title in with_formulas else sheet
            for sheet, _ in sheets
        ]


def _sheet(sheet: ReadOnlyWorksheet, xml: bytes) -> tuple[Sheet, bool]:
    """The sheet, and whether any cell of it has a formula."""
    merged = tuple(found.decode() for found in _MERGED.findall(xml))
    return Sheet(sheet.title, sheet.sheet_state, _rows(sheet), merged), _FORMULA.search(xml) is not None


def _rows(sheet: ReadOnlyWorksheet) -> list[tuple[int, Row]]:
    # The size that a sheet says it has is what a program once wrote, and may be too small.
    sheet.reset_dimensions()
    rows = ((number, trimmed(row)) for number, row in enumerate(sheet.iter_rows(values_only=True), start=1))
    return [(number, row) for number, row in rows if row]


def _with_uncalculated(sheet: Sheet, formulas: ReadOnlyWorksheet) -> Sheet:
    formulas.reset_dimensions()
    values = dict(sheet.rows)
    found = []
    for number, row in enumerate(formulas.iter_rows(), start=1):
        of_row = values.get(number, [])
        for position, cell in enumerate(row):
            if getattr(cell, "data_type", "") == "f" and (position >= len(of_row) or of_row[position] is None):
                found.append(f"{column_name(position)}{number}")
    return Sheet(sheet.title, sheet.state, sheet.rows, sheet.merged, tuple(found))


def trimmed(row: Iterable[object]) -> Row:
    """The cells without what is empty at the end."""
    cells = list(row)
    while cells and (cells[-1] is None or cells[-1] == ""):
        cells.pop()
    return cells


def cell_text(cell: object) -> str:
    """What a cell holds, as the csv download would have it. A date or a truth value is no figure, and its text tells
    so."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return number_text(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(*(" ",) if isinstance(cell, datetime) else ())
    if isinstance(cell, timedelta):
        return f"{cell} (a time)"
    return str(cell)
