"""The example's own register, in the columns of the KLASS files (and of our list of statsforvaltere).

Belongs here: the four csv files. Does not belong here: what they say (`geography`, `units`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from oppfolging_pipeline.sources.example.geography import STATSFORVALTERE, Periode
from oppfolging_pipeline.sources.example.units import changes, fylke_periods, kommune_periods

STATSFORVALTERE_FILE = "statsforvaltere.csv"


def register_files() -> dict[str, bytes]:
    """Name → bytes; UTF-8, comma, LF."""
    codes = ("code", "name", "validFrom", "validTo")
    return {
        "kommune_koder.csv": _csv(codes, map(_validity, kommune_periods())),
        "kommune_endringer.csv": _csv(("changeOccurred", "oldCode", "oldName", "newCode", "newName"), changes()),
        "fylke_koder.csv": _csv(codes, map(_validity, fylke_periods())),
        STATSFORVALTERE_FILE: _csv(
            ("statsforvalter", "fylkesnr"), ((office, fylke) for office, fylker in STATSFORVALTERE for fylke in fylker)
        ),
    }


def _validity(period: Periode) -> tuple[str, str, str, str]:
    return period.kode, period.navn, period.gyldig_fra, period.gyldig_til


def _csv(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return buffer.getvalue().encode()
