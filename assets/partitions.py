"""The school years as partitions.

Belongs here: the one partitions definition and its keys. Does not belong here: which years a rule set needs.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from oppfolging_pipeline.core.skoleaar import first_day, from_start_year

# Grunnskolepoeng is published from 2011-12. A fixed start: one that moves breaks backfills.
FIRST_SKOLEAAR = "2011-12"

skoleaar_partitions = dg.TimeWindowPartitionsDefinition(
    start=first_day(FIRST_SKOLEAAR).isoformat(),
    cron_schedule="0 0 1 8 *",
    fmt="%Y-%m-%d",
    timezone="Europe/Oslo",
    end_offset=1,  # the school year that is running is a partition too
)


def partition_key(skoleaar: str) -> str:
    """`2024-25` → `2024-08-01`."""
    return first_day(skoleaar).isoformat()


def skoleaar_of(key: str) -> str:
    """`2024-08-01` → `2024-25`."""
    return from_start_year(int(key[:4]))


def range_tags(skoleaar: Sequence[str]) -> dict[str, str]:
    """Run tags that ask for every school year from the first to the last of those given, in one run.

    Years before the first partition are no partition; the asset stages them with the new files that hold them.
    """
    return {
        "dagster/asset_partition_range_start": partition_key(max(min(skoleaar), FIRST_SKOLEAAR)),
        "dagster/asset_partition_range_end": partition_key(max(*skoleaar, FIRST_SKOLEAAR)),
    }
