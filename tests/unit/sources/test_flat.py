"""Flat rows of the export API: which rows are figures, and how each way of spoiling them is told."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.recognise import read_file
from tests.support.files import flat_csv, flat_json, flat_row
from tests.unit.sources.conftest import FILE, Reader, Refusal, cells_of

Write = Callable[..., bytes]
ROWS = [
    flat_row(1),
    flat_row(2, "61", verdi="11,9", antall="310"),
    flat_row(3, "6101", verdi="*", antall="*", Kommune="Krattvik "),
    flat_row(4, "6101", "100000001", verdi=None, antall="0"),
]
both = pytest.mark.parametrize("write", [flat_json, flat_csv], ids=["json", "csv"])


@both
def test_every_level_is_read_with_status_before_number(read: Reader, write: Write) -> None:
    parsed = read(write(ROWS))
    assert (parsed.kind, parsed.kilde, parsed.rows) == ("flate_rader", "elevundersokelsen", 4)
    assert [
        (r["nivaa"], r["enhet"], r["fylkesnr"], r["kommunenr"], r["verdi"], r["verdistatus"], r["antall"])
        for r in cells_of(parsed)
    ] == [
        ("nasjonalt", "I", None, None, Decimal("12.200"), "vist", 1289),
        ("fylke", "61", "61", None, Decimal("11.900"), "vist", 310),
        ("kommune", "6101", "61", "6101", None, "skjermet", None),
        ("skole", "100000001", "61", "6101", None, "mangler", 0),
    ]


@pytest.mark.parametrize(("write", "row"), [(flat_json, 3), (flat_csv, 4)], ids=["json", "csv"])
def test_a_figure_says_where_it_stood(read: Reader, write: Write, row: int) -> None:
    cell = cells_of(read(write(ROWS)))[2]
    assert (cell["rad"], cell["kolonne"], cell["enhetsnavn"]) == (row, "AndelMobbet", "Krattvik")
    assert (cell["indikator"], cell["maal"], cell["trinn"], cell["skoleaar"]) == (
        "mobbing",
        "andel_mobbet",
        7,
        "2024-25",
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("first", ["", "sep=;\n"], ids=["plain", "sep"])
def test_flat_rows_saved_again_in_another_encoding_have_the_same_figures(
    read: Reader, encoding: str, first: str
) -> None:
    rows = [*ROWS, flat_row(3, "6102", Kommune="Kråkøy")]
    saved = read((first + flat_csv(rows).decode()).encode(encoding))
    without_row = [{**cell, "rad": 0} for cell in cells_of(saved)]
    assert without_row == [{**cell, "rad": 0} for cell in cells_of(read(flat_csv(rows)))]
    assert cells_of(saved)[0]["rad"] == (3 if first else 2)


def test_flat_rows_of_json_in_utf16_are_read(read: Reader) -> None:
    assert cells_of(read(flat_json(ROWS).decode().encode("utf-16"))) == cells_of(read(flat_json(ROWS)))


def test_flat_rows_that_lost_the_zeros_of_their_codes_get_them_back(read: Reader) -> None:
    def rows(county: str, code: str) -> bytes:
        return flat_csv([
            flat_row(1), flat_row(2, "03", Fylkekode=county), flat_row(3, "0301", Fylkekode=county, Kommunekode=code),
            flat_row(4, "6101", "100000001"),
        ])  # fmt: skip

    assert cells_of(read(rows("3", "301"))) == cells_of(read(rows("03", "0301")))


def test_flat_rows_with_letters_that_were_lost_are_refused(refusal: Refusal) -> None:
    (finding,) = refusal(flat_csv([flat_row(1), flat_row(4, "6101", "100000001", EnhetNavn="Kr?k?y skole")]))
    assert (finding.column, finding.found) == ("EnhetNavn", "'Kr?k?y skole'")


@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_the_delimiter_of_a_csv_is_found(read: Reader, delimiter: str) -> None:
    assert len(cells_of(read(flat_csv(ROWS, delimiter=delimiter)))) == 4


@pytest.mark.parametrize(
    "content",
    [flat_csv(ROWS, encoding="utf-8-sig"), b"\xef\xbb\xbf" + flat_json(ROWS), flat_json(ROWS) + b"\r\n"],
    ids=["csv with mark", "json with mark", "json with line end"],
)
def test_a_byte_order_mark_or_a_last_line_end_changes_nothing(read: Reader, content: bytes) -> None:
    assert [r["verdistatus"] for r in cells_of(read(content))] == ["vist", "vist", "skjermet", "mangler"]


@pytest.mark.parametrize(
    ("verdi", "antall", "expected"),
    [
        (12.2, 1289, (Decimal("12.200"), 1289)),
        (12, 1289, (Decimal("12.000"), 1289)),
        (12.0, 1289, (Decimal("12.000"), 1289)),
        ("12,2", "1 289", (Decimal("12.200"), 1289)),
        (None, None, (None, None)),
    ],
)
def test_json_may_hold_numbers_as_numbers(
    read: Reader, verdi: object, antall: object, expected: tuple[object, ...]
) -> None:
    (cell,) = cells_of(read(flat_json([flat_row(verdi=verdi, antall=antall)])))
    assert (cell["verdi"], cell["antall"]) == expected


@both
@pytest.mark.parametrize(
    ("fields", "column", "expected"),
    [
        ({"verdi": "12.2"}, "AndelMobbet", "a number such as"),
        ({"verdi": "tolv"}, "AndelMobbet", "a number such as"),
        ({"verdi": "12,25"}, "AndelMobbet", "at most 1 decimals"),
        ({"verdi": "100,1"}, "AndelMobbet", "between 0 and 100"),
        ({"antall": "1.289"}, "AntallBesvart", "a whole number"),
        ({"antall": "12 89"}, "AntallBesvart", "a whole number"),
        ({"antall": "12,5"}, "AntallBesvart", "a whole number"),
        ({"EnhetNivaa": "5"}, "EnhetNivaa", "1, 2, 3 or 4"),
        ({"EnhetNivaa": ""}, "EnhetNivaa", "1, 2, 3 or 4"),
        ({"Fylkekode": "6"}, "Fylkekode", "two digits"),
        ({"Kommunekode": "610"}, "Kommunekode", "four digits"),
        ({"Organisasjonsnummer": "10000000"}, "Organisasjonsnummer", "nine digits"),
        ({"Skoleaarnavn": "2024"}, "Skoleaarnavn", "a school year"),
        ({"Skoleaarnavn": "2024-26"}, "Skoleaarnavn", "a school year"),
        ({"Skoleaarnavn": "abcd-ef"}, "Skoleaarnavn", "a school year"),
        ({"TrinnKode": "sju"}, "TrinnKode", "a grade"),
        ({"TrinnKode": ""}, "TrinnKode", "a grade"),
    ],
)
def test_a_cell_that_is_none_is_told_by_row_and_column(
    refusal: Refusal, write: Write, fields: dict[str, object], column: str, expected: str
) -> None:
    findings = refusal(write([flat_row(), flat_row(4, "6101", "100000001", **fields)]))
    assert [(f.row, f.column) for f in findings] == [(2 if write is flat_json else 3, column)]
    assert expected in findings[0].expected


def test_every_fault_of_a_file_is_gathered(refusal: Refusal) -> None:
    rows = [flat_row(verdi="x"), flat_row(3, "6101", verdi="x", antall="y"), flat_row(3, "61", TrinnKode="10")]
    assert sorted((f.row, f.column) for f in refusal(flat_json(rows))) == [
        (1, "AndelMobbet"),
        (2, "AndelMobbet"),
        (2, "AntallBesvart"),
        (3, "Kommunekode"),
    ]


@both
@pytest.mark.parametrize(
    "fields",
    [
        {"KjoennKode": "J"},
        {"EierformNavn": "Privat eiet"},
        {"TrinnKode": "9"},
        {"Spoersmaalkode": "EUSpoersmaal_Q11811", "Spoersmaalnavn": "Er du blitt mobbet av andre elever?"},
        {"Spoersmaalgruppekode": "EUIndeks_1379", "Spoersmaalkode": "EUIndeks_1379", "Spoersmaalgruppe": "Trivsel"},
    ],
    ids=["gender", "owner", "grade", "single question", "another index"],
)
def test_a_row_that_is_not_asked_for_is_left_out_whatever_it_says(
    read: Reader, write: Write, fields: dict[str, object]
) -> None:
    parsed = read(write([flat_row(), flat_row(3, "6101", verdi="ukjent", **fields)]))
    assert (parsed.rows, len(cells_of(parsed))) == (2, 1)


def test_an_index_may_have_its_code_only_as_the_groups(read: Reader) -> None:
    assert len(cells_of(read(flat_json([flat_row(Spoersmaalkode=None)])))) == 1


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"Spoersmaalgruppe": "Mobbing"}, "'Mobbing' with code EUIndeks_1398"),
        (
            {"Spoersmaalgruppekode": "EUIndeks_2000", "Spoersmaalkode": "EUIndeks_2000"},
            "'Mobbing på skolen' with code EUIndeks_2000",
        ),
    ],
)
def test_a_code_and_a_name_that_no_longer_go_together_are_told(
    refusal: Refusal, fields: dict[str, object], found: str
) -> None:
    (finding,) = refusal(flat_json([flat_row(), flat_row(3, "6101", **fields), flat_row(3, "6102", **fields)]))
    assert (finding.row, finding.column, finding.found) == (2, "Spoersmaalgruppe", found)
    assert finding.expected == "Mobbing på skolen together with EUIndeks_1398"


def test_both_known_names_of_an_index_are_read(read: Reader) -> None:
    rows = [
        flat_row(index="stotte", verdi="4,2"),
        flat_row(3, "6101", index="stotte", verdi="4,1", Spoersmaalgruppe="Støtte fra lærerne"),
    ]
    assert [r["indikator"] for r in cells_of(read(flat_json(rows)))] == ["stotte_fra_larer"] * 2


def test_the_indexes_of_one_table_are_kept_apart(read: Reader) -> None:
    rows = [flat_row(index="stotte", verdi="4,2"), flat_row(index="motivasjon", verdi="3,9", TrinnKode="10")]
    assert [(r["indikator"], r["maal"], r["trinn"], float(r["verdi"])) for r in cells_of(read(flat_json(rows)))] == [
        ("stotte_fra_larer", "score", 7, 4.2),
        ("motivasjon", "score", 10, 3.9),
    ]


@both
def test_the_schools_abroad_are_left_out_with_their_nation(read: Reader, write: Write) -> None:
    """Utlandet has the four levels too: its top row is no second national row, and 2599 is no municipality."""
    abroad = [
        flat_row(1, Nasjonaltkode="U", verdi="30,1"),
        flat_row(3, "2599", Nasjonaltkode="U", verdi="30,1"),
        flat_row(4, "2599", "U90099006", Nasjonaltkode="U", verdi="ukjent"),
    ]
    parsed = read(write([*ROWS, *abroad]))
    assert (parsed.rows, [cell["enhet"] for cell in cells_of(parsed)]) == (7, ["I", "61", "6101", "100000001"])


@both
@pytest.mark.parametrize("nation", [None, "gone"])
def test_rows_that_do_not_say_their_nation_are_at_home(read: Reader, write: Write, nation: str | None) -> None:
    rows = without("Nasjonaltkode") if nation else [{**row, "Nasjonaltkode": None} for row in ROWS]
    assert len(cells_of(read(write(rows)))) == 4


@both
def test_the_group_may_be_called_indikator(read: Reader, write: Write) -> None:
    rows = [{("Indikator" if key == "Spoersmaalgruppe" else key): text for key, text in row.items()} for row in ROWS]
    assert [cell["verdistatus"] for cell in cells_of(read(write(rows)))] == ["vist", "vist", "skjermet", "mangler"]


@both
def test_the_groups_own_name_counts_where_both_are_there(read: Reader, write: Write) -> None:
    assert len(cells_of(read(write([{**row, "Indikator": "Noe annet"} for row in ROWS])))) == 4


def test_a_group_with_neither_name_is_told(refusal: Refusal) -> None:
    (finding,) = refusal(flat_json(without("Spoersmaalgruppe")))
    assert (finding.column, finding.expected) == ("Spoersmaalgruppe", "also Spoersmaalgruppe")


def test_a_preliminary_year_is_marked(read: Reader) -> None:
    (cell,) = cells_of(read(flat_json([flat_row(Skoleaarnavn="Foreløpige tall 2025-26")])))
    assert (cell["skoleaar"], cell["forelopig"]) == ("2025-26", True)


def without(*names: str) -> list[dict[str, object]]:
    return [{key: value for key, value in row.items() if key not in names} for row in ROWS]


@both
@pytest.mark.parametrize("field", ["Spoersmaalgruppekode", "EnhetNivaa", "Kommunekode", "TrinnKode", "AntallBesvart"])
def test_a_missing_field_is_told(refusal: Refusal, write: Write, field: str) -> None:
    (finding,) = refusal(write(without(field)))
    assert (finding.row, finding.column, finding.expected) == (1, field, f"also {field}")


@both
def test_every_missing_field_is_told(refusal: Refusal, write: Write) -> None:
    findings = refusal(write(without("EnhetNivaa", "Fylke", "AndelMobbet")))
    assert [finding.column for finding in findings] == ["EnhetNivaa", "Fylke", None]
    assert findings[-1].expected == "also AndelDeltatt or AndelMobbet or Score"


@both
def test_rows_without_any_indicator_are_told(refusal: Refusal, write: Write) -> None:
    (finding,) = refusal(write([flat_row(KjoennKode="J")]))
    assert finding.found == "no row of an indicator"
    assert "Mobbing på skolen" in finding.expected


def test_a_page_without_a_national_row_is_read(read: Reader) -> None:
    """An answer comes in pages of 10 000 rows, and only the first has the nation."""
    assert len(cells_of(read(flat_json(ROWS[2:])))) == 2


def test_an_indicator_that_no_rule_set_needs_stops_no_file(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "0123abc"
    rows = [flat_row(index="stotte", verdi="4,1"), flat_row(index="motivasjon", verdi="fire")]
    path.write_bytes(flat_json(rows))
    support, motivation = ("stotte_fra_larer", "score", 7), ("motivasjon", "score", 7)
    parsed = read_file(path, FILE, connection, default_catalog(), {support})
    assert isinstance(parsed, ParsedFile)
    assert {cell["indikator"] for cell in cells_of(parsed)} == {"stotte_fra_larer"}
    assert [finding.row for finding in parsed.left_out] == [2]
    with pytest.raises(InvalidInput):
        read_file(path, FILE, connection, default_catalog(), {support, motivation})


def test_nought_bullied_of_many_is_a_figure(read: Reader) -> None:
    (cell,) = cells_of(read(flat_json([flat_row(4, "6101", "100000001", verdi="0,0", antall="0")])))
    assert (cell["verdistatus"], cell["verdi"], cell["antallstatus"], cell["antall"]) == ("vist", 0, "vist", 0)


JSON, CSV = flat_json(ROWS), flat_csv(ROWS)


@pytest.mark.parametrize(
    ("content", "row", "found"),
    [
        (JSON[:-1], None, "JSON that ends before its list does"),
        (JSON[: JSON.rindex(b", {") + 1], None, "JSON that ends before its list does"),  # between two rows
        (JSON[:-40], None, "JSON that ends before its list does"),
        (JSON[:30], 1, "JSON that breaks off"),
        (JSON.replace(b'"12,2"', b'"12,2'), 1, "JSON that breaks off"),
        (JSON[:-1] + b", 5]", None, "a row that cannot be read"),
        (b"[]", None, "JSON that begins with []"),
        (CSV[:-1], None, "an end in the middle of a line"),
        (CSV[:-9], None, "an end in the middle of a line"),
        (CSV.rsplit(b";", 3)[0] + b"\n", 5, "a row that cannot be read (Expected Number of Columns"),
        (CSV.split(b"\n")[0] + b"\n", None, "no row"),
    ],
)
def test_a_file_that_is_cut_off_is_told_as_such(refusal: Refusal, content: bytes, row: int | None, found: str) -> None:
    (finding,) = refusal(content)
    assert finding.row == row
    assert finding.found.startswith(found)


def paged(rows: list[dict[str, object]], page: object, most: object, whole: object) -> list[dict[str, object]]:
    return [{**row, "Sidenummer": page, "RaderSide": most, "RaderTotalt": whole} for row in rows]


@both
@pytest.mark.parametrize(("page", "most", "whole"), [("1", "5", "5"), ("1", "10000", "5")])
def test_an_answer_that_has_lost_rows_is_told(refusal: Refusal, write: Write, page: str, most: str, whole: str) -> None:
    (finding,) = refusal(write(paged(ROWS, page, most, whole)))
    assert (finding.found, finding.expected) == ("4 rows", "5, as RaderTotalt says (a cut-off file has fewer)")


@both
@pytest.mark.parametrize(("page", "most", "whole"), [("1", "4", "4"), ("1", "4", "12"), ("2", "4", "8"), ("1", "", "")])
def test_a_whole_answer_or_one_page_of_it_is_read(read: Reader, write: Write, page: str, most: str, whole: str) -> None:
    assert len(cells_of(read(write(paged(ROWS, page, most, whole))))) == 4


@pytest.mark.parametrize("content", [JSON, CSV], ids=["json", "csv"])
def test_a_compressed_content_is_read_as_what_it_was(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, content: bytes
) -> None:
    path = tmp_path / "0123abc.gz"
    path.write_bytes(gzip.compress(content))
    parsed = read_file(path, FILE, connection, default_catalog())
    assert isinstance(parsed, ParsedFile)
    assert [cell["verdistatus"] for cell in cells_of(parsed)] == ["vist", "vist", "skjermet", "mangler"]


LONG = flat_json([flat_row(3, f"{61000 + n}"[:4], EnhetNavn=f"Sted {n}") for n in range(3000)])


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (gzip.compress(LONG[:-2]), "JSON that ends before its list does"),
        (gzip.compress(LONG)[:-12], "a compressed content that is damaged"),
        (gzip.compress(LONG.replace(b'"Sted 2999"', b'"Sted 2999')), "JSON that breaks off at position"),
    ],
    ids=["cut before", "cut after", "broken"],
)
def test_a_compressed_content_that_is_not_whole_is_told(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, content: bytes, found: str
) -> None:
    path = tmp_path / "0123abc.gz"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        read_file(path, FILE, connection, default_catalog())
    (finding,) = caught.value.findings
    assert finding.found.startswith(found)
    assert (finding.row == 3000) == ("breaks off" in found)


@pytest.mark.parametrize(
    "content",
    [CSV.replace(b"Krattvik", "Krattvåg".encode("latin-1")), JSON.replace(b"Krattvik", "Krattvåg".encode("latin-1"))],
)
def test_another_encoding_is_told_as_such(refusal: Refusal, content: bytes) -> None:
    (finding,) = refusal(content)
    assert "letters of UTF-8 and of another encoding in one file" in finding.found


def test_an_odd_byte_far_into_a_large_file_is_told_too(refusal: Refusal) -> None:
    rows = [*(flat_row(3, f"{61000 + n}"[:4]) for n in range(500)), flat_row(3, "6101", Kommune="Krattvåg")]
    for content in (flat_csv(rows), flat_json(rows)):
        assert len(content) > 1 << 16
        (finding,) = refusal(content.replace("Krattvåg".encode(), "Krattvåg".encode("latin-1")))
        assert "letters of UTF-8 and of another encoding" in finding.found


def test_a_doubled_field_of_a_csv_is_told(refusal: Refusal) -> None:
    lines = CSV.decode().splitlines()
    doubled = "\n".join(f"{line};{'AndelMobbet' if n == 0 else '9'}" for n, line in enumerate(lines)) + "\n"
    (finding,) = refusal(doubled.encode())
    assert (finding.column, finding.found) == ("AndelMobbet", "the field twice")


def test_a_field_whose_name_is_sql_is_a_name(read: Reader) -> None:
    odd = 'x"; DROP TABLE flate; --'
    assert len(cells_of(read(json.dumps([{**row, odd: "1"} for row in ROWS]).encode()))) == 4
