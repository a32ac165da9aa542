"""Whether the observations are all there: a download cut off between two rows looks whole, and is not.

Belongs here: what must stand beside what in one source and school year, over the table `observasjon`. Does not belong
here: whether a rule set's window is filled (`coverage`), or a file that breaks off inside a row (`sources`).

This holds in every download seen, for each indicator, measure and grade: the counties add up to the nation, all but
very few municipalities have a row, a municipality with pupils has schools, and they add up to it where all is shown.
How few the exceptions may be is declared in the catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.core.skoleaar import day_in
from oppfolging_pipeline.register.facts import Kommune
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import Catalog

if TYPE_CHECKING:
    import duckdb

_ACTION = "Download the report again: it is likely cut off, or the choice of counties left some out."
_NAMED = 8
Serie = tuple[str, str, str, str, int]  # kilde, skoleaar, indikator, maal, trinn
_Key = tuple[str, Serie]  # with the name of the file
_CELL = "kilde, skoleaar, indikator, maal, trinn"


def incomplete(
    register: Register, catalog: Catalog, connection: duckdb.DuckDBPyConnection, recounted: Sequence[str] = ()
) -> list[tuple[Serie, Finding]]:
    """Every source, school year, indicator, measure and grade of `observasjon` that is not all there, and what is not.

    `filer` gives each content (`sha256`) the name of its file. `recounted` are the corrections that replaced a number
    of pupils: where one stands, the numbers of the source no longer add up, and nothing is concluded from that.
    """
    findings = []
    cells = connection.execute(
        f"""
        SELECT {_CELL}, min(fil), any_value(antall) FILTER (nivaa = 'nasjonalt') AS landet,
          list(DISTINCT enhet) FILTER (nivaa = 'kommune') AS kommuner,
          map_from_entries(list((enhet, antall)) FILTER (nivaa = 'fylke')) AS fylker,
          coalesce(bool_or(list_contains($recounted, rettelse)) FILTER (nivaa IN ('nasjonalt', 'fylke')), false)
            AS rettet
        FROM observasjon JOIN filer USING (sha256) GROUP BY ALL ORDER BY ALL""",  # noqa: S608 (names of this module)
        {"recounted": list(recounted)},
    ).fetchall()
    of_day: dict[date, tuple[dict[str, Kommune], list[str]]] = {}  # a day is asked for by every indicator of its year
    for kilde, skoleaar, indikator, maal, trinn, file, nation, kommuner, fylker, recounted_here in cells:
        key = (file, (kilde, skoleaar, indikator, maal, trinn))
        day = day_in(skoleaar, catalog.kilder[kilde].referansedato)
        if day not in of_day:
            units = register.gjeldende(day)
            of_day[day] = units, sorted({register.fylke_for(code, day).fylkesnr for code in units})
        in_force, counties = of_day[day]
        absent = [county for county in counties if county not in (fylker or {})]
        pupils = [number for county in counties if (number := (fylker or {}).get(county)) is not None]
        if absent:
            findings.append(_finding(key, f"no row of county {', '.join(absent[:_NAMED])}", "a row of every county"))
        elif nation is not None and not recounted_here and len(pupils) == len(counties) and sum(pupils) != nation:
            found = f"{sum(pupils)} pupils in the counties"
            findings.append(_finding(key, found, f"{nation}, as in the national row"))
        others = [code for code in kommuner or () if code not in in_force]
        missing = sorted(set(in_force) - set(kommuner or ()) - _relatives(others, register, day))
        allowed = catalog.kilder[kilde].kommuner_uten_rad
        if len(missing) > allowed:
            names = ", ".join(f"{code} {in_force[code].navn}" for code in missing[:_NAMED])
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            findings.append(
                _finding(key, f"no row of {names}{more}", f"at most {allowed} municipalities without a row")
            )
    return [*findings, *_schools(register, catalog, connection, recounted)]


def _relatives(others: Sequence[str], register: Register, day: date) -> set[str]:
    """The municipalities in force that stand in the file under a number of another time, one of `others`."""
    return {
        relative for code in others if not register.er_utenfor(code) for relative in register.slektninger(code, day)
    }


def _schools(
    register: Register, catalog: Catalog, connection: duckdb.DuckDBPyConnection, recounted: Sequence[str]
) -> list[tuple[Serie, Finding]]:
    """Municipalities with pupils and no school, and, beyond what is allowed, with fewer pupils in their schools.

    The second can be seen only where every school's number is shown: then they add up to the municipality's.
    """
    rows = connection.execute(
        f"""
        WITH skoler AS (
          SELECT {_CELL}, kommunenr, sum(antall) AS i_skolene, bool_or(antallstatus = 'skjermet') AS noen_skjermet,
            coalesce(bool_or(list_contains($recounted, rettelse)), false) AS rettet
          FROM observasjon WHERE nivaa = 'skole' GROUP BY ALL
        )
        SELECT {_CELL}, fil, k.enhet, k.enhetsnavn, s.kommunenr IS NULL AS uten_skoler
        FROM observasjon k JOIN filer USING (sha256) LEFT JOIN skoler s USING ({_CELL}, kommunenr)
        WHERE k.nivaa = 'kommune' AND CASE WHEN s.kommunenr IS NULL
          THEN coalesce(k.antall, 0) > 0 OR k.verdistatus IN ('vist', 'skjermet')
          ELSE NOT s.noen_skjermet AND NOT s.rettet AND NOT coalesce(list_contains($recounted, k.rettelse), false)
            AND coalesce(s.i_skolene, 0) < k.antall END
        ORDER BY ALL""",  # noqa: S608 (names of this module)
        {"recounted": list(recounted)},
    ).fetchall()
    gaps: dict[tuple[str, _Key, bool], list[str]] = {}
    for kilde, skoleaar, indikator, maal, trinn, file, enhet, navn, without in rows:
        if not register.er_utenfor(enhet):
            key = (file, (kilde, skoleaar, indikator, maal, trinn))
            gaps.setdefault((kilde, key, without), []).append(f"{enhet} {navn}")
    findings = []
    for (kilde, key, without), names in gaps.items():
        shown = ", ".join(names[:_NAMED])
        allowed = catalog.kilder[kilde].kommuner_med_skolegap
        if without:
            findings.append(_finding(key, f"no school in {shown}", "the schools of every municipality with pupils"))
        elif len(names) > allowed:
            found = f"fewer pupils in the schools than in the municipality in {shown}"
            findings.append(_finding(key, found, f"equal sums where all is shown, with at most {allowed} exceptions"))
    return findings


def _finding(key: _Key, found: str, expected: str) -> tuple[Serie, Finding]:
    file, (kilde, skoleaar, indikator, maal, trinn) = key
    cell = f"{kilde} {skoleaar} {indikator} {maal} trinn {trinn}"
    return key[1], Finding(file=file, key=cell, found=found, expected=expected, action=_ACTION)
