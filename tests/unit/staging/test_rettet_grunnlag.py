"""The cells that stand on corrections, what is published of them, and what the reader of the results is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.rettet_grunnlag import (
    corrected_limits,
    correction_note,
    rettelse_rader,
    rettet_celle,
)
from oppfolging_pipeline.staging.skole_plassering import Units
from oppfolging_pipeline.tables.model import table
from tests.support.golden_sets import Item, small_set
from tests.unit.staging.build import Row, corrections, observed

S1, S2 = "100000001", "100000002"
YEAR = "2024-25"
CELL = ("lesing", 5, YEAR)
# 6103 became 6105 as it was; 6104 was divided into 6106 and 6107, with a school in each.
ROWS = {
    "I": observed("I", 50, 900),
    "61": observed("61", 50, 400),
    "6101": observed("6101", 48, 30),
    "6103": observed("6103", 47, 30),
    "6104": observed("6104", 46, 60),
    S1: observed(S1, 45, 40, kommunenr="6104"),
    S2: observed(S2, 48, 20, kommunenr="6104"),
    "2100": observed("2100", 49, 10),
}
LINES = [
    ("nasjonale_prover", YEAR, "6101", "6101", "flyttet"),
    ("nasjonale_prover", YEAR, "6103", "6105", "flyttet"),
    ("nasjonale_prover", YEAR, "6104", "6106", "delt"),
    ("nasjonale_prover", YEAR, "6104", "6107", "delt"),
]
UNITS = Units(("6101", "6105", "6106", "6107"), {S1: "6106", S2: "6107"}, (S1,), 0, tuple(LINES))
VIST = "verdistatus: vist, verdi: {}, antall: {}"
OF = {
    "I": f"landet|nasjonalt|I|merk|{VIST.format(50, 900)}",
    "61": f"fylket|fylke|61|merk|{VIST.format(50, 400)}",
    "6101": f"en|kommune|6101|overstyr|{VIST.format(48, 30)}|verdi: 49",
    "6103": f"tre|kommune|6103|utelat|{VIST.format(47, 30)}",
    "6104": f"hel|kommune|6104|merk|{VIST.format(46, 60)}",
    S1: f"skole-en|skole|{S1}|utelat|{VIST.format(45, 40)}",
    S2: f"skole-to|skole|{S2}|merk|{VIST.format(48, 20)}",
    "2100": f"svalbard|kommune|2100|merk|{VIST.format(49, 10)}",
}


def celler(
    engine: Engine,
    *units: str,
    limits: Sequence[tuple[str, int, str]] = (),
    asked: Request | None = None,
    listed: Rettelsesliste | None = None,
) -> list[Row]:
    """The cells that stand on the corrections of those units."""
    names = {unit: OF[unit].partition("|")[0] for unit in units}
    rows = [row | {"rettelse": names.get(unit)} for unit, row in ROWS.items()]
    known = (listed or corrections(*(OF[unit] for unit in units))).rettelser
    request = asked or Request(2025, small_set(), default_catalog())
    return rettet_celle(engine, engine.rows(table("observasjon"), rows), request, known, limits, UNITS)


def brief(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    return [(row["nivaa"], row["enhet"], row["rettelse"], row["rettet_nivaa"]) for row in rows]


STANDS_ON = {
    "the nation's figure: the limits": (("I",), [("nasjonalt", "I", "landet", "nasjonalt")]),
    "a municipality's": (("6101",), [("kommune", "6101", "en", "kommune")]),
    "one left out, under its new number": (("6103",), [("kommune", "6105", "tre", "kommune")]),
    "a school's that is judged and that a part is rebuilt from": (
        (S1,),
        [("kommune", "6106", "skole-en", "skole"), ("skole", S1, "skole-en", "skole")],
    ),
    "a school's that only a part is rebuilt from": ((S2,), [("kommune", "6107", "skole-to", "skole")]),
    "no result stands on a county's": (("61",), []),
    "no result stands on a code that is no municipality": (("2100",), []),
}


@pytest.mark.parametrize(("units", "expected"), STANDS_ON.values(), ids=STANDS_ON)
def test_a_result_is_marked_with_the_corrections_that_it_stands_on_and_no_other(engine, units, expected):
    assert brief(celler(engine, *units)) == expected


def test_a_limit_that_is_made_of_municipalities_stands_on_their_corrections_too(engine):
    found = celler(engine, "I", "6101", "2100", limits=[CELL])
    assert [row[1:] for row in brief(found) if row[0] == "nasjonalt"] == [
        ("I", "en", "kommune"),
        ("I", "landet", "nasjonalt"),
    ]
    assert corrected_limits(found) == {CELL: "en, landet"}


@pytest.mark.parametrize("item", [Item("regning"), Item(maal="andel_mestringsnivaa_1")])
def test_results_of_other_cells_stand_on_no_correction(engine, item):
    assert celler(engine, *OF, asked=Request(2025, small_set((item,)), default_catalog())) == []
    assert celler(engine, *OF, asked=Request(2024, small_set(), default_catalog())) == []


@pytest.mark.parametrize(("right", "marked"), [("antall: 901", []), ("verdi: 51, antall: 901", ["landet"])])
def test_a_limit_does_not_stand_on_the_nations_number_of_pupils(engine, right, marked):
    listed = corrections(f"landet|nasjonalt|I|overstyr|{VIST.format(50, 900)}|{right}")
    found = celler(engine, "I", listed=listed)
    assert [row["rettelse"] for row in found] == marked
    assert list(corrected_limits(found).values()) == marked


def test_a_limit_that_is_made_of_municipalities_stands_on_their_numbers_of_pupils(engine):
    listed = corrections(OF["6101"].replace("verdi: 49", "antall: 31"))
    assert corrected_limits(celler(engine, "6101", listed=listed, limits=[CELL])) == {CELL: "en"}


@pytest.mark.parametrize(("forvent", "published"), [(VIST.format(48, 30), "Prøve."), ("verdistatus: skjermet", None)])
def test_the_reference_of_a_shielded_figure_may_hold_the_figure_and_is_not_published(engine, forvent, published):
    listed = corrections(f"en|kommune|6101|merk|{forvent}")
    request = Request(2025, small_set(), default_catalog())
    (row,) = rettelse_rader(request, celler(engine, "6101", listed=listed), listed.rettelser)
    assert row["referanse"] == published


def test_nothing_of_a_school_is_published_of_its_correction(engine):
    listed = corrections(OF["6101"], OF[S1])
    request = Request(2025, small_set(), default_catalog())
    found = celler(engine, "6101", S1, listed=listed)
    (row,) = rettelse_rader(request, found, listed.rettelser)
    assert row == {
        "uttrekksaar": 2025, "indikatorsett": request.rule_set.navn, "rettelse": "en", "kilde": "nasjonale_prover",
        "skoleaar": YEAR, "nivaa": "kommune", "enhet": "6101", "indikator": "lesing", "maal": "skalapoeng", "trinn": 5,
        "handling": "overstyr", "forvent_verdistatus": "vist", "forvent_verdi": Decimal(48), "forvent_antall": 30,
        "settes_til_verdi": Decimal(49), "settes_til_antall": None, "grunn": "Feil.", "referanse": "Prøve.",
        "registrert": date(2025, 2, 1), "opphoert": None,
    }  # fmt: skip


TOLD = {
    "of the nation, a municipality and a school, and of no county": (
        ("I", "61", "6103", S1),
        "Rettede tall. Lesing 5. trinn 2024-25, hele landet: tallet er beholdt og merket (landet). Feil. "
        "Lesing 5. trinn 2024-25, en skole: tallet er utelatt (skole-en). "
        "Lesing 5. trinn 2024-25, kommune 6103: tallet er utelatt (tre). Feil.",
    ),
    "of another figure": (
        ("6101",),
        "Rettede tall. Lesing 5. trinn 2024-25, kommune 6101: tallet er satt til et annet (en). Feil.",
    ),
    "of nothing": (("61", "2100"), None),
}


@pytest.mark.parametrize(("units", "expected"), TOLD.values(), ids=TOLD)
def test_the_note_tells_what_results_stand_on_and_why(engine, units, expected):
    listed = corrections(*(OF[unit] for unit in units))
    assert correction_note(celler(engine, *units), listed.rettelser, default_catalog()) == expected


@pytest.mark.parametrize(
    ("right", "done"),
    [
        ("antall: 31", "antallet elever er satt til et annet"),
        ("verdi: 49, antall: 31", "tallet og antallet elever er satt til andre"),
    ],
)
def test_a_number_of_pupils_that_is_replaced_is_not_told_as_another_figure(engine, right, done):
    listed = corrections(OF["6101"].replace("verdi: 49", right))
    found = celler(engine, "6101", listed=listed)
    note = correction_note(found, listed.rettelser, default_catalog())
    assert note == f"Rettede tall. Lesing 5. trinn 2024-25, kommune 6101: {done} (en). Feil."


def test_results_are_not_made_of_figures_that_other_corrections_were_applied_to(engine):
    with pytest.raises(PermanentError, match="the correction 'en' where no correction is in force"):
        celler(engine, "6101", listed=Rettelsesliste())
    with pytest.raises(PermanentError, match="no correction where the correction 'tre' is in force"):
        celler(engine, "6101", listed=corrections(OF["6101"], OF["6103"]))
