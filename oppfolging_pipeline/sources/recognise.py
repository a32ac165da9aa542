"""What a file is, told by its content and never by its name.

Belongs here: recognising and reading one archived file. Does not belong here: where files come from (`inbox`), or
putting them together (`staging`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.files import open_content, read_content
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources import container, klass_files, text_file
from oppfolging_pipeline.sources.flat import FIELDS, parse_flat
from oppfolging_pipeline.sources.flat_file import FlatFormat
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.pivot import looks_like_pivot
from oppfolging_pipeline.sources.pivot_file import read_pivot_file
from oppfolging_pipeline.sources.text_file import HEAD
from oppfolging_pipeline.sources.wide import CSV, XLSX, parse_wide
from oppfolging_pipeline.sources.wide_csv import looks_like_wide_csv, read_wide_csv
from oppfolging_pipeline.sources.wide_xlsx import read_wide_xlsx

if TYPE_CHECKING:
    import duckdb

_EXPECTED = (
    "Udir's csv or xlsx download, flat rows of the export API (JSON or csv), an answer of the report API, or a KLASS "
    "file"
)
_AGAIN = "Take the file out of the inbox, or download it again as it is."
_SHOWN = 80  # characters of an unknown file that its refusal shows
_BYTES = 8  # bytes of one that is no text
_UTF8, _WINDOWS = "utf-8", "cp1252"


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
    if container.is_zip(head):
        return parse_wide(read_wide_xlsx(read_content(path), file), file, XLSX, catalog, needed=needed)
    if container.is_ole2(head):
        raise InvalidInput([container.ole2_kind(read_content(path), file)])
    if other := container.other_kind(head, file) or container.text_kind(text_file.head_text(head), file):
        raise InvalidInput([other])
    if klass_files.recognise(head) is not None:  # before Udir's csv: UTF-16 with a sep= line can be either
        return klass_files.parse(read_content(path), file)
    if looks_like_wide_csv(head):
        return parse_wide(read_wide_csv(read_content(path), file), file, CSV, catalog, needed=needed)
    encoding, mark = text_file.encoding_of(head)
    if encoding == _UTF8:
        return _read_text(path, head, file, connection, catalog, needed)
    with text_file.as_utf8(path, encoding, mark, file) as copy:
        with open_content(copy) as handle:
            head = handle.read(HEAD)
        return _read_text(copy, head, file, connection, catalog, needed)


def _read_text(
    path: Path,
    head: bytes,
    file: str,
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    needed: Behov | None,
) -> ParsedFile:
    if looks_like_pivot(head):
        return read_pivot_file(path, file, catalog, needed)
    form = flat_format(head, file)
    try:
        return parse_flat(path, file, form, connection, catalog, needed)
    except InvalidInput:
        # The first letter that is no UTF-8 may stand far down: only then is the file looked through for it.
        if not text_file.is_windows(path):
            raise
    with text_file.as_utf8(path, _WINDOWS, 0, file) as copy:
        return parse_flat(copy, file, form, connection, catalog, needed)


def is_flat(head: bytes, file: str) -> bool:
    """Whether a content begins as flat rows do."""
    if not head.strip() or any(one(head) for one in (container.is_zip, looks_like_wide_csv, looks_like_pivot)):
        return False
    try:
        fields = flat_format(head, file).fields
    except InvalidInput:
        return False
    return _is_flat_heading(fields)


def flat_format(head: bytes, file: str) -> FlatFormat:
    """How flat rows are written and which fields they have. Raises `InvalidInput` when the file is nothing known."""
    text = text_file.head_text(head).lstrip()
    if text.startswith(("[", "{")):
        return FlatFormat("json", _json_fields(text, file))
    heading = text_file.find_heading(text, _is_flat_heading)
    lines = text.splitlines()
    if heading is None:
        after_sep = lines[1:] if len(lines) > 1 and text_file.is_sep_line(lines[0]) else lines
        shown = after_sep[0][:_SHOWN]
        if not shown.replace("\t", " ").isprintable() and "\x00" in shown:
            raise _unknown(file, f"bytes that are no text and begin with {head[:_BYTES].hex(' ')}")
        raise _unknown(file, f"a text that begins with '{shown}'", 1 + len(lines) - len(after_sep))
    if heading.number > 1 and not (heading.number == 2 and text_file.is_sep_line(lines[0])):
        raise _unknown(file, f"flat rows with their heading in row {heading.number}", 1)
    # A program may end each line with separators: fields without a name hold nothing.
    fields = tuple(field or f"(uten navn {n})" for n, field in enumerate(heading.cells, start=1))
    return FlatFormat("csv", fields, heading.separator, heading.number - 1)


def _is_flat_heading(cells: Sequence[str]) -> bool:
    # Several of them, so that one renamed field is told as such and not as an unknown file.
    return len(set(cells) & set(FIELDS)) > len(FIELDS) // 2


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
