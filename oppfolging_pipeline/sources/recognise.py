"""What a file is, told by its content and never by its name.

Belongs here: recognising and reading one archived file. Does not belong here: where files come from (`inbox`), or
putting them together (`staging`).
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.files import open_content, read_content
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources import klass_files
from oppfolging_pipeline.sources.flat import FIELDS, parse_flat
from oppfolging_pipeline.sources.flat_file import FlatFormat
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.pivot import looks_like_pivot
from oppfolging_pipeline.sources.pivot_file import read_pivot_file
from oppfolging_pipeline.sources.wide import parse_wide
from oppfolging_pipeline.sources.wide_csv import HEADING_ROW as CSV_HEADING_ROW
from oppfolging_pipeline.sources.wide_csv import looks_like_wide_csv, read_wide_csv
from oppfolging_pipeline.sources.wide_xlsx import HEADING_ROW as XLSX_HEADING_ROW
from oppfolging_pipeline.sources.wide_xlsx import looks_like_xlsx, read_wide_xlsx

if TYPE_CHECKING:
    import duckdb

HEAD = 1 << 16  # bytes that are enough to tell what a file is
_EXPECTED = (
    "Udir's csv download (UTF-16 with a sep= line), its xlsx download, flat rows of the export API (JSON or csv), "
    "an answer of the report API, or a KLASS file"
)
_AGAIN = "Take the file out of the inbox, or download it again as it is."
_SHOWN = 80  # characters of an unknown file that its refusal shows


def read_file(
    path: Path, file: str, connection: duckdb.DuckDBPyConnection, catalog: Catalog, needed: Behov | None = None
) -> ParsedFile | klass_files.KlassFile:
    """Read one archived file. `file` is the name to use in errors, `needed` what may stop it (None: all of the
    catalogue). Raises `InvalidInput` with all of its faults."""
    with open_content(path) as handle:
        head = handle.read(HEAD)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        found = "an empty file" if not head else "a file with nothing in it"
        raise InvalidInput([Finding(file=file, found=found, expected=_EXPECTED, action=_AGAIN)])
    if looks_like_xlsx(head):
        rows = read_wide_xlsx(read_content(path), file)
        return parse_wide(rows, XLSX_HEADING_ROW, file, "udir_xlsx", catalog, needed=needed)
    if klass_files.recognise(head) is not None:  # before Udir's csv: UTF-16 with a sep= line can be either
        return klass_files.parse(read_content(path), file)
    if looks_like_wide_csv(head):
        rows = read_wide_csv(read_content(path), file)
        return parse_wide(rows, CSV_HEADING_ROW, file, "udir_csv", catalog, needed=needed)
    if looks_like_pivot(head):
        return read_pivot_file(path, file, catalog, needed)
    return parse_flat(path, file, flat_format(head, file), connection, catalog, needed)


def is_flat(head: bytes, file: str) -> bool:
    """Whether a content begins as flat rows do."""
    if not head.strip() or any(one(head) for one in (looks_like_xlsx, looks_like_wide_csv, looks_like_pivot)):
        return False
    try:
        fields = flat_format(head, file).fields
    except InvalidInput:
        return False
    return len(set(fields) & set(FIELDS)) > len(FIELDS) // 2


def flat_format(head: bytes, file: str) -> FlatFormat:
    """How flat rows are written and which fields they have. Raises `InvalidInput` when the file is nothing known."""
    text = _text(head, file).lstrip()
    if text.startswith(("[", "{")):
        return FlatFormat("json", _json_fields(text, file))
    if text.startswith("sep="):
        raise _unknown(file, "a csv download that was saved again in UTF-8", 1)
    first = text.splitlines()[0]
    for delimiter in (";", "\t", ","):
        fields = [field.strip() for field in next(csv.reader(io.StringIO(first), delimiter=delimiter))]
        # Several of them, so that one renamed field is told as such and not as an unknown file.
        if len(set(fields) & set(FIELDS)) > len(FIELDS) // 2:
            return FlatFormat("csv", tuple(fields), delimiter)
    raise _unknown(file, f"a text that begins with '{first[:_SHOWN]}'", 1)


def _text(head: bytes, file: str) -> str:
    for mark, encoding in ((b"\xff\xfe", "little"), (b"\xfe\xff", "big")):
        if head.startswith(mark):
            raise _unknown(file, f"a UTF-16 text ({encoding} endian) that does not begin with sep=", 1)
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The head may end in the middle of a letter.
        if len(head) == HEAD and error.start >= len(head) - 3:
            return head[: error.start].decode("utf-8-sig")
        raise _unknown(file, f"bytes that are neither UTF-8 nor UTF-16 at position {error.start}") from error


def _json_fields(text: str, file: str) -> tuple[str, ...]:
    match = re.match(r"\[\s*(?=\{)", text)
    if match is None:
        error = re.search(r'"melding"\s*:\s*"([^"]*)"', text)
        shown = text[:_SHOWN]
        raise _unknown(file, f"an error answer of Udir's ({error[1]})" if error else f"JSON that begins with {shown}")
    try:
        first, _ = json.JSONDecoder().raw_decode(text, match.end())
    except json.JSONDecodeError as error:
        raise _unknown(file, f"JSON that breaks off at position {error.colno}", error.lineno) from error
    return tuple(first)


def _unknown(file: str, found: str, row: int | None = None) -> InvalidInput:
    return InvalidInput([Finding(file=file, row=row, found=found, expected=_EXPECTED, action=_AGAIN)])
