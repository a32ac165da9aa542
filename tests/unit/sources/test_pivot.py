"""The report API's pivots: columns unfolded by their counts, rows by their path, and what is no pivot named."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.figures import read_figure
from oppfolging_pipeline.sources.pivot import Pivot, decode_pivot, looks_like_pivot
from tests.support.shared import SHARED, needs_shared

RECORDED = SHARED / "data" / "udir-api"
LABELS = [
    [{"name": "2024-25", "columnCount": 3}],
    [{"name": "Lesing ", "columnCount": 2}, {"name": "Regning", "columnCount": 1}],
    [
        {"name": "Skalapoeng", "columnCount": 1},
        {"name": "Antall", "columnCount": 1},
        {"name": "Antall", "columnCount": 1},
    ],
]
ROW = {"navn": "Fylket ", "kode": "61", "id": "1.49", "data": ["49", "*", ""]}


def document(columns: object = LABELS, *rows: object) -> bytes:
    return json.dumps({"metadata": {"rowHierarchy": ["Nasjonalt "], "columns": columns}, "rows": rows}).encode()


def test_a_header_in_levels_is_unfolded_by_its_counts_and_names_lose_their_spaces() -> None:
    pivot = decode_pivot(document(LABELS, ROW), "svar")
    assert pivot.kolonner == (
        ("2024-25", "Lesing", "Skalapoeng"), ("2024-25", "Lesing", "Antall"), ("2024-25", "Regning", "Antall"),
    )  # fmt: skip
    assert pivot.hierarki == ("Nasjonalt",)
    (row,) = pivot.rader
    assert (row.nummer, row.sti, row.kode, row.navn) == (1, ("1", "49"), "61", "Fylket")
    assert row.celler == ("49", "*", "")


def test_a_combination_that_does_not_exist_is_nothing_and_no_error() -> None:
    assert decode_pivot(document([]), "svar") == Pivot(("Nasjonalt",), (), ())


@pytest.mark.parametrize(
    ("head", "is_pivot"),
    [
        (b'{"metadata":{', True),
        (b'\xef\xbb\xbf { "metadata" : {', True),
        (b'{"rows":[],"metadata":{', False),
        (b'{"codes":[', False),
        (b'[{"metadata":1}]', False),
    ],
)
def test_a_pivot_is_known_by_its_first_key(head: bytes, is_pivot: bool) -> None:
    assert looks_like_pivot(head) is is_pivot


UNEVEN = [LABELS[0], [{"name": "Lesing", "columnCount": 2}]]


@pytest.mark.parametrize(
    ("content", "kode", "told"),
    [
        (document(UNEVEN), "overskrift_uleselig", "different numbers of columns (3 under 2024-25; 2 under Lesing)"),
        (
            document([[{"name": "a", "columnCount": 0}]]),
            "svar_som_ikke_kan_leses",
            "columnCount': found 0; expected gre",
        ),
        (
            document(LABELS, {**ROW, "data": ["49"]}),
            "svar_som_ikke_kan_leses",
            "row 1: found other cells in 1 rows; expected 3",
        ),
        (
            document(LABELS, {**ROW, "data": [49, "*", ""]}),
            "svar_som_ikke_kan_leses",
            "key 'rows.0.data.0': found 49; exp",
        ),
        (document(LABELS, {"navn": "F", "id": "1", "data": []}), "kolonne_mangler", "Ask with inkluderKoder=true"),
        (
            b'{"metadata":{"columns":[]},"rows":[]}',
            "svar_som_ikke_kan_leses",
            "'metadata.rowHierarchy': found nothing; exp",
        ),
        (b'{"metadata":{"rowHier', "svar_som_ikke_kan_leses", "no JSON"),
        (b'{"metadata":\xff}', "svar_som_ikke_kan_leses", "no JSON"),
    ],
)
def test_what_is_no_pivot_is_told(content: bytes, kode: str, told: str) -> None:
    with pytest.raises(DriftError) as caught:
        decode_pivot(content, "svar.json")
    assert kode in {drift.kode for drift in caught.value.drifts}
    assert told in str(caught.value)


def test_a_fault_of_every_row_is_told_once() -> None:
    rows = [{**ROW, "kode": None} for _ in range(2500)]
    with pytest.raises(DriftError) as caught:
        decode_pivot(document(LABELS, *rows), "svar.json")
    (drift,) = caught.value.drifts
    assert (drift.finding.row, drift.finding.found) == (1, "no code in 2500 rows")


@needs_shared
@pytest.mark.parametrize(
    ("name", "place", "figures"),
    [
        ("arendal.7", "Arendal", ["15,8", "14,5", "1,6", "8,0"]),
        ("arendal.10", "Arendal", ["12,2", "7,6", "6,0", "4,9"]),
        ("bykle.10", "Bykle", ["*", "*", "0,0", "0,0"]),
        ("svalbard.10", "Svalbard", ["*", "*", "*", "*"]),
        ("utlandet.10", "Utlandet, uspesifisert", ["12,8", "10,4", "*", "*"]),
    ],
)
def test_recorded_answers_of_elevundersokelsen_have_the_figures_that_stand_in_them(
    name: str, place: str, figures: list[str]
) -> None:
    pivot = decode_pivot((RECORDED / "elevundersokelsen" / f"data.{name}.json").read_bytes(), name)
    ((year, _, _, unit, _, trinn, *_, maal),) = pivot.kolonner
    assert (year, unit, trinn, maal) == ("2025-26", place, f"{name.partition('.')[2]}. årstrinn", "Andel mobbet")
    assert pivot.rader[0].kode == "EUIndeks_1398"
    expected = [None if text == "*" else Decimal(text.replace(",", ".")) for text in figures]
    mobbet = default_catalog().maal["andel_mobbet"]
    assert [read_figure(row.celler[0], mobbet).number for row in pivot.rader] == expected
    statuses = {read_figure(row.celler[0], mobbet).status for row in pivot.rader if row.celler[0] == "*"}
    assert statuses <= {"skjermet"}


@needs_shared
@pytest.mark.parametrize(
    "name",
    ["elevundersokelsen/data.hagebostad.10.json", "nasjonale-prover/data.ungdomstrinn.grade9.NPENG.anchor12.json"],
)
def test_a_recorded_answer_without_anything_is_nothing_and_no_error(name: str) -> None:
    pivot = decode_pivot((RECORDED / name).read_bytes(), name)
    assert (pivot.kolonner, pivot.rader) == ((), ())


@needs_shared
def test_recorded_places_that_are_no_municipalities_are_known_as_such() -> None:
    found = set()
    for name in ("data.trinn5.NPLES.anchor12.json", "data.ungdomstrinn.grade8.NPLES.anchor13.json"):
        pivot = decode_pivot((RECORDED / "nasjonale-prover" / name).read_bytes(), name)
        found |= {row.kode for row in pivot.rader if len(row.sti) == 3 and carried_register().er_utenfor(row.kode)}
    assert found == {"2100", "2599"}
