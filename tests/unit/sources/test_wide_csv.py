"""Udir's csv download: what is read, and how each way of spoiling it is told."""

from decimal import Decimal

import pytest

from tests.support.files import county, heading, measures, municipality, nation, school, wide_csv
from tests.unit.sources.conftest import Reader, Refusal, cells_of

ROWS = [
    nation(50, "0,1", "56 833"),
    county("61", 49, "0,3", "1 289"),
    municipality("6101", 47, "1,2", 30, name="Krattvik "),
    school("6101", "100000001", "*", "*", "*"),
    school("6101", "100000002", "", "", 0),
]
WHOLE = wide_csv(ROWS)


def test_every_level_is_read_with_status_before_number(read: Reader) -> None:
    parsed = read(WHOLE)
    assert (parsed.kind, parsed.kilde, parsed.rows) == ("udir_csv", "nasjonale_prover", 5)
    assert [
        (r["nivaa"], r["enhet"], r["fylkesnr"], r["kommunenr"], r["verdi"], r["verdistatus"], r["antall"])
        for r in cells_of(parsed)
    ] == [
        ("nasjonalt", "I", None, None, Decimal("50.000"), "vist", 56833),
        ("fylke", "61", "61", None, Decimal("49.000"), "vist", 1289),
        ("kommune", "6101", "61", "6101", Decimal("47.000"), "vist", 30),
        ("skole", "100000001", "61", "6101", None, "skjermet", None),
        ("skole", "100000002", "61", "6101", None, "mangler", 0),
    ]


def test_a_figure_says_where_it_stood(read: Reader) -> None:
    row = cells_of(read(WHOLE))[2]
    assert (row["enhetsnavn"], row["rad"], row["kolonne"]) == (
        "Krattvik", 5, "2024-25.Lesing.5. årstrinn.Alle eierformer.Alle kjønn.Skalapoeng",
    )  # fmt: skip
    assert (row["indikator"], row["maal"], row["trinn"], row["skoleaar"]) == ("lesing", "skalapoeng", 5, "2024-25")
    assert (row["forelopig"], row["brudd"]) == (False, None)


@pytest.mark.parametrize(
    ("cells", "status", "antallstatus"),
    [
        (("*", "*", "*"), "skjermet", "skjermet"),
        (("*", "1,2", 12), "skjermet", "vist"),  # a number beside a shielded figure does not show it
        ((47, "1,2", "*"), "vist", "skjermet"),
        (("", "", ""), "mangler", "mangler"),
        (("", "", 0), "mangler", "vist"),
        (("*", "", 0), "skjermet", "vist"),
        ((47, "", ""), "vist", "mangler"),
    ],
)
def test_the_status_is_that_of_the_figures_own_cell(
    read: Reader, cells: tuple[object, ...], status: str, antallstatus: str
) -> None:
    row = cells_of(read(wide_csv([nation(50, "0,1", 9), municipality("6101", *cells)])))[1]
    assert (row["verdistatus"], row["antallstatus"]) == (status, antallstatus)
    assert (row["verdi"] is not None, row["antall"] is not None) == (status == "vist", antallstatus == "vist")


def test_a_quotation_mark_in_a_name_is_a_letter_and_eats_no_lines(read: Reader) -> None:
    rows = [nation(50, "0,1", 9), school("6101", "100000001", 40, 1, 9, name='"Skolen'), municipality("6101", 47, 1, 9)]
    assert [r["enhetsnavn"] for r in cells_of(read(wide_csv(rows)))] == ["Hele landet", '"Skolen', "Sted 6101"]


def cut(characters: int) -> bytes:
    """The whole file without its last characters."""
    return WHOLE[: len(WHOLE) - 2 * characters]


@pytest.mark.parametrize(
    ("content", "row", "found", "expected"),
    [
        (cut(1), 7, "an end in the middle of a line", "a line end"),
        (cut(9), 7, "an end in the middle of a line", "a line end"),
        (WHOLE[:-1], 7, "which ends in the middle of a letter", "UTF-16"),
        (WHOLE[:-5], 7, "which ends in the middle of a letter", "UTF-16"),
        (cut(6) + "\n".encode("utf-16-le"), 7, "9 cells", "12, as in the heading"),
        (wide_csv([]), None, "no row below the heading", "a national row"),
        ("sep=\t\n".encode("utf-16-le"), 1, "a text that begins with 'sep=\t'", "Udir's csv"),
        ("sep=\n".encode("utf-16-le") + WHOLE, 2, "the heading in row 3, with other rows", "the heading first"),
        (WHOLE[:-2] + b"\x00\xd8\n\x00", 7, "the byte 0x00 0xD8 in a file of UTF-16", "UTF-16"),
    ],
)
def test_a_file_that_is_cut_off_is_told_as_such(
    refusal: Refusal, content: bytes, row: int | None, found: str, expected: str
) -> None:
    (finding,) = refusal(content)
    assert finding.row == row
    assert found in finding.found
    assert expected in finding.expected


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        (("49,5", "0,1", 9), "Skalapoeng", "at most 0 decimals"),
        (("4.9", "0,1", 9), "Skalapoeng", "at most 0 decimals"),
        (("femti", "0,1", 9), "Skalapoeng", "a number such as"),
        ((101, "0,1", 9), "Skalapoeng", "between 0 and 100"),
        ((50, "0,1", "1.289"), "Antall elever deltatt", "a whole number such as 1 289"),
        ((50, "0,1", "12 89"), "Antall elever deltatt", "a whole number such as 1 289"),
    ],
)
def test_a_figure_that_is_none_is_told_by_row_and_column(
    refusal: Refusal, cells: tuple[object, ...], column: str, expected: str
) -> None:
    (finding,) = refusal(wide_csv([nation(50, "0,1", 9), municipality("6101", *cells)]))
    assert finding.row == 4
    assert (finding.column or "").endswith(column)
    assert any(finding.found.startswith(f"'{cell}'") for cell in cells)
    assert expected in finding.expected


def test_a_column_that_is_not_used_may_hold_anything(read: Reader) -> None:
    assert len(cells_of(read(wide_csv([nation(50, "usikker", 9)])))) == 1


@pytest.mark.parametrize(
    ("rows", "row", "found"),
    [
        ([municipality("6101", 47, 1, 30)], None, "0 national rows among 1 rows"),
        ([nation(50, 1, 9), municipality("6101", 47, 1, 30), nation(50, 1, 9)], 5, "2 national rows among 3 rows"),
    ],
)
def test_a_file_has_one_national_row(refusal: Refusal, rows: list[list[object]], row: int | None, found: str) -> None:
    (finding,) = refusal(wide_csv(rows))
    assert (finding.row, finding.column, finding.found) == (row, "EnhetNivaa", found)


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (["5", *municipality("6101", 47, 1, 30)[1:]], ["EnhetNivaa"]),
        (["", *municipality("6101", 47, 1, 30)[1:]], ["EnhetNivaa"]),
        (county("6", 47, 1, 30), ["Fylkekode"]),
        (municipality("610", 47, 1, 30), ["Kommunekode"]),
        (municipality("61O1", 47, 1, 30), ["Kommunekode"]),
        (school("6101", "10000000", 47, 1, 30), ["Organisasjonsnummer"]),
        (school("1", "I", 47, 1, 30), ["Fylkekode", "Kommunekode", "Organisasjonsnummer"]),
    ],
)
def test_a_level_or_code_that_is_none_is_told(refusal: Refusal, row: list[object], columns: list[str]) -> None:
    findings = refusal(wide_csv([nation(50, 1, 9), row]))
    assert [(finding.row, finding.column) for finding in findings] == [(4, column) for column in columns]


def test_every_fault_of_a_file_is_gathered(refusal: Refusal) -> None:
    rows = [municipality("610", 47, 1, 30), school("6101", "100000001", "x", 1, "y"), ["4", "I"]]
    found = [(f.row, f.column and f.column.split(".")[-1]) for f in refusal(wide_csv(rows))]
    assert sorted(found, key=str) == sorted(
        [(3, "Kommunekode"), (4, "Antall elever deltatt"), (4, "Skalapoeng"), (5, None), (None, "EnhetNivaa")], key=str
    )


def test_a_fault_in_the_number_of_pupils_of_two_measures_is_told_once(refusal: Refusal) -> None:
    stem = "2024-25.Lesing.5. årstrinn.Alle eierformer.Alle kjønn."
    head = heading([stem + "Skalapoeng", stem + "Andel på mestringsnivå 1", stem + "Antall elever"])
    assert len(refusal(wide_csv([nation(50, "24,1", "mange")], head))) == 1


def test_several_tests_grades_and_years_stand_side_by_side(read: Reader) -> None:
    head = heading(measures(), measures(test="Regning"), measures("2023-24", "Lesing", 8))
    parsed = read(wide_csv([nation(50, 1, 9, 51, 1, 8, 52, 1, 7)], head))
    assert {(r["skoleaar"], r["indikator"], r["trinn"], int(r["verdi"]), r["antall"]) for r in cells_of(parsed)} == {
        ("2024-25", "lesing", 5, 50, 9),
        ("2024-25", "regning", 5, 51, 8),
        ("2023-24", "lesing", 8, 52, 7),
    }


def test_a_row_of_svalbard_that_cannot_be_read_is_left_out_and_told(read: Reader) -> None:
    rows = [
        *ROWS,
        municipality("2100", "x", "", 12, name="Svalbard"),
        municipality("2111", 49, "", 12, name="Svalbard"),
    ]
    parsed = read(wide_csv(rows))
    assert [row["enhet"] for row in cells_of(parsed) if row["nivaa"] == "kommune"] == ["6101", "2111"]
    (told,) = parsed.left_out
    assert (told.found, told.row) == ("'x'", 8)
