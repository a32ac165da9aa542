"""Corrections reach the one cell that they name, only while the source still says what they expect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from oppfolging_pipeline.core.errors import Finding, InvalidInput, PermanentError
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.rettelser import Rettelsesliste, load_corrections_text
from oppfolging_pipeline.sources.origins import Origin
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.rettelser import correct, correction_note
from oppfolging_pipeline.tables.model import table
from tests.support.golden_sets import Item, small_set
from tests.unit.staging.build import Row, Shown, observed

SCHOOL = "100000001"
ROWS = [
    observed("I", 50, 900),
    observed("6101", 94, 31),
    observed("6101", 51, 30, skoleaar="2023-24"),
    observed("6101", 48, 30, indikator="regning"),
    observed("6102", "*", 12),
    observed("6103", None, 0),
    observed("6104", 47, "*"),
    observed(SCHOOL, 94, 20, kommunenr="6101"),
]


def corrections(*entries: str) -> Rettelsesliste:
    """Of lesing 2024-25, each entry: id, level, unit, handling, what it expects and, for an override, what is right."""
    lines = ["rettelser:"]
    for entry in entries:
        name, nivaa, enhet, handling, forvent, *right = entry.split("|")
        lines += [
            f"  - {{id: {name}, kilde: nasjonale_prover, skoleaar: 2024-25, nivaa: {nivaa}, enhet: '{enhet}',",
            "     indikator: lesing, maal: skalapoeng, trinn: 5, grunn: Feil., referanse: Prøve.,",
            f"     registrert: 2025-02-01, handling: {handling}, forvent: {{{forvent}}}",
            *(f"     , settes_til: {{{one}}}" for one in right),
            "    }",
        ]
    return load_corrections_text("\n".join(lines), "corrections.yaml")


def corrected(
    engine: Engine, listed: Rettelsesliste, rows: Sequence[Row] = ROWS, origin: Origin = "fil"
) -> tuple[list[str], list[dict[str, Any]]]:
    """The ids applied, and every row afterwards, in the order of `rows`."""
    engine.rows(table("observasjon"), rows).create_view("innhold", replace=True)
    engine.connection.execute("CREATE OR REPLACE TEMP TABLE observasjon AS SELECT * FROM innhold")
    engine.connection.execute("CREATE OR REPLACE TEMP TABLE filer AS SELECT repeat('0', 64) AS sha256, 'a.csv' AS fil")
    applied = correct(listed, origin, engine.connection)
    found = engine.fetch(engine.run("SELECT * FROM observasjon"))
    by_cell = {tuple(row[name] for name in table("observasjon").grain): row for row in found}
    assert len(by_cell) == len(rows)
    return applied, [by_cell[tuple(row[name] for name in table("observasjon").grain)] for row in rows]


def findings(engine: Engine, listed: Rettelsesliste, rows: Sequence[Row] = ROWS) -> list[Finding]:
    with pytest.raises(InvalidInput) as caught:
        corrected(engine, listed, rows)
    left = engine.run("SELECT count(*) FROM observasjon WHERE rettelse IS NOT NULL").fetchall()
    assert left == [(0,)], "nothing is corrected when anything is at fault"
    return list(caught.value.findings)


KOMMUNE = "byttet|kommune|6101"
SHOWN = "verdistatus: vist, verdi: 94, antall: 31"
# The correction, the row that it is of, and the row's status, figure and number of pupils afterwards.
APPLIED: dict[str, tuple[str, int, tuple[str, Shown, Shown]]] = {
    "left out": (f"{KOMMUNE}|utelat|{SHOWN}", 1, ("mangler", None, 31)),
    "another figure": (f"{KOMMUNE}|overstyr|{SHOWN}|verdi: 49", 1, ("vist", 49, 31)),
    "another number of pupils": (f"{KOMMUNE}|overstyr|{SHOWN}|antall: 13", 1, ("vist", 94, 13)),
    "both": (f"{KOMMUNE}|overstyr|{SHOWN}|verdi: 49, antall: 13", 1, ("vist", 49, 13)),
    "0 pupils": (f"{KOMMUNE}|overstyr|{SHOWN}|antall: 0", 1, ("vist", 94, 0)),
    "flagged": (f"{KOMMUNE}|merk|{SHOWN}", 1, ("vist", 94, 31)),
    "a shielded figure left out": ("x|kommune|6102|utelat|verdistatus: skjermet, antall: 12", 4, ("mangler", None, 12)),
    "a shielded figure flagged": ("x|kommune|6102|merk|verdistatus: skjermet, antall: 12", 4, ("skjermet", None, 12)),
    "pupils of a shielded figure": (
        "x|kommune|6102|overstyr|verdistatus: skjermet, antall: 12|antall: 21",
        4,
        ("skjermet", None, 21),
    ),
    "no figure, flagged": ("x|kommune|6103|merk|verdistatus: mangler, antall: 0", 5, ("mangler", None, 0)),
    "shielded pupils stay so": (
        "x|kommune|6104|overstyr|verdistatus: vist, verdi: 47|verdi: 74",
        6,
        ("vist", 74, None),
    ),
    "of a school": (f"x|skole|{SCHOOL}|utelat|verdistatus: vist, verdi: 94, antall: 20", 7, ("mangler", None, 20)),
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
    assert applied == [listed.rettelser[0].id]
    for number, (row, before) in enumerate(zip(rows, ROWS, strict=True)):
        if number != place:
            assert row == before
            continue
        status, verdi, antall = expected
        assert row == {**before, "verdistatus": status, "verdi": verdi, "antall": antall, "rettelse": applied[0]}


def test_several_corrections_are_applied_together(engine):
    entries = (f"{KOMMUNE}|utelat|{SHOWN}", "merket|kommune|6102|merk|verdistatus: skjermet, antall: 12")
    applied, rows = corrected(engine, corrections(*entries))
    assert applied == ["byttet", "merket"]
    assert [row["rettelse"] for row in rows] == [None, "byttet", None, None, "merket", None, None, None]


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
def test_a_source_that_has_changed_the_cell_stops_the_run(engine, now, handling):
    right = "|verdi: 48" if handling == "overstyr" else ""
    (found,) = findings(engine, corrections(f"{KOMMUNE}|{handling}|{SHOWN}{right}"), [ROWS[0], now, *ROWS[2:]])
    assert (found.file, found.row, found.column) == ("a.csv", 1, "kolonne")
    assert found.key == "nasjonale_prover 2024-25 kommune 6101 lesing skalapoeng 5"
    assert found.expected.startswith("94 (31 pupils), as the correction 'byttet' of 2025-02-01 does")
    assert "the source has changed it" in found.expected
    assert "Remove the correction" in found.action and "renew its forvent" in found.action


def test_a_cell_that_is_gone_stops_the_run(engine):
    (found,) = findings(engine, corrections(f"{KOMMUNE}|utelat|{SHOWN}"), [ROWS[0], *ROWS[2:]])
    assert (found.file, found.found) == (None, "no such cell")


def test_every_correction_that_no_longer_fits_is_told_at_once_and_nothing_is_applied(engine):
    entries = (
        f"{KOMMUNE}|utelat|{SHOWN}",
        "skjult|kommune|6102|merk|verdistatus: vist, verdi: 48, antall: 12",
        "borte|kommune|6199|utelat|verdistatus: vist, verdi: 48",
    )
    assert [found.found for found in findings(engine, corrections(*entries))] == [
        "skjermet (12 pupils)",
        "no such cell",
    ]


def test_a_schools_figure_is_told_by_its_key_alone(engine):
    (found,) = findings(engine, corrections(f"x|skole|{SCHOOL}|utelat|verdistatus: vist, verdi: 83, antall: 20"))
    assert SCHOOL in str(found) and "another figure" in found.found
    assert "94" not in str(found) and "83" not in str(found)


@pytest.mark.parametrize("other", [{"skoleaar": "2022-23"}, {"indikator": "regning"}, {"trinn": 8}])
def test_figures_that_are_not_in_the_home_have_nothing_to_correct(engine, other):
    # A home of a part of a source, such as downloads without the share on each mestringsnivå, must not be stopped.
    rows = [observed("I", 50, 900, **other), observed("6101", 94, 31, **other)]
    applied, after = corrected(engine, corrections(f"{KOMMUNE}|utelat|verdistatus: vist, verdi: 1"), rows)
    assert (applied, after) == ([], rows)


@pytest.mark.parametrize("origin", ["eksempel", "lokal"])
def test_invented_figures_are_never_corrected_nor_measured_against_what_is_expected_of_real_ones(engine, origin):
    for entry in (f"{KOMMUNE}|utelat|{SHOWN}", f"{KOMMUNE}|utelat|verdistatus: vist, verdi: 1"):
        assert corrected(engine, corrections(entry), origin=origin) == ([], ROWS)


@pytest.mark.parametrize("origin", ["fil", "hentet"])
def test_real_figures_are_corrected_wherever_they_come_from(engine, origin):
    assert corrected(engine, corrections(f"{KOMMUNE}|utelat|{SHOWN}"), origin=origin)[0] == ["byttet"]


def note(engine: Engine, listed: Rettelsesliste, *items: Item, year: int = 2025) -> str | None:
    corrected(engine, listed)
    request = Request(year, small_set(items or (Item(),)), default_catalog())
    return correction_note(engine, engine.connection.table("observasjon"), request, listed)


def test_results_on_corrected_figures_say_which_and_why(engine):
    entries = (
        f"{KOMMUNE}|overstyr|{SHOWN}|verdi: 49",
        "uteblitt|nasjonalt|I|utelat|verdistatus: vist, verdi: 50, antall: 900",
        "merket|kommune|6102|merk|verdistatus: skjermet, antall: 12",
    )
    assert note(engine, corrections(*entries)) == (
        "Rettede tall. Lesing 5. trinn 2024-25, kommune 6101: satt til et annet (byttet). Feil. "
        "Lesing 5. trinn 2024-25, kommune 6102: beholdt og merket (merket). Feil. "
        "Lesing 5. trinn 2024-25, hele landet: utelatt (uteblitt). Feil."
    )


def test_of_a_school_the_note_tells_neither_which_nor_why(engine):
    listed = corrections(f"x|skole|{SCHOOL}|utelat|verdistatus: vist, verdi: 94, antall: 20")
    assert note(engine, listed) == "Rettede tall. Lesing 5. trinn 2024-25, en skole: utelatt (x)."


def test_results_that_do_not_stand_on_a_corrected_figure_say_nothing(engine):
    listed = corrections(f"{KOMMUNE}|utelat|{SHOWN}")
    assert note(engine, listed, Item("regning")) is None
    assert note(engine, listed, Item(maal="andel_mestringsnivaa_1")) is None
    assert note(engine, listed, year=2024) is None
    assert note(engine, load_corrections_text("rettelser: []", "f")) is None


def test_a_correction_of_the_lake_that_is_declared_no_longer_is_not_passed_over(engine):
    corrected(engine, corrections(f"{KOMMUNE}|utelat|{SHOWN}"))
    request, observations = Request(2025, small_set(), default_catalog()), engine.connection.table("observasjon")
    with pytest.raises(PermanentError, match="found the correction 'byttet'; expected one that is declared"):
        correction_note(engine, observations, request, load_corrections_text("rettelser: []", "f"))
