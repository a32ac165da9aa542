"""Files of the register are known by their content, in every shape that they come in, and faults are named."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.register.reference import carried_register, override
from oppfolging_pipeline.sources.klass_files import parse, recognise

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not beside the repository")

CODES = "code,name,validFrom,validTo\n6101,Ålvik,2015-01-01,\n6102,Sæter,2015-01-01,2020-01-01\n"
COUNTIES = "code,name,validFrom,validTo\n61,Ytterdal,2015-01-01,\n"
CHANGES = "changeOccurred,oldCode,oldName,newCode,newName\n2020-01-01,6102,Sæter,6101,Ålvik\n"
MAP = "code_2019,name_2019,code_2020,name_2020,kind\n6102,Sæter,6101,Ålvik,renumbered\n"
OFFICES = 'statsforvalter,fylkesnr\n"Ytterdal, Innerdal og Fjell",61\n'
# The columns of KLASS's own download: more of them, semicolons, quotes.
DOWNLOAD = (
    '"code";"parentCode";"level";"name";"shortName";"notes";"validFrom";"validTo"\n'
    '"6101";;"1";"Ålvik ";"";"Del av; noe";"2015-01-01";\n'
)


@needs_data
@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("klass131_codes_all.csv", "kommune_koder", 2000),
        ("klass131_changes_all.csv", "kommune_endringer", 2164),
        ("kommune_2023_to_2024.csv", "kommune_kart", 358),
        ("api_changes_example.json", "kommune_endringer", 2),
    ],
)
def test_real_klass_files_are_read_whole(name: str, kind: str, count: int) -> None:
    content = (DATA / "klass" / name).read_bytes()
    assert recognise(content) == kind
    parsed = parse(content, name)
    assert (parsed.kind, len(parsed.rows)) == (kind, count)


@needs_data
def test_real_klass_files_parsed_here_give_the_carried_register_again() -> None:
    parts = {
        "codes": "klass131_codes_all.csv",
        "changes": "klass131_changes_all.csv",
        "change_map": "kommune_2023_to_2024.csv",
    }
    rows = {part: parse((DATA / "klass" / name).read_bytes(), name).rows for part, name in parts.items()}
    assert override(carried_register(), **rows).rader() == carried_register().rader()


@needs_data
def test_no_other_real_file_is_taken_for_one_of_the_register() -> None:
    others = [path for folder in ("udir-api", "udir-eksport") for path in (DATA / folder).rglob("*") if path.is_file()]
    others.append(DATA / "klass" / "api_codes_example.json")  # KLASS, but a list of other codes (Mann, Kvinne)
    assert len(others) > 10
    assert {path.name: recognise(path.read_bytes()) for path in others} == dict.fromkeys(
        (path.name for path in others), None
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (CODES, "kommune_koder"),
        (DOWNLOAD, "kommune_koder"),
        (COUNTIES, "fylke_koder"),
        (CHANGES, "kommune_endringer"),
        (MAP, "kommune_kart"),
        (OFFICES, "statsforvaltere"),
        ('{"codes":[{"code":"6101"}]}', "kommune_koder"),
        ('{"codes":[{"code":"61"}]}', "fylke_koder"),
        ('{ "codeChanges" : [{"oldCode":"6102"}]}', "kommune_endringer"),
        ('{"codes":[{"code":"1"}]}', None),
        ('{"codeChanges":[{"oldCode":"61"}]}', "kommune_endringer"),  # and refused, as changes of others
        ("code,name,validFrom,validTo\n011,Jordbruk,2015-01-01,\n", None),
        ("code,name,validFrom,validTo\n1,Mann,2015-01-01,\n2,Kvinne,2015-01-01,\n", None),
        ("code,name,validFrom,validTo\n301,Oslo,2015-01-01,\n1101,Eigersund,2015-01-01,\n", "kommune_koder"),
        ("code,name,validFrom,validTo\n301,Oslo,2015-01-01,\n", "kommune_koder"),
        ("code,name,validFrom,validTo\n3,Oslo,2015-01-01,\n11,Rogaland,2015-01-01,\n", "fylke_koder"),
        ("code,name,validFrom,validTo\n1,A,2015-01-01,\n11,B,2015-01-01,\n111,C,,\n011,D,,\n012,D,,\n", None),
        ("code,name,validFrom,validTo\n11,B,2015-01-01,\n301,C,,\n1101,D,,\n", "kommune_koder"),
        ("\n\n" + CODES, "kommune_koder"),
        ("code,validFromInRequestedRange\n6101,2015-01-01\n", "kommune_koder"),
        ("navn,alder\n", None),
        ("", None),
        ("{}", None),
        ("[]", None),
    ],
)
def test_a_file_is_known_by_its_content(text: str, kind: str | None) -> None:
    assert recognise(text.encode()) == kind


@pytest.mark.parametrize("text", [CODES, COUNTIES, CHANGES, MAP, OFFICES, DOWNLOAD])
@pytest.mark.parametrize(
    ("encoding", "line_end"), [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("iso-8859-1", "\n"), ("iso-8859-1", "\r\n")]
)
def test_encoding_and_line_ends_make_no_difference(text: str, encoding: str, line_end: str) -> None:
    content = text.replace("\n", line_end).encode(encoding)
    assert recognise(content) == recognise(text.encode())
    assert parse(content, "fil") == parse(text.encode(), "fil")


def test_only_the_columns_of_the_register_are_kept_and_trimmed() -> None:
    assert parse(DOWNLOAD.encode(), "kommuner.csv").rows == [
        {"code": "6101", "name": "Ålvik", "validFrom": "2015-01-01", "validTo": ""}
    ]


def test_cells_that_are_empty_beyond_the_headings_are_nothing() -> None:
    """A spreadsheet writes as many as its widest row once had."""
    assert parse(CODES.replace(",\n6102", ",,,\n6102").encode(), "fil") == parse(CODES.encode(), "fil")


def test_a_quoted_cell_after_a_space_is_quoted() -> None:
    spaced = OFFICES.replace(",fylkesnr", ", fylkesnr").replace('"Ytterdal', ' "Ytterdal')
    assert parse(spaced.encode(), "fil") == parse(OFFICES.encode(), "fil")


def test_blank_lines_are_no_rows() -> None:
    assert parse(CODES.replace("\n", "\n\n").encode(), "fil") == parse(CODES.encode(), "fil")


def test_the_api_gives_dates_of_a_range_under_another_name() -> None:
    item = {
        "code": "6101",
        "name": "Ålvik",
        "validFrom": None,
        "validTo": None,
        "validFromInRequestedRange": "2015-01-01",
    }
    content = json.dumps({"codes": [item]}).encode()
    assert parse(content, "koder.json").rows == [
        {"code": "6101", "name": "Ålvik", "validFrom": "2015-01-01", "validTo": ""}
    ]


RANGE_END = "validToInRequestedRange"


def in_range(code: str, start: str, end: str, **own: str | None) -> dict[str, str | None]:
    dates: dict[str, str | None] = {"validFromInRequestedRange": start, "validToInRequestedRange": end}
    return {"code": code, "name": "Sted", "validFrom": None, "validTo": None, **dates, **own}


def test_what_lasts_to_the_end_of_the_range_that_was_asked_for_has_no_known_end() -> None:
    items = [
        in_range("6101", "2020-01-01", "2026-11-24"),
        in_range("6102", "2020-01-01", "2024-01-01"),
        in_range("6103", "2024-01-01", "2026-11-24"),
        in_range("6104", "2024-01-01", "2026-11-24", validTo="2026-11-24"),
    ]
    del items[2]["validTo"]
    rows = parse(json.dumps({"codes": items}).encode(), "koder.json").rows
    assert [(row["code"], row["validFrom"], row["validTo"]) for row in rows] == [
        ("6101", "2020-01-01", ""),
        ("6102", "2020-01-01", "2024-01-01"),
        ("6103", "2024-01-01", ""),
        ("6104", "2024-01-01", "2026-11-24"),
    ]


def test_a_range_without_an_end_keeps_the_ends_that_are_known() -> None:
    """The last of them is no end of the range when a code lasts beyond it."""
    items = [in_range("6101", "2020-01-01", "2024-01-01"), {**in_range("6102", "2024-01-01", ""), RANGE_END: None}]
    rows = parse(json.dumps({"codes": items}).encode(), "koder.json").rows
    assert [row["validTo"] for row in rows] == ["2024-01-01", ""]


def test_a_csv_of_a_range_gives_its_dates_under_the_other_name_too() -> None:
    heading = "code,name,validFrom,validTo,validFromInRequestedRange,validToInRequestedRange\n"
    text = heading + "6101,Ålvik,,,2020-01-01,2024-01-01\n6102,Sæter,,,2024-01-01,2026-11-24\n"
    rows = parse(text.encode(), "koder.csv").rows
    assert [(row["validFrom"], row["validTo"]) for row in rows] == [("2020-01-01", "2024-01-01"), ("2024-01-01", "")]


@pytest.mark.parametrize("text", ['{"codeChanges": []}', CHANGES.splitlines()[0], CHANGES.splitlines()[0] + "\r\n\r\n"])
def test_a_range_of_days_without_changes_is_an_empty_list_and_no_fault(text: str) -> None:
    assert recognise(text.encode()) == "kommune_endringer"
    assert parse(text.encode(), "endringer").rows == []


HEAD = "code,name,validFrom,validTo\n6101,Ålvik,2015-01-01,\n"
ITEM = '{"codes":[{"code":"6101","name":"Ålvik","validFrom":"2015-01-01","validTo":null}]}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["fil.csv: found an empty file"]),
        (" \n", ["fil.csv: found an empty file"]),
        ("navn,alder\nOla,4\n", ["fil.csv: found a file with other content"]),
        ("code,name,validFrom,validTo\n", ["fil.csv: found no rows"]),
        ("code,validTo\n6101,\n", ["row 1, column 'name': found no such column", "row 1, column 'validFrom, validTo'"]),
        (HEAD + "6102,Sæter,01.01.2015,\n", ["row 3, column 'validFrom': found '01.01.2015'; expected a date"]),
        (HEAD + "6102,Sæter,2015-02-29,\n", ["row 3, column 'validFrom': found '2015-02-29'"]),
        (HEAD + "6102,Sæter,2015-01-01,aldri\n", ["row 3, column 'validTo': found 'aldri'"]),
        (HEAD + "61,Sæter,,\n", ["row 3, column 'code': found '61'", "row 3, column 'validFrom': found ''"]),
        (
            HEAD + "0301,Oslo,2015-01-01,\n610,Sæter,2015-01-01,\n",
            ["row 4, column 'code': found '610'; expected a muni"],
        ),
        (HEAD + "6102,6103,2015-01-01,\n", ["row 3, column 'name': found '6103', with no letter; expected a name in"]),
        (
            HEAD + "61\u200b02,Sæter,2015-01-01,\n",
            ["row 3, column 'code': found '61<U+200B>02'; expected a municipality"],
        ),
        (
            HEAD.replace(",validTo", ",validTo,Name").replace(",\n", ",,Bø\n"),
            ["row 1, column 'name': found the heading 2"],
        ),
        ("sep=,\n" + HEAD + "6102,Sæter\n", ["row 4: found 2 cells; expected 4"]),
        (
            HEAD + '6102,"Sæ\nter",2015-01-01,\n6103,"S"x,,\n6104\n',
            ["row 3, column 'name'", "row 5: found ','", "row 6: "],
        ),
        (HEAD + "61O2,Sæter,2015-01-01,\n", ["row 3, column 'code': found '61O2'; expected a municipality code"]),
        (HEAD + "6102,,2015-01-01,\n", ["row 3, column 'name': found ''"]),
        (HEAD + "6102,Sæter,2015-01-01\n", ["row 3: found 3 cells; expected 4"]),
        (HEAD + "\n6102,Sæter\n", ["row 4: found 2 cells; expected 4"]),
        (HEAD + '6102,"Sæ', ["row 3: found unexpected end of data"]),
        (HEAD + "6101,Ny,2015-01-01,\n", ["row 3, column 'code, validFrom': found 6101 2015-01-01 a second time"]),
        (CHANGES * 2, ["row 3, column 'changeOccurred': found 'changeOccurred'"]),
        (
            CHANGES.replace("6102", "62").replace("6101", "61"),
            ["changes of other codes than those of municipalities, such as '62'"],
        ),
        ("oldCode,newCode\n6101,6102\n", ["column 'changeOccurred'", "column 'oldName'", "column 'newName'"]),
        (MAP.replace("2020", "2021"), ["row 1: found the columns code_2019, name_2019, code_2021"]),
        (MAP.replace(",kind", ",slag"), ["row 1, column 'kind': found no such column"]),
        (OFFICES.replace('"', ""), ["row 2: found 3 cells; expected 2, as in the headings. A cell that holds the sep"]),
        (OFFICES + "Innerdal,61\n", ["row 3, column 'fylkesnr': found 61 a second time, first in row 2"]),
        ('{"codes":[]}', ["fil.csv: found no rows"]),
        ('{"codes":[{"code":"6101","name":"Ålvik","val', ["fil.csv, row 1: found Unterminated string"]),
        ('{"codes":["6101"]}', ["key 'codes': found no objects"]),
        (
            '{"codes":[{"code":"6101","name":"Ålvik","validFrom":null}]}',
            ["column 'validFrom, validTo': found municipality codes of one day"],
        ),
        (
            '{"codeChanges":[{"oldCode":"61","newCode":"62"}]}',
            ["such as '61'", "column 'changeOccurred': found no such"],
        ),
        ('{"codes":[{"code":"6101"}],"codes":[]}', ["key 'codes': found the key several times, with different values"]),
        (ITEM.replace('"Ålvik"', '["Ålvik"]'), ["column 'name', key 'codes[0]': found a list; expected one text"]),
        (
            ITEM.replace('"Ålvik"', '"Ålvik","name":"Ny"'),
            ["column 'name', key 'codes[0]': found the key several times"],
        ),
        (ITEM.replace('"Ålvik"', "true"), ["column 'name', key 'codes[0]': found true; expected one text"]),
        ('{"codes":[' + "[" * 100_000, ["fil.csv"]),
    ],
)
def test_faults_are_named_by_file_row_and_column(text: str, expected: list[str]) -> None:
    with pytest.raises(InvalidInput) as error:
        parse(text.encode(), "fil.csv")
    found = [str(finding) for finding in error.value.findings]
    for part in expected:
        assert any(part in finding for finding in found), found


def test_every_fault_of_a_file_is_named_and_not_only_the_first() -> None:
    text = HEAD + "61,Sæter,2015-01-01,\n6103,Sæter,aldri,\n6104,Sæter\n"
    with pytest.raises(InvalidInput) as error:
        parse(text.encode(), "fil.csv")
    assert sorted(finding.row or 0 for finding in error.value.findings) == [3, 4, 5]


def test_the_carried_list_of_statsforvaltere_can_be_copied_with_its_days_and_changed() -> None:
    carried = resources.files("oppfolging_pipeline.register").joinpath("data", "statsforvalter.csv").read_bytes()
    copied = override(carried_register(), statsforvaltere=parse(carried, "f").rows)
    assert copied.embeter == carried_register().embeter
    changed = carried.replace(b"Vestland,46,2020-01-01,", b"Vestland,46,2020-01-01,2026-01-01\nVest,46,2026-01-01,")
    offices = override(carried_register(), statsforvaltere=parse(changed, "f").rows)
    told = [offices.statsforvalter_for("46", date(year, 6, 1)) for year in (2025, 2026)]
    assert told == ["Vestland", "Vest"]


def test_a_list_of_statsforvaltere_with_half_of_its_days_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"row 1, column 'gyldig_til': found no such column"):
        parse(b"statsforvalter,fylkesnr,gyldig_fra\nVestland,46,2020-01-01\n", "f")
