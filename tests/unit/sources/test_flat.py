"""Flat rows of the export API: which rows are figures, and how each way of spoiling them is told."""

from __future__ import annotations

import json
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
from tests.unit.sources.flat_rows import ROWS, Write, both


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


def test_flat_rows_that_lost_the_zeros_of_their_codes_get_them_back(read: Reader) -> None:
    def rows(county: str, code: str) -> bytes:
        return flat_csv([
            flat_row(1), flat_row(2, "03", Fylkekode=county), flat_row(3, "0301", Fylkekode=county, Kommunekode=code),
            flat_row(4, "6101", "100000001"),
        ])  # fmt: skip

    assert cells_of(read(rows("3", "301"))) == cells_of(read(rows("03", "0301")))


@pytest.mark.parametrize("name", ["Kr?k?y", "Kr›k›y", "Kr¿k¿y", "KrÃ¸kÃ¸y", "Kr\x9ak", "KÃ¡rÃ¡Å¡johka", "Kr\ufffdk"])
@pytest.mark.parametrize(("level", "column"), [((2, "61"), "Fylke"), ((3, "6101"), "Kommune")])
def test_names_of_places_with_letters_that_were_lost_are_refused(
    refusal: Refusal, name: str, level: tuple[int, str], column: str
) -> None:
    """The name of a municipality that a survey file had from a spreadsheet of DOS was read as it stood."""
    assert column in {one.column for one in refusal(flat_json([flat_row(1), flat_row(*level, **{column: name})]))}


def test_flat_rows_with_letters_that_were_lost_are_refused(refusal: Refusal) -> None:
    (finding,) = refusal(flat_csv([flat_row(1), flat_row(4, "6101", "100000001", EnhetNavn="Kr?k?y skole")]))
    assert (finding.column, finding.found) == ("EnhetNavn", "'Kr?k?y skole'")


def test_a_survey_that_a_program_has_rounded_is_refused_by_measure_and_year(refusal: Refusal, read: Reader) -> None:
    rows = [flat_row(1, verdi="12"), *(flat_row(3, f"61{n:02}", verdi=str(n % 7)) for n in range(30))]
    (finding,) = refusal(flat_csv(rows))
    assert "31 figures of 2024-25 without a decimal" in finding.found and finding.column == "AndelMobbet"
    assert len(cells_of(read(flat_csv([*rows, flat_row(3, "6130", verdi="4,2")])))) == 32
    assert len(cells_of(read(flat_json(rows)))) == 31  # nobody saves JSON from a spreadsheet


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


def test_a_doubled_field_of_a_csv_is_told(refusal: Refusal) -> None:
    lines = flat_csv(ROWS).decode().splitlines()
    doubled = "\n".join(f"{line};{'AndelMobbet' if n == 0 else '9'}" for n, line in enumerate(lines)) + "\n"
    (finding,) = refusal(doubled.encode())
    assert (finding.column, finding.found) == ("AndelMobbet", "the field twice")


def test_a_field_whose_name_is_sql_is_a_name(read: Reader) -> None:
    odd = 'x"; DROP TABLE flate; --'
    assert len(cells_of(read(json.dumps([{**row, odd: "1"} for row in ROWS]).encode()))) == 4
