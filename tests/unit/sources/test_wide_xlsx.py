"""Udir's Excel download: numbers in place of codes, notes on breaks, and workbooks that are damaged."""

import io
import zipfile
from decimal import Decimal

import pytest

from tests.support.files import county, heading, municipality, nation, school, wide_xlsx
from tests.unit.sources.conftest import Reader, Refusal, cells_of

STEM = "2019-20.Alle eierformer.Begge kjønn."
HEAD = heading(
    [STEM + "Grunnskolepoeng.Brudd", STEM + "Grunnskolepoeng", STEM + "Antall elever.Brudd", STEM + "Antall elever"]
)
NOTE = "Eksamen ble avlyst."


def numbered(row: list[object]) -> list[object]:
    """The row as the workbook has it: codes as numbers, and nothing where the nation has codes of zeros."""
    cells = [None if cell in ("00", "0000") else int(cell) if str(cell).isdecimal() else cell for cell in row[:9]]
    return [*cells, *row[9:]]


ROWS = [
    numbered(nation(None, 43.2, None, 59245)),
    numbered(county("03", NOTE, 44, NOTE, 6000)),
    numbered(municipality("0301", NOTE, 44.1, NOTE, 6000)),
    numbered(school("0301", "100000001", NOTE, "*", NOTE, "*")),
    numbered(school("0301", "100000002", None, None, None, None)),
]


def test_leading_zeros_are_restored_and_numbers_keep_their_decimals(read: Reader) -> None:
    parsed = read(wide_xlsx(ROWS, HEAD, sheets=("Grunnskolepoeng", "Kilde")))
    assert (parsed.kind, parsed.kilde, parsed.rows) == ("udir_xlsx", "grunnskolepoeng", 5)
    assert [
        (r["enhet"], r["fylkesnr"], r["kommunenr"], r["verdi"], r["verdistatus"], r["antall"], r["trinn"])
        for r in cells_of(parsed)
    ] == [
        ("I", None, None, Decimal("43.200"), "vist", 59245, 10),
        ("03", "03", None, Decimal("44.000"), "vist", 6000, 10),
        ("0301", "03", "0301", Decimal("44.100"), "vist", 6000, 10),
        ("100000001", "03", "0301", None, "skjermet", None, 10),
        ("100000002", "03", "0301", None, "mangler", None, 10),
    ]


def test_notes_on_breaks_are_kept_with_their_figure(read: Reader) -> None:
    assert [row["brudd"] for row in cells_of(read(wide_xlsx(ROWS, HEAD)))] == [None, NOTE, NOTE, NOTE, None]


def test_a_short_organisasjonsnummer_is_a_fault_and_not_filled_up(refusal: Refusal) -> None:
    (finding,) = refusal(wide_xlsx([ROWS[0], numbered(school("0301", "10000000", None, 40, None, 9))], HEAD))
    assert (finding.row, finding.column, finding.found) == (3, "Organisasjonsnummer", "'10000000'")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(43.25, "at most 1 decimals"), ("43.2", "a number such as"), (61, "between 0 and 60"), (True, "a number")],
)
def test_a_cell_that_is_no_figure_is_told_by_row_and_column(refusal: Refusal, cell: object, expected: str) -> None:
    (finding,) = refusal(wide_xlsx([ROWS[0], numbered(municipality("0301", None, cell, None, 9))], HEAD))
    assert (finding.row, finding.column) == (3, STEM + "Grunnskolepoeng")
    assert expected in finding.expected


@pytest.mark.parametrize("position", range(9))
def test_a_change_in_any_of_the_nine_first_headings_is_told(refusal: Refusal, position: int) -> None:
    head = [*HEAD]
    head[position] = "Noe annet"
    (finding,) = refusal(wide_xlsx(ROWS, head))
    assert (finding.row, finding.column) == (1, HEAD[position])


def test_the_sheet_is_found_by_its_heading_and_not_by_its_place(read: Reader) -> None:
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(wide_xlsx(ROWS, HEAD)))
    workbook.create_sheet("Om tallene", 0).append(["Kilde: Udir", "EnhetNivaa"])
    content = io.BytesIO()
    workbook.save(content)
    assert len(cells_of(read(content.getvalue()))) == 5


def test_empty_rows_and_columns_at_the_end_are_no_content(read: Reader) -> None:
    padded = [[*row, None, None] for row in ROWS]
    assert cells_of(read(wide_xlsx([*padded, [None] * 15, [None] * 15], [*HEAD, None, None]))) == cells_of(  # type: ignore[list-item]
        read(wide_xlsx(ROWS, HEAD))
    )


def test_an_empty_row_in_the_middle_is_told_and_moves_no_row_number(refusal: Refusal) -> None:
    rows = [ROWS[0], [None] * 13, numbered(municipality("0301", None, "x", None, 9))]
    assert [(f.row, f.column) for f in refusal(wide_xlsx(rows, HEAD))] == [
        (3, "EnhetNivaa"),
        (4, STEM + "Grunnskolepoeng"),
    ]


def test_a_workbook_with_only_its_heading_is_told(refusal: Refusal) -> None:
    (finding,) = refusal(wide_xlsx([], HEAD))
    assert finding.found == "no row below the heading"


def test_another_workbook_is_told_by_what_its_sheets_begin_with(refusal: Refusal) -> None:
    (finding,) = refusal(wide_xlsx([[1, 2]], ["Navn", "Beløp"], sheets=("Budsjett",)))
    assert finding.found == "sheets that begin with {'Budsjett': ['Navn', 'Beløp']}"
    assert "EnhetNivaa, Nasjonaltkode" in finding.expected


def test_elevundersokelsen_as_a_workbook_says_what_to_use_instead(refusal: Refusal) -> None:
    (finding,) = refusal(wide_xlsx([["1", 2]], ["IndikatorNivaa", "2020-21.Hele landet.Prosentandel"]))
    assert "flat rows of the export API" in finding.action


WHOLE = wide_xlsx(ROWS, HEAD)


def without_sheet() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            if "worksheets" not in name:
                new.writestr(name, old.read(name))
    return content.getvalue()


def broken_xml() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [WHOLE[: len(WHOLE) // 2], WHOLE[:100], WHOLE[:-30], without_sheet(), broken_xml()],
    ids=["half", "head", "tail off", "no sheet", "broken xml"],
)
def test_a_damaged_workbook_is_one_clear_error(refusal: Refusal, content: bytes) -> None:
    (finding,) = refusal(content)
    assert "workbook that cannot be read" in finding.found or "sheets that begin with" in finding.found


def newer_zip() -> bytes:
    """As one turned-over bit leaves it: a zip of a version that nobody reads."""
    at = WHOLE.index(b"PK\x01\x02") + 6
    return WHOLE[:at] + b"\xff" + WHOLE[at + 1 :]


def test_a_zip_of_an_unknown_version_is_one_clear_error(refusal: Refusal) -> None:
    (finding,) = refusal(newer_zip())
    assert "workbook that cannot be read" in finding.found
