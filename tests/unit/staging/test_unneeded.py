"""When participation may be left out, and when it is what shows that figures are misread."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.rules.behov import needed_cells
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging.unneeded import counts_are_misread

NEEDED = needed_cells([load_rule_set("udir-2020")])
UNIT = "kilde=elevundersokelsen, skoleaar=2024-25, nivaa=kommune, enhet=6101"
BULLIED = f"{UNIT}, indikator=mobbing, maal=andel_mobbet, trinn=7"
SUPPORT = f"{UNIT}, indikator=stotte_fra_larer, maal=score, trinn=7"
TAKEN_PART = f"{UNIT}, indikator=deltakelse, maal=andel_deltatt, trinn=7"


@pytest.mark.parametrize(
    ("keys", "misread"),
    [
        ([BULLIED], True),
        ([BULLIED, TAKEN_PART], True),
        ([BULLIED, SUPPORT], False),
        ([TAKEN_PART], False),
        ([f"{UNIT}, indikator=mobbing, maal=andel_mobbet, trinn=9"], False),
        ([UNIT], False),
        ([], False),
    ],
    ids=["numerators", "numerators and more", "all counts", "participation", "another grade", "no cell", "nothing"],
)
def test_numerators_that_participation_speaks_against_are_misread(keys: list[str], misread: bool) -> None:
    """Guards against answers read as numerators passing since what shows it was left out."""
    assert counts_are_misread(keys, NEEDED, default_catalog()) is misread
