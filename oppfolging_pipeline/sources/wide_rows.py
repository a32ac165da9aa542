"""The rows of a wide download as they lie in a file or a sheet: which of them is the heading, and what else is there.

Belongs here: finding the table among the cells, and what a program that saves a file again adds to it (empty cells
and rows, cells beside it) or takes from it (leading zeros of codes). Does not belong here: bytes (`wide_csv`,
`workbook`), or what the columns mean (`wide_heading`, `wide`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.sources.figures import SPACES
from oppfolging_pipeline.sources.parsed import CODE_DIGITS, UNIT_COLUMNS
from oppfolging_pipeline.sources.wide_heading import OTHER_REPORT

_SOME = 5  # of the nine first headings: one that is renamed is told as such, and not as an unknown file
_FLAT = "Skoleaarnavn"  # what flat rows have beside the same columns of a unit
_NAMED = 3  # cells that a finding names
_CLEAN = "Remove what stands beside the table, or download the report again and put the file in the inbox as it came."


@dataclass(frozen=True)
class WideRows:
    """The heading and the rows below it, all text, with their numbers in the file. `faults`: what is wrong with the
    rows that are left out here."""

    rows: list[list[str]]
    numbers: list[int]
    heading_row: int
    faults: list[Finding] = field(default_factory=list)


def is_wide_heading(cells: Sequence[object]) -> bool:
    """Whether cells are the heading of a wide download, or of the other report in the same clothes."""
    first = [str(cell).strip(SPACES) for cell in cells[: len(UNIT_COLUMNS) + 1]]
    matching = sum(column in first for column in UNIT_COLUMNS)
    return first[:1] == [OTHER_REPORT] or (matching >= _SOME and _FLAT not in first)


def table_of(
    grid: Sequence[tuple[int, list[str]]], at: int, file: str, *, above: int = 0, padded: bool = False
) -> WideRows:
    """The table whose heading is `grid[at]`. `grid`: numbers in the file and cells of its rows; rows without content
    may be left out. `above`: how many rows may stand above the heading (a `sep=` line). `padded`: rows of a sheet,
    where cells without content may be left out at the end; in a csv a row with fewer cells is cut off.

    What stands above the heading, in cells beside the table or in rows that have no unit is one fault each. Raises
    `InvalidInput` for an index before the columns.
    """
    heading_row, heading = grid[at]
    heading = _trimmed(heading)
    if not heading[0].strip(SPACES):
        found = f"a column without a heading before {UNIT_COLUMNS[0]}, as pandas writes its index"
        raise InvalidInput([_fault(file, heading_row, found, f"{UNIT_COLUMNS[0]} in the first column")])
    blank = next((n for n, cell in enumerate(heading) if n >= len(UNIT_COLUMNS) and not cell.strip(SPACES)), None)
    beside = [(heading_row, n) for n in range(len(heading)) if blank is not None and n > blank and heading[n]]
    width = len(heading) if blank is None else blank
    faults: list[Finding] = []
    if heading_row > above + 1:
        found = f"the heading in row {heading_row}, with other rows or empty ones above it"
        faults.append(_fault(file, above + 1, found, "the heading first"))
    rows, numbers, empty = [heading[:width]], [], []
    expected_next = heading_row + 1
    for number, cells in grid[at + 1 :]:
        if number == expected_next and len(cells) == width and cells[0]:  # as nearly all rows are
            expected_next += 1
            rows.append(cells)
            numbers.append(number)
            continue
        row = cells
        if len(row) > width or not row or not row[0]:
            content = _trimmed(row)
            if not content:
                continue
            row = row[: max(width, len(content))]
        if number > expected_next:
            empty.append((expected_next, number - expected_next))
        expected_next = number + 1
        stray = [(number, n) for n in range(width, len(row)) if row[n].strip(SPACES)]
        if stray and (padded or blank is not None):  # else the row has more cells than the heading, and is told as such
            beside += stray
            row = row[:width]
        if padded and len(row) < width:
            row = [*row, *[""] * (width - len(row))]
        if not any(cell.strip(SPACES) for cell in row[: len(UNIT_COLUMNS)]):
            beside += [(number, n) for n in range(len(row)) if row[n].strip(SPACES)]
            continue
        rows.append(row)
        numbers.append(number)
    faults += _of_empty(empty, file) + _of_beside(beside, file)
    _put_zeros_back(rows)
    return WideRows(rows, numbers, heading_row, faults)


def _trimmed(row: list[str]) -> list[str]:
    length = len(row)
    while length and not row[length - 1].strip(SPACES):
        length -= 1
    return row[:length]


def _of_empty(empty: Sequence[tuple[int, int]], file: str) -> list[Finding]:
    if not empty:
        return []
    count = sum(rows for _, rows in empty)
    found = "an empty row" if count == 1 else f"{count} empty rows between others, the first of them"
    return [_fault(file, empty[0][0], found, "a unit in each row", "EnhetNivaa")]


def _of_beside(beside: Sequence[tuple[int, int]], file: str) -> list[Finding]:
    if not beside:
        return []
    names = ", ".join(f"{column_name(n)}{number}" for number, n in beside[:_NAMED])
    found = f"content in {names}{f' and {len(beside) - _NAMED} more' if len(beside) > _NAMED else ''}"
    return [_fault(file, beside[0][0], f"{found}, beside the table", "nothing outside the rows and their headings")]


def _put_zeros_back(rows: list[list[str]]) -> None:
    """Fill codes up in columns that have lost their zeros: no code begins with one any more, and county and
    municipality agree when they are filled up. Elsewhere nothing has dropped them, and a short code is a fault."""
    heading = [name.strip(SPACES) for name in rows[0][: len(UNIT_COLUMNS)]]
    at = {name: heading.index(name) for name in CODE_DIGITS if name in heading}
    filled = {name: _filled({row[n] for row in rows[1:] if len(row) > n}, CODE_DIGITS[name]) for name, n in at.items()}
    if len(at) < len(CODE_DIGITS) or not any(filled.values()):
        return
    for row in rows[1:]:
        if len(row) <= max(at.values()):
            continue
        fylke, kommune = (filled[name].get(row[n], row[n]) for name, n in at.items())
        if kommune.strip("0") and not kommune.startswith(fylke):
            continue
        for n, code in zip(at.values(), (fylke, kommune), strict=True):
            row[n] = code


def _filled(codes: set[str], digits: int) -> dict[str, str]:
    """The codes of a column that have lost zeros, with them; none where another code still begins with one."""
    plain = {written: written.strip(SPACES) for written in codes}
    if any(code.startswith("0") and len(code) > 1 for code in plain.values()):
        return {}
    return {written: code.zfill(digits) for written, code in plain.items() if code.isdecimal() and len(code) < digits}


def column_name(position: int) -> str:
    """A spreadsheet's letters for a column, counted from 0."""
    letters = ""
    position += 1
    while position:
        position, letter = divmod(position - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _fault(file: str, row: int | None, found: str, expected: str, column: str | None = None) -> Finding:
    return Finding(file=file, row=row, column=column, found=found, expected=expected, action=_CLEAN)
