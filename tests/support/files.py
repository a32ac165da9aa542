"""Small files in the formats of the sources, made from rows, and a country to put in them.

Belongs here: bytes of a csv, an xlsx or flat rows. Does not belong here: assertions, or any real figure. The formats
are written out here a second time on purpose: nothing is taken from the readers that are tested.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

UNIT_COLUMNS = (
    "EnhetNivaa", "Nasjonaltkode", "Fylkekode", "Kommunekode", "Organisasjonsnummer", "Nasjonalt", "Fylke", "Kommune",
    "EnhetNavn",
)  # fmt: skip


def measures(
    skoleaar: str = "2024-25",
    test: str = "Lesing",
    trinn: int = 5,
    *,
    owner: str = "Alle eierformer",
    kjonn: str = "Alle kjønn",
) -> list[str]:
    """The three columns of one test: scale score, uncertainty, number of pupils."""
    stem = f"{skoleaar}.{test}.{trinn}. årstrinn.{owner}.{kjonn}"
    return [f"{stem}.Skalapoeng", f"{stem}.Usikkerhet", f"{stem}.Antall elever deltatt"]


def heading(*groups: Sequence[str]) -> list[str]:
    """The nine headings of a unit and the groups of columns after them; one test of one year when none is given."""
    return [*UNIT_COLUMNS, *(name for group in groups or (measures(),) for name in group)]


def nation(*cells: object) -> list[object]:
    """The national row."""
    return ["1", "I", "00", "0000", "I", "Hele landet", "Alle fylker", "Alle kommuner", "Alle skoler", *cells]


def county(code: str, *cells: object, name: str = "Fylket") -> list[object]:
    """A county's row."""
    return ["2", "I", code, "0000", code, "Hele landet", name, "Alle kommuner", "Alle skoler", *cells]


def municipality(code: str, *cells: object, name: str = "") -> list[object]:
    """A municipality's row."""
    name = name or f"Sted {code}"
    return ["3", "I", code[:2], code, code, "Hele landet", "Fylket", name, "Alle skoler", *cells]


def school(code: str, orgnr: str, *cells: object, name: str = "") -> list[object]:
    """A school's row, in the municipality `code`."""
    return ["4", "I", code[:2], code, orgnr, "Hele landet", "Fylket", f"Sted {code}", name or f"Skole {orgnr}", *cells]


def wide_csv(
    rows: Sequence[Sequence[object]],
    head: Sequence[str] | None = None,
    *,
    bom: bool = False,
    newline: str = "\n",
    sep: str = "\t",
) -> bytes:
    """Udir's csv download."""
    lines = [f"sep={sep}", sep.join(heading() if head is None else head), *(sep.join(map(str, row)) for row in rows)]
    return (b"\xff\xfe" if bom else b"") + "".join(line + newline for line in lines).encode("utf-16-le")


def wide_xlsx(
    rows: Sequence[Sequence[object]], head: Sequence[str] | None = None, *, sheets: Sequence[str] = ("Tall",)
) -> bytes:
    """Udir's Excel download; the rows stand in the first of the sheets."""
    import openpyxl

    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = sheets[0]
    for row in [heading() if head is None else head, *rows]:
        sheet.append(list(row))
    for title in sheets[1:]:
        workbook.create_sheet(title).append(["Kilde: Utdanningsdirektoratet"])
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


INDEX = {
    "mobbing": ("EUIndeks_1398", "Mobbing på skolen", "AndelMobbet"),
    "stotte": ("EUIndeks_1380", "Støtte fra lærer", "Score"),
    "motivasjon": ("EUIndeks_1385", "Motivasjon", "Score"),
    "deltakelse": ("", "Deltakelse", "AndelDeltatt"),
}
# What rows of the table of participation lack: they are of no question, and of every pupil.
OF_A_QUESTION = (
    "SpoersmaalNivaa", "Spoersmaalgruppekode", "Spoersmaalgruppe", "Spoersmaalkode", "Spoersmaalnavn", "KjoennKode",
)  # fmt: skip


def flat_row(
    level: int = 1, code: str = "", orgnr: str = "", *, index: str = "mobbing", **fields: object
) -> dict[str, object]:
    """A flat row of an index; `verdi` and `antall` are its cells, other keywords replace fields."""
    kode, name, measure = INDEX[index]
    row = {
        "SpoersmaalNivaa": "1",
        "Spoersmaalgruppekode": kode,
        "Spoersmaalgruppe": name,
        "Spoersmaalkode": kode,
        "Spoersmaalnavn": "Alle spørsmål",
        "Skoleaarnavn": "2024-25",
        "EnhetNivaa": str(level),
        "Nasjonaltkode": "I",
        "Fylkekode": code[:2] or None,
        "Fylke": "Fylket",
        "Kommunekode": code if level > 2 else None,
        "Kommune": f"Sted {code}" if level > 2 else None,
        "Organisasjonsnummer": orgnr or code or None,
        "EnhetNavn": f"Skole {orgnr}" if level == 4 else "Hele landet",
        "TrinnKode": "7",
        "EierformNavn": "Alle eierformer",
        "KjoennKode": "A",
        measure: fields.pop("verdi", "12,2"),
        "AntallBesvart": fields.pop("antall", "1 289"),
        **fields,
    }
    return row if kode else {key: value for key, value in row.items() if key not in OF_A_QUESTION or key in fields}


def flat_json(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Flat rows as the API's JSON."""
    return json.dumps(rows, ensure_ascii=False).encode()


def flat_csv(rows: Sequence[Mapping[str, object]], *, delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    """Flat rows as the API's csv (`format=4`)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)
