"""A small Excel workbook, the same bytes on every machine.

Belongs here: cells of numbers and text as an xlsx file. Does not belong here: what they mean.
Written by hand rather than with openpyxl, and stored rather than compressed, because another version of openpyxl, lxml
or zlib would give other bytes. Every part of the file carries the date that Excel itself gives: 1 January 1980.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

Value = int | float | str | None

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_NEVER = (1980, 1, 1, 0, 0, 0)


def workbook(sheets: dict[str, Sequence[Sequence[Value]]], *, creator: str, created: str) -> bytes:
    """An xlsx file. `created` is an ISO time. Texts are shared strings and empty cells are left out, as Excel does."""
    strings: dict[str, int] = {}
    bodies = [_sheet(rows, strings) for rows in sheets.values()]
    numbers = range(1, len(bodies) + 1)
    styles, shared = len(bodies) + 1, len(bodies) + 2
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
        )
        + f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        "</Types>",
        "_rels/.rels": _relations(
            (1, f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
            (2, f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
            for n, name in zip(numbers, sheets, strict=True)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            *((n, f"{_OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n in numbers),
            (styles, f"{_OFFICE}/styles", "styles.xml"),
            (shared, f"{_OFFICE}/sharedStrings", "sharedStrings.xml"),
        ),
        **{f"xl/worksheets/sheet{n}.xml": body for n, body in zip(numbers, bodies, strict=True)},
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}" uniqueCount="{len(strings)}">'
        + "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
        + "</sst>",
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>{escape(creator)}</dc:creator>'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{created}</dcterms:created></cp:coreProperties>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, _NEVER)
            info.create_system = 0  # or the byte would tell which system wrote the file
            archive.writestr(info, _HEAD + text)
    return buffer.getvalue()


def _relations(*rows: tuple[int, str, str]) -> str:
    entries = "".join(f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>' for n, kind, target in rows)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'


def _sheet(rows: Sequence[Sequence[Value]], strings: dict[str, int]) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = [
            f'<c r="{_letters(position)}{number}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
            if isinstance(value, str)
            else f'<c r="{_letters(position)}{number}"><v>{value}</v></c>'
            for position, value in enumerate(row)
            if value is not None
        ]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    # Readers that stream fill up rows to the width that is stated here; without it a row ends with its last value.
    extent = f'<dimension ref="A1:{_letters(max(map(len, rows)) - 1)}{len(rows)}"/>'
    return f'<worksheet xmlns="{_MAIN}">{extent}<sheetData>{"".join(lines)}</sheetData></worksheet>'


def _letters(position: int) -> str:
    """0 → A, 26 → AA."""
    first, last = divmod(position, 26)
    return (_letters(first - 1) if first else "") + chr(ord("A") + last)
