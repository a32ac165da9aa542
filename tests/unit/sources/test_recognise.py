"""What a file is, told by its content: other files are refused in words that help."""

from pathlib import Path

import duckdb
import pytest

from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.klass_files import KlassFile
from oppfolging_pipeline.sources.recognise import read_file
from tests.support.files import flat_csv, flat_json, flat_row, nation, wide_csv, wide_xlsx
from tests.support.report import columns_of, country
from tests.unit.sources.conftest import Reader, Refusal


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (wide_csv([nation(50, 1, 9)]), "udir_csv"),
        (wide_xlsx([nation(50, 1, 9)]), "udir_xlsx"),
        (flat_json([flat_row()]), "flate_rader"),
        (flat_csv([flat_row()]), "flate_rader"),
        (b" \r\n" + flat_json([flat_row()]), "flate_rader"),
        (country(columns_of([5])), "pivot"),
    ],
)
def test_a_file_is_known_by_its_content_alone(read: Reader, content: bytes, kind: str) -> None:
    assert read(content).kind == kind


def test_a_klass_file_is_read_as_one(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "udir.xlsx"
    path.write_text("code,name,validFrom,validTo\n6101,Krattvik,2020-01-01,\n", encoding="utf-8")
    content = read_file(path, "udir.xlsx", connection, default_catalog())
    assert isinstance(content, KlassFile)
    assert (content.kind, len(content.rows)) == ("kommune_koder", 1)


def test_a_klass_file_in_udirs_own_way_of_saving_is_none_of_udirs(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    """UTF-16 without a mark, a sep= line and tabs: a spreadsheet saves any list so, and the heading says what it is."""
    path = tmp_path / "liste.csv"
    path.write_text("sep=\t\ncode\tname\tvalidFrom\tvalidTo\n6101\tŠattvik\t2020-01-01\t\n", encoding="utf-16-le")
    content = read_file(path, "liste.csv", connection, default_catalog())
    assert isinstance(content, KlassFile)
    assert content.rows[0]["name"] == "Šattvik"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\n", "a file with nothing in it"),
        (b"\xef\xbb\xbf", "a file with nothing in it"),
        (b"\xff\xfe", "a file with nothing in it"),
        (b"\x00" * 5000, "a file with nothing in it"),
        (b"hei", "a text that begins with 'hei'"),
        (b"\x01\x02\x03\x00\x05", "bytes that are no text and begin with 01 02 03 00 05"),
        (b'{"rows":[],"metadata":{"columns":[]}}', 'JSON that begins with {"rows"'),
        (b"[1, 2]", "JSON that begins with [1, 2]"),
        (
            '{"kode":400,"feiltype":"Feil i forespørselen","melding":"Filter må oppgis!","tilleggsinfo":""}'.encode(),
            "an error answer of Udir's (Filter må oppgis!)",
        ),
    ],
)
def test_another_file_is_told_by_what_it_begins_with(refusal: Refusal, content: bytes, found: str) -> None:
    (finding,) = refusal(content)
    assert found in finding.found
    assert (
        "csv or xlsx download, flat rows of the export API (JSON or csv), an answer of the report API"
        in finding.expected
    )
    assert "or a KLASS file" in finding.expected
    assert "Take the file out of the inbox" in finding.action


def test_json_of_another_table_is_told_by_its_fields(refusal: Refusal) -> None:
    findings = refusal(b'[{"Skoleaarnavn":"2021-22","AndelMobbet":"4,8","EnhetNavn":"Skolen"}]')
    assert "the fields Skoleaarnavn, AndelMobbet, EnhetNavn" in findings[0].found
    assert "EnhetNivaa" in {finding.column for finding in findings}
