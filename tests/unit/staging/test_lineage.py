"""How the codes of a year became the municipalities of the register."""

from __future__ import annotations

from datetime import date

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.harmonisering import lineage
from tests.unit.staging.country import changing_country

PER = date(2025, 3, 1)
NP = "nasjonale_prover"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({"6101": True}, [("6101", "6101", "flyttet")]),
        ({"6102": True}, [("6102", "6202", "flyttet")]),
        ({"6103": True}, [("6103", "6103", "flyttet")]),
        ({"6104": True, "6105": True}, [("6104", "6106", "sammenslaatt"), ("6105", "6106", "sammenslaatt")]),
        ({"6107": True}, [("6107", "6108", "delt"), ("6107", "6109", "delt")]),
        (
            {"6110": True, "6113": True},
            [("6110", "6111", "delt"), ("6110", "6112", "delt"), ("6113", "6112", "delt")],
        ),
        # codes of schools alone are carried along and decide nothing
        ({"6102": True, "6202": False}, [("6102", "6202", "flyttet"), ("6202", "6202", "flyttet")]),
        (
            {"6107": False, "6108": True},
            [("6107", "6108", "flyttet"), ("6107", "6109", "flyttet"), ("6108", "6108", "flyttet")],
        ),
        ({"6107": True, "6108": False}, [("6107", "6108", "delt"), ("6107", "6109", "delt"), ("6108", "6108", "delt")]),
        ({"2100": True, "2599": False}, []),
    ],
)  # fmt: skip
def test_the_way_a_municipality_is_made_follows_from_the_municipality_rows(
    codes: dict[str, bool], expected: list[tuple[str, str, str]]
) -> None:
    present = [(NP, "2022-23", code, own_row) for code, own_row in codes.items()]
    assert lineage(present, changing_country(), default_catalog(), PER) == [
        (NP, "2022-23", fra, til, maate) for fra, til, maate in expected
    ]


def test_each_source_and_year_has_its_own_codes() -> None:
    """The marks of the spring of 2024 come with the new codes, the tests of the autumn before with the old."""
    present = [
        (NP, "2023-24", "6104", True),
        (NP, "2023-24", "6105", True),
        ("grunnskolepoeng", "2023-24", "6106", True),
    ]
    assert {
        (kilde, maate) for kilde, _, _, _, maate in lineage(present, changing_country(), default_catalog(), PER)
    } == {
        (NP, "sammenslaatt"),
        ("grunnskolepoeng", "flyttet"),
    }


def test_a_code_that_the_register_does_not_know_is_refused() -> None:
    with pytest.raises(PermanentError, match="6199"):
        lineage([(NP, "2022-23", "6199", True)], changing_country(), default_catalog(), PER)
