"""The text of a wide download: as Udir writes it, or as a program has saved it again.

Belongs here: from text to rows of cells, quoted or not. Does not belong here: encodings and separators (`text_file`),
what stands beside the table (`wide_rows`), or what the columns mean (`wide`).

Udir's own: UTF-16 little endian, with a `sep=` line and tabs, or with a byte order mark and `|` (2023). Nothing in it
is quoted: a quotation mark in a name is a letter of it. A spreadsheet or pandas quotes what it must.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from oppfolging_pipeline.sources.text_file import decode, find_heading, head_text, is_sep_line, refuse_cut_off, refused
from oppfolging_pipeline.sources.wide_rows import WideRows, is_wide_heading, table_of

_AGAIN = "Download the report again from Udir and put the file in the inbox as it came, without opening and saving it."


def looks_like_wide_csv(head: bytes) -> bool:
    """Whether the first bytes are those of a text that has the heading of a wide download among its first lines."""
    return find_heading(head_text(head), is_wide_heading) is not None


def read_wide_csv(content: bytes, file: str) -> WideRows:
    """The table of the file. Raises `InvalidInput` for a file that is cut off, in an encoding that is not known, or
    without rows below the heading."""
    text = decode(content, file).text
    refuse_cut_off(text, file, _AGAIN)
    heading = find_heading(text, is_wide_heading)
    if heading is None:  # the first bytes had it: a letter of them was lost
        raise refused(file, 1, "no heading of a download", "the heading of a wide download", _AGAIN)
    rows = _rows(text, heading.separator, heading.number)
    grid = list(enumerate(rows, start=1))
    has_sep = heading.number > 1 and is_sep_line(text)
    at = next((n for n, row in enumerate(rows) if is_wide_heading(row)), heading.number - 1)
    table = table_of(grid, at, file, above=int(has_sep))
    if len(table.rows) < 2:
        raise refused(file, None, "no row below the heading", "a national row at least", _AGAIN)
    return table


def _rows(text: str, separator: str, heading: int) -> list[list[str]]:
    """The lines as cells: plain, or quoted where that is what a program has written."""
    plain = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=csv.QUOTE_NONE))
    if '"' not in text:
        return plain
    try:
        quoted = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:  # a quotation mark that no program wrote: a letter of a name, which begins no quoted cell
        return plain
    of_plain, of_quoted = (_regular(rows, heading) for rows in (plain, quoted))
    if of_plain != of_quoted:
        return quoted if of_quoted > of_plain else plain
    return quoted if _is_quoted(plain, separator, heading) else plain


def _regular(rows: Sequence[Sequence[str]], heading: int) -> int:
    """How many rows have as many cells as the heading."""
    width = len(rows[heading - 1]) if len(rows) >= heading else -1
    return sum(len(row) == width for row in rows)


def _is_quoted(plain: Sequence[Sequence[str]], separator: str, heading: int) -> bool:
    """Whether cells between quotation marks are quoted by a program: it quotes all of them, headings too, or those
    that hold a separator, a comma or a quotation mark. Udir's own line `sep=` is kept by none that quotes."""
    if plain[heading - 1][0].startswith('"'):
        return True
    if heading > 1 and is_sep_line(separator.join(plain[0])):
        return False
    marked = [cell for row in plain for cell in row if len(cell) > 1 and cell[0] == cell[-1] == '"']
    return bool(marked) and all(any(sign in cell[1:-1] for sign in (*",;\t|", '""')) for cell in marked)
