"""The contract server's export API and KLASS are the documented ones, oddities included."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.architecture.source import REPOSITORY, Module, imports
from tests.contract.stub_client import OF_NO_QUESTION, TEST_5, WHOLE, fetch, klass, rows
from tests.support.shared import EKSPORT, SHARED, needs_shared
from tests.udir_stub import StubServer

LAST = ["Sidenummer", "RaderSide", "RaderTotalt"]


def test_the_tables_are_listed_with_those_of_upper_secondary(stub: StubServer) -> None:
    listed = {entry["EksportID"]: entry["Beskrivelse"] for entry in fetch(f"{stub.eksport_url}/").json()}
    assert [listed[number] for number in (148, 149, 150, 151)] == [
        "EUG-Indikator", "EUG-Tema", "EUG-Mobbing", "EUG-Deltakelse",
    ]  # fmt: skip
    assert listed[152].startswith("EUV") and listed[154].startswith("EUV")


@needs_shared
@pytest.mark.parametrize(
    ("table", "name"),
    [(148, "vgs_152_indikator_first200.json"), (150, "vgs_154_mobbing.json"), (151, "vgs_155_deltakelse.json")],
)
def test_rows_have_the_recorded_fields(stub: StubServer, table: int, name: str) -> None:
    real = json.loads((EKSPORT / name).read_bytes())[0]
    ours = rows(stub, table, f"filter={OF_NO_QUESTION if table == 151 else WHOLE}")[0]
    assert set(real) <= set(ours)
    assert list(ours)[-3:] == LAST
    assert all(isinstance(ours[field], type(real[field])) for field in ("EnhetNavn", "AntallBesvart", "Skoleaarnavn"))


@needs_shared
@pytest.mark.parametrize(
    "path", ["{eksport}/148/data", "{eksport}/148/sideData", "{rapport}/Statistikk/" + TEST_5 + "/data"]
)
def test_without_a_filter_the_recorded_refusal_comes(stub: StubServer, path: str) -> None:
    answer = fetch(path.format(eksport=stub.eksport_url, rapport=stub.rapport_url))
    assert (answer.status_code, answer.content) == (400, (EKSPORT / "error400_eksport_no_filter.json").read_bytes())


def test_the_year_must_be_given(stub: StubServer) -> None:
    assert fetch(f"{stub.eksport_url}/148/data?filter=TrinnID(6)").status_code == 400


@pytest.mark.parametrize(("asked", "size"), [("antallRader=1000", 1_000), ("antallRader=99999", 10_000), ("", 10_000)])
def test_a_page_beyond_the_last_is_the_last_again(stub: StubServer, asked: str, size: int) -> None:
    (count,) = fetch(f"{stub.eksport_url}/148/sideData?filter={WHOLE}&{asked}").json()
    last = rows(stub, 148, f"filter={WHOLE}&{asked}&format=0&sideNummer={count['JSONSider']}")
    assert rows(stub, 148, f"filter={WHOLE}&{asked}&format=0&sideNummer={count['JSONSider'] + 3}") == last
    total = int(last[0]["RaderTotalt"])
    assert count["JSONSider"] == -(-total // size)
    assert [last[0][field] for field in LAST] == [str(count["JSONSider"]), str(len(last)), str(total)]
    assert len(last) == total - (count["JSONSider"] - 1) * size


def test_the_pages_are_all_the_rows_once(stub: StubServer) -> None:
    whole = rows(stub, 150, f"filter={WHOLE}")
    pages = [rows(stub, 150, f"filter={WHOLE}&antallRader=1500&sideNummer={number}") for number in (1, 2, 3)]
    without = [{k: v for k, v in row.items() if k not in LAST} for row in whole]
    assert [{k: v for k, v in row.items() if k not in LAST} for page in pages for row in page] == without


def test_a_server_with_small_pages_never_gives_larger_ones() -> None:
    with StubServer(("2024-25",), page_size=700) as small:
        (count,) = fetch(f"{small.eksport_url}/150/sideData?filter={WHOLE}").json()
        page = rows(small, 150, f"filter={WHOLE}&antallRader=10000")
        assert (len(page), count["JSONSider"]) == (700, -(-int(page[0]["RaderTotalt"]) // 700))


def test_what_is_not_pinned_comes_with_every_value(stub: StubServer) -> None:
    def values_of(query: str, field: str) -> set[str]:
        return {row[field] for row in rows(stub, 148, f"filter={query}")}

    assert values_of("TidID(202412)", "KjoennKode") == {"A", "G", "J"}
    assert values_of("TidID(202412)", "EierformNavn") == {"Alle eierformer", "Offentlig eiet"}
    assert values_of(WHOLE, "KjoennKode") == {"A"}
    assert values_of("TidID(202412)_KjoennID(1_2)", "KjoennKode") == {"G", "J"}
    assert values_of(f"{WHOLE}_TrinnID(9)", "TrinnKode") == {"10"}
    assert values_of(f"{WHOLE}_SpoersmaalID(-32)", "Spoersmaalkode") == {"EUIndeks_1380"}
    assert values_of("TidID(202412_202512)", "Skoleaarnavn") == {"2024-25", "Foreløpige tall 2025-26"}


def test_schools_abroad_are_among_the_rows_on_all_levels(stub: StubServer) -> None:
    found = rows(stub, 150, f"filter={WHOLE}_SpoersmaalID(-50)_TrinnID(9)")
    abroad = [row for row in found if row["Nasjonaltkode"] == "U"]
    assert {row["EnhetNivaa"] for row in abroad} == {"1", "2", "3", "4"}
    assert {row["Organisasjonsnummer"][0] for row in abroad if row["EnhetNivaa"] == "4"} == {"U"}
    assert "*" in {row["AndelMobbet"] for row in abroad}
    assert len({row["Organisasjonsnummer"] for row in found}) == len(found)


def test_the_same_rows_come_as_csv(stub: StubServer) -> None:
    answer = fetch(f"{stub.eksport_url}/150/data?filter={WHOLE}&format=4")
    assert answer.headers["content-type"].startswith("text/csv")
    ours = list(csv.DictReader(io.StringIO(answer.text, newline=""), delimiter=";"))
    assert ours == [{k: v or "" for k, v in row.items()} for row in rows(stub, 150, f"filter={WHOLE}")]


def test_codes_stand_in_the_range_that_was_asked_for(stub: StubServer) -> None:
    found = {row["code"]: row for row in klass(stub, "131/codes.json?from=2022-06-01&to=2025-03-02")["codes"]}
    assert {(row["validFrom"], row["validTo"]) for row in found.values()} == {(None, None)}

    def span(code: str) -> tuple[str, str]:
        return found[code]["validFromInRequestedRange"], found[code]["validToInRequestedRange"]

    assert span("6601") == ("2022-06-01", "2025-03-02"), "still valid: it ends with the range"
    assert span("6741") == ("2022-06-01", "2024-01-01")
    assert span("6743") == ("2024-01-01", "2025-03-02")
    assert "9999" in found
    assert "6951" not in found, "it ended before the range"


@pytest.mark.parametrize(
    ("query", "dates"),
    [
        ("from=2019-01-01&to=2024-01-01", {"2020-01-01"}),
        ("from=2020-01-01&to=2024-01-02", {"2020-01-01", "2024-01-01"}),
        ("from=2024-01-02&to=2025-01-01", set()),
    ],
)
def test_a_change_on_the_first_day_counts_and_one_on_the_last_does_not(
    stub: StubServer, query: str, dates: set[str]
) -> None:
    assert {row["changeOccurred"] for row in klass(stub, f"131/changes.json?{query}")["codeChanges"]} == dates


@pytest.mark.parametrize(
    ("path", "status"),
    [("131/codes.json?from=2024-13-01", 400), ("131/codes.json", 400), ("999/codes.json?from=2024-01-01", 404)],
)
def test_klass_refuses_what_is_no_date_or_no_classification(stub: StubServer, path: str, status: int) -> None:
    assert fetch(f"{stub.klass_url}/classifications/{path}").status_code == status


@needs_shared
def test_klass_has_the_recorded_keys(stub: StubServer) -> None:
    of_codes = json.loads((SHARED / "data" / "klass" / "api_codes_example.json").read_bytes())
    of_changes = json.loads((SHARED / "data" / "klass" / "api_changes_example.json").read_bytes())
    assert set(of_codes["codes"][0]) <= set(klass(stub, "104/codes.json?from=2024-01-01&to=2025-01-01")["codes"][0])
    (first, *_) = klass(stub, "131/changes.json?from=2024-01-01&to=2025-01-01")["codeChanges"]
    assert list(of_changes["codeChanges"][0]) == list(first)


def test_the_server_knows_nothing_of_what_is_tested_against_it() -> None:
    # It would else repeat the clients' own mistakes: of the package it may use the example's files and Norway's codes.
    used = {
        one.target
        for path in (REPOSITORY / "tests" / "udir_stub").glob("*.py")
        for one in imports(Module(f"tests.udir_stub.{path.stem}", path.read_text(encoding="utf-8")))
        if one.top == "oppfolging_pipeline"
    }
    used -= {"oppfolging_pipeline.register.reference.carried_register"}
    assert used and all(target.startswith("oppfolging_pipeline.sources.example.") for target in used), used
