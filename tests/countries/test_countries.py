"""Both computations agree on random small countries, and nothing of them is refused.

A country of a number is the same on every machine. `COUNTRIES` in the environment says how many are tried
(`make countries`: 200), else some are. What fails tells its number and what happened there:
`python -m tests.countries.both 17` tells it again.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import cache

import pytest

from oppfolging_pipeline.core.skoleaar import day_in
from oppfolging_pipeline.identification.etterregning.lesing import records
from oppfolging_pipeline.rules.catalog import default_catalog
from tests.countries.both import Outcome, both

# The last three are there for what they have: with them there is some of everything.
SOME = (0, 1, 2, 3, 4, 5, 13, 16, 164)
COUNTRIES = range(int(os.environ["COUNTRIES"])) if "COUNTRIES" in os.environ else SOME

seen: Counter[str] = Counter()


@cache
def decided(number: int) -> str | None:
    """What is wrong in the country of that number. What it had of interest is counted in `seen`."""
    outcome = both(number)
    if outcome.tables is not None:
        seen.update(set(_of_interest(outcome)))
    return outcome.fault


@pytest.mark.parametrize("number", COUNTRIES)
def test_both_computations_agree_and_nothing_is_refused(number: int) -> None:
    fault = decided(number)
    assert fault is None, fault


# What some of the countries must have had for their agreement to be worth something.
OF_INTEREST = [
    "gets another name", "becomes", "and {} becomes", "merge into", "is divided into", "keeps its number",
    "divided between the figures and the day", "goes whole into", "gives a part to", "goes to 2599", "moves to",
    "opens in", "closes", "a county is wound up", "another county", "a number used again",
    "with priorities", "utelat", "overstyr", "merk", "one file of several years",
    "a tie at the cut of category 1", "a tie at the cut of category 2", "near the cut", "open points that could decide",
    "open points that could not", "not judged", "preliminary", "on the national limit", "on the absolute limit",
    "nobody bullied, and shown", "bullied, and shielded", "shielded school", "shielded municipality", "shielded county",
    "a count shielded beside a figure", "an empty row", "a row of nobody", "a year without participation",
    *(f"{status}, {made}" for made in ("rebuilt", "as it stands") for status in ("vist", "mangler")),
    "kan_ikke_bygges, rebuilt", "skjermet, as it stands", "ikke_aktuelt, as it stands",
    "a share built by who took part", "codes of a later day", "a part of what was divided later",
]  # fmt: skip


@pytest.mark.parametrize("what", OF_INTEREST)
def test_there_is_some_of_everything_among_the_countries(what: str) -> None:
    for number in (*COUNTRIES, *SOME):
        if seen[what]:
            break
        decided(number)
    assert seen[what], sorted(seen.items())


def _of_interest(outcome: Outcome) -> list[str]:
    country, tables = outcome.country, outcome.tables
    assert tables is not None
    told = "\n".join(country.told)
    found = [what for what in OF_INTEREST if what.replace("{} ", "") in told]
    found += [what for what in ("and {} becomes",) if ", and 6" in told]
    changes = [(each.fra, each.til) for each in country.register.endringer]
    found += ["keeps its number"] * any(
        len([til for fra, til in changes if fra == code]) > 1 and (code, code) in changes for code, _ in changes
    )
    found += ["another county"] * any(fra[:2] != til[:2] for fra, til in changes)
    found += ["a county is wound up"] * any(fra[:2] == "64" for fra, _ in changes)
    kommuner = country.register.kommuner
    found += ["a number used again"] * any(
        row.gyldig_til is not None and (other.kommunenr, other.kommunenr) not in changes
        for row in kommuner for other in kommuner
        if row.kommunenr == other.kommunenr and row.gyldig_fra < other.gyldig_fra
    )  # fmt: skip
    found += ["divided between the figures and the day"] * any(
        line[:10] in ("2024-11-15", "2025-01-01") and "is divided" in line for line in country.told
    )
    found += ["one file of several years"] * any(one.file.endswith("alle") for one in country.files)
    return [*found, *_of_rows(outcome), *_of_tables(outcome)]


def _of_rows(outcome: Outcome) -> list[str]:
    found = []
    rows = [row for one in outcome.country.files for row in one.parsed.figures.to_pylist()]
    for row in rows:
        status = row["verdistatus"], row["antallstatus"]
        found += [
            f"shielded {({'skole': 'school', 'kommune': 'municipality', 'fylke': 'county'}).get(row['nivaa'])}"
        ] * (status[0] == "skjermet")
        found += ["a count shielded beside a figure"] * (status == ("vist", "skjermet"))
        found += ["an empty row"] * (status == ("mangler", "mangler"))
        found += ["a row of nobody"] * (status == ("mangler", "vist"))
        if row["indikator"] == "mobbing" and row["nivaa"] == "skole":
            found += ["nobody bullied, and shown"] * (status[0] == "vist" and row["antall"] == 0)
            found += ["bullied, and shielded"] * (status[0] == "skjermet")
    for row in rows:
        if row["nivaa"] == "kommune":
            day = day_in(row["skoleaar"], default_catalog().kilder[row["kilde"]].referansedato)
            asked = row["kommunenr"], day, outcome.country.rule_set.identifikasjonsdag(outcome.country.uttrekksaar)
            later = not outcome.country.register.gyldig(*asked[:2])
            found += ["codes of a later day"] * later
            found += ["a part of what was divided later"] * (later and not outcome.country.register.hel(*asked))
    of = {(row["kilde"], row["skoleaar"], row["indikator"]) for row in rows}
    found += ["a year without participation"] * any(
        indikator == "mobbing" and (kilde, year, "deltakelse") not in of for kilde, year, indikator in of
    )
    return found


def _of_tables(outcome: Outcome) -> list[str]:
    assert outcome.tables is not None
    found = []
    for row in records(outcome.tables["vurdering"]):
        found.append(f"{row['verdistatus']}, {'rebuilt' if row['beregnet'] else 'as it stands'}")
        shown = row["verdistatus"] == "vist"
        found += ["on the national limit"] * (shown and row["verdi"] == row["nasjonal_grense"])
        found += ["on the absolute limit"] * (shown and row["verdi"] == row["absolutt_grense"])
        found += ["a share built by who took part"] * (shown and row["beregnet"] and row["indikator"] == "mobbing")
    for row in records(outcome.tables["rangering_kommune"]):
        found += ["near the cut"] * row["naer_grensen"] + ["not judged"] * (not row["vurdert"])
        found += ["preliminary"] * (row["status"] == "foreløpig")
        if row["aapne_poeng"]:
            found.append(f"open points that could {'decide' if row['aapne_kunne_endret_plassen'] else 'not'}")
    for row in records(outcome.tables["identifisert_kommune"]):
        found += [f"a tie at the cut of category {row['kategori']}"] * row["delt_plassering"]
    return found
