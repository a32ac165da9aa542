"""Answers of the export API made from rows, for a country of one county, one municipality and one school.

Belongs here: the list of tables, filters, page counts and pages in the interface's own shape. Does not belong here:
assertions, or any real figure. The shape is written out here a second time on purpose.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.files import INDEX, flat_row

BASE = "https://udir.example/rest/v2/Eksport"
TABLES = {
    148: "EUG-Indikator", 149: "EUG-Tema", 150: "EUG-Mobbing", 151: "EUG-Deltakelse", 152: "EUV-Indikator",
}  # fmt: skip
YEARS = {"2023-24": 202312, "2024-25": 202412, "Foreløpige tall 2025-26": 202512}
QUESTIONS = {"mobbing": -50, "stotte": -32, "motivasjon": -37}
OF_TABLE = {148: ("stotte", "motivasjon"), 150: ("mobbing",), 151: ("deltakelse",)}
# Of no question, and of every pupil: the table of participation has no filter of either.
WITHOUT = {151: {"SpoersmaalID": None, "KjoennID": None}}
UNITS = ((1, "", ""), (2, "61", ""), (3, "6101", ""), (4, "6101", "100000001"))

Row = dict[str, object]


def choices(*valg: tuple[int, str, str]) -> list[dict[str, Any]]:
    """A filter of (id, code, name)."""
    return [{"indeks": 3 * n, "id": i, "kode": kode, "navn": navn} for n, (i, kode, navn) in enumerate(valg)]


def filters(indexes: Sequence[str], **replaced: Any) -> dict[str, Any]:
    """`filterVerdier` of a table with these indexes; keywords replace a filter, None takes it away."""
    found = {
        "TidID": choices(*((number, str(number), name) for name, number in YEARS.items())),
        "EnhetID": choices((-10, "Alle", "Hele landet"), (-12, "I", "Hele landet"), (-720, "6101", "Krattvik ")),
        "TrinnID": choices(*((grade - 1, str(grade), f"{grade}. årstrinn") for grade in (5, 6, 7, 8, 9, 10))),
        "EierformID": choices((-10, "-10", "Alle eierformer"), (8, "3", "Offentlig skole")),
        "KjoennID": choices((-10, "A", "Alle kjønn"), (2, "G", "Gutt")),
        "SpoersmaalID": _questions([name for name in indexes if name in QUESTIONS]),
        **replaced,
    }
    return {name: values for name, values in found.items() if values is not None}


def _questions(indexes: Sequence[str]) -> list[dict[str, Any]]:
    """The indexes, and below each of them its one question."""
    found = choices(
        (-10, "Alle", "Alle spørsmålgrupper"),
        *((QUESTIONS[name], *INDEX[name][:2]) for name in indexes),
        *((900 + QUESTIONS[name], f"EUSpoersmaal_Q{900 + QUESTIONS[name]}", f"Om {name}?") for name in indexes),
    )
    for index, question in zip(found[1:], found[1 + len(indexes) :], strict=False):
        index["barn"] = [question["indeks"]]
    return found


def rows_of(indexes: Sequence[str], skoleaar: str = "2024-25", **fields: object) -> list[Row]:
    """Every unit, grade and index once: 8 rows for each index."""
    return [
        flat_row(
            level,
            code,
            orgnr,
            index=index,
            **{
                "verdi": "12,2" if index == "mobbing" else "4,1",
                "TrinnKode": grade,
                "Skoleaarnavn": skoleaar,
                **fields,
            },
        )
        for index in indexes
        for grade in ("7", "10")
        for level, code, orgnr in UNITS
    ]


def page(rows: Sequence[Mapping[str, object]], number: int = 1, total: int | None = None) -> bytes:
    """A page of rows; `total` is what it says of all pages together."""
    place = {
        "Sidenummer": str(number),
        "RaderSide": str(len(rows)),
        "RaderTotalt": str(len(rows) if total is None else total),
    }
    return json.dumps([{**row, **place} for row in rows], ensure_ascii=False).encode()


def side_data(pages: int) -> bytes:
    """The answer that counts pages."""
    return json.dumps([{"JSONSider": pages, "CSVSider": 1}]).encode()


def listing(tables: Mapping[int, str] = TABLES) -> bytes:
    """The list of tables."""
    return json.dumps([{"EksportID": number, "Beskrivelse": text} for number, text in tables.items()]).encode()


def described(**of_table: Mapping[str, Any]) -> dict[str, bytes | Exception]:
    """The list and the filters of each table; `t150=…` replaces or adds those of a table."""
    own = {f"t{number}": filters(indexes, **WITHOUT.get(number, {})) for number, indexes in OF_TABLE.items()}
    found = {**own, **of_table}
    answers: dict[str, bytes | Exception] = {f"{BASE}/": listing()}
    answers.update({f"{BASE}/{key[1:]}/filterVerdier": json.dumps(each).encode() for key, each in found.items()})
    return answers


def filter_of(number: int, tid: int = 202412) -> str:
    """The filter that the client is expected to send."""
    if number in WITHOUT:
        return f"TidID({tid})_EierformID(-10)_TrinnID(6_9)"
    questions = "_".join(str(each) for each in sorted(QUESTIONS[name] for name in OF_TABLE.get(number, ("mobbing",))))
    return f"TidID({tid})_EierformID(-10)_KjoennID(-10)_SpoersmaalID({questions})_TrinnID(6_9)"


def address(number: int, side: int | None, tid: int = 202412) -> str:
    """The address of a page, or of the page count when `side` is None."""
    chosen = filter_of(number, tid)
    if side is None:
        return f"{BASE}/{number}/sideData?filter={chosen}"
    return f"{BASE}/{number}/data?filter={chosen}&format=0&sideNummer={side}&antallRader=10000"


def paged(number: int, pages: Sequence[bytes], tid: int = 202412) -> dict[str, bytes | Exception]:
    """The page count and the pages of one table and year."""
    found: dict[str, bytes | Exception] = {address(number, None, tid): side_data(len(pages))}
    found.update({address(number, side, tid): content for side, content in enumerate(pages, start=1)})
    return found


def country() -> dict[str, bytes | Exception]:
    """Everything that 2024-25 takes, in one page of each table."""
    figures = (paged(number, [page(rows_of(indexes))]) for number, indexes in OF_TABLE.items())
    return {**described(), **{url: content for each in figures for url, content in each.items()}}
