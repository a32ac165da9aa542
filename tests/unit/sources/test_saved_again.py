"""Udir's downloads saved again by people's programs: the same figures, or a refusal that says what was lost.

Each way stands in one table with what is expected of it, for a download of whole numbers (national tests) and one of
decimals (grunnskolepoeng). None may be read differently.
"""

from __future__ import annotations

import csv
import gzip
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from oppfolging_pipeline.sources.parsed import ParsedFile
from tests.support import saved_again as again
from tests.support import saved_workbooks as books
from tests.support.files import county, heading, measures, municipality, nation, school
from tests.support.saved_again import Rows, changed, text
from tests.support.shared import NASJONALE_PROVER, needs_shared
from tests.unit.sources.conftest import Reader, Refusal, cells_of

STEM = "2020-21.Alle eierformer.Begge kjønn."
SAME = ""  # read, with exactly the same figures


def _download(head: list[str], national: list[str], cells: Callable[[int], list[str]]) -> Rows:
    """A country with a county whose codes begin with a zero, names with letters and spaces, and shielded cells."""
    rows: list[list[object]] = [head, nation(*national), county("03", *cells(1)), county("61", *cells(2))]  # type: ignore[list-item]
    for n, code in enumerate(("0301", "6101", "6102"), start=3):
        rows.append(municipality(code, *cells(n), name=f"Kråkøy {n} "))
        rows += [school(code, f"10000{n}{k:03}", *cells(n + k), name=f"Ærfugl {k}, avd. Å") for k in range(9)]
        rows.append(school(code, f"10000{n}900", *["*"] * len(national), name="Skjermet skole"))
        rows.append(school(code, f"10000{n}901", *[""] * len(national), name="Skole uten tall"))
    return [[str(cell) for cell in row] for row in rows]


def _tests(n: int) -> list[str]:
    return [str(40 + n), f"{n % 7},{n % 9 + 1}", f"{n} {289 + n}"]


NP = _download(heading(measures()), ["50", "0,1", "56 833"], _tests)
GSP = _download(
    heading([STEM + "Grunnskolepoeng", STEM + "Antall elever"]),
    ["42,3", "63 041"],
    lambda n: [f"{38 + n % 6},{n % 9 + 1}", f"{n} {101 + n}"],
)
UDIR = {"separator": "\t", "encoding": "utf-16-le", "end": "\n", "sep_line": True}


def _units(rows: Rows, position: int) -> Rows:
    """The rows with a unit column moved to the end."""
    return [[*row[:position], *row[position + 1 :], row[position]] for row in rows]


def _name_error(rows: Rows) -> bytes:
    return text([*rows[:-1], [*rows[-1][:8], "#I/T", *rows[-1][9:]]])


Save = Callable[[Rows], bytes]
A_COMMA = "', and so other numbers of cells"
# How it is saved: the name, the saving, and what is said of the two downloads. Empty: read, with the same figures.
WAYS: dict[str, tuple[Save, str, str]] = {
    # Udir's own, and the same text in other encodings, with other separators, line ends and first lines
    "as udir writes it": (lambda r: text(r, **UDIR), SAME, SAME),  # type: ignore[arg-type]
    "2023, bom and pipe": (
        lambda r: text(r, separator="|", encoding="utf-16-le", mark=b"\xff\xfe"), SAME, SAME),
    "utf-16 without sep": (lambda r: text(r, separator="\t", encoding="utf-16-le"), SAME, SAME),
    "utf-16 big endian": (lambda r: text(r, separator="\t", encoding="utf-16-be", mark=b"\xfe\xff"), SAME, SAME),
    "utf-16 big endian without mark": (lambda r: text(r, separator=";", encoding="utf-16-be"), SAME, SAME),
    "utf-16 with sep and semicolon": (lambda r: text(r, encoding="utf-16-le", sep_line=True), SAME, SAME),
    "utf-8 with kept sep": (lambda r: text(r, separator="\t", sep_line=True), SAME, SAME),
    "excel utf-8": (lambda r: text(r, encoding="utf-8-sig"), SAME, SAME),
    "excel ansi": (lambda r: text(r, encoding="cp1252"), SAME, SAME),
    "ansi with tabs and sep": (lambda r: text(r, separator="\t", encoding="cp1252", sep_line=True), SAME, SAME),
    "excel unicode text": (
        lambda r: text(r, separator="\t", encoding="utf-16-le", mark=b"\xff\xfe"), SAME, SAME),
    "pipe utf-8": (lambda r: text(r, separator="|"), SAME, SAME),
    "unix line ends": (lambda r: text(r, end="\n"), SAME, SAME),
    "old mac line ends": (lambda r: text(r, end="\r"), SAME, SAME),
    "line ends doubled on windows": (lambda r: text(r, end="\r\r\n"), SAME, SAME),
    "empty lines at the end": (lambda r: text(r, last="\r\n\r\n"), SAME, SAME),
    "without the last line end": (lambda r: text(r)[:-2], "an end in the middle of a line", "an end in the middle"),
    # quoting
    "pandas as text": (lambda r: text(r, separator=",", end="\n"), SAME, SAME),
    "everything quoted": (lambda r: text(r, separator=",", quoting=csv.QUOTE_ALL), SAME, SAME),
    "everything quoted, utf-16 tabs": (
        lambda r: text(r, separator="\t", encoding="utf-16-le", quoting=csv.QUOTE_ALL), SAME, SAME),
    "commas that are not quoted": (lambda r: again.unquoted(r, ","), A_COMMA[3:], A_COMMA[3:]),
    # what programs write of numbers
    "thousands joined": (lambda r: text(changed(r, again.thousands(""))), SAME, SAME),
    "no-break thousands": (lambda r: text(changed(r, again.thousands("\u00a0"))), SAME, SAME),
    "narrow no-break thousands": (lambda r: text(changed(r, again.thousands("\u202f"))), SAME, SAME),
    "thin thousands": (lambda r: text(changed(r, again.thousands("\u2009"))), SAME, SAME),
    "thousands with a point": (
        lambda r: text(changed(r, again.thousands("."))), "thousands or decimals", "thousands or decimals"),
    "thousands with a comma": (lambda r: text(changed(r, again.thousands(","))), "'56,833'", "'63,041'"),
    "zero-width thousands": (lambda r: text(changed(r, again.thousands("\u200b"))), "'56\u200b833'", "'63\u200b041'"),
    "decimal point": (lambda r: text(changed(r, again.decimals("."))), SAME, SAME),
    "pandas numbers": (
        lambda r: text(changed(r, again.as_float, again.without_zeros), separator=",", end="\n"), SAME, SAME),
    "decimals padded with a point": (
        lambda r: text(changed(r, again.figures(lambda c: c.replace(",", ".") + "00" if "," in c else c))),
        SAME, "thousands or decimals"),  # uncertainty is not read
    "decimals rounded away": (
        lambda r: text(changed(r, again.figures(again.rounded))), SAME, "figures without a decimal"),
    "a date of a figure": (
        lambda r: text(changed(r, again.replaced("45", "3. jan"), again.replaced("43,6", "43. jun"))),
        "a date that", "'43. jun'"),
    "scientific numbers": (
        lambda r: text(changed(r, again.replaced("56 833", "5,68E+04"), again.replaced("63 041", "6,30E+04"))),
        "a number that a program has rounded", "a number that a program has rounded"),
    "an error in a figure": (
        lambda r: text(changed(r, again.replaced("45", "#I/T"), again.replaced("43,6", "#I/T"))),
        "an error of a spreadsheet", "an error of a spreadsheet"),
    "a star with a no-break space": (lambda r: text(changed(r, again.star("\u00a0"))), SAME, SAME),
    "a star with a zero-width space": (lambda r: text(changed(r, again.star("\u200b"))), "'*\u200b'", "'*\u200b'"),
    # codes and names
    "leading zeros lost": (lambda r: text(changed(r, again.without_zeros)), SAME, SAME),
    "codes as decimals": (lambda r: text(changed(r, again.code_as_float)), "'3.0' (a decimal point", "'3.0' (a dec"),
    "organisation numbers rounded": (lambda r: text(changed(r, again.rounded_number)), "has rounded)", "has rounded)"),
    "names without their last space": (lambda r: text(changed(r, again.spaces_gone)), SAME, SAME),
    "an error in a name": (_name_error, "'#I/T' (an error", "'#I/T' (an error"),
    "question marks for letters": (again.ascii_with_question_marks, "'Kr?k?y 3', and so", "'Kr?k?y 3', and so"),
    "doubly encoded": (lambda r: again.lossy(r, "utf-8", "cp1252"), "were read as Windows-1252", "Windows-1252"),
    "letters replaced": (lambda r: again.lossy(r, "cp1252", "utf-8"), "lost (U+FFFD)", "lost (U+FFFD)"),
    "latin-1 controls": (
        lambda r: text(r).replace("Ærfugl 3".encode(), "\u009arfugl".encode()), "U+009A", "U+009A"),
    "mac letters": (lambda r: text(r, encoding="mac-roman"), "neither UTF-8 nor", "neither UTF-8 nor"),
    "mac letters that windows has too": (
        lambda r: text([[cell.replace("Å", "A") for cell in row] for row in r], encoding="mac-roman"),
        "'Œrstrinn' where 'årstrinn' should stand", "'kj¿nn' where 'kjønn' should stand"),
    "dos letters": (lambda r: text(r, encoding="cp865"), "neither UTF-8 nor", "neither UTF-8 nor"),
    # what stands beside the table, or is gone
    "trailing separators": (lambda r: text(again.widened(r, 3)), SAME, SAME),
    "empty rows at the end": (lambda r: text([*r, *[[""] * len(r[0])] * 4]), SAME, SAME),
    "an empty row in the middle": (lambda r: text([*r[:4], [""] * len(r[0]), *r[4:]]), "an empty row", "an empty row"),
    "a title above": (lambda r: text(again.stacked(r, [["Skoler"], []])), "the heading in row 3", "the heading in row"),
    "an index of pandas": (
        lambda r: text([["" if n == 0 else str(n - 1), *row] for n, row in enumerate(r)], separator=","),
        "a column without a heading", "a column without a heading"),
    "other order of rows": (lambda r: text([r[0], *sorted(r[1:])]), SAME, SAME),
    "a unit column moved": (lambda r: text(_units(r, 3)), "heading 'Organ", "heading 'Organ"),
    "heading gone": (lambda r: text(r[1:]), "a text that begins with", "a text that begins with"),
    "cut off in a row": (lambda r: text(r)[:-20] + b"\r\n", "cells", "cells"),
    # workbooks
    "a workbook": (books.workbook, SAME, SAME),
    "a workbook of texts": (lambda r: books.workbook(r, texts=True), SAME, SAME),
    "a workbook of texts without zeros": (
        lambda r: books.workbook(changed(r, again.without_zeros), texts=True), SAME, SAME),
    "a workbook with notes first": (lambda r: books.workbook(r, books.notes), SAME, SAME),
    "a dimension too small": (lambda r: books.with_dimension(books.workbook(r), "A1:J5"), SAME, SAME),
    "a dimension of one cell": (lambda r: books.with_dimension(books.workbook(r), "A1"), SAME, SAME),
    "two sheets": (
        lambda r: books.workbook(r, books.second_sheet(r)), "'Sheet' (visible), 'Ny' (visible)", "2 sheets that"),
    "the old one hidden first": (
        lambda r: books.workbook(r, books.second_sheet(r, first_hidden=True)), "'Sheet' (hidden), 'Ny'", "'Sheet' (h"),
    "the only one hidden": (lambda r: books.workbook(r, books.hidden), "a download in a hidden", "in a hidden sheet"),
    "formulas that were not calculated": (
        lambda r: books.workbook(r, books.set_cell("J2", "=J3")), "no value is stored, in J2", "is stored, in J2"),
    "formulas with their value": (
        lambda r: books.with_stored_value(books.workbook(r, books.set_cell("J2", "=J3")), r[1][9].replace(",", ".")),
        SAME, SAME),
    "an error cell": (lambda r: books.workbook(r, books.set_cell("J3", "#N/A")), "'#N/A' (an", "'#N/A' (an"),
    "a date in a cell": (lambda r: books.workbook(r, books.a_date("J3")), "(a date that", "(a date that"),
    "a truth value in a cell": (lambda r: books.workbook(r, books.set_cell("J3", True)), "(a truth", "(a truth"),
    "a note in the last row": (
        lambda r: books.workbook(r, books.set_cell("J1048576", "x")), "content in J1048576", "content in J1048576"),
    "a note in the last column": (
        lambda r: books.workbook(r, books.set_cell("XFD3", "x")), "content in XFD3, beside", "content in XFD3, beside"),
    "a heading in the last column": (
        lambda r: books.workbook(r, books.set_cell("XFD1", "x")), "content in XFD1, beside", "content in XFD1, beside"),
    "merged cells": (lambda r: books.workbook(r, books.merge("J3:J5")), "merged cells, J3:J5", "merged cells, J3:J5"),
    "empty rows above": (lambda r: books.workbook(r, above=2), "the heading in row 3", "the heading in row 3"),
    "rounded in a workbook": (
        lambda r: books.workbook(changed(r, again.figures(again.rounded))), SAME, "figures without a decimal"),
    "strict open xml": (lambda r: books.strict(books.workbook(r)), "Strict Open XML", "Strict Open XML"),
    # other kinds of files
    "a web page": (again.html, "a web page (HTML)", "a web page (HTML)"),
    "compressed": (lambda r: gzip.compress(text(r)), "a compressed file (gzip)", "a compressed file (gzip)"),
    "in a zip": (lambda r: books.a_zip(np_0csv=text(r)), "with 1 file in it (np.csv)", "with 1 file in it (np.csv)"),
    "ods": (
        lambda r: books.a_zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_0xml=b"<x/>"),
        "OpenDocument workbook (.ods)", "OpenDocument workbook (.ods)"),
    "xlsb": (lambda r: books.a_zip(xl__workbook_0bin=b"x"), "a binary workbook (.xlsb)", "a binary workbook (.xlsb)"),
    "xls": (
        lambda r: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le") + bytes(48),
        "older Excel format (.xls)", "older Excel format (.xls)"),
    "with a password": (
        lambda r: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"),
        "locked with a password", "locked with a password"),
    "pdf": (lambda r: b"%PDF-1.7\n\xe2\xe3", "a PDF document", "a PDF document"),
}  # fmt: skip
NAMES = ("nivaa", "enhet", "fylkesnr", "kommunenr", "enhetsnavn", "kilde", "indikator", "maal", "trinn", "skoleaar",
         "verdi", "verdistatus", "antall", "antallstatus", "forelopig", "kolonne", "brudd")  # fmt: skip


def _figures(parsed: ParsedFile) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[name] for name in NAMES) for row in cells_of(parsed)), key=str)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("download", ["np", "gsp"])
def test_a_download_saved_again_is_the_same_or_refused_with_what_was_lost(
    read: Reader, refusal: Refusal, way: str, download: str
) -> None:
    save, *expected = WAYS[way]
    rows = {"np": NP, "gsp": GSP}[download]
    lost = expected[0 if download == "np" else 1]
    content = save(rows)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a library's warning would stand on the user's screen
        if lost:
            findings = refusal(content)
            told = [str(finding.found) for finding in findings]
            assert any(part in one for one in told for part in lost.split("|")), told
            assert len(findings) <= len(rows) * 2, "a fault for each cell says nothing"
        else:
            assert _figures(read(content)) == _figures(read(text(rows, **UDIR)))  # type: ignore[arg-type]


def test_the_table_of_ways_is_long_enough_to_be_a_promise() -> None:
    assert len(WAYS) >= 40
    assert sum(not np for _, np, _ in WAYS.values()) >= 25


@pytest.mark.parametrize("said", ["content in XFD3", "content in J1048576", "an end in the middle", "other numbers"])
def test_one_cause_is_one_sentence(refusal: Refusal, said: str) -> None:
    for save, np, _ in WAYS.values():
        if said in np:
            assert len(refusal(save(NP))) <= 2


REAL = (
    "excel utf-8", "excel ansi", "2023, bom and pipe", "pandas as text", "everything quoted", "no-break thousands",
    "pandas numbers", "leading zeros lost", "thousands with a point", "doubly encoded", "trailing separators",
)  # fmt: skip


@needs_shared
@pytest.mark.parametrize("way", REAL)
def test_a_real_download_saved_again_is_the_same_or_refused(read: Reader, refusal: Refusal, way: str) -> None:
    content = (NASJONALE_PROVER / "2024-25_20260224-1156_Nasjonale_proever_ungdomstrinn.csv").read_bytes()
    lines = content.decode("utf-16-le").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    save, lost, _ = WAYS[way]
    if lost:
        assert any(lost.split("|")[0] in finding.found for finding in refusal(save(rows)))
    else:
        assert _figures(read(save(rows))) == _figures(read(content))
