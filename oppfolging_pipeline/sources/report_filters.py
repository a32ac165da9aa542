"""Filters of the report API: what can be chosen in each, and the internal ids that requests take.

Belongs here: the typed `filterVerdier`, finding a choice by code or name, and which school year a choice is. Does not
belong here: which filters and choices are needed (`live.yaml`), or asking (`report_api`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, TypeAdapter

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.core.skoleaar import from_start_year, is_skoleaar
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN, shaped
from oppfolging_pipeline.sources.drift import DriftCollector
from oppfolging_pipeline.sources.parsed import FORELOPIG

ALLE = -10  # the internal id of "all of them" in every filter
_SHOWN = 10  # choices that a message names
_LAST_MONTH = 7  # of a school year: `202506` is in the one that began the year before


class Valg(BaseModel):
    """One choice of a filter. `nivaa`, `forelder` and `barn` (both by `indeks`) are there where the choices are a
    tree."""

    indeks: int
    id: int
    kode: str
    navn: str
    nivaa: int | None = None
    forelder: int | None = None
    barn: list[int] | None = None


_FILTERS = TypeAdapter(dict[str, list[Valg]])


@dataclass(frozen=True)
class Filter:
    """A filter and its choices by `indeks`, whose numbers skip."""

    navn: str
    valg: Mapping[int, Valg]

    def find(self, names: Iterable[str]) -> Valg | None:
        """The choice with the first of the codes or names that any has; a code goes before a name."""
        for name in names:
            for field in ("kode", "navn"):
                for choice in self.valg.values():
                    if getattr(choice, field).strip() == name:
                        return choice
        return None

    def has(self, identity: int) -> bool:
        """Whether some choice has the internal id."""
        return any(choice.id == identity for choice in self.valg.values())

    def __str__(self) -> str:
        names = [f"{choice.navn.strip()} ({choice.kode.strip()})" for choice in self.valg.values()]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return ", ".join(names[:_SHOWN]) + more


def read_filters(document: object, file: str, sha256: str | None = None) -> dict[str, Filter]:
    """The filters of a `filterVerdier` by name. Raises `DriftError` when it has another shape."""
    answer = shaped(_FILTERS, document, file, sha256)
    return {name: Filter(name, {choice.indeks: choice for choice in choices}) for name, choices in answer.items()}


@dataclass(frozen=True)
class Aarsvalg:
    """The choice of a school year in a time filter: its internal id, and whether its name calls it preliminary."""

    id: int
    forelopig: bool


def year_of_id(identity: int) -> str | None:
    """The school year that an internal id stands for: `20242025` and `202506` are 2024-25, `202512` is 2025-26.

    None for an id that is neither.
    """
    text = str(identity)
    if re.fullmatch(r"\d{8}", text):
        year = from_start_year(int(text[:4]))
        return year if int(text[4:]) == int(text[:4]) + 1 else None
    if re.fullmatch(r"\d{4}(0[1-9]|1[0-2])", text):
        return from_start_year(int(text[:4]) - (int(text[4:]) <= _LAST_MONTH))
    return None


def years_of(time: Filter, file: str, found: DriftCollector, sha256: str | None = None) -> dict[str, Aarsvalg]:
    """The school years of a time filter, each with its choice, oldest first.

    A choice whose name and id are of different years, a year that stands twice, and a filter without any year are
    critical (`annet_aar`); a choice that is no school year is told of and left out.
    """
    years: dict[str, Aarsvalg] = {}
    trusted = True
    for choice in time.valg.values():
        name = choice.navn.strip()
        year = name.removeprefix(FORELOPIG)
        place = f"{time.navn}[indeks {choice.indeks}]"
        if not is_skoleaar(year):
            if choice.id != ALLE:
                expected = f"a school year such as 2024-25 or {FORELOPIG}2025-26"
                action = "Nothing need be done if the other years are there."
                finding = Finding(file=file, key=place, found=f"'{name}'", expected=expected, action=action)
                found.warn("annet_aar", finding, sha256)
            continue
        if year_of_id(choice.id) != year or year in years:
            again = " a second time" if year in years else ""
            told = f"'{name}' with id {choice.id}{again}"
            expected = "each school year once, with an id of the same year"
            found.critical(
                "annet_aar", Finding(file=file, key=place, found=told, expected=expected, action=ASK_AGAIN), sha256
            )
            trusted = False
            continue
        years[year] = Aarsvalg(choice.id, forelopig=name != year)
    if trusted and not years:
        expected = f"school years such as 2024-25 or {FORELOPIG}2025-26"
        told = f"no school year among the choices {time}" if time.valg else "a filter without choices"
        finding = Finding(file=file, key=time.navn, found=told, expected=expected, action=ASK_AGAIN)
        found.critical("annet_aar", finding, sha256)
    return dict(sorted(years.items()))


def years_in_common(
    kilde: str, years: Mapping[str, Collection[str]], found: DriftCollector, shown_by: Sequence[str]
) -> tuple[str, ...]:
    """The school years that all pages or tables of a source have, oldest first; `years` are those of each by its name.

    That they have none in common is critical (`annet_aar`): nothing would be asked for any more. `shown_by` are the
    digests of their filters.
    """
    common = set.intersection(*(set(each) for each in years.values()))
    if not common:
        of_each = "; ".join(f"{name}: {', '.join(sorted(each))}" for name, each in years.items())
        expected = "at least one that all of them have"
        finding = Finding(f"no school year in common ({of_each})", expected, ASK_AGAIN, key=kilde)
        found.critical("annet_aar", finding, shown_by[0], shown_by[1:])
    return tuple(sorted(common))
