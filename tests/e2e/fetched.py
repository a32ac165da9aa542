"""The invented country through the live interfaces: fetched from the contract server, then run without it.

Belongs here: that scenario, and comparing two homes table by table. Does not belong here: what is expected (the test).
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from oppfolging_pipeline.sources.example import GRUNNSKOLEPOENG_SKOLEAAR, SKOLEAAR
from oppfolging_pipeline.tables.model import Table, published_tables, table
from tests.support.warm import Done, Warm
from tests.udir_stub import StubServer

# Which answer or file a figure came from, and how the run went, differ by nature. A pivot has no notes on breaks.
OPERATIONAL = {"datagrunnlag", "sporing", "kontroll", "utgivelse"}
PLACE = {"sha256", "rad", "kolonne", "brudd"}
# A home of a trial server has neither corrections nor settings of its own: there is nothing to compare.
NOTHING_OF_ITS_OWN = {"rettelse", "oppsett"}
# KLASS is asked for the years that the register answers for, and gives their first day in place of an earlier start.
FIRST_DAY = "greatest(gyldig_fra, DATE '2015-01-01')"


@dataclass(frozen=True)
class Fetched:
    """A home that fetched every school year of the example, and ran when the server was gone."""

    fetch: Done
    run: Done
    requests: int
    home: Path


def fetched(warm: Warm, place: Path) -> Fetched:
    home = place / "hjem"
    years = ",".join(sorted({*SKOLEAAR, *GRUNNSKOLEPOENG_SKOLEAAR}))
    with StubServer() as server:
        environment = {**server.environment, "OPPFOLGING_PAUSE": "0", "OPPFOLGING_REGELSETT": ""}
        fetch = warm.run("fetch", "--json", "--years", years, "--home", home, cwd=place, env=environment)
        requests = len(server.requests)
    # The addresses of a server that is gone: a run that asked it for anything would fail.
    run = warm.run("run", "--json", "--per", "2025-03-01", "--home", home, cwd=place, env=environment)
    return Fetched(fetch, run, requests, home)


def differences(one: Path, other: Path, indikatorsett: str) -> dict[str, int]:
    """Rows of the published tables, and of the observations, that stand in one home only: table → how many.

    Tables with a rule set in them are compared for that set.
    """
    found = {}
    with closing(duckdb.connect()) as connection:
        for name, home in (("en", one), ("annen", other)):
            file = home / "publisert" / "oppfolging.duckdb"
            connection.execute(f"ATTACH '{file}' AS {name} (READ_ONLY)")
            observations = home / "lager" / "observasjon" / "*" / "*.parquet"
            connection.execute(
                f"CREATE VIEW observasjon_{name} AS FROM read_parquet('{observations}', hive_partitioning = false)"
            )
        for declared in published_tables():
            if declared.key not in OPERATIONAL:
                tables = (f"en.{declared.qualified_name}", f"annen.{declared.qualified_name}")
                found[declared.key] = _only_in_one(connection, declared, tables, indikatorsett)
        tables = ("observasjon_en", "observasjon_annen")
        found["observasjon"] = _only_in_one(connection, table("observasjon"), tables, indikatorsett)
    return found


def _only_in_one(
    connection: duckdb.DuckDBPyConnection, declared: Table, tables: tuple[str, str], indikatorsett: str
) -> int:
    columns = ", ".join(
        FIRST_DAY if name == "gyldig_fra" else name for name in declared.column_names if name not in PLACE
    )
    where = f"WHERE indikatorsett = '{indikatorsett}'" if "indikatorsett" in declared.column_names else ""
    here, there = (f"SELECT {columns} FROM {name} {where}" for name in tables)
    (count,) = connection.execute(f"SELECT count(*) FROM ({here})").fetchone()
    assert count or declared.key in NOTHING_OF_ITS_OWN, f"{declared.key} is empty: nothing would be compared"
    (different,) = connection.execute(
        f"SELECT count(*) FROM (({here} EXCEPT ALL {there}) UNION ALL ({there} EXCEPT ALL {here}))"
    ).fetchone()
    return different
