"""A municipality is found by what people call it, and never another than the one that is meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import duckdb
import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.publish.kommunesok import kommunenr_of

RANKED = [
    (2025, "0301", "Oslo"),
    (2025, "5610", "Kárášjohka - Karasjok"),
    (2025, "1515", "Herøy (Møre og Romsdal)"),
    (2025, "1818", "Herøy (Nordland)"),
    (2025, "5622", "Porsanger - Porsáŋgu - Porsanki"),
    (2025, "3226", "Aurskog-Høland"),
    (2025, "1508", "Ålesund"),
    (2025, "3228", "Nes"),
    (2025, "5021", "Våle"),
    (2024, "1507", "Ålesund (2020 - 2023)"),
    (2024, "3012", "Halden"),
]
EVER = [("0236", "Nes (Akershus)"), ("0713", "Sande"), ("0301", "Oslo"), ("0702", "Holmestrand"), ("3001", "Valen")]


@pytest.fixture(scope="module")
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect()) as connection:
        connection.execute("CREATE SCHEMA mart; CREATE SCHEMA dim")
        connection.execute("CREATE TABLE mart.rangering_kommune (uttrekksaar INT, kommunenr TEXT, kommunenavn TEXT)")
        connection.execute("CREATE TABLE mart.pulje_kommune (kommunenr TEXT, kommunenavn TEXT)")
        connection.execute("CREATE TABLE dim.kommune (kommunenr TEXT, kommunenavn TEXT)")
        connection.executemany("INSERT INTO mart.rangering_kommune VALUES (?, ?, ?)", RANKED)
        connection.execute("INSERT INTO mart.pulje_kommune VALUES ('4999', 'Puljevik')")
        connection.executemany("INSERT INTO dim.kommune VALUES (?, ?)", EVER)
        yield connection


@pytest.mark.parametrize(
    ("asked", "kommunenr"),
    [
        ("0301", "0301"), ("301", "0301"), (" 301 ", "0301"), ("9999", "9999"),  # a number is not looked up here
        ("Oslo", "0301"), ("OSLO", "0301"), ("oslo kommune", "0301"),
        ("Karasjok", "5610"), ("kárášjohka", "5610"), ("Kárášjohka - Karasjok", "5610"), ("karasjohka", "5610"),
        ("Porsáŋgu", "5622"), ("porsangu", "5622"), ("A\u030alesund", "1508"), ("alesund", "1508"),
        ("Herøy (Nordland)", "1818"), ("heroy (nordland)", "1818"),
        ("aurskog  Holand", "3226"), ("Nes", "3228"), ("Halden", "3012"), ("Puljevik", "4999"), ("Sande", "0713"),
        ("Valen", "3001"),  # as it is written goes before one whose marks are left out
    ],
)  # fmt: skip
def test_a_number_or_a_name_as_people_write_it(published, asked, kommunenr):
    assert kommunenr_of(published, asked) == kommunenr


def refused(published, asked: str) -> str:
    with pytest.raises(PermanentError) as caught:
        kommunenr_of(published, asked)
    told = str(caught.value)
    assert "\n" not in told
    return told


@pytest.mark.parametrize("asked", ["Herøy", "heroy", "HERØY"])
def test_a_name_that_two_have_lists_both_with_their_numbers(published, asked):
    which = "1515 Herøy (Møre og Romsdal) og 1818 Herøy (Nordland)"
    assert refused(published, asked) == f"Flere kommuner kan hete «{asked}»: {which}; bruk nummeret."


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("Karasjokk", "5610 Kárášjohka - Karasjok"), ("Osslo", "0301 Oslo"), ("Herøi", "1818 Herøy (Nordland)")],
)
def test_a_name_that_none_has_asks_whether_one_like_it_was_meant(published, asked, meant):
    told = refused(published, asked)
    assert told.startswith("Ingen kommune i den publiserte filen heter «") and "mente du" in told and meant in told


@pytest.mark.parametrize("asked", ["Xyzzy", "", "'; DROP TABLE dim.kommune --", "12345", "٣٠١"])
def test_what_is_like_nothing_is_said_to_be(published, asked):
    told = refused(published, asked)
    assert told.startswith("Ingen kommune") and "ingen navn ligner" in told
    assert published.execute("SELECT count(*) FROM dim.kommune").fetchone() == (len(EVER),)
