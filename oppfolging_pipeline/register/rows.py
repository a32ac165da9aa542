"""The shapes of rows that a register is built from, checked value by value and turned into facts.

Belongs here: columns and what each may hold, for the lists that `sources.klass_files` reads and `reference` takes. Does
not belong here: decoding files (`sources`), or what must hold across rows (`validation`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.register import names
from oppfolging_pipeline.register.facts import Embete, Endring, Fylke, Kommune

Row = Mapping[str, str]
# Row number and key of the row with an index: one of them, as the source is a sheet of rows or a list.
Position = Callable[[int], tuple[int | None, str | None]]
Kind = Literal["kommunenr", "fylkesnr", "date", "open_date", "name", "open_name", "text"]

_EXPECTED: dict[Kind, str] = {
    "kommunenr": "a municipality code of four digits",
    "fylkesnr": "a county code of two digits",
    "date": "a date such as 2024-01-01",
    "open_date": "a date such as 2024-01-01, or nothing",
    "name": names.NAME,
    "open_name": f"{names.NAME}, or nothing",
    "text": "a word",
}
_LENGTHS: dict[Kind, int] = {"kommunenr": 4, "fylkesnr": 2}
CODES = frozenset(_LENGTHS)
_CODE = re.compile(r"[0-9]+")
_LOST_ZERO = re.compile(r"[1-9][0-9]*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AGAIN = "Correct the row, or get the list again."
_ACTION: dict[Kind, str] = {
    "date": "Write it as year-month-day, or get the list again and leave it as it came: spreadsheets write dates anew.",
    "name": names.ACTION,
}
_ACTION |= {"open_date": _ACTION["date"], "open_name": _ACTION["name"]}
_MAP_COLUMN = re.compile(r"code_(\d{4})")


@dataclass(frozen=True)
class Shape:
    """Columns in order with the kind of each, and the columns that no two rows may share (none: rows may be equal)."""

    columns: Mapping[str, Kind]
    key: tuple[str, ...]


KOMMUNE_KODER = Shape(
    {"code": "kommunenr", "name": "name", "validFrom": "date", "validTo": "open_date"}, ("code", "validFrom")
)
FYLKE_KODER = Shape(
    {"code": "fylkesnr", "name": "name", "validFrom": "date", "validTo": "open_date"}, ("code", "validFrom")
)
KOMMUNE_ENDRINGER = Shape(
    {
        "changeOccurred": "date",
        "oldCode": "kommunenr",
        "oldName": "open_name",
        "newCode": "kommunenr",
        "newName": "open_name",
    },
    ("changeOccurred", "oldCode", "newCode"),
)
STATSFORVALTERE = Shape({"statsforvalter": "name", "fylkesnr": "fylkesnr"}, ("fylkesnr",))
DAGER = ("gyldig_fra", "gyldig_til")
"""The columns of a list of statsforvaltere, as the carried one has them, that tells from when and to when."""
STATSFORVALTERE_MED_DAGER = Shape(
    {**STATSFORVALTERE.columns, "gyldig_fra": "date", "gyldig_til": "open_date"}, ("fylkesnr", "gyldig_fra")
)


def offices_shape(columns: Collection[str]) -> Shape:
    """The shape of a list of statsforvaltere: with days where it has a column of them."""
    return STATSFORVALTERE_MED_DAGER if set(DAGER) & set(columns) else STATSFORVALTERE


def map_years(columns: Iterable[str]) -> tuple[int, int] | None:
    """The two years of a map's columns `code_YYYY`, in order; None unless they are two that follow each other."""
    years = sorted(int(match[1]) for column in columns if (match := _MAP_COLUMN.fullmatch(column)))
    return (years[0], years[1]) if len(years) == 2 and years[1] == years[0] + 1 else None


def map_shape(years: tuple[int, int]) -> Shape:
    """The shape of a map from one year's codes to the next."""
    columns: dict[str, Kind] = {}
    for year in years:
        columns |= {f"code_{year}": "kommunenr", f"name_{year}": "name"}
    return Shape({**columns, "kind": "text"}, (f"code_{years[0]}", f"code_{years[1]}"))


def check_rows(rows: Sequence[Row], shape: Shape, position: Position, file: str | None = None) -> list[Finding]:
    """Every value that its column may not hold, and every row whose key stood before."""
    return [finding for _, finding in faults_by_row(rows, shape, position, file)]


def faults_by_row(
    rows: Sequence[Row], shape: Shape, position: Position, file: str | None = None
) -> Iterator[tuple[int, Finding]]:
    """What `check_rows` finds, each with the index of its row. A shape without a key has rows that may be equal."""
    seen: dict[tuple[str, ...], int] = {}
    for index, row in enumerate(rows):
        number, key = position(index)
        wrong = [
            Finding(
                file=file,
                row=number,
                key=key,
                column=column,
                found=_told(kind, row[column]) if column in row else "no value",
                expected=_EXPECTED[kind],
                action=_ACTION.get(kind, _AGAIN) if row.get(column) else _AGAIN,
            )
            for column, kind in shape.columns.items()
            if column not in row or not _holds(kind, row[column])
        ]
        yield from ((index, finding) for finding in wrong)
        identity = tuple(row.get(column, "") for column in shape.key)
        first = seen.setdefault(identity, index)
        if shape.key and first != index and not wrong:
            other = position(first)
            yield (
                index,
                Finding(
                    file=file,
                    row=number,
                    key=key,
                    column=", ".join(shape.key),
                    found=f"{' '.join(identity)} a second time, first in {other[1] or f'row {other[0]}'}",
                    expected="each once",
                    action="Remove one of the rows.",
                ),
            )


def whole_code(kind: Kind, text: str) -> str:
    """The code with the zero that it begins with, where a spreadsheet has taken it for a number; else the text.

    The width of the column is fixed, so a code that is one digit short can be no other. Only one zero can be lost:
    there is no county 00.
    """
    length = _LENGTHS.get(kind)
    lost = length is not None and len(text) == length - 1 and _LOST_ZERO.fullmatch(text) is not None
    return f"0{text}" if lost else text


def _told(kind: Kind, text: str) -> str:
    """The value as a fault shows it, with what makes a name none."""
    shown = f"'{names.visible(text)}'"
    why = names.fault(text) if text and kind in ("name", "open_name") else None
    return f"{shown}, with {why}" if why else shown


def _holds(kind: Kind, text: str) -> bool:
    if kind in _LENGTHS:
        return len(text) == _LENGTHS[kind] and _CODE.fullmatch(text) is not None
    if kind in ("date", "open_date"):
        return _is_date(text) or (kind == "open_date" and text == "")
    if kind in ("name", "open_name"):
        return names.fault(text) is None or (kind == "open_name" and text == "")
    return text != ""


def _is_date(text: str) -> bool:
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def end_of(text: str) -> date | None:
    """The first day after a validity; None for an empty text, a validity without end."""
    return date.fromisoformat(text) if text else None


def as_kommune(row: Row) -> Kommune:
    """A row of `KOMMUNE_KODER` that has been checked."""
    return Kommune(row["code"], row["name"], date.fromisoformat(row["validFrom"]), end_of(row["validTo"]))


def as_fylke(row: Row) -> Fylke:
    """A row of `FYLKE_KODER` that has been checked."""
    return Fylke(row["code"], row["name"], date.fromisoformat(row["validFrom"]), end_of(row["validTo"]))


def as_endring(row: Row) -> Endring:
    """A row of `KOMMUNE_ENDRINGER` that has been checked."""
    return Endring(date.fromisoformat(row["changeOccurred"]), row["oldCode"], row["newCode"])


def as_embete(row: Row) -> Embete:
    """A row of a list of statsforvaltere that has been checked; without days the office has always been so."""
    if DAGER[0] not in row:
        return Embete(row["statsforvalter"], row["fylkesnr"])
    start, end = (end_of(row[name]) for name in DAGER)
    return Embete(row["statsforvalter"], row["fylkesnr"], start or date.min, end)


def changes_of_map(rows: Sequence[Row], years: tuple[int, int]) -> list[Endring]:
    """The changes of 1 January of the map's second year.

    A row with the same code and name on both sides is no change, unless the code also stands in another row: then it is
    the part of a merger or a split that kept the number.
    """
    (old_code, new_code), (old_name, new_name) = ([f"{part}_{year}" for year in years] for part in ("code", "name"))
    old = [row[old_code] for row in rows]
    new = [row[new_code] for row in rows]
    return [
        Endring(date(years[1], 1, 1), row[old_code], row[new_code])
        for row in rows
        if (row[old_code], row[old_name]) != (row[new_code], row[new_name])
        or old.count(row[old_code]) > 1
        or new.count(row[new_code]) > 1
    ]
