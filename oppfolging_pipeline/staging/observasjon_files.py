"""Writing observations to the lake's partitions.

Belongs here: one Parquet file per source and school year. Does not belong here: which rows there are (`observasjon`).
"""

from __future__ import annotations

from collections.abc import Sequence

from oppfolging_pipeline.engine import Engine, Lake, StagedFile
from oppfolging_pipeline.staging.observasjon import skoleaar_and_kilder


def stage(engine: Engine, lake: Lake, skoleaar: Sequence[str]) -> list[StagedFile]:
    """Stage the partitions of those school years that the connection's table `observasjon` holds, for every source."""
    from duckdb import ColumnExpression, ConstantExpression

    observations = engine.connection.table("observasjon")
    staged = []
    for kilde, aar in skoleaar_and_kilder(engine.connection):
        if aar in skoleaar:
            # A filter, not a step of its own: the partitions together are a second copy of every figure.
            part = observations.filter(
                (ColumnExpression("kilde") == ConstantExpression(kilde))
                & (ColumnExpression("skoleaar") == ConstantExpression(aar))
            )
            staged.append(engine.write(part, "observasjon", lake, {"kilde": kilde, "skoleaar": aar}))
    return staged
