"""Tables of the lake as data frames.

Belongs here: reading Parquet files, with figures as whole numbers. Does not belong here: what the figures mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import PermanentError

if TYPE_CHECKING:
    import pandas as pd

OBSERVASJON = (
    "kilde", "skoleaar", "nivaa", "enhet", "kommunenr", "indikator", "maal", "trinn", "verdi", "verdistatus", "antall",
    "antallstatus", "forelopig", "rettelse",
)  # fmt: skip
KOMMUNE = ("kommunenr", "gyldig_fra", "gyldig_til", "gaatt_over_i")
SKOLE = ("nivaa", "enhet", "kommunenr", "kilde", "skoleaar")


def read(
    paths: Sequence[Path], columns: Sequence[str], skala: int, filters: list[list[tuple[str, str, Any]]] | None = None
) -> pd.DataFrame:
    """Those columns of the files together: decimals as whole numbers (times `skala`), numbers and truths nullable.

    `filters` are alternatives, each of which asks several things of a row: (column, operator, value).

    Raises `PermanentError` when there is no file, one cannot be read, or a column is not in it.
    """
    import pandas as pd

    if not paths:
        raise PermanentError(f"found no file with {', '.join(columns)}; expected the table in the lake")
    parts = []
    for path in paths:
        try:
            part = pd.read_parquet(path, columns=list(columns), filters=filters, dtype_backend="pyarrow")
        except (OSError, ValueError) as fault:  # not there, no Parquet, or a column that is not in it
            found = str(fault).partition("\n")[0]
            raise PermanentError(f"{path.name}: found {found}; expected the columns {', '.join(columns)}") from fault
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    return frame.apply(lambda column: _plain(column, skala))


def _plain(column: pd.Series[Any], skala: int) -> pd.Series[Any]:
    kind = str(column.dtype)
    if kind.startswith("decimal"):
        return (column * skala).astype("int64[pyarrow]").astype("Int64")
    if kind.startswith("int"):
        return column.astype("Int64")
    if kind.startswith("bool"):
        return column.astype("boolean")
    if kind.startswith("double"):
        return column.astype("Float64")
    return column.astype("str") if kind.startswith("string") else column


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain values: None for what is empty."""
    return [
        dict(zip(frame.columns, row, strict=True))
        for row in zip(*(_values(frame[name]) for name in frame.columns), strict=True)
    ]


def _values(column: pd.Series[Any]) -> list[Any]:
    values = column.tolist()
    if not column.hasnans:
        return values
    return [None if empty else value for value, empty in zip(values, column.isna(), strict=True)]
