"""Which rule set an answer is of when none is named: the scheme's own, or the one that the home has chosen.

Belongs here: the choice, and what is said when there is none to make. Does not belong here: the answers (`read`).

A list that is not of the scheme's own set is never shown to one who did not ask for it by its name.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.norsk import opplisting

if TYPE_CHECKING:
    import duckdb


def set_for_answer(
    connection: duckdb.DuckDBPyConnection, uttrekksaar: int | None, chosen: str | None, command: str
) -> str:
    """The set of the published results (of that year, when one is given) that is meant when none is named.

    `chosen` is the one that the home has chosen. Raises `PermanentError` that names the sets that there are, each with
    `command` (as it was given) that shows it, when the chosen one has no results, when none is the scheme's own, and
    when several are.
    """
    years = _sets(connection, uttrekksaar)
    official = {
        str(navn)
        for (navn,) in connection.execute("SELECT indikatorsett FROM dim.indikatorsett WHERE offisielt").fetchall()
    }
    meant = [navn for navn in years if (navn == chosen if chosen else navn in official)]
    if len(meant) == 1:
        return meant[0]
    of_year = f" for uttrekk {uttrekksaar}" if uttrekksaar else ""
    there = opplisting(f"{navn} ({opplisting(of_set)})" for navn, of_set in years.items())
    if meant:
        raise PermanentError(
            f"Hjemmet har resultater av flere offisielle indikatorsett{of_year}: {there}. {_shown_by(years, command)}"
        )
    wanted = f"indikatorsettet {chosen}, som hjemmet har valgt" if chosen else "ordningens offisielle indikatorsett"
    only = f", bare av {there}: {_shown_by(years, command)}" if years else ": kjør `oppfolging run`."
    raise PermanentError(f"Hjemmet har ingen resultater{of_year} av {wanted}{only}")


def as_given(
    words: Sequence[str], home: Path | None, uttrekk: int | None = None, indikator: str | None = None, *, as_json: bool
) -> str:
    """The command as it was given, for whoever is told to name a set in it."""
    options = {"--home": home, "--uttrekk": uttrekk, "--indikator": indikator}
    given = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    return shlex.join(["oppfolging", *words, *given, *(["--json"] * as_json)])


def no_cohort(results: Mapping[str, Sequence[int]]) -> str:
    """That no cohort is formed, and of which sets there are results."""
    there = opplisting(f"{name} ({opplisting(years)})" for name, years in results.items())
    return (
        "Ingen pulje er dannet: bare ordningens offisielle indikatorsett danner en, eller et som er bedt om ved navn "
        f"(OPPFOLGING_REGELSETT). Hjemmet har resultater av {there}."
    )


def results_there(connection: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """Each set of the published file with the years that it has results of."""
    return _sets(connection, None)


def _sets(connection: duckdb.DuckDBPyConnection, uttrekksaar: int | None) -> dict[str, list[int]]:
    rows = connection.execute(
        "SELECT DISTINCT indikatorsett, uttrekksaar FROM mart.rangering_kommune "
        "WHERE $aar IS NULL OR uttrekksaar = $aar ORDER BY ALL",
        {"aar": uttrekksaar},
    ).fetchall()
    years: dict[str, list[int]] = {}
    for navn, year in rows:
        years.setdefault(str(navn), []).append(int(year))
    return years


def _shown_by(years: dict[str, list[int]], command: str) -> str:
    commands = opplisting(f"`{command} --rules {shlex.quote(navn)}`" for navn in years)
    return f"{commands} viser {'dem' if len(years) == 1 else 'hver sin liste'}."
