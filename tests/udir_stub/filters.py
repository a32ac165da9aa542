"""The filters of both of Udir's interfaces: reading a `filter=`, and the lists of values.

Belongs here: their syntax and the values that reports share. Does not belong here: units (`geography`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.udir_stub.errors import Refused

Filter = Mapping[str, tuple[int, ...]]

_WHOLE = re.compile(r"[A-Za-z]+\(-?\d+(?:_-?\d+)*\)(?:_[A-Za-z]+\(-?\d+(?:_-?\d+)*\))*")
_PART = re.compile(r"([A-Za-z]+)\(([^)]*)\)")
OWNERS = ((-10, "-10", "Alle eierformer"), (8, "3", "Offentlig skole"), (2, "4", "Privat eiet"))
GENDERS = ((-10, "A", "Alle kjønn"), (2, "G", "Gutt"), (1, "J", "Jente"))
TESTS = ((3, "NPENG", "Engelsk"), (2, "NPLES", "Lesing"), (1, "NPREG", "Regning"))


def read_filter(text: str | None, known: Iterable[str]) -> Filter:
    """`A(1_2)_B(3)` → the chosen ids of each filter. Raises `Refused` as Udir does."""
    if not text:
        raise Refused(400, "Feil i forespørselen", "Filter må oppgis!")
    if not _WHOLE.fullmatch(text):
        raise Refused(400, "Feil i forespørselen", f"Ugyldig filter: {text}")
    found: dict[str, tuple[int, ...]] = {}
    for name, values in _PART.findall(text):
        if name not in known:
            raise Refused(400, "Feil i forespørselen", f"Ukjent filter: {name}")
        found[name] = tuple(int(value) for value in values.split("_"))
    return found


def values(*rows: tuple[int, str, str]) -> list[dict[str, Any]]:
    """Rows (id, kode, navn) as the list of a filter."""
    return [
        {"indeks": number, "id": identity, "kode": kode, "navn": navn, "erBegrenset": 0}
        for number, (identity, kode, navn) in enumerate(rows)
    ]


def switch(shown: str = "Vis") -> list[dict[str, Any]]:
    """A filter that shows or hides columns."""
    return values((0, "Skjul", "Skjul"), (1, shown, shown))


def grades(trinn: Sequence[int]) -> list[dict[str, Any]]:
    """`TrinnID`: the grade less one."""
    return values(*((grade - 1, str(grade), f"{grade}. årstrinn") for grade in trinn))


def skoleaar_id(skoleaar: str) -> int:
    """`SkoleAarID`: 2024-25 → 20242025."""
    return int(skoleaar[:4]) * 10_000 + int(skoleaar[:4]) + 1


def autumn_id(skoleaar: str) -> int:
    """`TidID` of what is taken in the autumn: 2024-25 → 202412."""
    return int(skoleaar[:4]) * 100 + 12


def spring_id(skoleaar: str) -> int:
    """`TidID` of what is given in spring: 2024-25 → 202506."""
    return (int(skoleaar[:4]) + 1) * 100 + 6
