"""Files of the municipality register: KLASS's lists of codes and changes, and our own list of statsforvaltere.

Belongs here: recognising such a file by its content, decoding it, and naming what is wrong by row and column. Does not
belong here: getting the file (no network), or what the rows mean together (`register`).

Shapes: CSV with a comma or a semicolon, UTF-8 with or without a byte order mark or ISO-8859-1; JSON as KLASS's API
answers (`codes`, `codeChanges`). Columns that the register does not use are left out.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from oppfolging_pipeline.core.errors import Finding, FindingCollector, InvalidInput
from oppfolging_pipeline.register import rows as shapes
from oppfolging_pipeline.register.rows import Shape

KlassKind = Literal["kommune_koder", "fylke_koder", "kommune_endringer", "kommune_kart", "statsforvaltere"]

_HEAD = 65_536  # bytes that recognition looks at: other files in an inbox are many times larger
_JSON = re.compile(r"\s*\{\s*\"(codes|codeChanges)\"\s*:\s*\[")
_JSON_CODE = re.compile(r"\"(?:code|oldCode)\"\s*:\s*\"([^\"]*)\"")
_MAP_COLUMN = re.compile(r"(code|name)_\d{4}")
_SHAPES = {
    "kommune_koder": shapes.KOMMUNE_KODER,
    "fylke_koder": shapes.FYLKE_KODER,
    "kommune_endringer": shapes.KOMMUNE_ENDRINGER,
    "statsforvaltere": shapes.STATSFORVALTERE,
}
_IN_RANGE = "InRequestedRange"
_RANGE_END = f"validTo{_IN_RANGE}"
_AGAIN = "Get the file again."


@dataclass(frozen=True)
class KlassFile:
    """One file, read. `rows`: the columns that the register uses, as trimmed text, ready for `override`."""

    kind: KlassKind
    rows: list[dict[str, str]]


def recognise(content: bytes) -> KlassKind | None:
    """Which list this is, by headings or JSON keys and the length of the codes; None when it is none of them.

    Codes of four digits are municipalities, of two digits counties; a list of other codes (KLASS has many) is None.
    """
    text = content[:_HEAD].decode("utf-8-sig", errors="replace")
    if match := _JSON.match(text):
        codes = _JSON_CODE.findall(text)
        if match[1] == "codes":
            return _kind_of_codes(codes)
        return "kommune_endringer" if _kind_of_codes(codes) == "kommune_koder" else None
    lines = text.splitlines()
    header = _cells(lines[0]) if lines else []
    if "oldCode" in header or "newCode" in header:
        return "kommune_endringer"
    if "code" in header and {"validFrom", "validTo"} & set(header):
        at = header.index("code")
        return _kind_of_codes(cells[at] for line in lines[1:] if len(cells := _cells(line)) > at)
    if sum(_MAP_COLUMN.fullmatch(column) is not None for column in header) > 1:
        return "kommune_kart"
    return "statsforvaltere" if "statsforvalter" in header else None


def _kind_of_codes(codes: Iterable[str]) -> KlassKind | None:
    lengths = Counter(len(code) for code in codes)
    length = lengths.most_common(1)[0][0] if lengths else 4
    if length == 4:
        return "kommune_koder"
    return "fylke_koder" if length == 2 else None


def _separator(line: str) -> str:
    return ";" if line.count(";") > line.count(",") else ","


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=_separator(line)), [])]


def parse(content: bytes, file: str) -> KlassFile:
    """The rows of the file. `file` is the name that findings give.

    Raises `InvalidInput` with every fault: nothing in the file, not one of the lists, columns missing, a row with other
    cells than the headings, no date, a code of another length, a row twice (code and start, or all of a change's key).
    """
    kind = recognise(content)
    if kind is None:
        raise InvalidInput([_unrecognised(content, file)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("iso-8859-1")
    if _JSON.match(text):
        return KlassFile(kind, _parse_json(text, kind, file))
    return KlassFile(kind, _parse_csv(text, kind, file))


def _unrecognised(content: bytes, file: str) -> Finding:
    return Finding(
        file=file,
        found="a file with other content" if content.strip() else "an empty file",
        expected="a list of municipality codes, county codes, changes or statsforvaltere, or a map from year to year",
        action=_AGAIN,
    )


def _shape(kind: KlassKind, header: list[str], file: str) -> Shape:
    if kind == "kommune_kart":
        years = shapes.map_years(header)
        if years is None:
            found = f"the columns {', '.join(header)}"
            expected = "code_YYYY and name_YYYY for a year and for the next, and kind"
            raise InvalidInput([Finding(file=file, row=1, found=found, expected=expected, action=_AGAIN)])
        shape = shapes.map_shape(years)
    else:
        shape = _SHAPES[kind]
    missing = [
        Finding(file=file, row=1, column=column, found="no such column", expected="the column", action=_AGAIN)
        for column in shape.columns
        if column not in header
    ]
    if missing:
        raise InvalidInput(missing)
    return shape


def _parse_csv(text: str, kind: KlassKind, file: str) -> list[dict[str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text.splitlines()[0]), strict=True)
    found = FindingCollector()
    lines: list[tuple[int, list[str]]] = []
    try:
        lines.extend((reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells)
    except csv.Error as error:
        found.add(Finding(file=file, row=reader.line_num, found=f"{error}", expected="CSV", action=_AGAIN))
        found.raise_if_any()
    header = lines[0][1]
    shape = _shape(kind, header, file)
    rows: list[dict[str, str]] = []
    numbers: list[int] = []
    for number, cells in lines[1:]:
        if len(cells) != len(header):
            expected = f"{len(header)}, as in the headings"
            action = f"The file may be truncated. {_AGAIN}"
            found.add(Finding(file=file, row=number, found=f"{len(cells)} cells", expected=expected, action=action))
            continue
        row = dict(zip(header, cells, strict=True))
        rows.append({column: row[column] for column in shape.columns})
        numbers.append(number)
    if len(lines) == 1:
        found.add(_no_rows(file))
    found.extend(shapes.check_rows(rows, shape, lambda index: (numbers[index], None), file))
    found.raise_if_any()
    return rows


def _parse_json(text: str, kind: KlassKind, file: str) -> list[dict[str, str]]:
    try:
        document: dict[str, list[Any]] = json.loads(text)
    except json.JSONDecodeError as error:
        fault = Finding(file=file, row=error.lineno, found=error.msg, expected="JSON to the end", action=_AGAIN)
        raise InvalidInput([fault]) from error
    name = "codeChanges" if kind == "kommune_endringer" else "codes"
    items = document[name]
    if not all(isinstance(item, dict) for item in items):
        raise InvalidInput([Finding(file=file, key=name, found="no objects", expected="objects", action=_AGAIN)])
    end = max((item[_RANGE_END] for item in items if isinstance(item.get(_RANGE_END), str)), default=None)
    rows = [_json_row(item, _SHAPES[kind], end) for item in items]
    found = FindingCollector()
    if not rows and kind != "kommune_endringer":  # a range of days may well be without changes
        found.add(_no_rows(file))
    found.extend(shapes.check_rows(rows, _SHAPES[kind], lambda index: (None, f"{name}[{index}]"), file))
    found.raise_if_any()
    return rows


def _no_rows(file: str) -> Finding:
    return Finding(file=file, found="no rows", expected="at least one row", action=_AGAIN)


def _json_row(item: dict[str, Any], shape: Shape, end: str | None) -> dict[str, str]:
    """The columns of the shape as text; a column that stands under neither of its names is left out.

    The API leaves `validFrom` and `validTo` null in an answer for a range of dates and gives the dates under
    `…InRequestedRange`, cut to the range: what lasts until `end`, the last day of all, has no end that is known.
    """
    row: dict[str, str] = {}
    for column in shape.columns:
        in_range = f"{column}{_IN_RANGE}"
        if column not in item and in_range not in item:
            continue
        value = item.get(column)
        if value is None and not (in_range == _RANGE_END and item.get(in_range) == end):
            value = item.get(in_range)
        row[column] = "" if value is None else str(value).strip()
    return row
