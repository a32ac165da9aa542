"""Reading the published file: nothing can be written or reached through it, and questions get exact answers."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date

import duckdb
import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.publish import read
from oppfolging_pipeline.publish.read_choice import results_there
from oppfolging_pipeline.publish.release import publish_release
from oppfolging_pipeline.tables.model import CONTRACT_VERSION, replaced_since, table
from tests.support.declared import declared_sources, minimal_row
from tests.unit.publish.older import as_contract_1_0


def _identified(aar, sett, kommunenr, kategori, rangering):
    return minimal_row(
        table("identifisert_kommune"),
        uttrekksaar=aar,
        indikatorsett=sett,
        kommunenr=kommunenr,
        kategori=kategori,
        rangering=rangering,
    )


def _ranked(aar, sett, kommunenr):
    return minimal_row(table("rangering_kommune"), uttrekksaar=aar, indikatorsett=sett, kommunenr=kommunenr)


ROWS = {
    "identifisert_kommune": [
        _identified(2024, "udir-2020", "6101", 1, 1),
        _identified(2025, "udir-2020", "6103", 2, 1),
        _identified(2025, "udir-2020", "6102", 1, 2),
        _identified(2025, "udir-2020", "6104", 1, 1),
        _identified(2025, "np-skalapoeng", "6101", 1, 1),
        _identified(2023, "gammelt", "6101", 1, 1),
    ],
    "rangering_kommune": [
        _ranked(aar, sett, nr)
        for aar, sett in [(2023, "gammelt"), (2024, "udir-2020"), (2025, "udir-2020"), (2025, "np-skalapoeng")]
        for nr in ("6101", "6102", "6103", "6104")
    ],
    "kandidat_kategori2": [
        minimal_row(table("kandidat_kategori2"), uttrekksaar=2025, indikatorsett="udir-2020", kommunenr="6103")
    ],
    "pulje_kommune": [
        minimal_row(
            table("pulje_kommune"), pulje=2025, kommunenr="6105", kommunenr_ved_uttrekk="6103", siden=date(2025, 3, 1)
        )
    ],
    "pulje_faseplan": [
        minimal_row(table("pulje_faseplan"), number, pulje=pulje, halvaar_nr=number + 1)
        for pulje in (2025, 2024)
        for number in reversed(range(6))
    ],
    "dim_indikatorsett": [
        minimal_row(table("dim_indikatorsett"), indikatorsett=sett, offisielt=sett == "udir-2020")
        for sett in ("gammelt", "np-skalapoeng", "udir-2020")
    ],
    "dim_kommune": [minimal_row(table("dim_kommune"), kommunenr="6099", gaatt_over_i=["6101", "6102"])],
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory, info):
    folder = tmp_path_factory.mktemp("lesing")
    return publish_release(declared_sources(folder / "kilder", ROWS), folder, info).file


@pytest.fixture
def con(answers):
    with closing(read.open_published(answers)) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM mart.grense",
        "CREATE TABLE mart.ny (a INTEGER)",
        "CREATE TABLE ny (a INTEGER)",
        "COPY mart.grense TO 'ut.csv'",
        "FROM read_text('/etc/hostname')",
        "ATTACH 'annen.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ],
)
def test_reader_can_neither_write_nor_reach_other_files(con, statement):
    with pytest.raises(duckdb.Error):
        con.execute(statement)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, [("udir-2020", "6104"), ("udir-2020", "6102"), ("udir-2020", "6103")]),
        ({"chosen": "np-skalapoeng"}, [("np-skalapoeng", "6101")]),
        ({"chosen": "np-skalapoeng", "indikatorsett": "udir-2020", "uttrekksaar": 2024}, [("udir-2020", "6101")]),
        ({"indikatorsett": "np-skalapoeng"}, [("np-skalapoeng", "6101")]),
        ({"uttrekksaar": 2024}, [("udir-2020", "6101")]),
        ({"indikatorsett": "gammelt"}, [("gammelt", "6101")]),
        ({"uttrekksaar": 2024, "indikatorsett": "np-skalapoeng"}, []),
    ],
    ids=[
        "newest year of the scheme's own",
        "the home's choice",
        "named beside it",
        "one set",
        "one year",
        "newest year of the set",
        "a pair that was not run",
    ],
)
def test_identified(con, arguments, expected):
    assert [(row["indikatorsett"], row["kommunenr"]) for row in read.identifisert(con, **arguments)] == expected


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (lambda con: read.identifisert(con, 2031), "found uttrekksaar 2031.*expected one of: 2023, 2024, 2025"),
        (lambda con: read.identifisert(con, None, "' OR 1=1 --"), "expected one of: gammelt, np-skalapoeng, udir-2020"),
        (lambda con: read.faseplan(con, 2031), "found pulje 2031.*expected one of: 2024, 2025"),
        (lambda con: read.kommune(con, "9998"), "found kommunenr '9998'.*mart.rangering_kommune"),
        (lambda con: read.kommune(con, "6099"), "It has become 6101, 6102"),
        (lambda con: read.kommune(con, "' OR 1=1 --"), "which is in no published table"),
    ],
)
def test_what_is_not_published_is_an_error_that_says_what_is(con, question, message):
    with pytest.raises(PermanentError, match=message):
        question(con)


UNOFFICIAL = {
    "rangering_kommune": [_ranked(2024, "np-skalapoeng", "6101"), _ranked(2025, "np-skalapoeng", "6101"),
                          _ranked(2025, "mitt sett", "6101")],
    "identifisert_kommune": [_identified(2025, "np-skalapoeng", "6101", 1, 1)],
    "dim_indikatorsett": [
        minimal_row(table("dim_indikatorsett"), indikatorsett=sett, offisielt=False)
        for sett in ("mitt sett", "np-skalapoeng")
    ],
}  # fmt: skip
ASKED = "oppfolging show identifisert --home 'mitt hjem'"
BY = f"`{ASKED} --rules 'mitt sett'` og `{ASKED} --rules np-skalapoeng` viser hver sin liste."


@pytest.fixture(scope="module")
def unofficial(tmp_path_factory, info):
    folder = tmp_path_factory.mktemp("uoffisielt")
    return publish_release(declared_sources(folder / "kilder", UNOFFICIAL), folder, info).file


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            {},
            "Hjemmet har ingen resultater av ordningens offisielle indikatorsett, bare av mitt sett (2025) og "
            f"np-skalapoeng (2024 og 2025): {BY}",
        ),
        (
            {"uttrekksaar": 2024},
            "Hjemmet har ingen resultater for uttrekk 2024 av ordningens offisielle indikatorsett, bare av "
            f"np-skalapoeng (2024): `{ASKED} --rules np-skalapoeng` viser dem.",
        ),
        (
            {"chosen": "vaart"},
            "Hjemmet har ingen resultater av indikatorsettet vaart, som hjemmet har valgt, bare av mitt sett (2025) og "
            f"np-skalapoeng (2024 og 2025): {BY}",
        ),
    ],
)
def test_a_list_that_is_not_the_schemes_is_not_shown_to_one_who_did_not_ask_for_it(unofficial, arguments, said):
    with closing(read.open_published(unofficial)) as con:
        with pytest.raises(PermanentError) as told:
            read.identifisert(con, command=ASKED, **arguments)
        assert str(told.value) == said
        for question in (read.kommune, read.vurdering):
            with pytest.raises(PermanentError, match="ingen resultater av ordningens offisielle indikatorsett"):
                question(con, "6101")
        assert [row["kommunenr"] for row in read.identifisert(con, indikatorsett="np-skalapoeng")] == ["6101"]
        assert len(read.kommune(con, "6101", "np-skalapoeng")["rangering"]) == 2
        assert len(read.kommune(con, "6101", chosen="mitt sett")["rangering"]) == 1


def test_of_two_official_sets_none_is_guessed_at(tmp_path, info):
    both = {
        **UNOFFICIAL,
        "dim_indikatorsett": [{**row, "offisielt": True} for row in UNOFFICIAL["dim_indikatorsett"]],
    }
    file = publish_release(declared_sources(tmp_path / "kilder", both), tmp_path, info).file
    with closing(read.open_published(file)) as con:
        with pytest.raises(PermanentError, match=r"flere offisielle indikatorsett: mitt sett \(2025\) og np-"):
            read.identifisert(con)
        assert read.identifisert(con, chosen="np-skalapoeng")
        assert read.identifisert(con, 2024) == [], "of that year there is one"


def test_phase_plan_in_order(con):
    everything = read.faseplan(con)
    assert [(row["pulje"], row["halvaar_nr"]) for row in everything] == [
        (pulje, number) for pulje in (2024, 2025) for number in range(1, 7)
    ]
    assert read.faseplan(con, 2025) == everything[6:]
    assert isinstance(everything[0]["fra"], date)


@pytest.mark.parametrize(
    ("kommunenr", "counts"),
    [
        ("6103", {"rangering": 2, "vurdering": 0, "kandidat": 1, "pulje": 1}),
        ("6104", {"rangering": 2, "vurdering": 0, "kandidat": 0, "pulje": 0}),
        ("6105", {"rangering": 0, "vurdering": 0, "kandidat": 0, "pulje": 1}),
    ],
    ids=["renumbered since", "never a candidate", "by its new number"],
)
def test_municipality(con, kommunenr, counts):
    answer = read.kommune(con, kommunenr)
    assert {name: len(rows) for name, rows in answer.items()} == counts
    json.dumps(answer, default=date.isoformat)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "found no published file.*Run `oppfolging run`"),
        (b"", "cannot open.*Run `oppfolging run`"),
        (b"kommunenr;navn\n" * 500, "cannot open.*Run `oppfolging run`"),
    ],
    ids=["missing", "empty", "another kind"],
)
def test_file_that_is_no_published_file_says_what_to_do(tmp_path, content, message):
    path = tmp_path / "oppfolging.duckdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PermanentError, match=message):
        read.open_published(path)


def test_database_of_someone_else_says_what_to_do(tmp_path):
    path = tmp_path / "oppfolging.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
    with pytest.raises(PermanentError, match="without releases"):
        read.open_published(path)


@pytest.mark.parametrize("version", ["0.9", "1.4", "3.0", "11.1", "", "none"])
def test_file_of_a_contract_with_another_main_number_says_what_to_do(home, version):
    with duckdb.connect(str(home / "oppfolging.duckdb")) as connection:
        connection.execute("UPDATE drift.utgivelse SET kontraktversjon = ?", [version])
    with pytest.raises(PermanentError, match="Kjør `oppfolging run`") as told:
        read.open_published(home / "oppfolging.duckdb")
    assert f"følger kontrakt {version}, og dette programmet leser kontrakt {CONTRACT_VERSION}." in str(told.value)


def test_a_reader_of_an_older_contract_is_told_what_to_use_instead_of_what_went(home):
    with duckdb.connect(str(home / "oppfolging.duckdb")) as connection:
        connection.execute("UPDATE drift.utgivelse SET kontraktversjon = '1.4'")
    with pytest.raises(PermanentError) as told:
        read.open_published(home / "oppfolging.duckdb")
    for gone, instead in replaced_since("1.4").items():
        assert f"{gone}: bruk {instead}" in str(told.value)


@pytest.mark.parametrize("version", ["2.0", "2.10"])
def test_file_of_a_contract_with_the_same_main_number_is_read(home, version):
    as_contract_1_0(home, version)
    with closing(read.open_published(home / "oppfolging.duckdb")) as connection:
        (one, *_) = results_there(connection)
        assert read.identifisert(connection, indikatorsett=one) and read.faseplan(connection)
        with pytest.raises(PermanentError, match=r"found no drift\.sporing; .*Run `oppfolging run`"):
            read.require_tables(connection, ["drift.datagrunnlag", "drift.sporing"])


def test_file_without_a_table_that_is_asked_says_which(home):
    with duckdb.connect(str(home / "oppfolging.duckdb")) as connection:
        connection.execute("DROP TABLE mart.pulje_faseplan")
    with pytest.raises(PermanentError, match=r"found no mart\.pulje_faseplan; .*Run `oppfolging run`"):
        read.open_published(home / "oppfolging.duckdb")


def test_open_reader_keeps_its_file_and_a_new_one_sees_the_next(tmp_path, info, sources):
    first = publish_release(sources, tmp_path, info)
    with closing(read.open_published(first.file)) as old:
        second = publish_release(sources, tmp_path, info.model_copy(update={"code_version": "0.2"}))
        third = publish_release(sources, tmp_path, info.model_copy(update={"code_version": "0.3"}), keep=1)
        count = "SELECT count(*) FROM drift.utgivelse"
        assert old.execute(count).fetchall() == [(1,)]
        assert old.execute("SELECT count(*) FROM mart.grense").fetchall() == [(3,)]
        with closing(read.open_published(first.file)) as new:
            assert new.execute(count).fetchall() == [(3,)], "within one process, too"
    assert (second.versjon, third.versjon) == (2, 3)


MARCH = date(2025, 3, 1)


@pytest.mark.parametrize(
    ("release", "said"),
    [
        (
            {"per": MARCH, "gjelder_til": date(2025, 7, 31)},
            "sett fra 2025-03-01 og er de samme til 2025-07-31.",
        ),
        ({"per": MARCH, "gjelder_til": date(2025, 7, 30)}, "gjaldt til 2025-07-30: kjør `oppfolging run`"),
        ({"per": MARCH, "gjelder_til": None}, "endrer seg ikke mer"),
        ({"per": None, "gjelder_til": None}, None),
        ({}, None),
    ],
    ids=["the last day", "the day after", "all is over", "a release of before", "a file of before"],
)
def test_the_day_that_the_states_are_of_is_told_and_that_it_has_passed(release, said):
    told = read.told_day(release, date(2025, 7, 31))
    assert said in told if said else told == ""
