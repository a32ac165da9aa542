"""No municipality is counted twice where old and new codes stand side by side."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.kommunekoder import codes_that_count, ranked_codes
from tests.unit.register.country import change, code, country
from tests.unit.staging.country import changing_country

OLD, NEW = date(2022, 10, 1), date(2024, 10, 1)
ALL = ["6101", "6102", "6103", "6104", "6105", "6106", "6107", "6108", "6109", "6202"]


@pytest.mark.parametrize(
    ("codes", "day", "counting"),
    [
        (ALL, OLD, {"6101", "6102", "6103", "6104", "6105", "6107"}),
        (ALL, NEW, {"6101", "6103", "6106", "6108", "6109", "6202"}),
        # figures that were only cast back to a later code count with it
        (["6101", "6202"], OLD, {"6101", "6202"}),
        (["6106"], OLD, {"6106"}),
        (["6108", "6109"], OLD, {"6108", "6109"}),  # the two parts of one have no pupils in common
        # one of the two that merged is there: the merger would count it twice
        (["6104", "6106"], OLD, {"6104"}),
        (["6107", "6109"], OLD, {"6107"}),
        (["6107", "6109"], NEW, {"6109"}),
        # codes that are no municipality, and unknown ones (told elsewhere), have no relatives
        (["2100", "2599", "9999", "9998", "6101"], OLD, {"2100", "2599", "9999", "9998", "6101"}),
        ([], OLD, set()),
    ],
)
def test_the_code_in_force_counts_and_its_relatives_only_without_it(
    codes: list[str], day: date, counting: set[str]
) -> None:
    assert codes_that_count(codes, changing_country(), day) == counting
    assert codes_that_count(codes[::-1], changing_country(), day) == counting


def test_two_municipalities_in_force_both_count_although_the_one_gave_the_other_a_part() -> None:
    day = "2020-01-01"
    codes = [each for number in ("6101", "6102") for each in (code(number, end=day), code(number, day))]
    changes = [change(day, *pair) for pair in (("6101", "6101"), ("6101", "6102"), ("6102", "6102"))]
    register = country(codes, changes)
    assert codes_that_count(["6101", "6102"], register, OLD) == {"6101", "6102"}


@settings(max_examples=30, deadline=None)
@given(
    st.sets(st.sampled_from(sorted({row.kommunenr for row in carried_register().kommuner})), max_size=40), st.booleans()
)
def test_in_real_history_no_two_that_count_were_ever_one_another(codes: set[str], early: bool) -> None:
    register, day = carried_register(), date(2016, 6, 30) if early else date(2023, 10, 1)
    counting = codes_that_count(codes, register, day)
    assert {each for each in codes if register.gyldig(each, day)} <= counting
    days = {max(row.gyldig_fra, register.foerste_dag) for row in register.kommuner}
    for one, other in combinations(sorted(counting), 2):
        if not (register.gyldig(one, day) and register.gyldig(other, day)):
            assert not any(other in register.slektninger(one, each) for each in days)


def test_codes_are_ranked_by_the_reference_day_of_their_source() -> None:
    present = [("nasjonale_prover", "2023-24", each) for each in ("6102", "6202")]
    present += [("grunnskolepoeng", "2023-24", each) for each in ("6102", "6202")]
    rows = ranked_codes(present, changing_country(), default_catalog()).to_pylist()
    assert [(row["kilde"], row["kommunenr"], row["teller"], row["slutt"]) for row in rows] == [
        ("nasjonale_prover", "6102", True, date(2024, 1, 1)),
        ("nasjonale_prover", "6202", False, None),
        ("grunnskolepoeng", "6102", False, date(2024, 1, 1)),
        ("grunnskolepoeng", "6202", True, None),
    ]
