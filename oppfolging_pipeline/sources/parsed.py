"""What a parser gives: rows of figures as they stand in one file, in the columns of `observasjon`.

Belongs here: the shape between parsing and staging. Does not belong here: choosing between rows (`staging`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

NIVAA = {"1": "nasjonalt", "2": "fylke", "3": "kommune", "4": "skole"}
LAND = "I"  # Udir's code for the whole country
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


@dataclass(frozen=True)
class ParsedFile:
    """One file, read.

    `figures` has the columns of `observasjon` except `sha256`; several rows may still speak of one cell. `rows` counts
    the file's own rows, headings not included. `ignored_columns` are known headings that were not used.
    """

    kind: str
    kilde: str
    figures: pa.Table
    rows: int
    ignored_columns: tuple[str, ...] = ()
