"""School years as partitions, and the range that a run asks for."""

from __future__ import annotations

import pytest

from assets.partitions import FIRST_SKOLEAAR, partition_key, range_tags, skoleaar_of


@pytest.mark.parametrize(
    ("skoleaar", "first", "last"),
    [
        (["2024-25"], "2024-08-01", "2024-08-01"),
        (["2024-25", "2022-23"], "2022-08-01", "2024-08-01"),
        # A file that goes further back than the partitions must not end in an error of Dagster's.
        (["2009-10", "2012-13"], "2011-08-01", "2012-08-01"),
        (["2009-10"], "2011-08-01", "2011-08-01"),
    ],
)
def test_the_range_goes_from_the_first_to_the_last_year_within_the_partitions(skoleaar, first, last):
    assert range_tags(skoleaar) == {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last,
    }


def test_a_partition_key_is_the_first_day_of_its_year():
    assert skoleaar_of(partition_key(FIRST_SKOLEAAR)) == FIRST_SKOLEAAR
