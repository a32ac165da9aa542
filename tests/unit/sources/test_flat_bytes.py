"""Flat rows as files: whatever character set, separator or compression they come in, and cut off wherever."""

from __future__ import annotations

import gzip
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
