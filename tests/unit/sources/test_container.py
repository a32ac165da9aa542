"""Files that are no table of ours: each is told for what it is, with what to do."""

import io
import zipfile

import pytest

from oppfolging_pipeline.sources.container import ole2_kind, other_kind, text_kind, zip_kind

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def a_zip(*names: str, content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("names", "found", "action"),
    [
        (("les.csv",), "a zip file with 1 file in it (les.csv)", "Unpack it"),
        (("a", "b", "c", "d"), "a zip file with 4 files in it (a, b, c …)", "Unpack it"),
        ((), "a zip file with nothing in it", "Take the file out"),
        (("mappe/",), "a zip file with nothing in it", "Take the file out"),
        (("_rels/.rels", "word/document.xml"), "a Word document", "Take the file out"),
        (("_rels/.rels", "xl/workbook.bin"), "a binary workbook (.xlsb)", "save it as an Excel workbook"),
        (("Index/Document.iwa",), "a document of Numbers or Pages", "save it as an Excel workbook"),
    ],
)
def test_a_zip_that_is_no_workbook_is_told_by_what_is_in_it(names: tuple[str, ...], found: str, action: str) -> None:
    finding = zip_kind(a_zip(*names), "fil")
    assert finding is not None
    assert finding.found == found
    assert action in finding.action


@pytest.mark.parametrize("content", [a_zip("xl/workbook.xml"), a_zip("xl/styles.xml"), a_zip("a")[:20]])
def test_a_workbook_and_a_damaged_zip_are_for_the_reader_of_workbooks_to_tell(content: bytes) -> None:
    assert zip_kind(content, "fil") is None


@pytest.mark.parametrize(
    ("names", "found"),
    [(["Workbook"], ".xls"), (["Book"], ".xls"), (["WordDocument"], "no workbook"), (["EncryptedPackage"], "password")],
)
def test_an_older_document_is_told_by_its_streams(names: list[str], found: str) -> None:
    streams = b"".join(name.encode("utf-16-le") + bytes(64) for name in names)
    assert found in ole2_kind(OLE2 + streams, "fil").found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\r\n<!DOCTYPE html><html>", "a web page (HTML)"),
        ('<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', "the XML format of 2003"),
        ("MIME-Version: 1.0\r\n", "a saved web page (MHTML)"),
        ("{\\rtf1", "a text document (RTF)"),
    ],
)
def test_a_text_of_another_kind_is_told(text: str, found: str) -> None:
    finding = text_kind(text, "fil")
    assert finding is not None
    assert found in finding.found


def test_a_table_is_none_of_them() -> None:
    assert text_kind("EnhetNivaa;Fylkekode\n", "fil") is None
    assert other_kind(b"EnhetNivaa;Fylkekode\n", "fil") is None
