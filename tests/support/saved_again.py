"""Ways in which people's programs save Udir's downloads again: as texts, with cells that they have changed.

Belongs here: from the rows of a download to the bytes that a program leaves. Does not belong here: workbooks
(`saved_workbooks`), what is expected of each (the tests say that), or anything of the readers that are tested.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence

Rows = list[list[str]]
Cell = Callable[[str, str], str]  # a cell's text and its heading → what the program writes
NUMBER = re.compile(r"\d[\d ]*(,\d+)?")
CODES = ("EnhetNivaa", "Fylkekode", "Kommunekode", "Organisasjonsnummer")


def text(
    rows: Rows,
    *,
    separator: str = ";",
    encoding: str = "utf-8",
    mark: bytes = b"",
    end: str = "\r\n",
    sep_line: bool = False,
    quoting: int = csv.QUOTE_MINIMAL,
    last: str = "",
) -> bytes:
    """The rows as a csv."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows(rows)
    begins = f"sep={separator}{end}" if sep_line else ""
    return mark + (begins + out.getvalue() + last).encode(encoding)


def unquoted(rows: Rows, separator: str, *, end: str = "\n") -> bytes:
    """The rows joined, whatever stands in them."""
    return "".join(separator.join(row) + end for row in rows).encode()


def changed(rows: Rows, *how: Cell) -> Rows:
    """The rows below the heading with every cell changed, one way after the other."""
    head, below = rows[0], []
    for row in rows[1:]:
        new = []
        for cell, name in zip(row, head, strict=True):
            for one in how:
                cell = one(cell, name)
            new.append(cell)
        below.append(new)
    return [head, *below]


def is_figure(name: str) -> bool:
    """Whether a heading is of a figure or a number of pupils."""
    return name[:4].isdecimal()


def figures(change: Callable[[str], str]) -> Cell:
    """The change of cells with a number in columns of figures."""
    return lambda cell, name: change(cell) if is_figure(name) and NUMBER.fullmatch(cell) else cell


def thousands(space: str) -> Cell:
    """Another sign between thousands, or none."""
    return figures(lambda cell: cell.replace(" ", space))


def decimals(sign: str) -> Cell:
    """Another sign before decimals."""
    return figures(lambda cell: cell.replace(",", sign))


def as_float(cell: str, name: str) -> str:
    """A whole number as pandas writes it in a column where some cell is empty."""
    if not (is_figure(name) and NUMBER.fullmatch(cell)):
        return cell
    plain = cell.replace(" ", "").replace(",", ".")
    return plain if "." in plain else f"{plain}.0"


def rounded(cell: str) -> str:
    """A figure without its decimals."""
    return str(round(float(cell.replace(" ", "").replace(",", "."))))


def without_zeros(cell: str, name: str) -> str:
    """A code that a program has taken for a number."""
    return str(int(cell)) if name in CODES and cell.isdecimal() else cell


def code_as_float(cell: str, name: str) -> str:
    """A code that pandas has taken for a number, in a column where some cell is empty."""
    return f"{int(cell)}.0" if name in ("Fylkekode", "Kommunekode") and cell.isdecimal() else cell


def rounded_number(cell: str, name: str) -> str:
    """A long code as a narrow column shows it."""
    return f"{int(cell):.2E}".replace(".", ",") if name == "Organisasjonsnummer" and len(cell) == 9 else cell


def spaces_gone(cell: str, name: str) -> str:
    """A name without the spaces at its end."""
    return cell.rstrip(" ")


def star(sign: str) -> Cell:
    """A shielded cell with something beside its star."""
    return lambda cell, name: f"*{sign}" if cell == "*" else cell


def replaced(old: str, new: str) -> Cell:
    """Cells of figures that are exactly one text, changed to another."""
    return lambda cell, name: new if is_figure(name) and cell == old else cell


def lossy(rows: Rows, encoding: str, read_as: str) -> bytes:
    """A text of one encoding that was read as another, and saved so as UTF-8."""
    return text(rows, encoding=encoding).decode(read_as, errors="replace").encode()


def widened(rows: Rows, more: int) -> Rows:
    """The rows with cells of nothing at their ends."""
    return [[*row, *[""] * more] for row in rows]


def html(rows: Rows) -> bytes:
    """A table on a page, as a web page is saved under a workbook's name."""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><body><table>{body}</table></body></html>".encode()


def ascii_with_question_marks(rows: Rows) -> bytes:
    """Names through an encoding that lacks their letters."""
    head, *below = rows
    return text([head, *[[cell.encode("ascii", "replace").decode() for cell in row] for row in below]])


def stacked(rows: Rows, above: Sequence[Sequence[str]]) -> Rows:
    """The rows below others."""
    return [*(list(row) + [""] * (len(rows[0]) - len(row)) for row in above), *rows]
