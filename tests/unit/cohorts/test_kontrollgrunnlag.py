"""What the facts of the cohorts say of a small country with one of each change, and of the carried plan; by hand."""

from __future__ import annotations

from datetime import date

from oppfolging_pipeline.cohorts.kontrollgrunnlag import etterfolger, halvaarsplan, puljesett, rapportplan, sett_fra_dag
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.faseplan import default_faseplan
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.kontrollgrunnlag import Grunnlag
from tests.unit.staging.country import changing_country

CATALOG = default_catalog()
OWN, OTHER = (load_rule_set(name, CATALOG) for name in ("udir-2020", "np-skalapoeng"))
# The changes are on 1 January 2024: after the identification of 2023, before that of 2024.
OF_2023, OF_2024 = Request(2023, OTHER, CATALOG), Request(2024, OTHER, CATALOG)
FIRST, CHANGE = date(2023, 3, 1), date(2024, 1, 1)


def rows_of(made: Grunnlag) -> set[tuple[object, ...]]:
    columns, rows = made
    assert all(len(row) == len(columns) for row in rows), "a value for each column"
    assert len({str(row) for row in rows}) == len(rows)
    return set(rows)


def successors(
    requests: list[Request], uttrekksaar: int, per: date | None = None
) -> dict[object, set[tuple[object, ...]]]:
    """{sett_fra: {(kommunenr_ved_uttrekk, kommunenr, kommunenavn)}} of one uttrekk."""
    found: dict[object, set[tuple[object, ...]]] = {}
    for day, year, _, *pair, office in rows_of(etterfolger(requests, changing_country(), per)):
        assert office == "Dalene"
        if year == uttrekksaar:
            found.setdefault(day, set()).add(tuple(pair))
    return found


def test_each_set_says_whether_it_is_the_schemes_own_and_its_day():
    assert rows_of(puljesett([Request(2024, OWN, CATALOG), OF_2023], "np-skalapoeng")) == {
        (2024, "udir-2020", True, date(2024, 3, 1), False, False),
        (2023, "np-skalapoeng", False, FIRST, True, False),
    }


def test_the_day_is_there_also_where_nobody_knows_it():
    # Without a row everything that is compared with it would pass, and the audit would be refused.
    assert (sett_fra_dag(FIRST)[1], sett_fra_dag(None)[1]) == ([(FIRST,)], [(None,)])


def test_a_municipality_is_seen_from_every_day_on_which_it_may_be_another():
    seen = successors([OF_2023, OF_2024], 2023)
    assert set(seen) == {FIRST, CHANGE}
    assert all(old == new for old, new, _ in seen[FIRST]) and ("6103", "6103", "Gammelnavn") in seen[FIRST]
    assert {(old, new) for old, new, _ in seen[CHANGE]} == {
        ("6101", "6101"), ("6120", "6120"), ("6103", "6103"), ("6102", "6202"), ("6104", "6106"), ("6105", "6106"),
        ("6107", "6108"), ("6107", "6109"), ("6110", "6111"), ("6110", "6112"), ("6113", "6112"),
    }  # fmt: skip
    assert ("6103", "6103", "Nynavn") in seen[CHANGE]


def test_a_municipality_is_never_seen_from_before_its_own_identification():
    seen = successors([OF_2023, OF_2024], 2024)
    assert seen[FIRST] == seen[CHANGE] and ("6202", "6202", "Sted 6202") in seen[FIRST]


def test_where_the_day_is_known_there_is_no_other():
    assert set(successors([OF_2023], 2023, date(2023, 12, 31))) == {date(2023, 12, 31)}
    early = successors([OF_2023], 2023, date(2020, 1, 1))
    assert early == {date(2020, 1, 1): successors([OF_2023], 2023)[FIRST]}


def test_the_terms_of_the_plan_have_phase_activities_and_report():
    columns, rows = halvaarsplan(default_faseplan())
    by_number = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    assert list(by_number) == [1, 2, 3, 4, 5, 6]
    assert [row["fase"] for row in by_number.values()] == ["Forfase"] * 2 + ["Gjennomføringsfase"] * 4
    assert [nr for nr, row in by_number.items() if row["rapport"]] == [2, 4, 6]
    assert by_number[1]["aktiviteter"][0] == "analysearbeid" and len(by_number[6]["aktiviteter"]) == 2


def test_the_reports_of_the_plan_have_their_senders_and_terms():
    assert rows_of(rapportplan(default_faseplan())) == {
        (1, "kommune", 2, 30), (1, "veileder", 2, 30), (1, "statsforvalter", 2, 30),
        (2, "kommune", 4, 30), (2, "statsforvalter", 4, 30), (3, "kommune", 6, 30), (3, "statsforvalter", 6, 30),
    }  # fmt: skip
