"""Files that are no text: what each is, told by its first bytes, and which of them is a workbook that can be read.

Belongs here: naming a kind of file and what to do about it. Does not belong here: reading a workbook (`workbook`).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

from oppfolging_pipeline.core.errors import Finding

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK = "an xlsx workbook or one of the other files that an inbox takes"
_SAVE_AS_XLSX = (
    "Open it and save it as an Excel workbook (.xlsx), or download the report again, and put that in the inbox."
)
_UNPACK = "Unpack it, and put the files that are in it in the inbox."
_AGAIN = "Take the file out of the inbox, or download it again as it is."
# First bytes → what such a file is, and what to do.
_KINDS: Mapping[bytes, tuple[str, str]] = {
    b"%PDF-": ("a PDF document", "Download the figures as csv or xlsx."),
    b"\x1f\x8b": ("a compressed file (gzip)", _UNPACK),
    b"BZh": ("a compressed file (bzip2)", _UNPACK),
    b"\xfd7zXZ\x00": ("a compressed file (xz)", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("an archive (7z)", _UNPACK),
    b"Rar!": ("an archive (rar)", _UNPACK),
    b"PAR1": ("a Parquet file", "Put the download that it was made of in the inbox."),
    b"\x89PNG": ("a picture", _AGAIN),
    b"\xff\xd8\xff": ("a picture", _AGAIN),
}
# What a text begins with that is no table of ours.
_TEXT_KINDS = (
    (("<!doctype html", "<html", "<head", "<body", "<table", "<meta"), "a web page (HTML), whatever its name ends in"),
    (("mime-version:", "from: <saved"), "a saved web page (MHTML)"),
    (("<?mso-application", "<workbook"), "a workbook of the XML format of 2003"),
    (("{\\rtf",), "a text document (RTF)"),
)
# A part that only such a file has → what it is, and what to do.
_ZIP_KINDS = (
    ("xl/workbook.bin", "a binary workbook (.xlsb)", _SAVE_AS_XLSX),
    ("word/document.xml", "a Word document", _AGAIN),
    ("ppt/presentation.xml", "a presentation", _AGAIN),
    ("Index/Document.iwa", "a document of Numbers or Pages", _SAVE_AS_XLSX),
)
_SHOWN_FILES = 3
DAMAGED = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError, RuntimeError)


def is_zip(head: bytes) -> bool:
    """Whether a file begins as a zip, which an xlsx workbook is."""
    return head.startswith((_ZIP, _EMPTY_ZIP))


def is_ole2(head: bytes) -> bool:
    """Whether a file begins as Office's older documents, and those with a password, do."""
    return head.startswith(_OLE2)


def other_kind(head: bytes, file: str) -> Finding | None:
    """What a file is that is neither text, zip nor OLE2; None for one that may be text."""
    found = next((kind for first, kind in _KINDS.items() if head.startswith(first)), None)
    return Finding(found[0], _WORKBOOK, found[1], file=file) if found else None


def text_kind(text: str, file: str) -> Finding | None:
    """What a text is that is written for something else than figures; None for one that may be a table."""
    begins = text.lstrip("\ufeff \t\r\n").lower()
    if begins.startswith("<?xml"):
        begins = begins.partition("?>")[2].lstrip()
    found = next((kind for first, kind in _TEXT_KINDS if begins.startswith(first)), None)
    return Finding(found, _WORKBOOK, _SAVE_AS_XLSX if "workbook" in found else _AGAIN, file=file) if found else None


def ole2_kind(content: bytes, file: str) -> Finding:
    """What an OLE2 file is: a locked workbook, an older one, or something else of Office's."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        found = "a workbook or document that is locked with a password or a label"
        return Finding(found, _WORKBOOK, "Open it, take the password away and save it again as .xlsx.", file=file)
    if any(name.encode("utf-16-le") + b"\0\0" in content for name in ("Workbook", "Book")):
        return Finding("a workbook of the older Excel format (.xls)", _WORKBOOK, _SAVE_AS_XLSX, file=file)
    return Finding("a document of an older Office format that is no workbook", _WORKBOOK, _AGAIN, file=file)


def zip_kind(content: bytes, file: str) -> Finding | None:
    """What a zip is that is no xlsx workbook that can be read; None for such a workbook, and for a damaged zip, which
    the reading of the workbook tells of."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" in names:
                return _strict(archive.read("xl/workbook.xml"), file)
            if "mimetype" in names:
                kind = archive.read("mimetype").decode("ascii", "replace")
                if "spreadsheet" in kind:
                    return Finding("an OpenDocument workbook (.ods)", _WORKBOOK, _SAVE_AS_XLSX, file=file)
                return Finding("an OpenDocument file that is no workbook", _WORKBOOK, _AGAIN, file=file)
    except DAMAGED:
        return None
    for part, found, action in _ZIP_KINDS:
        if part in names:
            return Finding(found, _WORKBOOK, action, file=file)
    if any(name.startswith(("xl/", "_rels/")) for name in names):
        return None
    files = [name for name in names if not name.endswith("/")]
    if not files:
        return Finding("a zip file with nothing in it", _WORKBOOK, _AGAIN, file=file)
    listed = ", ".join(files[:_SHOWN_FILES]) + (" …" if len(files) > _SHOWN_FILES else "")
    count = f"{len(files)} file{'s' if len(files) > 1 else ''}"
    return Finding(f"a zip file with {count} in it ({listed})", _WORKBOOK, _UNPACK, file=file)


def _strict(workbook: bytes, file: str) -> Finding | None:
    if b"purl.oclc.org/ooxml" not in workbook:
        return None
    found = "a workbook saved as Strict Open XML"
    action = "Open it and save it as an Excel workbook (.xlsx), which stands above Strict in the list of kinds."
    return Finding(found, _WORKBOOK, action, file=file)
