"""From the items of a list of the register to the rows of its shape, whichever way the list was written.

Belongs here: a validity under either of KLASS's names, lost zeros, the form of names, and lists that are whole and not
the ones that the register needs. Does not belong here: reading lines and documents (`klass_csv`, `klass_json`), or what
a value may be (`register.rows`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.register import names
from oppfolging_pipeline.register import rows as shapes
from oppfolging_pipeline.register.rows import CODES, FYLKE_KODER, KOMMUNE_KODER, Kind, Shape, whole_code
from oppfolging_pipeline.sources import klass_requests
from oppfolging_pipeline.sources.klass_json import as_text, what_it_is

IN_RANGE = "InRequestedRange"
VALIDITY = ("validFrom", "validTo")
_RANGE_END = f"validTo{IN_RANGE}"
_AGAIN = "Get the file again."


@dataclass(frozen=True)
class Item:
    """One item as it stands: values by heading or key, and its row or its key in a document."""

    values: Mapping[str, Any]
    row: int | None
    key: str | None


def read(
    items: Sequence[Item],
    columns: Collection[str] | None,
    shape: Shape,
    file: str,
    heading_row: int | None,
    found: FindingCollector,
) -> list[dict[str, str]]:
    """The rows of the shape, as text. `columns`: what there is of headings or keys, None where no item tells.

    Adds to `found` every value that is wrong, every column that is missing and, once, what the whole list is when it is
    another than the register needs.
    """
    there = frozenset(columns or ())
    lacking = None if columns is None else _without_validity(items, there, shape, file, heading_row)
    if lacking is not None:
        found.add(lacking)
    missing = [column for column in shape.columns if columns is not None and not _names_of(column) & there]
    for column in missing:
        if lacking is None or column not in VALIDITY:
            said = "no such column"
            found.add(
                Finding(file=file, row=heading_row, column=column, found=said, expected="the column", action=_AGAIN)
            )
    # What else is wrong is told too; without a start the same code may stand for several times.
    passed_over = {*missing, *(VALIDITY if lacking is not None else ())}
    shape = Shape(
        {name: kind for name, kind in shape.columns.items() if name not in passed_over},
        () if passed_over & set(shape.key) else shape.key,
    )
    end = _end_of_range(items)
    odd: set[tuple[int, str]] = set()
    rows = []
    for index, item in enumerate(items):
        row: dict[str, str] = {}
        for column, kind in shape.columns.items():
            value = _value(item, column, end)
            if (text := as_text(value)) is not None:
                row[column] = _as_kept(kind, text)
            elif value is not _NOTHING:
                odd.add((index, column))
                found.add(_no_text(item, column, value, file))
        rows.append(row)
    _put_back_lost_zeros(rows, shape)
    if other := _changes_of_others(rows, file):
        found.add(other)
        return rows
    found.extend(
        fault
        for index, fault in shapes.faults_by_row(rows, shape, lambda at: (items[at].row, items[at].key), file)
        if (index, fault.column) not in odd
    )
    return rows


_NOTHING = object()  # neither the column nor its other name is there


def names_of_all(shape: Shape) -> set[str]:
    """The headings and keys that the columns of a shape may stand under."""
    return {name for column in shape.columns for name in _names_of(column)}


def _names_of(column: str) -> set[str]:
    """The names that a column may stand under."""
    return {column, f"{column}{IN_RANGE}"} if column in VALIDITY else {column}


def _value(item: Item, column: str, end: str | None) -> Any:
    """The value of a column under either of its names, `_NOTHING` under none.

    The API leaves `validFrom` and `validTo` null in an answer for a range of dates and gives the dates under
    `…InRequestedRange`, cut to the range: what lasts until `end`, the last day of all, has no end that is known.
    """
    in_range = f"{column}{IN_RANGE}"
    value = item.values.get(column, _NOTHING)
    if value not in (_NOTHING, None, "") and not (isinstance(value, str) and not value.strip()):
        return value
    if in_range not in item.values or (in_range == _RANGE_END and item.values[in_range] == end):
        return None if value is _NOTHING and in_range in item.values else value
    return item.values[in_range]


def _end_of_range(items: Sequence[Item]) -> str | None:
    """The last day of the range that was asked for; None where some code lasts beyond it: then there was none."""
    ends = [item.values.get(_RANGE_END) for item in items]
    texts = [end for end in ends if isinstance(end, str) and end.strip()]
    return max(texts) if texts and len(texts) == len(ends) else None


def _as_kept(kind: Kind, text: str) -> str:
    return names.kept(text) if kind in ("name", "open_name") else text.strip()


def _put_back_lost_zeros(rows: Sequence[dict[str, str]], shape: Shape) -> None:
    """A program that takes codes for numbers takes the zero of all of them: where one has kept it, a code that is a
    digit short has lost another."""
    cells = [(row, column) for row in rows for column, kind in shape.columns.items() if kind in CODES and column in row]
    if not any(row[column].startswith("0") for row, column in cells):
        for row, column in cells:
            row[column] = whole_code(shape.columns[column], row[column])


def _no_text(item: Item, column: str, value: Any, file: str) -> Finding:
    expected = "one text"
    found = what_it_is(value)
    return Finding(file=file, row=item.row, key=item.key, column=column, found=found, expected=expected, action=_AGAIN)


def _without_validity(
    items: Sequence[Item], there: frozenset[str], shape: Shape, file: str, heading_row: int | None
) -> Finding | None:
    """Codes of one day, as KLASS's `codesAt` gives them, and lists with one half of the validity: one fault, and the
    request that gives the codes with all of it."""
    if shape not in (KOMMUNE_KODER, FYLKE_KODER):
        return None
    start, until = (bool(_names_of(column) & there) for column in VALIDITY)
    told = not items or any(as_text(_value(item, "validFrom", None)) != "" for item in items)
    if start and until and told:
        return None
    what = "municipality codes" if shape is KOMMUNE_KODER else "county codes"
    if start and told:
        found, column = f"{what} with validFrom and without validTo", "validTo"
    elif any(as_text(_value(item, "validTo", None)) for item in items if _names_of("validTo") & set(item.values)):
        found, column = f"{what} with validTo and without validFrom", "validFrom"
    else:
        found, column = f"{what} of one day: nothing says from when and to when each is valid", ", ".join(VALIDITY)
    url = klass_requests.municipalities("codes") if shape is KOMMUNE_KODER else klass_requests.counties()
    return Finding(
        file=file,
        row=heading_row,
        column=column,
        found=f"{found} (rows: {len(items)})",
        expected="codes with the days from which and to which each is valid (validFrom, validTo)",
        action=f"Get {url} and put the answer in the inbox in the place of this file.",
    )


def _changes_of_others(rows: Sequence[Mapping[str, str]], file: str) -> Finding | None:
    """Changes of a classification without any code of four digits: one fault, not two for each row."""
    codes = [row[column] for row in rows for column in ("oldCode", "newCode") if column in row]
    if not codes or any(len(code) == 4 for code in codes):
        return None
    return Finding(
        file=file,
        found=f"changes of other codes than those of municipalities, such as '{names.visible(codes[0])}'",
        expected="changes of municipalities, whose codes have four digits",
        action=f"Get {klass_requests.municipalities('changes')} and put the answer in the inbox in the place of this "
        "file, or take it out: the register has no other changes.",
    )
