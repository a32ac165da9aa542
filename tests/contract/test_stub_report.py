"""The contract server's report API is the recorded one: its shapes, and each of its oddities."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from oppfolging_pipeline.sources.example.national_tests import national_tests
from tests.contract.stub_client import BULLYING, POENG, TEST_5, TEST_8, fetch, page, report, values
from tests.support.shared import SHARED, needs_shared
from tests.udir_stub import StubServer
from tests.udir_stub.pivot import unfold

RECORDED = SHARED / "data" / "udir-api"
LEVELS = [f"Andel på mestringsnivå {level}" for level in (1, 2, 3)]
GEOGRAPHY = ["Nasjonalt", "Fylke", "Kommune", "Enhet"]


def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_bytes())


def shape(value: Any) -> Any:
    """Keys, nesting and types: a list has the shapes of its items, each once."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return (
            [each for number, each in enumerate(found) if each not in found[:number]]
            if (found := [*map(shape, value)])
            else []
        )
    return type(value).__name__


@needs_shared
@pytest.mark.parametrize(
    ("kode", "name"),
    [
        ("GSK_NP_Geo_Trinn5", "nasjonale-prover/rapportside.trinn5.json"),
        ("GSK_NP_Geografisk", "nasjonale-prover/rapportside.ungdomstrinn.json"),
        ("GSK_EUG_mobbing", "elevundersokelsen/rapportside.json"),
    ],
)
def test_a_page_is_as_recorded(stub: StubServer, kode: str, name: str) -> None:
    ours, real = page(stub, kode)["rappside"], recorded(name)["rappside"]
    assert shape(ours) == shape(real)
    same = ("id", "kode", "navn", "gyldigeFiltre", "filterVerdiEndepunkt")
    assert {key: ours[key] for key in same} == {key: real[key] for key in same}
    assert ours["rapportElementer"][0]["dataEndepunkt"] == real["rapportElementer"][0]["dataEndepunkt"]
    # The recorded ones are of a year with the same newest school year.
    assert ours["filterDefaultVerdier"] == real["filterDefaultVerdier"]


def test_a_page_has_one_key_twice(stub: StubServer) -> None:
    text = fetch(f"{stub.rapport_url}/Rapportside/GSK_NP_Geo_Trinn5").text
    assert text.count('"rapportelementtypenavn":') == 2
    assert json.loads(text)["rappside"]["rapportElementer"][0]["rapportelementtypenavn"] == "Drilltabell"


@pytest.mark.parametrize("kode", ["GSK_EU_mobbing", "GSK_finnes_ikke"])
def test_a_page_that_is_retired_or_unknown_is_refused(stub: StubServer, kode: str) -> None:
    answer = fetch(f"{stub.rapport_url}/Rapportside/{kode}")
    assert (answer.status_code, list(answer.json())) == (404, ["kode", "feiltype", "melding", "tilleggsinfo"])


@needs_shared
@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        (TEST_5, "nasjonale-prover/filterVerdier.trinn5.TRIMMED.json"),
        (TEST_8, "nasjonale-prover/filterVerdier.ungdomstrinn.TRIMMED.json"),
        (BULLYING, "elevundersokelsen/filterVerdier.TRIMMED.json"),
    ],
)
def test_the_filters_are_as_recorded(stub: StubServer, endpoint: str, name: str) -> None:
    ours, real = values(stub, endpoint), recorded(name)
    assert set(ours) == set(real)
    for name, entries in real.items():
        assert {tuple(entry) for entry in ours[name]} >= {tuple(entry) for entry in entries[:3]}, name
        if name not in ("EnhetID", "SkoleAarID", "TidID"):
            assert {(e["id"], e["navn"]) for e in ours[name]} == {(e["id"], e["navn"]) for e in entries}, name


@pytest.mark.parametrize("endpoint", [TEST_5, TEST_8, POENG, BULLYING])
def test_units_are_a_tree_by_indeks_with_numbers_that_skip(stub: StubServer, endpoint: str) -> None:
    entries = values(stub, endpoint)["EnhetID"]
    by_indeks = {entry["indeks"]: entry for entry in entries}
    assert len(by_indeks) == len(entries)
    assert entries[-1]["indeks"] > len(entries), "no number is skipped: a client that counts positions would pass"
    for entry in entries:
        assert [by_indeks[child]["forelder"] for child in entry.get("barn", [])] == [entry["indeks"]] * len(
            entry.get("barn", [])
        )
    assert {entry["id"]: entry["kode"] for entry in entries[1:] if entry["nivaa"] == 1} == {-12: "I", -13: "U"}
    assert all((entry["id"] > 0) == (entry["nivaa"] == 4) for entry in entries)
    ids = {(entry["nivaa"], entry["id"]): entry["kode"] for entry in entries}
    assert len(set(ids.values())) == len(ids), "two units with one id"


@needs_shared
@pytest.mark.parametrize(
    ("endpoint", "query", "name"),
    [
        (TEST_5, "filter=ProevetypeID(2)&radSti=-12.*.*", "trinn5.NPLES.anchor12.json"),
        (TEST_8, "filter=ProevetypeID(2)&radSti=-12.*.*", "ungdomstrinn.grade8.NPLES.anchor12.json"),
        (TEST_8, "filter=ProevetypeID(2)&radSti=-13.*.*", "ungdomstrinn.grade8.NPLES.anchor13.json"),
        (TEST_8, "filter=ProevetypeID(3)_TrinnID(8)&radSti=-12.*.*", "ungdomstrinn.grade9.NPENG.anchor12.json"),
        (BULLYING, "filter=TrinnID(6)&radSti=*.*", "arendal.7.json"),
    ],
)
def test_figures_are_as_recorded(stub: StubServer, endpoint: str, query: str, name: str) -> None:
    (path,) = RECORDED.glob(f"*/data.{name}")
    ours, real = report(stub, endpoint, query + "&inkluderKoder=true"), json.loads(path.read_bytes())
    assert shape(ours) == shape(real)
    assert ours["metadata"]["rowHierarchy"] == real["metadata"]["rowHierarchy"]
    columns = ours["metadata"]["columns"]
    assert len(columns) == len(real["metadata"]["columns"])
    # From the test or grade on the labels are the same: above it stand a year and places.
    assert [[(e["name"], e["columnCount"]) for e in level] for level in columns[-3:]] == [
        [(e["name"], e["columnCount"]) for e in level] for level in real["metadata"]["columns"][-3:]
    ]
    assert {row["id"].count(".") for row in ours["rows"]} == {row["id"].count(".") for row in real["rows"]}


@needs_shared
def test_abroad_has_the_recorded_codes_and_ids(stub: StubServer) -> None:
    real = recorded("nasjonale-prover/data.ungdomstrinn.grade8.NPLES.anchor13.json")
    ours = report(stub, TEST_8, "filter=ProevetypeID(2)&radSti=-13.*.*&inkluderKoder=true")
    assert [(row["id"], row["kode"], row["navn"]) for row in ours["rows"]] == [
        (row["id"], row["kode"], row["navn"]) for row in real["rows"]
    ]


@pytest.mark.parametrize(
    ("rad_sti", "levels"),
    [("1", {0}), ("-12", {0}), ("-12.*.*", {1, 2}), ("*.*", {0, 1}), ("**", {0, 1, 2, 3}), ("-13.*.*", {1, 2})],
)
def test_a_rad_sti_gives_its_levels(stub: StubServer, rad_sti: str, levels: set[int]) -> None:
    found = report(stub, TEST_5, f"filter=ProevetypeID(2)&radSti={rad_sti}")["rows"]
    assert {row["id"].count(".") for row in found} == levels
    roots = {row["id"].partition(".")[0] for row in found}
    assert roots == {"2"} if rad_sti.startswith("-13") else "1" in roots


def test_everything_is_the_download_and_abroad(stub: StubServer) -> None:
    query = "filter=SkoleAarID(20242025)_ProevetypeID(1_2_3)_TrinnID(7_8)_VisMestringsnivaafordeling(1)&radSti=**"
    report(stub, TEST_8, query)
    began = time.perf_counter()
    answer = report(stub, TEST_8, query + "&inkluderKoder=true")
    assert time.perf_counter() - began < 0.5
    content = next(text for name, text in national_tests("2024-25").items() if "ungdomstrinn" in name)
    _, heading, *lines = content.decode("utf-16-le").removesuffix("\n").split("\n")
    places = {name: number for number, name in enumerate(heading.split("\t"))}
    labels = [".".join(each) for each in unfold(answer["metadata"]["columns"])]
    assert sorted(labels) == sorted(list(places)[9:])
    at_home = [row for row in answer["rows"] if row["id"].startswith("1")]
    expected = [line.split("\t") for line in lines]
    assert [row["data"] for row in at_home] == [[cells[places[name]] for name in labels] for cells in expected]
    assert [row["kode"] for row in at_home] == [cells[4] for cells in expected]
    assert {row["id"].count(".") for row in answer["rows"] if row["id"].startswith("2")} == {0, 1, 2, 3}
    assert any(row["navn"].endswith(" ") for row in at_home)
    ids = {entry["id"] for entry in values(stub, TEST_8)["EnhetID"]}
    assert {int(row["id"].rpartition(".")[2]) for row in at_home if row["id"].count(".") == 3} <= ids
    assert not {int(row["id"].rpartition(".")[2]) for row in at_home if row["id"].count(".") == 1} & ids


def test_parents_are_as_wide_as_their_children(stub: StubServer) -> None:
    query = "filter=SkoleAarID(20232024_20242025)_ProevetypeID(2_3)_TrinnID(7_8)&radSti=1"
    levels = report(stub, TEST_8, query)["metadata"]["columns"]
    assert {sum(entry["columnCount"] for entry in level) for level in levels} == {18}
    assert [[entry["columnCount"] for entry in level] for level in levels[:2]] == [[9, 9], [3, 6, 3, 6]]


def test_without_a_word_about_codes_there_are_none(stub: StubServer) -> None:
    assert set(report(stub, TEST_5, "filter=ProevetypeID(2)&radSti=1")["rows"][0]) == {"navn", "id", "data"}


def test_the_newest_year_is_preliminary_by_its_heading_alone(stub: StubServer) -> None:
    answer = report(stub, TEST_5, "filter=SkoleAarID(20252026)_ProevetypeID(2)&radSti=1")
    assert answer["metadata"]["columns"][0][0]["name"] == "Foreløpige tall 2025-26"
    assert values(stub, TEST_5)["SkoleAarID"][0]["navn"] == "2025-26"


@pytest.mark.parametrize(
    ("switches", "measures"),
    [
        ("", ["Skalapoeng", "Usikkerhet", "Antall elever deltatt"]),
        ("_VisAntallRaderDeltatt(0)", ["Skalapoeng", "Usikkerhet"]),
        ("_VisMestringsnivaafordeling(1)", ["Skalapoeng", "Usikkerhet", *LEVELS, "Antall elever deltatt"]),
        ("_VisMaaltall(1)_VisAntallRaderDeltatt(0)", ["Skalapoeng", "Usikkerhet", "Spredning"]),
    ],
)
def test_switches_show_columns(stub: StubServer, switches: str, measures: list[str]) -> None:
    answer = report(stub, TEST_5, f"filter=ProevetypeID(2){switches}&radSti=1")
    assert [entry["name"] for entry in answer["metadata"]["columns"][-1]] == measures
    assert len(answer["rows"][0]["data"]) == len(measures)


@pytest.mark.parametrize("choice", ["EierformID(8)", "KjoennID(1)", "SkoleAarID(20012002)"])
def test_a_combination_that_does_not_exist_is_empty_and_no_error(stub: StubServer, choice: str) -> None:
    answer = report(stub, TEST_5, f"filter=ProevetypeID(2)_{choice}&radSti=**")
    assert answer == {"metadata": {"rowHierarchy": GEOGRAPHY, "columns": []}, "rows": []}


@pytest.mark.parametrize(
    "query",
    [
        "filter=ProevetypeID(1,2)&radSti=1",
        "filter=Ukjent(1)&radSti=1",
        "filter=ProevetypeID(2)&radSti=a.b",
        "filter=NP&radSti=1",
    ],
)
def test_what_is_written_wrong_is_refused_with_the_recorded_body(stub: StubServer, query: str) -> None:
    answer = fetch(f"{stub.rapport_url}/Statistikk/{TEST_5}/data?{query}")
    assert answer.status_code == 400
    assert {key: type(value) for key, value in answer.json().items()} == {
        "kode": int, "feiltype": str, "melding": str, "tilleggsinfo": str,
    }  # fmt: skip


def test_marks_have_the_spring_of_their_year(stub: StubServer) -> None:
    assert [entry["id"] for entry in values(stub, POENG)["TidID"]] == [202506, 202406]
    answer = report(stub, POENG, "filter=TidID(202506)_VisAntallPersoner(1)&radSti=**&inkluderKoder=true")
    labels = ["2024-25", "Alle eierformer", "Begge kjønn"]
    assert unfold(answer["metadata"]["columns"]) == [(*labels, "Grunnskolepoeng"), (*labels, "Antall elever")]
    assert {len(row["kode"]) for row in answer["rows"] if row["id"].startswith("1.")} == {2, 4, 9}, "a lost zero"
    alone = report(stub, POENG, "filter=TidID(202506)&radSti=1")
    assert len(alone["rows"][0]["data"]) == 1


def test_every_unit_of_the_marks_has_a_row_each_year_and_stands_below_its_parents(stub: StubServer) -> None:
    found = {year: report(stub, POENG, f"filter=TidID({year})&radSti=**")["rows"] for year in (202406, 202506)}
    ids = {year: [row["id"] for row in rows] for year, rows in found.items()}
    assert ids[202406] == ids[202506]
    assert len(set(ids[202506])) == len(ids[202506])
    assert all(each.rpartition(".")[0] in ids[202506] for each in ids[202506] if "." in each)
    empty = {year: {row["id"] for row in rows if not any(row["data"])} for year, rows in found.items()}
    assert empty[202406] and empty[202406] != empty[202506]


def test_an_unknown_grade_of_the_survey_silently_gives_its_default(stub: StubServer) -> None:
    asked, default = (
        report(stub, BULLYING, f"filter={grade}&radSti=*.*") for grade in ("TrinnID(-10)", "TrinnID(6_9)")
    )
    assert asked == default
    assert [entry["name"] for entry in asked["metadata"]["columns"][5]] == ["7. årstrinn", "10. årstrinn"]


def test_the_survey_has_geography_in_its_columns(stub: StubServer) -> None:
    kommune = next(e for e in values(stub, BULLYING)["EnhetID"] if e["nivaa"] == 3)
    answer = report(stub, BULLYING, f"filter=TrinnID(9)_EnhetID({kommune['id']})&radSti=*.*")
    labels = unfold(answer["metadata"]["columns"])[0]
    assert (labels[1], labels[3], labels[4], labels[-1]) == (
        "Hele landet",
        kommune["navn"],
        "Alle skoler",
        "Andel mobbet",
    )
    assert answer["rows"][0]["kode"] == "EUIndeks_1398"


def test_a_unit_without_the_grade_has_nothing_in_the_survey(stub: StubServer) -> None:
    answer = report(stub, BULLYING, "filter=TrinnID(4)&radSti=*.*")
    assert answer == {"metadata": {"rowHierarchy": ["Indikator", "Spørsmål"], "columns": []}, "rows": []}
