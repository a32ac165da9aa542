"""The bytes of Udir's csv download: UTF-16 little endian, usually without BOM, `sep=` line, tab separated.

Belongs here: from bytes to rows of text. Does not belong here: what the columns mean (`wide`).
"""

from __future__ import annotations

import csv
import io

from oppfolging_pipeline.core.errors import Finding, InvalidInput

HEADING_ROW = 2  # the `sep=` line comes first
_BOM = b"\xff\xfe"
_AGAIN = "Download the report again from Udir and put the file in the inbox as it came, without opening and saving it."


def looks_like_wide_csv(head: bytes) -> bool:
    """Whether the first bytes are those of a UTF-16 text that begins with `sep=`."""
    return head.removeprefix(_BOM).startswith("sep=".encode("utf-16-le"))


def read_wide_csv(content: bytes, file: str) -> list[list[str]]:
    """Rows of text with the heading first. Raises `InvalidInput` for a file that is cut off or in another encoding."""
    content = content.removeprefix(_BOM)
    if len(content) % 2:
        raise _refused(file, None, f"{len(content)} bytes", "an even number, as UTF-16 has (a cut-off file is odd)")
    try:
        text = content.decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise _refused(file, None, f"bytes that are no UTF-16 at position {error.start}", "UTF-16") from error
    if not text.endswith("\n"):
        last = text.count("\n") + 1
        raise _refused(file, last, "an end in the middle of a line", "a line end (a cut-off file lacks it)")
    first, _, body = text.partition("\n")
    separator = first.rstrip("\r").removeprefix("sep=")
    if len(separator) != 1:
        raise _refused(file, 1, f"'sep={separator}'", "one separator after sep=")
    # A line is a row: Udir does not quote, and a quotation mark in a name is a letter of it.
    rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=separator, quoting=csv.QUOTE_NONE))
    if len(rows) < 2:
        raise _refused(file, None, "no row below the heading", "a national row at least")
    return rows


def _refused(file: str, row: int | None, found: str, expected: str) -> InvalidInput:
    return InvalidInput([Finding(file=file, row=row, found=found, expected=expected, action=_AGAIN)])
