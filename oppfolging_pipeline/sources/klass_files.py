"""Files of the municipality register: KLASS's lists of codes and changes, and our own list of statsforvaltere.

Belongs here: recognising such a file by its content, and naming what is wrong by row and column. Does not belong here:
character sets (`text_file`), lines and documents (`klass_csv`, `klass_json`), getting the file (no network), or what
the rows mean together (`register`).

Shapes: text with a comma, a semicolon, a tab or a bar between the cells; JSON as KLASS's API answers (`codes`,
`codeChanges`). The heading says what a file is. Columns that the register does not use are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from oppfolging_pipeline.core.errors import Finding, FindingCollector, InvalidInput
from oppfolging_pipeline.register import rows as shapes
from oppfolging_pipeline.register.rows import Shape, whole_code
from oppfolging_pipeline.sources import klass_csv, klass_json, klass_rows, text_file
from oppfolging_pipeline.sources.klass_rows import IN_RANGE, VALIDITY, Item

KlassKind = Literal["kommune_koder", "fylke_koder", "kommune_endringer", "kommune_kart", "statsforvaltere"]

_HEAD = 65_536  # bytes that recognition looks at: other files in an inbox are many times larger
_MAP_COLUMN = re.compile(r"(code|name)_[0-9]{4}")
_SHAPES: dict[KlassKind, Shape] = {
    "kommune_koder": shapes.KOMMUNE_KODER,
    "fylke_koder": shapes.FYLKE_KODER,
    "kommune_endringer": shapes.KOMMUNE_ENDRINGER,
    "statsforvaltere": shapes.STATSFORVALTERE,
}
_COLUMNS = {
    column.casefold(): column
    for column in (
        *(column for shape in _SHAPES.values() for column in shape.columns),
        *(f"{column}{IN_RANGE}" for column in VALIDITY),
        *shapes.DAGER,
        "kind",
    )
}
_AGAIN = "Get the file again."


@dataclass(frozen=True)
class KlassFile:
    """One file, read. `rows`: the columns that the register uses, as trimmed text, ready for `override`."""

    kind: KlassKind
    rows: list[dict[str, str]]


def recognise(content: bytes) -> KlassKind | None:
    """Which list this is, by headings or JSON keys and the length of the codes; None when it is none of them.

    It looks at the beginning, which may be all that is given. Codes of four digits are municipalities, of two digits
    counties, with or without the zero that they begin with; a list of other codes (KLASS has many) is None. Codes with
    names and without validity are recognised too, so that `parse` can say what they are.
    """
    text = text_file.head_text(content[:_HEAD])
    if name := klass_json.list_name(text):
        return "kommune_endringer" if name == "codeChanges" else _kind_of_codes(klass_json.glimpsed(text))
    heading = klass_csv.heading_of(text, _known)
    columns = set(heading.columns) if heading else set()
    if heading is None:
        return None
    if columns & {"oldCode", "newCode"}:
        return "kommune_endringer"
    if "code" in columns and columns & {"name", *VALIDITY, *(f"{column}{IN_RANGE}" for column in VALIDITY)}:
        return _kind_of_codes(klass_csv.glimpsed(heading, "code"))
    if sum(_MAP_COLUMN.fullmatch(column) is not None for column in heading.columns) > 1:
        return "kommune_kart"
    return "statsforvaltere" if "statsforvalter" in columns else None


def _known(heading: str) -> str | None:
    folded = heading.casefold()
    return folded if _MAP_COLUMN.fullmatch(folded) else _COLUMNS.get(folded)


def _kind_of_codes(codes: Iterable[str]) -> KlassKind | None:
    """By most of the codes; what is no code of the list is then told with its row.

    A list of nothing but single digits is none: of the counties some have two, also without their zero.
    """
    found = list(codes)
    if not found:
        return "kommune_koder"
    of_four = sum(len(whole_code("kommunenr", code)) == 4 for code in found)
    of_two = sum(len(whole_code("fylkesnr", code)) == 2 for code in found)
    others = len(found) - of_four - of_two
    if of_four >= max(1, of_two, others):
        return "kommune_koder"
    return "fylke_koder" if of_two > of_four + others and any(len(code) == 2 for code in found) else None


def parse(content: bytes, file: str) -> KlassFile:
    """The rows of the file. `file` is the name that findings give.

    Raises `InvalidInput` with every fault: nothing in the file, not one of the lists, bytes of no character set,
    columns missing or standing twice, a row with other cells than the headings, codes without validity, no date, a name
    that can be none, a code of another length, a row twice (code and start, or all of a change's key).
    """
    kind = recognise(content)
    if kind is None:
        raise InvalidInput([_unrecognised(content, file)])
    text = text_file.letters(content, file).text
    found = FindingCollector()
    if name := klass_json.list_name(text):
        items = [
            Item(item, None, f"{name}[{index}]") for index, item in enumerate(klass_json.items_of(text, name, file))
        ]
        columns = tuple(dict.fromkeys(key for item in items for key in item.values)) if items else None
        shape, heading_row = _SHAPES[kind], None
    else:
        heading = klass_csv.heading_of(text, _known)
        if heading is None:  # not so when it has been recognised
            raise InvalidInput([_unrecognised(content, file)])
        columns, heading_row = heading.columns, heading.line
        shape = _shape(kind, heading, file)
        found.extend(klass_csv.standing_twice(heading, klass_rows.names_of_all(shape), file))
        found.raise_if_any()
        items = [
            Item(dict(zip(heading.columns, line.cells, strict=True)), line.number, None)
            for line in klass_csv.rows_below(heading, file, found)
        ]
    rows = klass_rows.read(items, columns, shape, file, heading_row, found)
    if not items and not found.findings and kind != "kommune_endringer":  # a range of days may be without changes
        found.add(Finding(file=file, found="no rows", expected="at least one row", action=_AGAIN))
    found.raise_if_any()
    return KlassFile(kind, rows)


def _unrecognised(content: bytes, file: str) -> Finding:
    return Finding(
        file=file,
        found="a file with other content" if content.strip() else "an empty file",
        expected="a list of municipality codes, county codes, changes or statsforvaltere, or a map from year to year",
        action=_AGAIN,
    )


def _shape(kind: KlassKind, heading: klass_csv.Heading, file: str) -> Shape:
    if kind == "statsforvaltere":
        return shapes.offices_shape(heading.columns)
    if kind != "kommune_kart":
        return _SHAPES[kind]
    years = shapes.map_years(heading.columns)
    if years is None:
        found = f"the columns {', '.join(heading.columns)}"
        expected = "code_YYYY and name_YYYY for a year and for the next, and kind"
        raise InvalidInput([Finding(file=file, row=heading.line, found=found, expected=expected, action=_AGAIN)])
    return shapes.map_shape(years)
