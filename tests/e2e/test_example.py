"""The invented country from a cold start, under both rule sets in one home."""

from __future__ import annotations

import json

from tests.e2e.scenarios import query

GIGABYTE = 10**9 / 2**20  # in MiB, as the peak is


def test_both_rule_sets_identify_thirty_and_ten(example):
    for measured in (example.udir, example.np):
        assert measured.done.code == 0, measured.done.err
        (count,) = json.loads(measured.done.out)["antall"]
        assert (count["kategori_1"], count["kategori_2"]) == (30, 10)
        assert 300 <= count["vurdert"] <= count["kommuner"] <= 400


def test_a_run_of_the_example_stays_under_a_gigabyte(example):
    assert 50 < example.udir.peak < GIGABYTE
    assert 50 < example.np.peak < GIGABYTE


def test_the_newest_year_of_the_example_is_preliminary_and_not_chosen(example):
    assert [count["uttrekksaar"] for count in json.loads(example.udir.done.out)["antall"]] == [2025]


def test_the_two_rule_sets_stand_side_by_side(example):
    found = query(
        example.home, "SELECT indikatorsett, count(*) FROM mart.identifisert_kommune GROUP BY ALL ORDER BY ALL"
    )
    assert found == [("np-skalapoeng", 40), ("udir-2020", 40)]
    sets = query(example.home, "SELECT indikatorsett, offisielt FROM dim.indikatorsett ORDER BY 1")
    assert sets == [("np-skalapoeng", False), ("udir-2020", True)]


def test_the_second_set_changes_no_row_of_the_first(example):
    after = query(example.home, "SELECT * FROM mart.identifisert_kommune WHERE indikatorsett = 'udir-2020'")
    assert after == example.before_np["identifisert"]


def test_the_cohort_is_the_official_sets_own(example):
    # One pulje a year: the set that is not the scheme's own never takes a place in it.
    official = query(
        example.home, "SELECT kommunenr FROM mart.identifisert_kommune WHERE indikatorsett = 'udir-2020' ORDER BY 1"
    )
    cohort = query(example.home, "SELECT kommunenr FROM mart.pulje_kommune WHERE pulje = 2025 ORDER BY 1")
    assert cohort == official


def test_real_files_are_refused_in_the_examples_home(example):
    assert example.mixed.code == 1
    assert "never mix" in example.mixed.err and "--home" in example.mixed.err and "Traceback" not in example.mixed.err
    assert example.before_mixed == example.after_mixed


def test_the_example_says_that_it_is_invented(example):
    licences = query(example.home, "SELECT DISTINCT lisens FROM drift.datagrunnlag")
    assert licences == [("Oppdiktet. Ingen tall, navn eller koder er ekte.",)]
    tables = query(example.home, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'mart' ORDER BY 1")
    assert len(tables) == 8
    for (table,) in tables:
        assert query(example.home, f"SELECT DISTINCT eksempel FROM mart.{table}") == [(True,)], table
    reasons = query(example.home, "SELECT indikatorsett, begrunnelse FROM mart.rangering_kommune")
    other = "Oppdiktet eksempel. Ikke ordningens offisielle indikatorsett (np-skalapoeng). "
    first = {"udir-2020": "Oppdiktet eksempel. ", "np-skalapoeng": other}
    assert all(reason.startswith(first[name]) for name, reason in reasons)
    ((note,),) = query(example.home, "SELECT merknad FROM drift.utgivelse ORDER BY versjon DESC LIMIT 1")
    assert note.startswith(f"{other[:-2]}: uttrekk 2025.")
