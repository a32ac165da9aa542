"""Corrections reach the one cell that they name, only while the source still says what they expect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from oppfolging_pipeline.sources import klass_files
from oppfolging_pipeline.sources.example.register_files import register_files
from oppfolging_pipeline.staging.register_lists import RegisterList, register_of
from oppfolging_pipeline.staging.rettelser import Corrected, correct, in_force, refuse_of_the_future
from oppfolging_pipeline.tables.model import table
from tests.unit.staging.build import Row, Shown, corrections, observed

SCHOOL = "100000001"
ROWS = [
    observed("I", 50, 900),
    observed("6101", 94, 31),
    observed("6101", 51, 30, skoleaar="2023-24"),
    observed("6101", 48, 30, indikator="regning"),
    observed("6102", "*", 12),
    observed("6103", None, 0),
    observed("6104", 47, "*"),
    observed("6105", None, 3),
    observed(SCHOOL, 94, 20, kommunenr="6101"),
]


def corrected(
    engine: Engine, listed: Rettelsesliste, rows: Sequence[Row] = ROWS, came: str = "2025-03-15"
) -> tuple[Corrected, list[dict[str, Any]]]:
    """What came of the corrections, and every row afterwards, in the order of `rows`."""
    engine.rows(table("observasjon"), rows).create_view("innhold", replace=True)
    engine.connection.execute("CREATE OR REPLACE TEMP TABLE observasjon AS SELECT * FROM innhold")
    engine.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE filer AS SELECT repeat('0', 64) AS sha256, 'a.csv' AS fil, DATE '{came}' AS kom"
    )
    result = correct(listed.rettelser, engine.connection)
    found = engine.fetch(engine.run("SELECT * FROM observasjon"))
    by_cell = {tuple(row[name] for name in table("observasjon").grain): row for row in found}
    assert len(by_cell) == len(rows)
    return result, [by_cell[tuple(row[name] for name in table("observasjon").grain)] for row in rows]


KOMMUNE = "byttet|kommune|6101"
SHOWN = "verdistatus: vist, verdi: 94, antall: 31"
# The correction, the row that it is of, and the row's status, figure and number of pupils afterwards.
APPLIED: dict[str, tuple[str, int, tuple[str, Shown, Shown]]] = {
    "left out": (f"{KOMMUNE}|utelat|{SHOWN}", 1, ("mangler", None, 31)),
    "another figure": (f"{KOMMUNE}|overstyr|{SHOWN}|verdi: 49", 1, ("vist", 49, 31)),
    "another number of pupils": (f"{KOMMUNE}|overstyr|{SHOWN}|antall: 13", 1, ("vist", 94, 13)),
    "both": (f"{KOMMUNE}|overstyr|{SHOWN}|verdi: 49, antall: 13", 1, ("vist", 49, 13)),
    "flagged": (f"{KOMMUNE}|merk|{SHOWN}", 1, ("vist", 94, 31)),
    "a shielded figure flagged": ("x|kommune|6102|merk|verdistatus: skjermet, antall: 12", 4, ("skjermet", None, 12)),
    "pupils of a shielded figure": (
        "x|kommune|6102|overstyr|verdistatus: skjermet, antall: 12|antall: 21",
        4,
        ("skjermet", None, 21),
    ),
    "no figure, flagged": ("x|kommune|6103|merk|verdistatus: mangler, antall: 0", 5, ("mangler", None, 0)),
    "nobody took part": ("x|kommune|6105|overstyr|verdistatus: mangler, antall: 3|antall: 0", 7, ("mangler", None, 0)),
    "shielded pupils stay so": (
        "x|kommune|6104|overstyr|verdistatus: vist, verdi: 47|verdi: 74",
        6,
        ("vist", 74, None),
    ),
    "of a school": (f"x|skole|{SCHOOL}|utelat|verdistatus: vist, verdi: 94, antall: 20", 8, ("mangler", None, 20)),
    "of the nation": (
        "x|nasjonalt|I|overstyr|verdistatus: vist, verdi: 50, antall: 900|verdi: 49",
        0,
        ("vist", 49, 900),
    ),
}


@pytest.mark.parametrize(("entry", "place", "expected"), APPLIED.values(), ids=APPLIED.keys())
def test_a_correction_changes_its_own_cell_and_no_other(engine, entry, place, expected):
    listed = corrections(entry)
    applied, rows = corrected(engine, listed)
    name = listed.rettelser[0].id
    assert applied == Corrected(applied=(name,))
    for number, (row, before) in enumerate(zip(rows, ROWS, strict=True)):
        if number != place:
            assert row == before
            continue
        status, verdi, antall = expected
        assert row == {**before, "verdistatus": status, "verdi": verdi, "antall": antall, "rettelse": name}


def test_several_corrections_are_applied_together(engine):
    entries = (f"{KOMMUNE}|utelat|{SHOWN}", "merket|kommune|6102|merk|verdistatus: skjermet, antall: 12")
    applied, rows = corrected(engine, corrections(*entries))
    assert applied == Corrected(applied=("byttet", "merket"))
    assert [row["rettelse"] for row in rows] == [None, "byttet", None, None, "merket", *[None] * 4]


# What the cell of the correction says instead of 94 of 31 pupils.
MOVED = {
    "another figure": observed("6101", 49, 31),
    "another number of pupils": observed("6101", 94, 32),
    "a number of pupils that is shielded": observed("6101", 94, "*"),
    "shielded": observed("6101", "*", 31),
    "no figure": observed("6101", None, 31),
}


@pytest.mark.parametrize("now", MOVED.values(), ids=MOVED.keys())
@pytest.mark.parametrize("handling", ["utelat", "overstyr", "merk"])
def test_a_source_that_has_changed_the_cell_is_left_as_it_is_and_the_correction_is_to_be_ended(engine, now, handling):
    right = "|verdi: 48" if handling == "overstyr" else ""
    rows = [ROWS[0], now, *ROWS[2:]]
    came, after = corrected(engine, corrections(f"{KOMMUNE}|{handling}|{SHOWN}{right}"), rows)
    assert (came.applied, after) == ((), rows)
    (found,) = came.overtaken
    assert (found.file, found.row, found.column) == ("a.csv", 1, "kolonne")
    assert found.key == "nasjonale_prover 2024-25 kommune 6101 lesing skalapoeng 5"
    assert found.expected.startswith("94 (31 pupils), as the correction 'byttet' of 2025-02-01 does")
    assert "the source has changed it" in found.expected


def test_the_advice_to_delete_a_correction_that_earlier_decisions_stand_on_is_never_given(engine):
    came, _ = corrected(engine, corrections(f"{KOMMUNE}|utelat|verdistatus: vist, verdi: 49, antall: 31"))
    (found,) = came.overtaken
    assert "opphoert to the day that the figure was changed (this file came 2025-03-15)" in found.action
    assert "never delete it" in found.action and "remove" not in found.action.lower()


@pytest.mark.parametrize("came", ["2025-01-10", "2025-02-01"])
def test_a_mistyped_forvent_is_not_blamed_on_a_source_that_said_so_before_the_correction_was_registered(engine, came):
    told, _ = corrected(engine, corrections(f"{KOMMUNE}|utelat|verdistatus: vist, verdi: 49, antall: 31"), came=came)
    (found,) = told.overtaken
    assert "changed" not in str(found) and "never delete" not in str(found)
    assert found.expected == (
        "49 (31 pupils), as the correction 'byttet' of 2025-02-01 does: the source said something else that day "
        f"already (this file came {came})"
    )
    assert found.action.startswith(
        "In corrections.yaml, correct forvent to what the source says; or remove the entry if no run has used it"
    )


def test_a_correction_that_ends_on_the_day_that_it_was_registered_was_never_in_force():
    listed = corrections(f"byttet 2025-02-01 2025-02-01|kommune|6101|utelat|{SHOWN}")
    refuse_of_the_future(listed, FEBRUARY)
    assert [in_force(listed, carried_register(), day) for day in (date(2025, 1, 31), FEBRUARY, MARCH)] == [(), (), ()]


def test_a_mistyped_code_is_not_blamed_on_the_source(engine):
    came, _ = corrected(engine, corrections("borte|kommune|6199|utelat|verdistatus: vist, verdi: 48"))
    (found,) = came.overtaken
    assert (found.file, found.key) == ("corrections.yaml", "borte")
    assert found.found == "no cell nasjonale_prover 2024-25 kommune 6199 lesing skalapoeng 5 in the source"
    assert found.action.startswith("Correct the level, the code or the school year of the correction.")
    assert "changed" not in str(found)


def test_every_correction_that_does_not_fit_is_told_at_once(engine):
    entries = (
        f"{KOMMUNE}|utelat|{SHOWN}",
        "skjult|kommune|6102|merk|verdistatus: vist, verdi: 48, antall: 12",
        "borte|kommune|6199|utelat|verdistatus: vist, verdi: 48",
    )
    came, rows = corrected(engine, corrections(*entries))
    assert came.applied == ("byttet",) and [row["rettelse"] for row in rows if row["rettelse"]] == ["byttet"]
    assert [found.found[:12] for found in came.overtaken] == ["skjermet (12", "no cell nasj"]


def test_a_schools_figure_is_told_by_its_key_alone(engine):
    came, _ = corrected(engine, corrections(f"x|skole|{SCHOOL}|utelat|verdistatus: vist, verdi: 83, antall: 20"))
    (found,) = came.overtaken
    assert SCHOOL in str(found) and "another figure" in found.found
    assert "94" not in str(found) and "83" not in str(found)


@pytest.mark.parametrize("other", [{"skoleaar": "2022-23"}, {"indikator": "regning"}, {"trinn": 8}])
def test_figures_that_are_not_in_the_home_have_nothing_to_correct_and_that_is_told(engine, other):
    # A home of a part of a source, such as downloads without the share on each mestringsnivå, must not be stopped.
    rows = [observed("I", 50, 900, **other), observed("6101", 94, 31, **other)]
    came, after = corrected(engine, corrections(f"{KOMMUNE}|utelat|verdistatus: vist, verdi: 1"), rows)
    assert (came, after) == (Corrected(unused=("byttet",)), rows)


FEBRUARY, MARCH, APRIL = date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1)
LISTED = corrections(f"byttet 2025-02-01 2025-04-01|kommune|6101|utelat|{SHOWN}")


@pytest.mark.parametrize(
    ("known", "applies"),
    [(date(2025, 1, 31), False), (FEBRUARY, True), (MARCH, True), (date(2025, 3, 31), True), (APRIL, False)],
)
def test_a_correction_applies_from_the_day_that_it_was_known_to_the_day_that_the_source_is_right(known, applies):
    assert [one.id for one in in_force(LISTED, carried_register(), known)] == ["byttet"] * applies


def test_the_examples_figures_are_never_corrected_and_others_wherever_they_come_from():
    lists = [RegisterList(name, klass_files.parse(content, name)) for name, content in register_files().items()]
    assert in_force(LISTED, register_of(lists), MARCH) == ()
    assert len(in_force(LISTED, carried_register(), MARCH)) == 1


def test_a_day_that_has_not_come_changes_no_figure_today():
    refuse_of_the_future(LISTED, APRIL)
    with pytest.raises(InvalidInput) as caught:
        refuse_of_the_future(LISTED, date(2025, 1, 31))
    assert [(one.file, one.key, one.found) for one in caught.value.findings] == [
        ("corrections.yaml", "byttet.registrert", "2025-02-01"),
        ("corrections.yaml", "byttet.opphoert", "2025-04-01"),
    ]
    assert "today (2025-01-31) or an earlier day" in caught.value.findings[0].expected


@pytest.mark.parametrize(("days", "applies"), [("2025-03-01", True), ("2025-02-01 2025-03-01", False)])
def test_a_run_over_midnight_has_the_same_corrections_on_both_sides_of_it(days, applies):
    # Each step reads the clock. Days that have not come are refused, so a later day changes nothing.
    listed = corrections(f"byttet {days}|kommune|6101|utelat|{SHOWN}")
    refuse_of_the_future(listed, MARCH)
    before, after = (in_force(listed, carried_register(), day) for day in (MARCH, MARCH + timedelta(days=1)))
    assert before == after and bool(before) == applies
