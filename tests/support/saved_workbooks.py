"""Ways in which people's programs save Udir's downloads again: as workbooks.

Belongs here: from the rows of a download to a workbook. Does not belong here: texts (`saved_again`), or what is
expected of each (the tests say that).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.support.saved_again import CODES, NUMBER, Rows, is_figure

Change = Callable[[Any, Any], None]  # the workbook and its first sheet


def typed(cell: str, name: str) -> object:
    """The cell as a spreadsheet holds it."""
    if cell == "":
        return None
    if name in CODES and cell.isdecimal():
        return int(cell)
    if is_figure(name) and NUMBER.fullmatch(cell):
        number = float(cell.replace(" ", "").replace(",", "."))
        return int(number) if number.is_integer() else number
    return cell


def workbook(rows: Rows, change: Change | None = None, *, texts: bool = False, above: int = 0) -> bytes:
    """The rows in the first sheet, from row `above` + 1, with whatever else `change` does."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(above):
        sheet.append([])
    for n, row in enumerate(rows):
        sheet.append(list(row) if texts or n == 0 else [typed(*pair) for pair in zip(row, rows[0], strict=True)])
    if change is not None:
        change(book, sheet)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def set_cell(name: str, value: object) -> Change:
    """A change of one cell."""

    def change(book: Any, sheet: Any) -> None:
        sheet[name] = value

    return change


def a_date(name: str) -> Change:
    return set_cell(name, date(2026, 1, 3))


def merge(cells: str) -> Change:
    return lambda book, sheet: sheet.merge_cells(cells)


def second_sheet(rows: Rows, *, first_hidden: bool = False) -> Change:
    """The rows once more in another sheet; the first one may be hidden."""

    def change(book: Any, sheet: Any) -> None:
        other = book.create_sheet("Ny")
        for row in rows:
            other.append(list(row))
        if first_hidden:
            sheet.sheet_state = "hidden"
            book.active = 1

    return change


def hidden(book: Any, sheet: Any) -> None:
    """The only sheet with a download is hidden behind another."""
    book.create_sheet("Notat").append(["Til møtet"])
    sheet.sheet_state = "hidden"
    book.active = 1


def notes(book: Any, sheet: Any) -> None:
    """A sheet about the figures, before them."""
    book.create_sheet("Om tallene", 0).append(["Kilde: Udir"])


def patched(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def with_dimension(content: bytes, ref: str) -> bytes:
    """A sheet that says it is smaller than it is."""
    return patched(
        content, SHEET, lambda xml: re.sub(rb'<dimension ref="[^"]*"', f'<dimension ref="{ref}"'.encode(), xml)
    )


def with_stored_value(content: bytes, value: str) -> bytes:
    """Formulas with the value that a spreadsheet stores when it calculates."""
    return patched(content, SHEET, lambda xml: re.sub(rb"</f><v\s*/>|</f><v></v>", f"</f><v>{value}</v>".encode(), xml))


def strict(content: bytes) -> bytes:
    """A workbook in the strict kind of Open XML."""
    old, new = (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    content = patched(content, "xl/workbook.xml", lambda xml: xml.replace(old, new))
    return patched(content, SHEET, lambda xml: xml.replace(old, new))


def a_zip(**files: bytes) -> bytes:
    """A zip with files in it; `__` stands for a slash in their names and `_0` for a point."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, data in files.items():
            new.writestr(name.replace("__", "/").replace("_0", "."), data)
    return out.getvalue()
