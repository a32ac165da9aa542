"""The years of the example country, and which municipality codes its files use when.

Belongs here: school years and code eras. Does not belong here: the codes themselves (`geography`).
"""

from __future__ import annotations

from oppfolging_pipeline.core.skoleaar import day_in, span

# National tests and Elevundersøkelsen: taken in the autumn. The newest year is published as preliminary.
SKOLEAAR = tuple(span("2018-19", "2025-26"))
# Grunnskolepoeng: given in spring, so that the newest lie one school year behind.
GRUNNSKOLEPOENG_SKOLEAAR = tuple(span("2017-18", "2024-25"))
FORELOPIG_SKOLEAAR = SKOLEAAR[-1]
NYESTE_HELE_SKOLEAAR = SKOLEAAR[-2]
ALLE_SKOLEAAR = tuple(span(GRUNNSKOLEPOENG_SKOLEAAR[0], SKOLEAAR[-1]))

# An era is a period with one set of codes. The dates are those of Norway's own two latest rounds of changes.
ERA_STARTS = ("1964-01-01", "2020-01-01", "2024-01-01")
ERAS = tuple(range(len(ERA_STARTS)))
NEWEST_ERA = ERAS[-1]


def autumn_era(skoleaar: str) -> int:
    """The era of tests and survey of a school year (1 October)."""
    return _era(skoleaar, "10-01")


def spring_era(skoleaar: str) -> int:
    """The era of the final marks of a school year (30 June)."""
    return _era(skoleaar, "06-30")


def _era(skoleaar: str, month_day: str) -> int:
    day = day_in(skoleaar, month_day).isoformat()
    return max(era for era in ERAS if ERA_STARTS[era] <= day)


def published_name(skoleaar: str) -> str:
    """The school year as headings and rows write it."""
    return f"Foreløpige tall {skoleaar}" if skoleaar == FORELOPIG_SKOLEAAR else skoleaar


def position(skoleaar: str) -> int:
    """How many years after the first of the example."""
    return ALLE_SKOLEAAR.index(skoleaar)
