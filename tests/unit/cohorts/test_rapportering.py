"""Who owes which report, and when."""

from __future__ import annotations

from datetime import date

import pytest

from oppfolging_pipeline.cohorts.rapportering import rapportering_rader
from oppfolging_pipeline.tables.model import table

KOMMUNE = {"pulje": 2020, "kommunenr": "6101", "deltakelse": "deltar", "offisielt": True, "eksempel": False}


def test_three_reports_with_three_two_and_two_senders():
    rows = rapportering_rader([KOMMUNE], date(2020, 8, 1))
    assert [(row["rapport_nr"], row["avsender"], row["frist"]) for row in rows] == [
        (1, "kommune", date(2021, 7, 31)),
        (1, "veileder", date(2021, 7, 31)),
        (1, "statsforvalter", date(2021, 7, 31)),
        (2, "kommune", date(2022, 7, 31)),
        (2, "statsforvalter", date(2022, 7, 31)),
        (3, "kommune", date(2023, 7, 31)),
        (3, "statsforvalter", date(2023, 7, 31)),
    ]


def test_the_rows_have_the_declared_columns_grain_and_vocabulary():
    declared = table("rapportering")
    kommuner = [KOMMUNE, KOMMUNE | {"kommunenr": "6102"}, KOMMUNE | {"pulje": 2021}]
    rows = rapportering_rader(kommuner, date(2021, 1, 1))
    assert all(tuple(row) == declared.column_names for row in rows)
    assert len({tuple(row[name] for name in declared.grain) for row in rows}) == len(rows) == 21
    assert {row["avsender"] for row in rows} <= set(declared.column("avsender").values or ())


@pytest.mark.parametrize(
    ("per", "tilstand"),
    [
        (date(2021, 6, 30), "kommende"),
        (date(2021, 7, 1), "forfaller"),
        (date(2021, 7, 31), "forfaller"),
        (date(2021, 8, 1), "forsinket"),
    ],
)
def test_a_report_falls_due_a_month_before_and_is_late_the_day_after_the_deadline(per, tilstand):
    rows = rapportering_rader([KOMMUNE], per)
    assert {row["tilstand"] for row in rows if row["rapport_nr"] == 1} == {tilstand}
    assert {row["tilstand"] for row in rows if row["rapport_nr"] > 1} == {"kommende"}
    assert {row["mottatt"] for row in rows} == {None}


@pytest.mark.parametrize("deltakelse", ["identifisert", "tilbudt", "takket nei", "utsatt", "trukket"])
def test_a_municipality_that_does_not_take_part_is_never_called_late(deltakelse):
    rows = rapportering_rader([KOMMUNE | {"deltakelse": deltakelse}], date(2021, 8, 1))
    assert {row["rapport_nr"] for row in rows} == {2, 3}
    assert {row["tilstand"] for row in rows} == {"kommende"}


def test_a_cohort_of_nobody_owes_nothing():
    assert rapportering_rader([], date(2021, 1, 1)) == []
