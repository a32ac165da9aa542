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
        raise InvalidInput(
            [Finding(file=file, found=f"{len(content)} bytes", expected="an even number, UTF-16 (cut off?)", action=_AGAIN)]
        )
    try:
        text = content.decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            [Finding(file=file, found=f"bytes that are no UTF-16 at position {error.start}", expected="UTF-16", action=_AGAIN)]
        ) from error
    if not text.endswith("\n"):
        last = text.count("\n") + 1
        raise InvalidInput(
            [Finding(file=file, row=last, found="an end in the middle of a line", expected="a line end", action=_AGAIN)]
        )
    separator = text.split("\n", 1)[0].rstrip("\r").removeprefix("sep=")
    if len(separator) != 1:
        raise InvalidInput(
            [Finding(file=file, row=1, found=f"'sep={separator}'", expected="one separator after sep=", action=_AGAIN)]
        )
    body = text.split("\n", 1)[1]
    rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=separator, quoting=csv.QUOTE_NONE))
    if len(rows) < 2:
        raise InvalidInput(
            [Finding(file=file, found="no row below the heading", expected="a national row at least", action=_AGAIN)]
        )
    return rows
