"""Writing observations to the lake's partitions.

Belongs here: one Parquet file per source and school year. Does not belong here: which rows there are (`observasjon`).
"""

from __future__ import annotations

from collections.abc import Sequence

from oppfolging_pipeline.engine import Engine, Lake, StagedFile
from oppfolging_pipeline.staging.observasjon import skoleaar_and_kilder


def stage(engine: Engine, lake: Lake, skoleaar: Sequence[str]) -> list[StagedFile]:
    """Stage the partitions of those school years that the connection's table `observasjon` holds, for every source."""
    return [
        engine.write(
            engine.run("SELECT * FROM observasjon WHERE kilde = $kilde AND skoleaar = $skoleaar", {"kilde": kilde, "skoleaar": aar}),
            "observasjon",
            lake,
            {"kilde": kilde, "skoleaar": aar},
        )
        for kilde, aar in skoleaar_and_kilder(engine.connection)
        if aar in skoleaar
    ]
