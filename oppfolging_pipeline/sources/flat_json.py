"""Where a list of rows in JSON breaks: a slow second look at a file that DuckDB has refused.

Belongs here: the row and the place of the first fault, in bounded memory. Does not belong here: reading rows
(`flat_file`).
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import BinaryIO

_CHUNK = 1 << 20  # bytes
_AHEAD = 1 << 20  # characters that hold at least one whole row
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True)
class Break:
    """The row (counted from 1) that cannot be read, and what stands there."""

    row: int | None
    found: str
    expected: str


class _Text:
    """The stream as text, of which only the part that has not been read is kept."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._decoded = 0
        self._ended = False
        self.text = ""
        self.at = 0

    def fill(self) -> None:
        """Have a row's length of text ahead, unless the stream ends before. Raises `UnicodeDecodeError`."""
        while not self._ended and len(self.text) - self.at < _AHEAD:
            chunk = self._stream.read(_CHUNK)
            self._ended = not chunk
            self.text, self.at = self.text[self.at :] + self._decoder.decode(chunk, final=self._ended), 0
            self._decoded += len(chunk)

    def place(self, error: UnicodeDecodeError) -> int:
        """The position in the stream of a byte that could not be decoded, from 0."""
        return self._decoded - len(self._decoder.getstate()[0]) + error.start

    def next_is(self, sign: str) -> bool:
        """Whether the sign follows after white space; if so it is stepped over."""
        found = _SPACE.match(self.text, self.at)
        place = found.end() if found else self.at
        if not self.text.startswith(sign, place):
            return False
        after = _SPACE.match(self.text, place + len(sign))
        self.at = after.end() if after else place + len(sign)
        return True


def where_json_breaks(stream: BinaryIO) -> Break | None:
    """The first place where the bytes are no JSON list; None when they are one from beginning to end."""
    text, row = _Text(stream), 0
    while True:
        try:
            text.fill()
        except UnicodeDecodeError as error:
            return Break(None, f"bytes that are no UTF-8 at position {text.place(error)}", "UTF-8")
        if row and text.next_is("]"):
            return None
        if not text.next_is("," if row else "["):
            return Break(row or 1, "JSON that breaks off after this row", "JSON to the end")
        row += 1
        start = text.at
        try:
            _, text.at = json.JSONDecoder().raw_decode(text.text, start)
        except json.JSONDecodeError as error:
            found = f"JSON that breaks off at position {error.pos - start + 1} of the row ({error.msg})"
            return Break(row, found, "JSON to the end")
