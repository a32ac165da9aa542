"""KLASS: codes and changes of municipalities (131) and counties (104).

Belongs here: its answers for a range of dates. Does not belong here: statsforvaltere, which KLASS does not have.

As documented: `from` inclusive, `to` exclusive; in an answer for a range `validFrom` and `validTo` are null and the
dates stand in `…InRequestedRange`, cut to the range. KLASS has 9999 (unknown), which is no municipality.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.udir_stub.country import Country
from tests.udir_stub.errors import NotThere

_CODES = {"131": ("kommune_koder", "9999"), "104": ("fylke_koder", "99")}
_SINCE = "1838-01-01"


def codes(country: Country, number: str, query: Mapping[str, str]) -> dict[str, Any]:
    """`codes.json`. Raises `NotThere`."""
    first, last = _range(query)
    name, unknown = _known(number)
    rows = [*country.klass[name], {"code": unknown, "name": "Uoppgitt", "validFrom": _SINCE, "validTo": ""}]
    found = []
    for row in rows:
        until = row["validTo"] or "9999-12-31"
        if row["validFrom"] < last and until > first:
            ends = min(until, last)
            found.append(
                {
                    "code": row["code"],
                    "parentCode": None,
                    "level": "1",
                    "name": row["name"],
                    "shortName": "",
                    "presentationName": "",
                    "validFrom": None,
                    "validTo": None,
                    "validFromInRequestedRange": max(row["validFrom"], first),
                    "validToInRequestedRange": None if ends == "9999-12-31" else ends,
                    "notes": "",
                }
            )
    return {"codes": found}


def changes(country: Country, number: str, query: Mapping[str, str]) -> dict[str, Any]:
    """`changes.json`: the example has none of counties. Raises `NotThere`."""
    first, last = _range(query)
    name, _ = _known(number)
    rows = country.klass["kommune_endringer"] if name == "kommune_koder" else []
    return {
        "codeChanges": [
            {
                "oldCode": row["oldCode"], "oldName": row["oldName"], "oldShortName": "", "newCode": row["newCode"],
                "newName": row["newName"], "newShortName": "", "changeOccurred": row["changeOccurred"],
            }
            for row in rows
            if first <= row["changeOccurred"] < last
        ]
    }  # fmt: skip


def _known(number: str) -> tuple[str, str]:
    if number not in _CODES:
        raise NotThere(404, f"Classification not found with id {number}")
    return _CODES[number]


def _range(query: Mapping[str, str]) -> tuple[str, str]:
    try:
        first = date.fromisoformat(query["from"]).isoformat()
        last = date.fromisoformat(query.get("to", "9999-12-31")).isoformat()
    except (KeyError, ValueError) as error:
        raise NotThere(400, "Could not parse date, expected yyyy-MM-dd") from error
    if first >= last:
        raise NotThere(400, "From date is after to date")
    return first, last
