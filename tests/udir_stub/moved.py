"""Answers of an interface that has changed: each fault as a change of an answer that was right.

Belongs here: documents → other documents. Does not belong here: when that happens (`faults`).

An answer is known by its kind: `rapportside`, `filterverdier`, `pivot`, `rader` (a page of flat rows).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.udir_stub.pivot import fold, unfold

Document = Any
Change = Callable[[Document, str], Document]  # the document and the fault's detail

NEW_FILTER = "MaalformID"
_NAMES = {"Score": "Poengsnitt", "AndelMobbet": "ProsentMobbet"}
_HIDDEN_FIELDS = ("Score", "Standardavvik", "AndelMobbet", "AndelDeltatt", "AntallBesvart", "AntallInvitert")
_KEPT_OPEN = 10  # one cell in so many is not shielded


def _measure(labels: list[tuple[str, ...]], detail: str) -> str:
    return detail or (labels[0][-1] if labels else "")


def _renamed_in_pivot(document: Document, detail: str) -> Document:
    labels = unfold(document["metadata"]["columns"])
    old = _measure(labels, detail)
    document["metadata"]["columns"] = fold(
        [(*each[:-1], f"{each[-1]}sum" if each[-1] == old else each[-1]) for each in labels]
    )
    return document


def _renamed_in_rows(document: Document, detail: str) -> Document:
    names = {detail: f"{detail}Ny"} if detail else _NAMES
    return [{names.get(name, name): text for name, text in row.items()} for row in document]


def _missing_in_pivot(document: Document, detail: str) -> Document:
    labels = unfold(document["metadata"]["columns"])
    kept = [number for number, each in enumerate(labels) if each[-1] != _measure(labels, detail)]
    document["metadata"]["columns"] = fold([labels[number] for number in kept])
    for row in document["rows"]:
        row["data"] = [row["data"][number] for number in kept]
    return document


def _missing_in_rows(document: Document, detail: str) -> Document:
    gone = (detail,) if detail else tuple(_NAMES)
    return [{name: text for name, text in row.items() if name not in gone} for row in document]


def _added_level_in_pivot(document: Document, detail: str) -> Document:
    document["metadata"]["rowHierarchy"].insert(1, detail or "Landsdel")
    for row in document["rows"]:
        nation, *below = row["id"].split(".")
        row["id"] = ".".join([nation, *(["7", *below] if below else [])])
    return document


def _added_level_in_rows(document: Document, detail: str) -> Document:
    return document + [{**row, "EnhetNivaa": "5"} for row in document if row["EnhetNivaa"] == "4"][:5]


def _added_column_level(document: Document, detail: str) -> Document:
    labels = unfold(document["metadata"]["columns"])
    document["metadata"]["columns"] = fold([(*each[:-1], detail or "Alle målformer", each[-1]) for each in labels])
    return document


def _doubled_in_pivot(document: Document, detail: str) -> Document:
    document["rows"] += [row for row in document["rows"] if row["id"].count(".") == 2][:10]
    return document


def _doubled_in_rows(document: Document, detail: str) -> Document:
    return document + [row for row in document if row["EnhetNivaa"] == "3"][:10]


def _filter_gone(document: Document, detail: str) -> Document:
    name = detail or ("ProevetypeID" if "ProevetypeID" in document else "SpoersmaalID")
    document.pop(name, None)
    return document


def _filter_gone_from_page(document: Document, detail: str) -> Document:
    page = document["rappside"]
    for names in (page["gyldigeFiltre"], page["rapportElementer"][0]["gyldigeFiltre"]):
        names[:] = [name for name in names if name != (detail or "ProevetypeID")]
    page["filterDefaultVerdier"].pop(detail, None)
    return document


def _filter_new(document: Document, detail: str) -> Document:
    document[detail or NEW_FILTER] = [
        {"indeks": 0, "id": -10, "kode": "Alle", "navn": "Alle målformer", "erBegrenset": 0},
        {"indeks": 1, "id": 1, "kode": "B", "navn": "Bokmål", "erBegrenset": 0},
    ]
    return document


def _filter_new_on_page(document: Document, detail: str) -> Document:
    page = document["rappside"]
    for names in {
        id(names): names for names in (page["gyldigeFiltre"], page["rapportElementer"][0]["gyldigeFiltre"])
    }.values():
        names.append(detail or NEW_FILTER)
    page["filterDefaultVerdier"][detail or NEW_FILTER] = [-10]
    return document


def _years_named_preliminary(document: Document, detail: str) -> Document:
    for name in ("SkoleAarID", "TidID"):
        if document.get(name):
            document[name][0]["navn"] = f"Foreløpige tall {document[name][0]['navn']}"
    return document


def _grade_gone_from_pivot(document: Document, detail: str) -> Document:
    labels = unfold(document["metadata"]["columns"])
    kept = [number for number, each in enumerate(labels) if f"{detail}. årstrinn" not in each]
    document["metadata"]["columns"] = fold([labels[number] for number in kept])
    for row in document["rows"]:
        row["data"] = [row["data"][number] for number in kept]
    return document


def _grade_gone_from_filter(document: Document, detail: str) -> Document:
    document["TrinnID"] = [choice for choice in document["TrinnID"] if choice["kode"] != detail]
    return document


def _question_changed(document: Document, detail: str) -> Document:
    """The first question below the index (`detail` is its code) is asked in other words."""
    choices = document.get("SpoersmaalID", [])
    parents = {choice["indeks"] for choice in choices if choice["kode"] == detail}
    below = [choice for choice in choices if choice.get("forelder") in parents]
    for choice in below[:1]:
        choice["navn"] = f"{choice['navn'].removesuffix('?')} i dette skoleåret?"
    return document


def _names_moved(document: Document, detail: str) -> Document:
    names = ["Støtte fra lærer", "Motivasjon", "Mobbing på skolen", "Trivsel"]
    for entry in document.get("SpoersmaalID", []):
        if entry["navn"] in names:
            entry["navn"] = names[names.index(entry["navn"]) - 1]
    return document


def _indicators_moved(document: Document, detail: str) -> Document:
    moved = {
        "Støtte fra lærer": "Motivasjon", "Motivasjon": "Støtte fra lærer", "Mobbing på skolen": "Trivsel",
    }  # fmt: skip
    return [
        {name: moved.get(text, text) if name == "Spoersmaalgruppe" else text for name, text in row.items()}
        for row in document
    ]


def _in_pivot(keep: Callable[[list[str], int], bool]) -> Change:
    """Rows kept by the parts of their id and their number among those of their depth."""

    def change(document: Document, detail: str) -> Document:
        seen: dict[int, int] = {}
        rows = []
        for row in document["rows"]:
            parts = row["id"].split(".")
            seen[len(parts)] = seen.get(len(parts), 0) + 1
            if keep(parts, seen[len(parts)]):
                rows.append(row)
        document["rows"] = rows
        return document

    return change


def _fewer_in_pivot(document: Document, detail: str) -> Document:
    kommuner = [row["id"] for row in document["rows"] if row["id"].count(".") == 2]
    gone = {identity for number, identity in enumerate(kommuner) if number % 3 == 0}
    document["rows"] = [row for row in document["rows"] if ".".join(row["id"].split(".")[:3]) not in gone]
    return document


def _fewer_in_rows(document: Document, detail: str) -> Document:
    kommuner = sorted({row["Kommunekode"] for row in document if row["EnhetNivaa"] == "3"})
    gone = set(kommuner[::3])
    return [row for row in document if row["Kommunekode"] not in gone]


def _county_gone_from_rows(document: Document, detail: str) -> Document:
    first = next((row["Fylkekode"] for row in document if row["EnhetNivaa"] == "2"), None)
    return [row for row in document if not (row["EnhetNivaa"] == "2" and row["Fylkekode"] == first)]


def _shielded_in_pivot(document: Document, detail: str) -> Document:
    for number, row in enumerate(document["rows"]):
        if "." in row["id"] and number % _KEPT_OPEN:
            row["data"] = ["*" for _ in row["data"]]
    return document


def _shielded_in_rows(document: Document, detail: str) -> Document:
    return [
        {name: "*" if name in _HIDDEN_FIELDS else text for name, text in row.items()}
        if row["EnhetNivaa"] != "1" and number % _KEPT_OPEN
        else row
        for number, row in enumerate(document)
    ]


def _figures_unreadable(document: Document, detail: str) -> Document:
    return [{**row, detail: "ukjent"} for row in document]


CHANGES: dict[tuple[str, str], Change] = {
    ("renamed_measure", "pivot"): _renamed_in_pivot,
    ("renamed_measure", "rader"): _renamed_in_rows,
    ("missing_measure", "pivot"): _missing_in_pivot,
    ("missing_measure", "rader"): _missing_in_rows,
    ("added_level", "pivot"): _added_level_in_pivot,
    ("added_level", "rader"): _added_level_in_rows,
    ("added_column_level", "pivot"): _added_column_level,
    ("doubled_rows", "pivot"): _doubled_in_pivot,
    ("doubled_rows", "rader"): _doubled_in_rows,
    ("missing_filter", "filterverdier"): _filter_gone,
    ("missing_filter", "rapportside"): _filter_gone_from_page,
    ("new_filter", "filterverdier"): _filter_new,
    ("new_filter", "rapportside"): _filter_new_on_page,
    ("missing_grade", "pivot"): _grade_gone_from_pivot,
    ("missing_grade", "filterverdier"): _grade_gone_from_filter,
    ("another_question", "filterverdier"): _question_changed,
    ("preliminary_name", "filterverdier"): _years_named_preliminary,
    ("moved_indicator", "filterverdier"): _names_moved,
    ("moved_indicator", "rader"): _indicators_moved,
    ("missing_level", "pivot"): _in_pivot(lambda parts, number: len(parts) < 4),
    ("missing_level", "rader"): lambda document, detail: [row for row in document if row["EnhetNivaa"] != "4"],
    ("missing_row", "pivot"): _in_pivot(lambda parts, number: not (len(parts) == 2 and number == 1)),
    ("missing_row", "rader"): _county_gone_from_rows,
    ("unreadable_figures", "rader"): _figures_unreadable,
    ("fewer_rows", "pivot"): _fewer_in_pivot,
    ("fewer_rows", "rader"): _fewer_in_rows,
    ("all_shielded", "pivot"): _shielded_in_pivot,
    ("all_shielded", "rader"): _shielded_in_rows,
}
