"""Writing observations to the lake's partitions, and keeping the lake what the archive says.

Belongs here: one Parquet file per source and school year, and which of them are out of date. Does not belong here:
which rows there are (`observasjon`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.engine import Engine, Lake, StagedFile
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.staging.observasjon import skoleaar_and_kilder
from oppfolging_pipeline.tables.model import table

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Relation

_KEY = "observasjon"
_PARTITION = table(_KEY).partition_by
_Part = tuple[str, str]  # kilde, skoleaar


@dataclass(frozen=True)
class Update:
    """What makes the lake's observations those of the archive: files to put in place, and files that must go."""

    staged: tuple[StagedFile, ...]
    gone: tuple[Path, ...]


def stage(engine: Engine, lake: Lake, skoleaar: Collection[str]) -> Update:
    """Stage the partitions of those school years that the connection's table `observasjon` holds, and every other one
    that is not in the lake as it is here.

    What is in force changes without a run: a fetch accepts a school year by itself, and a run may be asked for what was
    known at an earlier date. Nothing in the lake may be of another basis than the rest.
    """
    from duckdb import ColumnExpression, ConstantExpression

    observations = engine.connection.table(_KEY)
    files = lake.files(_KEY)
    # What is spoiled, or not audited as it lies there, is not read: it is written anew, as if it were not there.
    spoiled = set(lake.not_as_audited(files))
    there: dict[_Part, tuple[int, int]] = {}
    for file in files:
        if file not in spoiled:
            there |= _fingerprints(engine, engine.read([file], _KEY))
    here = _fingerprints(engine, observations)
    targets = {part: lake.target(_KEY, dict(zip(_PARTITION, part, strict=True))) for part in here}
    staged = []
    for kilde, aar in skoleaar_and_kilder(engine.connection):
        if aar in skoleaar or here[kilde, aar] != there.get((kilde, aar)):
            # A filter, not a step of its own: the partitions together are a second copy of every figure.
            part = observations.filter(
                (ColumnExpression("kilde") == ConstantExpression(kilde))
                & (ColumnExpression("skoleaar") == ConstantExpression(aar))
            )
            staged.append(engine.write(part, _KEY, lake, dict(zip(_PARTITION, (kilde, aar), strict=True))))
    gone = [file for file in files if file not in targets.values()]
    return Update(tuple(staged), tuple(gone))


def with_these_alone(engine: Engine, lake: Lake, staged: Sequence[StagedFile], cells: Behov) -> tuple[StagedFile, ...]:
    """The staged partitions once more, with those cells alone. One that has none of them is not staged: what the lake
    has of it stays as it is."""
    kept = engine.frame({"indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER"}, sorted(cells))
    files = []
    for file in staged:
        rows = engine.run(
            "SELECT r.* FROM rader r SEMI JOIN celler USING (indikator, maal, trinn)",
            rader=engine.connection.read_parquet(str(file.staged), hive_partitioning=False),
            celler=kept,
        )
        if rows.fetchone() is not None:
            partition = dict(zip(_PARTITION, lake.partition_of(file.target), strict=True))
            files.append(engine.write(rows, _KEY, lake, partition))
    return tuple(files)


def _fingerprints(engine: Engine, observations: Relation) -> dict[_Part, tuple[int, int]]:
    """Number of rows and a digest of them, whatever their order, by partition.

    A partition that an earlier version wrote may lack a column: then it is not the same as any of this one.
    """
    columns = ", ".join(f'"{name}"' for name in table(_KEY).column_names if name in observations.columns)
    rows = engine.run(
        f"SELECT kilde, skoleaar, count(*), bit_xor(hash({columns})) FROM observasjoner GROUP BY ALL",  # noqa: S608
        observasjoner=observations,
    ).fetchall()
    return {(kilde, skoleaar): (count, digest) for kilde, skoleaar, count, digest in rows}
