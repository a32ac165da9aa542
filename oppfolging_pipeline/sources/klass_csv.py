"""A list of the register as lines of text: its heading, however its cells are divided, and its rows.

Belongs here: `sep=` lines, separators, quotes, blank lines, and the row of every fault. Does not belong here: character
sets (`text_file`), or what the columns mean (`klass_files`).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector

if TYPE_CHECKING:
    from _csv import Reader as _Reader

# The heading as the register calls it, or None for one that it does not use.
Known = Callable[[str], str | None]

SEPARATORS = (",", ";", "\t", "|")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_SEP_LINE = re.compile(r"\s*\"?sep=(.?)\"?[\s;,|]*", re.IGNORECASE)
_EDGE = " \t\u00a0\ufeff\u200b"  # what stands unseen about a heading
_NO_SEPARATOR = re.compile(r"[\w\s\"]")
_AGAIN = "Get the file again."


@dataclass(frozen=True)
class Heading:
    """The heading of a list: its columns by the register's names where it has one, else as they stand; the separator;
    its line, from 1; and the text below it."""

    columns: tuple[str, ...]
    separator: str
    line: int
    below: str


@dataclass(frozen=True)
class Line:
    """One row: the line it begins on, from 1, and its cells."""

    number: int
    cells: tuple[str, ...]


def heading_of(text: str, known: Known) -> Heading | None:
    """The heading, which is the first line that is neither blank nor a `sep=` line; None where there is none.

    The separator is the one that divides the line into the most columns that are known, whatever `sep=` says: a list
    that was saved again may keep the line and have other separators.
    """
    start, number, separators = 0, 1, list(SEPARATORS)
    while start < len(text):
        match = _LINE.match(text, start)
        assert match is not None  # noqa: S101 - the pattern takes any text
        line = match[1]
        if declared := _SEP_LINE.fullmatch(line):
            if declared[1] and not _NO_SEPARATOR.match(declared[1]):
                separators.append(declared[1])
        elif line.strip(_EDGE):
            divided = [(_columns(line, separator, known), separator) for separator in separators]
            columns, separator = max(divided, key=lambda one: sum(known(column) is not None for column in one[0]))
            return Heading(columns, separator, number, text[match.end() :])
        start, number = match.end(), number + 1
    return None


def _columns(line: str, separator: str, known: Known) -> tuple[str, ...]:
    try:
        cells = next(_reader(line, separator), [])
    except csv.Error:  # a cell that is longer than any heading
        return (line,)
    named = [cell.strip(_EDGE) for cell in cells]
    return tuple(known(name) or name for name in named)


def glimpsed(heading: Heading, column: str) -> Iterator[str]:
    """The values of a column in what may be only the beginning of a list: a last line that is cut off is left out."""
    end = max(heading.below.rfind("\n"), heading.below.rfind("\r")) + 1
    at = heading.columns.index(column)
    for text, cut in ((heading.below[:end], False), (heading.below[end:], True)):
        try:
            for cells in _reader(text, heading.separator):
                if len(cells) > at and (not cut or len(cells) == len(heading.columns)) and any(map(str.strip, cells)):
                    yield cells[at].strip()
        except csv.Error:  # told with its row when the list is read
            return


def rows_below(heading: Heading, file: str, found: FindingCollector) -> list[Line]:
    """The rows with as many cells as the heading. Rows without any text are none; what cannot be read, and what has
    other cells than the heading, is added to `found`."""
    reader, width = _reader(heading.below, heading.separator, strict=True), len(heading.columns)
    lines: list[Line] = []
    while True:
        number = heading.line + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return lines
        except csv.Error as error:
            found.add(Finding(file=file, row=number, found=f"{error}", expected="CSV", action=_AGAIN))
            continue
        if not any(map(str.strip, cells)):
            continue
        if len(cells) == width or (len(cells) > width and not any(map(str.strip, cells[width:]))):
            lines.append(Line(number, tuple(cells[:width])))
            continue
        why = "The file may be truncated." if len(cells) < width else "A cell that holds the separator must be quoted."
        found.add(
            Finding(
                file=file,
                row=number,
                found=f"{len(cells)} cells",
                expected=f"{width}, as in the headings",
                action=f"{why} {_AGAIN}",
            )
        )


def _reader(text: str, separator: str, *, strict: bool = False) -> _Reader:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict, skipinitialspace=True)


def standing_twice(heading: Heading, used: Collection[str], file: str) -> list[Finding]:
    """Each used column that the heading has more than once: which of them counts, nobody can tell."""
    return [
        Finding(
            file=file,
            row=heading.line,
            column=column,
            found=f"the heading {count} times",
            expected="each heading once",
            action="Remove the column that does not belong there, or get the file again.",
        )
        for column, count in Counter(heading.columns).items()
        if count > 1 and column in used
    ]
