"""The export API: flat rows of Elevundersøkelsen in pages.

Belongs here: its tables, filters, pages. Does not belong here: the report API.

Recorded: at most 10 000 rows a page; a page beyond the last is the last one again; `TidID` must be given; a dimension
that is not pinned comes with every value that it has.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.udir_stub import filters
from tests.udir_stub.country import Country, Row
from tests.udir_stub.errors import Refused
from tests.udir_stub.geography import ALL, Geography
from tests.udir_stub.report_pages import name_of, path_of

LARGEST_PAGE = 10_000
_OWNERS = {-10: "Alle eierformer", 8: "Offentlig eiet", 2: "Privat eiet"}
_GENDERS = {-10: "A", 2: "G", 1: "J"}
_GROUP_IDS = {"EUIndeks_1398": -50, "EUIndeks_1379": -31, "EUIndeks_1380": -32, "EUIndeks_1385": -37}
_QUESTION_IDS = {"EUSpoersmaal_Q11811": 334, "EUSpoersmaal_Q11816": 354, "EUSpoersmaal_Q11824": 379}


# Of the other indices the example has no single questions: these are invented.
_QUESTIONS = {
    "EUIndeks_1380": (("EUSpoersmaal_Q901", "Synes du at læreren hjelper deg?"),),
    "EUIndeks_1385": (("EUSpoersmaal_Q911", "Gleder du deg til timene?"),),
}


@dataclass(frozen=True)
class Table:
    """A table of the export API with its rows by school year."""

    number: int
    beskrivelse: str
    years: Mapping[str, list[Row]]

    @cached_property
    def geography(self) -> Geography:
        """The units of every year."""
        newest_first = sorted(self.years, reverse=True)
        return Geography(
            unit for year in newest_first for unit in {path_of(row): name_of(row) for row in self.years[year]}.items()
        )

    def values(self) -> dict[str, list[dict[str, Any]]]:
        """`filterVerdier`."""
        years = sorted(self.years, reverse=True)
        grades = sorted({int(str(row["TrinnKode"])) for rows in self.years.values() for row in rows})
        of_a_question = {"KjoennID": filters.values(*filters.GENDERS), "SpoersmaalID": self._questions()}
        return {
            "TidID": filters.values(*((filters.autumn_id(y), str(filters.autumn_id(y)), y) for y in years)),
            "EnhetID": self.geography.values(),
            "TrinnID": filters.grades(grades),
            "EierformID": filters.values(*filters.OWNERS),
            **({} if self.of_the_survey else of_a_question),
        }

    @cached_property
    def of_the_survey(self) -> bool:
        """Whether the rows are of no question, and of every pupil."""
        return not any("Spoersmaalkode" in row for rows in self.years.values() for row in rows)

    def _questions(self) -> list[dict[str, Any]]:
        root: dict[str, Any] = {
            "indeks": 0, "id": ALL, "kode": "Alle", "navn": "Alle spørsmålgrupper", "erBegrenset": 0, "nivaa": 0,
            "skjult": 1, "barn": [],
        }  # fmt: skip
        found = [root]
        rows = [] if self.of_the_survey else [row for rows in self.years.values() for row in rows]
        groups = dict(sorted({(row["Spoersmaalgruppekode"], row["Spoersmaalgruppe"]) for row in rows}, key=str))
        for group, name in groups.items():
            parent = len(found)
            root["barn"].append(parent)
            found.append({**_question(parent, str(group), str(name), 1), "forelder": 0})
            below = {
                (row["Spoersmaalkode"], row["Spoersmaalnavn"])
                for row in rows
                if row["Spoersmaalgruppekode"] == group and row["SpoersmaalNivaa"] == "2"
            }
            for kode, navn in sorted(below or _QUESTIONS.get(str(group), ()), key=str):
                found[parent].setdefault("barn", []).append(len(found))
                found.append({**_question(len(found), str(kode), str(navn), 2), "forelder": parent})
        return found

    def rows(self, text: str | None, *, one_year_off: bool = False) -> list[Row]:
        """The rows that the filter chooses. Raises `Refused` without a filter, or without `TidID` in it."""
        of_a_question = () if self.of_the_survey else ("KjoennID", "SpoersmaalID")
        chosen = filters.read_filter(text, ("TidID", "EnhetID", "TrinnID", "EierformID", *of_a_question))
        if "TidID" not in chosen:
            raise Refused(400, "Feil i forespørselen", "TidID må oppgis!")
        years = sorted(self.years)
        wanted = [year for year in years if filters.autumn_id(year) in chosen["TidID"]]
        if one_year_off:
            wanted = [years[max(years.index(year) - 1, 0)] for year in wanted]
        owners = {_OWNERS.get(identity) for identity in chosen.get("EierformID", _OWNERS)}
        genders = {_GENDERS.get(identity) for identity in chosen.get("KjoennID", _GENDERS)}
        grades, questions = chosen.get("TrinnID", (ALL,)), chosen.get("SpoersmaalID", (ALL,))
        within = self.geography.within(chosen.get("EnhetID"))
        return [
            row
            for year in wanted
            for row in self.years[year]
            if row["EierformNavn"] in owners
            and row.get("KjoennKode", "A") in genders
            and (ALL in grades or int(str(row["TrinnKode"])) - 1 in grades)
            and (ALL in questions or _question_id(str(row["Spoersmaalkode"])) in questions)
            and within(path_of(row))
        ]


def page_count(rows: int, size: int) -> int:
    """How many pages the rows fill: one at least."""
    return max(-(-rows // size), 1)


def page_of(rows: list[Row], number: int, size: int) -> list[Row]:
    """A page; one beyond the last is the last one again."""
    number = min(max(number, 1), page_count(len(rows), size))
    shown = rows[(number - 1) * size : number * size]
    place = {"Sidenummer": str(number), "RaderSide": str(len(shown)), "RaderTotalt": str(len(rows))}
    return [{**row, **place} for row in shown]


def as_text(rows: list[Row], form: str) -> tuple[str, str]:
    """(content type, text): `format=4` is csv, everything else JSON."""
    if form != "4":
        return "application/json; charset=utf-8", json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]) if rows else [], delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return "text/csv; charset=utf-8", buffer.getvalue()


def tables(country: Country) -> dict[int, Table]:
    """Every table, by its number: four of grunnskole, and upper secondary's with the same fields."""
    indikator, mobbing = country.indikator, country.mobbing
    found = (
        Table(148, "EUG-Indikator", indikator),
        Table(149, "EUG-Tema", _theme(indikator)),
        Table(150, "EUG-Mobbing", mobbing),
        Table(151, "EUG-Deltakelse", country.deltakelse),
        Table(152, "EUV-Indikator", _upper(indikator)),
        Table(154, "EUV-Mobbing", _upper(mobbing)),
        Table(155, "EUV-Deltakelse", _upper(country.deltakelse)),
    )
    return {table.number: table for table in found}


def _national(years: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    return {
        year: [row for row in rows if row["EnhetNivaa"] == "1" and row["Nasjonaltkode"] == "I"]
        for year, rows in years.items()
    }


def _theme(years: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    theme = {"Spoersmaalgruppekode": "EUTema_7", "Spoersmaalgruppe": "Læringsmiljø", "Spoersmaalkode": "EUTema_7"}
    return {
        year: [{**row, **theme} for row in rows if row["Spoersmaalkode"] == "EUIndeks_1379"]
        for year, rows in _national(years).items()
    }


def _upper(years: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    first = {"TrinnKode": "11", "Trinnnavn": "Videregående trinn 1"}
    return {year: [{**row, **first} for row in rows] for year, rows in _national(years).items()}


def _question(number: int, kode: str, navn: str, level: int) -> dict[str, Any]:
    return {
        "indeks": number, "id": _question_id(kode), "kode": kode, "navn": navn, "erBegrenset": 0, "nivaa": level,
    }  # fmt: skip


def _question_id(kode: str) -> int:
    digits = int("".join(letter for letter in kode if letter.isdecimal()))
    return _GROUP_IDS.get(kode) or _QUESTION_IDS.get(kode) or (digits if "Spoersmaal" in kode else -60 - digits)
