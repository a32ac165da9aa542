"""Which municipality of the published file a person means: by its number, or by its name.

Belongs here: finding the number. Does not belong here: what is published about it (`read`).

A name of several parts («Kárášjohka - Karasjok») is found by any of them, and one that is told apart by its county
(«Herøy (Nordland)») also without it. What is in force in the newest uttrekk goes before what was, and a name as it is
written before one whose marks were left out («Elgmyrasen»).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.norsk import opplisting

if TYPE_CHECKING:
    import duckdb

Named = tuple[str, str]  # kommunenr, kommunenavn

_NUMBER = re.compile(r"\d{1,4}")
_COUNTY = re.compile(r"\s*\([^)]*\)\s*$")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ŋ": "n", "ŧ": "t"})
_MOST = 8  # names that a sentence lists
_NEAR = 0.6  # how alike a name must be to be meant, of 1

# The newest register first, then what has been judged or is in a cohort, then everything that ever was.
_WHERE = (
    "SELECT DISTINCT kommunenr, kommunenavn FROM mart.rangering_kommune "
    "WHERE uttrekksaar = (SELECT max(uttrekksaar) FROM mart.rangering_kommune)",
    "SELECT kommunenr, kommunenavn FROM mart.rangering_kommune UNION SELECT kommunenr, kommunenavn "
    "FROM mart.pulje_kommune",
    "SELECT DISTINCT kommunenr, kommunenavn FROM dim.kommune",
)


def kommunenr_of(connection: duckdb.DuckDBPyConnection, asked: str) -> str:
    """The four digits of the municipality that `asked` is the number or the name of; a number needs no leading zero,
    and is not looked up.

    Raises `PermanentError`, in one Norwegian sentence, for a name that several have, with their numbers, and for one
    that none has, with those that are like it.
    """
    text = " ".join(unicodedata.normalize("NFC", asked).split())
    if _NUMBER.fullmatch(text) and text.isascii():
        return text.zfill(4)
    named: list[list[Named]] = [connection.execute(sql).fetchall() for sql in _WHERE]
    for written in (_as_written, _without_marks):
        wanted = written(re.sub(r"(?i)\s+kommune$", "", text))
        for rows in named:
            found = dict(row for row in sorted(rows) if wanted in _keys(row[1], written))
            if len(found) == 1:
                return next(iter(found))
            if found:
                raise PermanentError(
                    f"Flere kommuner kan hete «{text}»: {_listed(list(found.items()))}; bruk nummeret."
                )
    raise PermanentError(_unknown(text, named))


def _unknown(text: str, named: Sequence[Sequence[Named]]) -> str:
    nearest: dict[str, str] = {}
    for rows in named[:2]:  # what has gone is no help to who has misspelt
        names = {key: row for row in rows for key in _keys(row[1], _without_marks)}
        alike = difflib.get_close_matches(_without_marks(text), names, n=3, cutoff=_NEAR)
        nearest |= {nr: navn for nr, navn in (names[key] for key in alike) if nr not in nearest}
    meant = f"mente du {_listed(list(nearest.items())[:3], 'eller')}?" if nearest else "og ingen navn ligner."
    return f"Ingen kommune i den publiserte filen heter «{text}»{';' if nearest else ','} {meant}"


def _listed(named: Sequence[Named], last: str = "og") -> str:
    shown = [f"{nr} {navn}" for nr, navn in named[:_MOST]]
    if len(named) > _MOST:
        return f"{', '.join(shown)} og {len(named) - _MOST} til"
    return opplisting(shown) if last == "og" else f" {last} ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _keys(navn: str, written: Callable[[str], str]) -> set[str]:
    """What a name is found by: the whole, the whole without its county, and each of its parts."""
    bare = _COUNTY.sub("", navn)
    return {written(part) for part in (navn, bare, *bare.split(" - "))}


def _as_written(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()


def _without_marks(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.strip().casefold().translate(_LETTERS))
    return "".join(sign for sign in folded if not unicodedata.combining(sign)).replace("-", " ")
