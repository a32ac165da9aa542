"""A list of the register is the same list whichever way a program has saved it, and is refused when it is not whole."""

from __future__ import annotations

import csv
import io
import itertools
import random
from datetime import date

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.sources import klass_requests
from oppfolging_pipeline.sources.klass_files import KlassFile, parse, recognise
from tests.support.shared import SHARED, needs_shared
from tests.unit.sources.test_klass_files import CHANGES, CODES, COUNTIES, DOWNLOAD, ITEM, MAP, OFFICES

FIELD = SHARED / "data" / "field"
KLASS = SHARED / "data" / "klass"
needs_field = pytest.mark.skipif(not FIELD.is_dir(), reason="the files from the field are not beside the repository")

# Letters that Windows-1252 has at other bytes than ISO-8859-1, or that come as several bytes of UTF-8.
SAMI = CODES + "6103,Kárášjohka - Karasjok,2015-01-01,\n6104,Evenášši,2015-01-01,\n"
LISTS = {"codes": SAMI, "counties": COUNTIES, "changes": CHANGES, "map": MAP, "offices": OFFICES}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
WAYS = list(itertools.product(ENCODINGS, (",", ";", "\t", "|"), ("", "sep="), ("\n", "\r\n", "\r")))


def saved(text: str, way: tuple[str, str, str, str]) -> bytes:
    """The list as a program saves it that quotes every cell."""
    encoding, separator, sep_line, line_end = way
    buffer = io.StringIO(newline="")
    buffer.write(f"{sep_line}{separator}{line_end}" if sep_line else "")
    writer = csv.writer(buffer, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows(csv.reader(io.StringIO(text)))
    return buffer.getvalue().encode(encoding)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_the_same_rows_whichever_way_it_is_saved(name: str) -> None:
    """Six character sets, four separators, with and without `sep=`, three line ends."""
    assert len(WAYS) == 144
    text = LISTS[name]
    expected = parse(text.encode(), "fil")
    others = [
        way
        for way in WAYS
        if (recognise(saved(text, way)), parse(saved(text, way), "fil")) != (expected.kind, expected)
    ]
    assert others == []


@pytest.mark.parametrize("name", LISTS)
def test_headings_in_other_letters_and_with_spaces_about_them_are_the_same(name: str) -> None:
    heading, _, rows = LISTS[name].partition("\n")
    for other in (heading.upper(), heading.lower(), ", ".join(heading.split(",")), f"\ufeff{heading}", f"\n{heading}"):
        assert parse(f"\ufeff{other}\n{rows}\n,,,,\n".encode(), "fil") == parse(LISTS[name].encode(), "fil")


@pytest.mark.parametrize("way", [way for way in WAYS if way[3] == "\r\n"], ids=repr)
def test_a_head_that_ends_anywhere_is_the_same_list(way: tuple[str, str, str, str]) -> None:
    """In the middle of a letter or of a row: what a file is must not hang on where the head was cut."""
    content = saved(SAMI, way)
    second_row = len(saved("\n".join(SAMI.splitlines()[:2]) + "\n", way))
    assert {recognise(content[:length]) for length in range(second_row, len(content))} == {"kommune_koder"}


def test_codes_and_heads_of_counties_are_not_taken_for_municipalities_where_they_are_cut() -> None:
    content = COUNTIES.encode() + b"62,Innerdal,2015-01-01,\n"
    assert {recognise(content[:length]) for length in range(len(COUNTIES), len(content))} == {"fylke_koder"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            SAMI.encode("cp1252") + b"6109,\x81s,2015-01-01,\n",
            "row 6: found the byte 0x81, which neither UTF-8 nor Windows-1252 has there",
        ),
        (SAMI.encode().replace("æ".encode(), b"\xe6"), "row 3: found the byte 0xE6 in a file of UTF-8"),
        (SAMI.encode("utf-8-sig").replace("Å".encode(), b"\xc5"), "row 2: found the byte 0xC5 in a file of UTF-8"),
        (SAMI.encode() + b"6109,B\xc3", "row 6: found the byte 0xC3 in a file of UTF-8, which ends in the middle"),
        (SAMI.encode("utf-16-le")[:-1], "row 5: found the byte 0x0A in a file of UTF-16, which ends in the middle"),
        (SAMI.encode("utf-16") + b"\x00\xdc\x00\x00", "row 6: found the byte 0x00 0xDC in a file of UTF-16"),
    ],
)
def test_bytes_of_no_character_set_are_told_with_their_row(content: bytes, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(content, "fil.csv")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("code,name,validFrom,validTo\n301,Oslo,2015-01-01,\n1101,Eigersund,2015-01-01,\n", "0301"),
        ("code,name,validFrom,validTo\n3,Oslo,2015-01-01,\n11,Rogaland,2015-01-01,\n", "03"),
        ("changeOccurred,oldCode,oldName,newCode,newName\n2020-01-01,301,Oslo,1101,Ny\n", "0301"),
        ("code_2019,name_2019,code_2020,name_2020,kind\n301,Oslo,1101,Ny,renumbered\n", "0301"),
        ("statsforvalter,fylkesnr\nOslo og Viken,3\nRogaland,11\n", "03"),
        ('{"codes":[{"code":301,"name":"Oslo","validFrom":"2015-01-01","validTo":null}]}', "0301"),
    ],
)
def test_a_zero_that_a_spreadsheet_has_taken_away_is_put_back(text: str, code: str) -> None:
    assert code in parse(text.encode(), "fil").rows[0].values()


@pytest.mark.parametrize(
    ("rows", "url"),
    [
        ("6101,61,2,Ålvik,,\n", "classifications/131/codes.json?from=2015-01-01"),
        ("61,,1,Ytterdal,,\n", "/104/codes.json"),
    ],
)
@pytest.mark.parametrize("heading", ["", ",validFrom,validTo", ",validFrom", ",validTo"])
def test_codes_of_one_day_are_one_fault_with_the_request_for_the_right_ones(rows: str, url: str, heading: str) -> None:
    columns = "code,parentCode,level,name,shortName,presentationName"
    text = f"{columns}{heading}\n" + rows.replace("\n", "," * heading.count(",") + "\n")
    with pytest.raises(InvalidInput) as caught:
        parse(text.encode(), "koder.csv")
    (finding,) = caught.value.findings
    assert "codes of one day: nothing says from when and to when each is valid (rows: 1)" in finding.found
    assert "Get https://data.ssb.no/api/klass/v1/classifications/" in finding.action
    assert url in finding.action


@pytest.mark.parametrize(
    ("heading", "row", "told"),
    [
        ("code,name,validFrom", "6101,Ålvik,2015-01-01", "municipality codes with validFrom and without validTo"),
        ("code,name,validTo", "6101,Ålvik,2020-01-01", "municipality codes with validTo and without validFrom"),
        ("code,name,validFrom", "61,Ytterdal,2015-01-01", "county codes with validFrom and without validTo"),
        ("code,name", "61,Ytterdal", "county codes of one day"),
    ],
)
def test_half_of_a_validity_is_one_fault_with_the_same_request(heading: str, row: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(f"{heading}\n{row}\n{row.replace('61', '62')}\n".encode(), "koder.csv")
    (finding,) = caught.value.findings
    assert told in finding.found
    assert "codes.json?from=" in finding.action


def test_the_request_that_is_told_is_the_one_that_a_fetch_sends() -> None:
    sent = klass_requests.request("https://x", 131, "codes", date(2015, 1, 1), date(2026, 1, 1))
    assert sent == "https://x/classifications/131/codes.json?from=2015-01-01&to=2026-01-01"
    assert klass_requests.municipalities("codes").endswith(sent.removeprefix("https://x").partition("&")[0])


@needs_field
@pytest.mark.parametrize("name", ["koder_2024-01-01.csv", "koder_2024-01-01.json"])
def test_the_codes_of_a_day_of_the_field_are_one_fault_in_both_shapes(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse((FIELD / "11-klass-codes-of-a-day" / name).read_bytes(), name)
    (finding,) = caught.value.findings
    assert "municipality codes of one day" in finding.found
    assert "(rows: 358)" in finding.found
    assert "https://data.ssb.no/api/klass/v1/classifications/131/codes.json?from=2015-01-01" in finding.action


@needs_field
@needs_shared
@pytest.mark.parametrize(
    ("field", "real"),
    [("koder.csv", "klass131_codes_all.csv"), ("endringer.csv", "klass131_changes_all.csv")],
)
def test_the_lists_of_the_field_that_were_saved_as_ansi_have_the_names_of_klass(field: str, real: str) -> None:
    ansi = parse((FIELD / "09-klass-names-cp1252" / field).read_bytes(), field)
    assert ansi == parse((KLASS / real).read_bytes(), real)
    names = {row.get("name") or row["newName"] for row in ansi.rows}
    assert not any(0x7F <= ord(sign) <= 0x9F for name in names for sign in name)
    assert {"Kárášjohka - Karasjok", "Evenes - Evenášši"} <= names


CHANGES_JSON = (
    '{"codeChanges":[{"oldCode":"6102","newCode":"6101","oldName":"","newName":"","changeOccurred":"2020-01-01"}]}'
)
SAMPLES = [
    text.encode(encoding)
    for text in (*LISTS.values(), DOWNLOAD, ITEM, CHANGES_JSON)
    for encoding in ("utf-8", "cp1252", "utf-16")
]
_PIECES = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b"\n",
    b"\r",
    b";",
    b"\t",
    b"{",
    b"[",
    b"\x9a",
    b"\xc3",
    b"?",
    b"0",
)


def test_no_bytes_end_in_a_trace() -> None:
    """2 000 lists spoiled at random: each is a list or is refused, as recognition said."""
    chance = random.Random(11)  # noqa: S311 - no secret
    outcomes = {"read": 0, "refused": 0}
    for _ in range(2_000):
        content = bytearray(chance.choice(SAMPLES))
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(content) + 1)
            piece = chance.choice(_PIECES) if chance.random() < 0.6 else chance.randbytes(chance.randint(1, 3))
            content[at : at + chance.choice((0, 0, 1, 1, 9))] = piece
        kind = recognise(bytes(content))
        try:
            read = parse(bytes(content), "fil")
        except InvalidInput as refused:
            assert str(refused).encode()
            outcomes["refused"] += 1
            continue
        assert isinstance(read, KlassFile)
        assert read.kind == kind
        outcomes["read"] += 1
    assert min(outcomes.values()) > 100, outcomes
