"""Downloads of one report, a file a year, joined to one file of all years, as Udir's statistics bank gives them.

Belongs here: joining. Does not belong here: which files, or assertions. A unit that does not stand in a year has empty
cells there; one whose code or name changed stands on a row for each, as in Udir's download of grunnskolepoeng.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

UNIT_COLUMNS = 9


def joined(files: Sequence[Path]) -> bytes:
    """One download, in Udir's own encoding and form, with every column and unit of the files."""
    heads, tables = zip(*(_read(file) for file in files), strict=True)
    units: dict[tuple[str, ...], None] = {}
    for table in tables:
        units.update(dict.fromkeys(table))
    rows = [[*heads[0][:UNIT_COLUMNS], *(name for head in heads for name in head[UNIT_COLUMNS:])]]
    for unit in sorted(units):
        cells = [table.get(unit, [""] * (len(head) - UNIT_COLUMNS)) for head, table in zip(heads, tables, strict=True)]
        rows.append([*unit, *(cell for of_file in cells for cell in of_file)])
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\r\n").writerows(rows)
    return ("sep=\t\r\n" + out.getvalue()).encode("utf-16-le")


def _read(file: Path) -> tuple[list[str], dict[tuple[str, ...], list[str]]]:
    text = file.read_bytes().decode("utf-16-le").removeprefix("\ufeff")
    head, *rows = list(csv.reader(io.StringIO(text.split("\n", 1)[1], newline=""), delimiter="\t"))
    return head, {tuple(row[:UNIT_COLUMNS]): row[UNIT_COLUMNS:] for row in rows}
