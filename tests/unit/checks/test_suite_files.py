"""Suite files: what the model refuses, each fault with its line, and what every carried file holds to."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from assets.beside import _MAKERS
from checks.suite import ROWS, derived_checks
from checks.suite_files import read_suite, suite_of
from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.publish.marts import _SAME_ROWS
from oppfolging_pipeline.tables.model import all_tables, table

GOOD = """\
tabell: skole
hjelpetabeller:
  - navn: hjelp
    leser: [observasjon]
    sql: SELECT orgnr FROM tabellen JOIN observasjon ON enhet = orgnr
forventninger:
  - navn: har_navn
    type: unexpected_rows_expectation
    severity: critical
    leser: [hjelp]
    tekst: En skole har ikke noe navn. Se kilden.
    kwargs:
      unexpected_rows_query: SELECT orgnr FROM tabellen JOIN hjelp USING (orgnr) WHERE skolenavn = ''
  - navn: nok_skoler
    type: expect_table_row_count_to_be_between
    severity: warning
    tekst: Det er færre skoler enn ventet. Se kilden.
    kwargs: {min_value: 2.5}
"""
# What is changed in it → the line of the fault, and what the refusal must speak of.
REFUSED = {
    "a table that is not declared": ("tabell: skole", "tabell: skoler", 1, "skoler"),
    "an expectation of no such name": ("type: expect_table_row", "type: expct_table_row", 15, "expct"),
    "a severity that blocks nothing and warns of nothing": ("severity: warning", "severity: info", 16, "info"),
    "no severity": ("    severity: critical\n", "", 7, "severity"),
    "no text": ("    tekst: Det er færre skoler enn ventet. Se kilden.\n", "", 14, "tekst"),
    "a text that says nothing": ("tekst: En skole har ikke noe navn. Se kilden.", "tekst: Feil.", 11, "20"),
    "a misspelt key": ("leser: [hjelp]", "lesar: [hjelp]", 10, "leser"),
    "a key beside the ones there are": ("tabell: skole", "tabell: skole\nmostly: 1", 2, "mostly"),
    "no arguments": ("    kwargs: {min_value: 2.5}\n", "", 14, "kwargs"),
    "a name with other signs": ("navn: har_navn", "navn: Har navn", 7, "Har navn"),
    "a name that stands twice": ("navn: nok_skoler", "navn: har_navn", 6, "har_navn twice"),
    "no expectation": (GOOD[GOOD.index("forventninger:") :], "forventninger: []\n", 6, "at least 1"),
    "a helper without a query": (GOOD[GOOD.index("    sql") : GOOD.index("forv")], "", 3, "sql"),
    "a key twice": ("tabell: skole", "tabell: skole\ntabell: kommune", 2, "tabell"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_suite_that_is_not_well_formed_is_refused_with_its_line(case):
    old, new, line, named = REFUSED[case]
    assert GOOD.count(old) == 1
    with pytest.raises(InvalidInput) as refused:
        read_suite(GOOD.replace(old, new), "skole.yaml")
    assert [(one.file, one.row) for one in refused.value.findings] == [("skole.yaml", line)]
    assert named in str(refused.value)


def test_every_fault_of_a_file_is_named_at_once():
    with pytest.raises(InvalidInput) as refused:
        read_suite(GOOD.replace("tabell: skole", "tabell: skoler").replace("severity: warning", "severity: info"), "x")
    assert len(refused.value.findings) == 2


def test_a_well_formed_suite_is_read():
    read = read_suite(GOOD, "skole.yaml")
    assert [one.navn for one in read.forventninger] == ["har_navn", "nok_skoler"]
    assert [one.leser for one in read.hjelpetabeller] == [("observasjon",)]


# The carried files

FILES = sorted(path.name for path in resources.files("checks").joinpath("suites").iterdir())
# Copies of audited tables, what is written with the release itself, of the release, and what others are held against.
WITHOUT = {*_SAME_ROWS, "kontroll", "utgivelse", "siste_utsagn"}
WITH = [key for key in all_tables() if key not in WITHOUT]
EVERY = [(key, check) for key in WITH for check in suite_of(key).checks]
# What a person is told to do. A verdict alone helps nobody.
TELLS = re.compile(r"\b(Se|se|Kjør|kjør|Hent|hent|Last ned|last ned|Rett|Meld|meld)\b")
ENGLISH = re.compile(r"\b(the|and|is|not|of|with|row|rows|value|check)\b", re.IGNORECASE)


def test_there_is_a_file_for_every_table_and_no_other():
    assert [name.removesuffix(".yaml") for name in FILES] == sorted(WITH)


@pytest.mark.parametrize("key", WITH)
def test_every_carried_file_reads_and_keeps_what_it_says(key):
    text = resources.files("checks").joinpath("suites", f"{key}.yaml").read_text(encoding="utf-8")
    read, suite = read_suite(text, f"{key}.yaml"), suite_of(key)
    assert read.tabell == key
    assert [(one.navn, one.severity, one.tekst, one.leser) for one in read.forventninger] == [
        (one.name, one.severity, one.guidance, one.reads) for one in suite.checks
    ]
    assert [one.navn for one in read.hjelpetabeller] == [one.name for one in suite.helpers]


@pytest.mark.parametrize("key", WITH)
def test_every_name_that_is_read_is_a_table_a_fact_or_a_helper_made_before(key):
    made: set[str] = set()
    known = {*all_tables(), *_MAKERS}
    for helper in suite_of(key).helpers:
        assert set(helper.reads) <= known | made
        assert helper.name not in known, "a helper would hide what it is called like"
        made.add(helper.name)
    for check in suite_of(key).checks:
        assert set(check.reads) <= known | made
    assert made == {name for check in (*suite_of(key).checks, *suite_of(key).helpers) for name in check.reads} & made


@pytest.mark.parametrize(("key", "check"), EVERY, ids=[f"{key}.{check.name}" for key, check in EVERY])
def test_a_text_is_norwegian_and_says_what_is_wrong_and_what_to_do(key, check):
    assert check.guidance[0].isupper() and check.guidance.endswith("."), "whole sentences"
    assert not ENGLISH.search(re.sub(r"`[^`]*`", "", check.guidance)), "but for commands"
    assert len(re.findall(r"[.:;,] ", check.guidance)) >= 1 and TELLS.search(check.guidance)


@pytest.mark.parametrize("key", all_tables())
def test_a_derived_text_says_what_to_do_as_well(key):
    for check in derived_checks(table(key), "v"):
        assert TELLS.search(check.guidance) and check.guidance.endswith("."), check.name


@pytest.mark.parametrize(("key", "check"), EVERY, ids=[f"{key}.{check.name}" for key, check in EVERY])
def test_what_the_declaration_says_is_not_written_again(key, check):
    assert check.name not in {one.name for one in derived_checks(table(key), "v")}
    assert check.expectation == ROWS or not check.expectation.startswith(
        ("expect_column_values_to_not_be_null", "expect_column_values_to_be_in_set", "expect_table_column")
    )


def test_a_table_without_a_file_has_no_suite_and_a_file_of_another_table_is_refused(monkeypatch):
    assert suite_of("dim_kommune").checks == ()
    suite_of.cache_clear()
    monkeypatch.setattr("checks.suite_files.read_suite", lambda text, file: read_suite(GOOD, file))
    with pytest.raises(ValueError, match=r"kommune\.yaml: found tabell skole"):
        suite_of("kommune")
    suite_of.cache_clear()
