"""From bytes to text: the encodings, separators and first lines that csv files have, wherever they were saved.

Belongs here: decoding, the `sep=` line, and finding a heading among the first lines. Does not belong here: what the
columns mean (`wide`, `flat`), or files that are no text (`container`).

Known encodings: UTF-16 of either order and UTF-8, each with or without a byte order mark, and Windows-1252. UTF-8 is
strict; what is none is Windows-1252 by its own bytes, of which five are nothing.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.files import open_content

HEAD = 1 << 16  # bytes that are enough to tell what a file is
SEPARATORS = "\t;|,"
LINES_LOOKED_AT = 30  # how far down a heading is looked for
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF8, _WINDOWS = "utf-8", "cp1252"
_BEYOND_ASCII = re.compile("[\u0080-\ud7ff\ue000-\U0010ffff]")
_NO_UTF8 = re.compile("[\udc80-\udcff]")
_SEP = 8  # signs that tell a `sep=` line
_LETTER = 3  # bytes that a letter may lack at the end of a head
_CHUNK = 1 << 20
_AGAIN = "Download or save the file again, whole and as UTF-8 or UTF-16, and put that in the inbox."
# What no text of a source has: control characters of either kind, and the sign for a letter that was lost.
_NO_TEXT_SIGNS = "".join(map(chr, sorted({*range(32), *range(0x7F, 0xA0), 0xFFFD} - set(b"\t\n\r"))))
_NO_TEXT = re.compile(f"[{re.escape(_NO_TEXT_SIGNS)}]")
# What Norwegian letters become where UTF-8 is read as Windows-1252. They all begin with a letter that Norwegian lacks.
_DOUBLY_FIRST = "Ã"
_DOUBLY = tuple(letter.encode().decode(_WINDOWS) for letter in "åøæÅØÆáéüöäôêò")


@dataclass(frozen=True)
class Text:
    """A file's whole text and how its bytes were read."""

    text: str
    encoding: str


@dataclass(frozen=True)
class FirstLine:
    """A heading among the first lines: its number in the file, what separates its cells, and those."""

    number: int
    separator: str
    cells: tuple[str, ...]


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding that the first bytes speak of, and how many bytes its mark takes. `utf-8` may still turn out to be
    Windows-1252."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    if len(head) > 1 and (head[0] == 0) != (head[1] == 0):  # a text of ours begins with a sign of ASCII
        return ("utf-16-be" if head[0] == 0 else "utf-16-le"), 0
    return "utf-8", 0


def head_text(head: bytes) -> str:
    """The first bytes as text, for recognising a file; nothing is refused here."""
    encoding, mark = encoding_of(head)
    body = head[mark:]
    if encoding != "utf-8":
        return body.decode(encoding, errors="ignore")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        # The head may end in the middle of a letter.
        if len(head) >= HEAD and error.start >= len(body) - _LETTER:
            return body[: error.start].decode()
        return body.decode(_WINDOWS, errors="replace")


def decode(content: bytes, file: str) -> Text:
    """All of a text. Raises `InvalidInput` as `letters` does, and for signs that no text of a source has."""
    read = letters(content, file)
    _refuse_spoiled(read.text, read.encoding, file)
    text = read.text.replace("\r\r\n", "\n") if "\r" in read.text else read.text
    return Text(text, read.encoding)


def letters(content: bytes, file: str) -> Text:
    """All of a text, whatever its letters say. Raises `InvalidInput` with the row of the first byte that its encoding
    has not; a file that is cut off in a letter ends with one."""
    encoding, mark = encoding_of(content)
    body, where = content[mark:], f" in a file of {encoding[:6].upper().rstrip('-')}"
    if encoding == _UTF8 and not mark and _is_windows(body):
        encoding, where = _WINDOWS, ", which neither UTF-8 nor Windows-1252 has there"
    try:
        return Text(body.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        row = _row(body[: error.start].decode(encoding, errors="replace"), error.start)
        shown = " ".join(f"0x{byte:02X}" for byte in body[error.start : error.end])
        at_end = error.end == len(body)
        found = f"the byte {shown}{where}" + (", which ends in the middle of a letter" if at_end else "")
        action = f"The file is cut off. {_AGAIN}" if at_end else _AGAIN
        raise refused(file, row, found, "UTF-16, UTF-8 or Windows-1252 from end to end", action) from error


def _is_windows(body: bytes) -> bool:
    """Whether bytes that could be UTF-8 are none, and those beyond ASCII hardly ever make a letter of it: where more do
    than do not, it is UTF-8 that was damaged."""
    try:
        body.decode()
    except UnicodeDecodeError:
        text = body.decode(errors="surrogateescape")
        return len(_BEYOND_ASCII.findall(text)) <= len(_NO_UTF8.findall(text))
    return False


def _refuse_spoiled(text: str, encoding: str, file: str, *, from_start: bool = True) -> None:
    expected = "letters, as the source's file has them"
    # That a text has none of them is told much faster sign by sign than where it has one.
    if any(sign in text for sign in _NO_TEXT_SIGNS) and (spoiled := _NO_TEXT.search(text)):
        sign = f"U+{ord(spoiled[0]):04X}"
        what = f"a letter that was lost ({sign})" if spoiled[0] == "\ufffd" else f"the control character {sign}"
        row = _row(text, spoiled.start()) if from_start else None
        raise refused(file, row, f"{what} after '{_line_before(text, spoiled.start())}'", expected)
    if _DOUBLY_FIRST in text and (doubly := next((pair for pair in _DOUBLY if pair in text), None)):
        row = _row(text, text.index(doubly)) if from_start else None
        how = "of UTF-8 and of another encoding in one file" if encoding == _WINDOWS else "of UTF-8 that were read as"
        found = f"letters {how}{'' if encoding == _WINDOWS else ' Windows-1252'} ('{doubly}')"
        raise refused(file, row, found, expected)


def refused(file: str, row: int | None, found: str, expected: str, action: str = _AGAIN) -> InvalidInput:
    """The refusal of a text."""
    return InvalidInput([Finding(file=file, row=row, found=found, expected=expected, action=action)])


def refuse_cut_off(text: str, file: str, action: str = _AGAIN) -> None:
    """Raise `InvalidInput` for a text that does not end with a line end."""
    if not text.endswith(("\n", "\r")):
        expected = "a line end (a cut-off file lacks it)"
        raise refused(file, _row(text, len(text)), "an end in the middle of a line", expected, action)


def _row(text: str, position: int) -> int:
    return len(re.findall(r"\r\n|\r|\n", text[:position])) + 1


def _line_before(text: str, position: int) -> str:
    return re.split(r"[\r\n]", text[max(0, position - 20) : position])[-1]


def is_sep_line(line: str) -> bool:
    """Whether a line only tells a spreadsheet what separates the columns. The heading says it as well."""
    return line[:_SEP].lstrip(' "').startswith("sep=")


def find_heading(text: str, is_heading: Callable[[Sequence[str]], bool]) -> FirstLine | None:
    """The first of the first lines that is a heading under any separator."""
    for number, line in enumerate(_first_lines(text), start=1):
        for separator in SEPARATORS:
            cells = tuple(cell.strip() for cell in next(csv.reader([line], delimiter=separator), []))
            if is_heading(cells):
                return FirstLine(number, separator, cells)
    return None


def _first_lines(text: str) -> Iterator[str]:
    start = 0
    for _ in range(LINES_LOOKED_AT):
        if start >= len(text):
            return
        ends = [at for sign in "\r\n" if (at := text.find(sign, start)) >= 0]
        end = min(ends, default=len(text))
        yield text[start:end]
        start = end + (2 if text[end : end + 2] == "\r\n" else 1)


@contextmanager
def as_utf8(path: Path, encoding: str, mark: int, file: str) -> Iterator[Path]:
    """A copy of a file in UTF-8 for as long as it is read, made without holding it whole.

    Raises `InvalidInput` for bytes that are not of the encoding.
    """
    with TemporaryDirectory(prefix="oppfolging-") as folder:
        copy = Path(folder) / "utf8"
        decoder = codecs.getincrementaldecoder(encoding)()
        done = mark
        with open_content(path) as source, copy.open("w", encoding="utf-8", newline="") as target:
            source.read(mark)
            while True:
                chunk = source.read(_CHUNK)
                try:
                    text = decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError as error:
                    found = f"bytes that are no {encoding} at position {done + error.start}"
                    raise refused(file, None, found, "one encoding from beginning to end") from error
                _refuse_spoiled(text, encoding, file, from_start=done == mark)
                target.write(text)
                if not chunk:
                    break
                done += len(chunk)
        yield copy


def is_windows(path: Path) -> bool:
    """Whether a file that should be UTF-8 is none, and Windows-1252 by its own bytes. A compressed content that is
    damaged is neither."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", _WINDOWS)}
    chunk = b"begin"
    try:
        with open_content(path) as source:
            while chunk and _WINDOWS in decoders:
                chunk = source.read(_CHUNK)
                for name, decoder in [*decoders.items()]:
                    try:
                        decoder.decode(chunk, final=not chunk)
                    except UnicodeDecodeError:
                        del decoders[name]
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return False
    return [*decoders] == [_WINDOWS]
