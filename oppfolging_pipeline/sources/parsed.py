"""What a parser gives: rows of figures as they stand in one file, in the columns of `observasjon`.

Belongs here: the shape between parsing and staging. Does not belong here: choosing between rows (`staging`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.tables.model import table

if TYPE_CHECKING:
    import pyarrow as pa

NIVAA = {"1": "nasjonalt", "2": "fylke", "3": "kommune", "4": "skole"}
LAND = "I"  # Udir's code for the whole country
# Long texts that stand in thousands of rows: kept once, with a number in each row.
REPEATED_TEXTS = frozenset({"enhetsnavn", "kolonne"})
NAME_COLUMN = {"nasjonalt": "Nasjonalt", "fylke": "Fylke", "kommune": "Kommune", "skole": "EnhetNavn"}
FORELOPIG = "Foreløpige tall "

# The headings that both file shapes share and that say which unit a row is about.
UNIT_COLUMNS = (
    "EnhetNivaa",
    "Nasjonaltkode",
    "Fylkekode",
    "Kommunekode",
    "Organisasjonsnummer",
    "Nasjonalt",
    "Fylke",
    "Kommune",
    "EnhetNavn",
)
# Digits of a code by its column: a spreadsheet drops leading zeros (`301` is Oslo, 0301). An organisasjonsnummer has
# none, so that a short one is a fault.
CODE_DIGITS = {"Fylkekode": 2, "Kommunekode": 4}


class OtherReport(InvalidInput):
    """A file of a source's with no figure of a municipality or a school in any row: nobody can use it, and it stops
    nobody by itself. Whoever reads a folder tells of it, and goes on without it."""


NOT_IN_A_FILE = ("sha256", "rettelse")  # what is known of a figure when it has been read
FIGURE_COLUMNS = tuple(name for name in table("observasjon").column_names if name not in NOT_IN_A_FILE)


@dataclass(frozen=True)
class ParsedFile:
    """One file, read.

    `figures` has the columns `FIGURE_COLUMNS`, those of `observasjon` that a file has; several rows may still speak of
    one cell. `rows` counts the file's own rows, headings not included. `ignored_columns` are known headings that were
    not used. `left_out` says what was wrong with columns and rows that nobody needs and that give no figures.
    """

    kind: str
    kilde: str
    figures: pa.Table
    rows: int
    ignored_columns: tuple[str, ...] = ()
    left_out: tuple[Finding, ...] = ()


def figure_schema() -> pa.Schema:
    """The types of `ParsedFile.figures`, the same for every file."""
    import pyarrow as pa

    types = {
        "VARCHAR": pa.string(),
        "INTEGER": pa.int32(),
        "DECIMAL(9,3)": pa.decimal128(9, 3),
        "BOOLEAN": pa.bool_(),
    }
    declared = table("observasjon")
    repeated = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [(name, repeated if name in REPEATED_TEXTS else types[declared.column(name).type]) for name in FIGURE_COLUMNS]
    )


def figures_of(columns: Mapping[str, Any]) -> pa.Table:
    """A table of figures from values by column: a sequence with one value a row, or one value for all of the rows."""
    import pyarrow as pa

    schema = figure_schema()
    rows = len(columns["rad"])
    first = pa.repeat(pa.scalar(0, pa.int32()), rows)
    arrays = []
    for field in schema:
        values = columns[field.name]
        if isinstance(values, list | tuple):
            arrays.append(pa.array(values, field.type))
        else:
            one = pa.array([values], field.type)
            arrays.append(one.take(first) if field.name in REPEATED_TEXTS else pa.repeat(one[0], rows))
    return pa.Table.from_arrays(arrays, schema=schema)
