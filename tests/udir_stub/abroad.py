"""Schools abroad: a tree beside the nation's in Udir's interfaces, which the example's files lack.

Belongs here: its invented units and figures. Does not belong here: places in the country (`country`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

UTLANDET = "U"
# (path of codes, name): the nation's sibling, and below it one county and one municipality that are none.
UNITS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((UTLANDET,), "Utlandet"),
    ((UTLANDET, "25"), "Utlandet"),
    ((UTLANDET, "25", "2599"), "Utlandet, uspesifisert"),
    ((UTLANDET, "25", "2599", "U90099101"), "Den norske skolen i Solbukten "),
    ((UTLANDET, "25", "2599", "U90099102"), "Sørhavet norske skole"),
    ((UTLANDET, "25", "2599", "U90099103"), "Polarskipets skole"),
)
_SHIELDED = frozenset({"U90099102", "U90099103"})
_FIGURES = {
    "Skalapoeng": "47", "Usikkerhet": "2,0", "Antall elever deltatt": "73", "Grunnskolepoeng": "42,3",
    "Antall elever": "61",
}  # fmt: skip
# Of 86 who were invited, 78 answered, and 10 of them are bullied.
_SURVEY = {
    "indikator": {"Score": "4,0", "AntallBesvart": "78"},
    "mobbing": {"AndelMobbet": "12,8", "AntallBesvart": "10"},
    "deltakelse": {"AndelDeltatt": "90,7", "AntallBesvart": "78", "AntallInvitert": "86"},
}
_LEVELS = {3: ("25,0", "50,0", "25,0"), 5: ("12,5", "25,0", "25,0", "25,0", "12,5")}
_LEVEL = "Andel på mestringsnivå "


def abroad_lines(
    keys: Sequence[tuple[str, ...]],
) -> Iterator[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    """(path, name, cells) of each unit abroad for these columns."""
    for path, name in UNITS:
        hidden = path[-1] in _SHIELDED
        yield path, name, tuple("*" if hidden else _figure(key, keys) for key in keys)


def _figure(key: tuple[str, ...], keys: Sequence[tuple[str, ...]]) -> str:
    measure = key[-1]
    if not measure.startswith(_LEVEL):
        return _FIGURES[measure]
    levels = sum(other[:-1] == key[:-1] and other[-1].startswith(_LEVEL) for other in keys)
    return _LEVELS[levels][int(measure.removeprefix(_LEVEL)) - 1]


def abroad_survey(rows: Sequence[dict[str, str | None]], kind: str) -> list[dict[str, str | None]]:
    """Flat rows abroad of the kind of table, one beside each of the national index rows."""
    found = []
    for path, name in UNITS:
        level = len(path)
        places = {
            "EnhetNivaa": str(level),
            "Nasjonaltkode": UTLANDET,
            "Fylkekode": path[1] if level > 1 else "00",
            "Fylke": "Utlandet" if level > 1 else "Alle fylker",
            "Kommunekode": path[2] if level > 2 else "0000",
            "Kommune": "Utlandet, uspesifisert" if level > 2 else "Alle kommuner",
            "Organisasjonsnummer": path[-1],
            "EnhetNavn": name,
        }
        for row in rows:
            if (
                row["EnhetNivaa"] == "1"
                and row["EierformNavn"] == "Alle eierformer"
                and row.get("KjoennKode", "A") == "A"
            ):
                hidden = path[-1] in _SHIELDED
                figures = {field: "*" if hidden else text for field, text in _SURVEY[kind].items()}
                found.append({**row, **places, **figures})
    return found
