"""Flat rows of who took part: which are figures, and that what cannot be read of them stops nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from oppfolging_pipeline.sources.wide_needs import LEFT_OUT
from tests.support.files import flat_csv, flat_json, flat_row
from tests.unit.sources.conftest import Reader, cells_of

Write = Callable[..., bytes]
both = pytest.mark.parametrize("write", [flat_json, flat_csv], ids=["json", "csv"])
BULLIED = [flat_row(1), flat_row(3, "6101", verdi="*", antall="*")]
TAKEN_PART = [
    flat_row(1, index="deltakelse", verdi="88,3", antall="56 929", AntallInvitert="64 472"),
    flat_row(3, "6101", index="deltakelse", verdi="0,0", antall="0", AntallInvitert="12"),
    flat_row(4, "6101", "100000001", index="deltakelse", verdi="*", antall="*", AntallInvitert="*"),
]


@both
@pytest.mark.parametrize(
    "more",
    [{}, {"KjoennKode": "A", "Spoersmaalgruppekode": None, "Spoersmaalkode": "", "Spoersmaalnavn": "Alle spørsmål"}],
    ids=["without question and gender", "with the fields of the other tables, empty"],
)
def test_those_who_took_part_are_read_from_rows_without_a_question(
    read: Reader, write: Write, more: dict[str, object]
) -> None:
    cells = cells_of(read(write([{**row, **more} for row in TAKEN_PART])))
    assert [(c["indikator"], c["maal"], c["verdistatus"], c["verdi"], c["antall"]) for c in cells] == [
        ("deltakelse", "andel_deltatt", "vist", Decimal("88.300"), 56_929),
        ("deltakelse", "andel_deltatt", "vist", Decimal("0.000"), 0),
        ("deltakelse", "andel_deltatt", "skjermet", None, None),
    ]


@both
def test_those_who_took_part_of_one_gender_or_owner_are_left_out(read: Reader, write: Write) -> None:
    rows = [
        *({**row, "KjoennKode": "A"} for row in TAKEN_PART),
        {**TAKEN_PART[0], "KjoennKode": "J"},
        {**TAKEN_PART[0], "KjoennKode": "A", "EierformNavn": "Privat eiet"},
    ]
    assert len(cells_of(read(write(rows)))) == 3


def test_a_row_without_a_question_is_no_figure_of_a_table_of_questions(read: Reader) -> None:
    nowhere = flat_row(3, "6101", **dict.fromkeys(("Spoersmaalgruppekode", "Spoersmaalgruppe", "Spoersmaalkode")))
    assert len(cells_of(read(flat_json([flat_row(), nowhere])))) == 1


def with_bad(rows: list[dict[str, object]], **fields: object) -> list[dict[str, object]]:
    return [*rows[:-1], {**rows[-1], **fields}]


@both
@pytest.mark.parametrize(
    ("fields", "column"),
    [
        ({"AndelDeltatt": "100,4"}, "AndelDeltatt"),
        ({"AntallBesvart": "ukjent"}, "AntallBesvart"),
        ({"Organisasjonsnummer": "1"}, "Organisasjonsnummer"),
        ({"TrinnKode": "sju"}, "TrinnKode"),
    ],
)
def test_participation_that_cannot_be_read_is_told_of_and_left_out_whole(
    read: Reader, write: Write, fields: dict[str, object], column: str
) -> None:
    """Guards against a table that nobody needs stopping what is needed, and against a half of it being used."""
    mixed = [{**row, "AndelDeltatt": None} for row in BULLIED]
    taken_part = [{**dict.fromkeys(BULLIED[0]), **row} for row in with_bad(TAKEN_PART, **fields)]
    parsed = read(write([*mixed, *taken_part] if write is flat_json else with_bad(TAKEN_PART, **fields)))
    assert {cell["indikator"] for cell in cells_of(parsed)} == ({"mobbing"} if write is flat_json else set())
    (told,) = parsed.left_out
    assert (told.column, told.action) == (column, LEFT_OUT)


def test_only_the_grade_that_cannot_be_read_is_left_out(read: Reader) -> None:
    tenth = [{**row, "TrinnKode": "10"} for row in TAKEN_PART]
    parsed = read(flat_json([*tenth, *with_bad(TAKEN_PART, AntallBesvart="x")]))
    assert {cell["trinn"] for cell in cells_of(parsed)} == {10}
    assert len(parsed.left_out) == 1


@pytest.mark.parametrize(
    "content",
    [
        flat_json([{k: v for k, v in row.items() if k != "TrinnKode"} for row in TAKEN_PART]),
        flat_json(TAKEN_PART)[:-1],
    ],
    ids=["a field gone", "cut off"],
)
def test_a_table_of_participation_that_is_not_whole_gives_no_figures_and_stops_nothing(
    read: Reader, content: bytes
) -> None:
    parsed = read(content)
    assert (cells_of(parsed), len(parsed.left_out)) == ([], 1)
