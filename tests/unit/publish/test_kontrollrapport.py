"""What the report shows, from outcomes: verdicts, parts of a table, history, and checks that are gone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oppfolging_pipeline.publish.kontrollrapport import (
    Dom,
    Kontroll,
    Kontrollrapport,
    report_of_failed_audit,
    report_of_release,
)
from tests.unit.publish.outcomes import failed, release, utfall

B, V, F, IKKE, UKJENT = Dom.BESTAATT, Dom.VARSEL, Dom.FEILET, Dom.IKKE_KJOERT, Dom.IKKE_LESBAR
NOON = datetime(2026, 3, 9, 11, tzinfo=UTC)


def check(report: Kontrollrapport, tabell: str, navn: str) -> Kontroll:
    (found,) = [k for t in report.tabeller if t.key == tabell for k in t.kontroller if k.navn == navn]
    return found


@pytest.mark.parametrize(
    ("outcome", "dom"),
    [
        (utfall(), B),
        (utfall(alvorlighet="varsel"), B),
        (failed(alvorlighet="varsel"), V),
        (failed(), F),
    ],
)
def test_only_a_critical_check_that_did_not_pass_has_failed(outcome, dom):
    report = report_of_release([release(1, outcome)])
    assert [report.antall(one) for one in (B, V, F)] == [one == dom for one in (B, V, F)]


def test_the_tables_stand_in_declared_order_under_their_published_names():
    outcomes = [utfall(tabell=key) for key in ("ukjent_tabell", "rangering_kommune", "observasjon")]
    report = report_of_release([release(1, *outcomes)])
    assert [(t.key, t.navn, bool(t.tekst)) for t in report.tabeller] == [
        ("observasjon", "lager.observasjon", True),
        ("rangering_kommune", "mart.rangering_kommune", True),
        ("ukjent_tabell", "ukjent_tabell", False),
    ]


def test_the_history_is_oldest_first_and_tells_absent_from_unreadable():
    warned = failed(alvorlighet="varsel")
    releases = [
        release(1, utfall()), release(2, readable=False), release(3, utfall("annen")), release(4, failed()),
        release(5, warned), release(6, utfall()),
    ]  # fmt: skip
    marks = check(report_of_release(releases), "andel", "ikke_tom").historikk
    assert [(mark.versjon, mark.dom) for mark in marks] == [(1, B), (2, UKJENT), (3, IKKE), (4, F), (5, V), (6, B)]


def test_a_check_of_the_same_name_in_another_table_lends_no_history():
    releases = [release(1, failed(tabell="vurdering")), release(2, utfall(), utfall(tabell="vurdering"))]
    assert [mark.dom for mark in check(report_of_release(releases), "andel", "ikke_tom").historikk] == [IKKE, B]


def test_parts_with_one_outcome_are_one_check_and_their_common_time_counts_once():
    parts = [utfall(f"ikke_tom (kilde, {year})", varighet=0.5) for year in ("2023-24", "2024-25")]
    report = report_of_release([release(1, *parts, utfall("annen", varighet=0.25))])
    one = check(report, "andel", "ikke_tom")
    assert [funn.deler for funn in one.funn] == [("kilde, 2023-24", "kilde, 2024-25")]
    assert (report.kontroller, report.utfall, report.tabeller[0].varighet) == (2, 3, 0.75)


def test_parts_audited_at_two_times_count_both_times():
    parts = [utfall("ikke_tom (2024)", varighet=0.5), utfall("ikke_tom (2025)", varighet=0.75)]
    assert check(report_of_release([release(1, *parts)]), "andel", "ikke_tom").varighet == 1.25


def test_a_part_that_fails_is_told_from_those_that_pass_and_stands_first():
    parts = [utfall("ikke_tom (2024)"), failed("ikke_tom (2025)"), utfall("ikke_tom (2026)")]
    report = report_of_release([release(1, *parts), release(2, *parts)])
    one = check(report, "andel", "ikke_tom")
    assert [(funn.dom, funn.deler, funn.avvik) for funn in one.funn] == [
        (F, ("2025",), ("enhet=6713",)),
        (B, ("2024", "2026"), ()),
    ]
    assert one.dom == F and [mark.dom for mark in one.historikk] == [F, F], "the worst part is the check's verdict"


def test_a_check_that_is_no_longer_run_is_named_though_everything_passed():
    # An expectation dropped because its name was misspelt: fewer checks, all of them green.
    before = [utfall(), utfall("forventet_sett (2025)"), utfall(tabell="borte_tabell")]
    report = report_of_release([release(1, *before), release(2, readable=False), release(3, utfall())])
    assert [(one.navn, one.kontroll) for one in report.borte] == [
        ("lager.andel", "forventet_sett"),
        ("borte_tabell", "ikke_tom"),
    ]


def test_a_check_that_was_gone_before_is_not_told_again():
    releases = [release(1, utfall(), utfall("gammel")), release(2, utfall()), release(3, utfall())]
    assert report_of_release(releases).borte == ()


def test_an_audit_that_stopped_a_run_is_held_against_the_releases_but_only_for_its_own_tables():
    before = release(1, utfall("ikke_tom (2025)"), utfall("gammel"), utfall(tabell="vurdering"))
    report = report_of_failed_audit([failed(), utfall("ny")], "kjoering-1", NOON, [before])
    assert (report.utgivelse, report.kjoering, report.tidspunkt) == (None, "kjoering-1", NOON)
    assert [mark.dom for mark in check(report, "andel", "ikke_tom").historikk] == [B]
    assert [mark.dom for mark in check(report, "andel", "ny").historikk] == [IKKE]
    assert [one.kontroll for one in report.borte] == ["gammel"]


def test_the_first_run_of_a_home_has_no_history():
    report = report_of_failed_audit([failed()], "kjoering-1", NOON)
    assert report.historikk == () and check(report, "andel", "ikke_tom").historikk == ()


def test_a_release_of_the_history_counts_its_own_checks():
    releases = [
        release(1, readable=False),
        release(2, failed("a (1)"), utfall("a (2)"), utfall("b")),
        release(3, utfall()),
    ]
    assert [one.antall for one in report_of_release(releases).historikk] == [
        None,
        {B: 1, V: 0, F: 1},
        {B: 1, V: 0, F: 0},
    ]


@pytest.mark.parametrize("releases", [[], [release(1)], [release(1, utfall()), release(2, readable=False)]])
def test_a_release_without_outcomes_is_no_report_that_all_is_well(releases):
    with pytest.raises(ValueError, match="no outcome"):
        report_of_release(releases)


def test_an_audit_without_outcomes_is_no_report_either():
    with pytest.raises(ValueError, match="no outcome"):
        report_of_failed_audit([], "kjoering-1", NOON)
