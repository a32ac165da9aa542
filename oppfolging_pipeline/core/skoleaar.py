"""School years, terms and the dates they cover.

Belongs here: arithmetic on `2024-25` and `Høst 24`. Does not belong here: which years a rule set uses (`rules`).
A skoleaar runs from 1 August to 31 July; høst is August to December, vår January to July.
"""

from __future__ import annotations

import re
from datetime import date

from oppfolging_pipeline.core.errors import PermanentError

_SKOLEAAR = re.compile(r"(\d{4})-(\d{2})")


def is_skoleaar(text: str) -> bool:
    """Whether the text is a school year such as `2024-25`, with years that follow each other."""
    match = _SKOLEAAR.fullmatch(text)
    return bool(match) and (int(match[1]) + 1) % 100 == int(match[2])  # type: ignore[index]


def start_year(skoleaar: str) -> int:
    """The calendar year in whose August the school year starts. Raises `PermanentError` if it is no school year."""
    if not is_skoleaar(skoleaar):
        raise PermanentError(f"found '{skoleaar}'; expected a school year such as 2024-25")
    return int(skoleaar[:4])


def from_start_year(year: int) -> str:
    """`2024` → `2024-25`."""
    return f"{year:04d}-{(year + 1) % 100:02d}"


def first_day(skoleaar: str) -> date:
    """1 August."""
    return date(start_year(skoleaar), 8, 1)


def last_day(skoleaar: str) -> date:
    """31 July of the year after."""
    return date(start_year(skoleaar) + 1, 7, 31)


def day_in(skoleaar: str, month_day: str) -> date:
    """The date `MM-DD` that falls inside the school year: `10-01` in autumn, `06-30` in spring."""
    month, day = (int(part) for part in month_day.split("-"))
    year = start_year(skoleaar) + (0 if month >= 8 else 1)
    return date(year, month, day)


def span(first: str, last: str) -> list[str]:
    """Every school year from `first` to `last`, both included."""
    return [from_start_year(year) for year in range(start_year(first), start_year(last) + 1)]


def window(uttrekksaar: int, lag: int, years: int) -> list[str]:
    """The `years` school years of a source for an identification made in the spring of `uttrekksaar`, oldest first.

    `lag` 0 ends with the school year that the spring is in; 1 with the one before (grunnskolepoeng).
    """
    newest = uttrekksaar - 1 - lag
    return [from_start_year(year) for year in range(newest - years + 1, newest + 1)]


def halvaar_name(pulje: int, halvaar_nr: int) -> str:
    """The name of term 1–6 of a cohort: term 1 of pulje 2020 is `Høst 20`, term 2 `Vår 21`."""
    if halvaar_nr % 2 == 1:
        return f"Høst {(pulje + halvaar_nr // 2) % 100:02d}"
    return f"Vår {(pulje + halvaar_nr // 2) % 100:02d}"


def halvaar_dates(pulje: int, halvaar_nr: int) -> tuple[date, date]:
    """First and last day of term 1–6 of a cohort, both included."""
    if halvaar_nr % 2 == 1:
        year = pulje + halvaar_nr // 2
        return date(year, 8, 1), date(year, 12, 31)
    year = pulje + halvaar_nr // 2
    return date(year, 1, 1), date(year, 7, 31)
