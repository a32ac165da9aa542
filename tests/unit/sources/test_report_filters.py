"""Filters of the report API: choices by code or name, never by position, and years told from name and id together."""

from __future__ import annotations

import json

import pytest

from oppfolging_pipeline.sources.drift import DriftCollector, DriftError
from oppfolging_pipeline.sources.report_filters import Aarsvalg, Filter, read_filters, year_of_id, years_of
from tests.support.report import choices
from tests.support.shared import SHARED, needs_shared

RECORDED = SHARED / "data" / "udir-api"


def filter_of(*values: tuple[int, str, str]) -> Filter:
    return read_filters({"F": choices(*values)}, "filter.json")["F"]


@pytest.mark.parametrize(
    ("names", "identity"),
    [
        (("Lesing",), 2),
        (("NPLES",), 2),
        (("Finnes ikke", "Engelsk"), 3),
        (("I",), -12),
        (("Hele landet",), -10),
        (("Lesing og regning",), None),
        ((), None),
    ],
)
def test_a_choice_is_found_by_code_or_name_despite_trailing_spaces(
    names: tuple[str, ...], identity: int | None
) -> None:
    one = filter_of(
        (-10, "Alle", "Hele landet"), (-12, "I", "Hele landet"), (2, "NPLES ", "Lesing"), (3, "NPENG", "Engelsk")
    )
    choice = one.find(names)
    assert (choice and choice.id) == identity


def test_a_code_goes_before_a_name() -> None:
    choice = filter_of((1, "9", "8"), (2, "8", "8. årstrinn")).find(["8"])
    assert choice is not None and choice.id == 2


@needs_shared
@pytest.mark.parametrize("name", ["trinn5", "ungdomstrinn"])
def test_recorded_filters_are_looked_up_by_their_numbers_that_skip(name: str) -> None:
    path = RECORDED / "nasjonale-prover" / f"filterVerdier.{name}.TRIMMED.json"
    filters = read_filters(json.loads(path.read_bytes()), path.name)
    units = filters["EnhetID"]
    assert sorted(units.valg) != list(range(len(units.valg)))
    abroad = units.valg[6953]
    assert (abroad.kode, abroad.nivaa) == ("2599", 3)
    found = {kode: units.find([kode]) for kode in ("I", "4203", "U90099013")}
    assert {kode: choice and choice.id for kode, choice in found.items()} == {"I": -12, "4203": -720, "U90099013": 4309}
    found_years = DriftCollector()
    years = years_of(filters["SkoleAarID"], "f", found_years)
    assert {year: (choice.id, choice.forelopig) for year, choice in years.items()} == {
        "2022-23": (20222023, False), "2023-24": (20232024, False),
        "2024-25": (20242025, False), "2025-26": (20252026, False),
    }  # fmt: skip
    assert found_years.drifts == []


@pytest.mark.parametrize(
    ("identity", "year"),
    [
        (20242025, "2024-25"),
        (19992000, "1999-00"),
        (202506, "2024-25"),
        (202507, "2024-25"),
        (202508, "2025-26"),
        (202512, "2025-26"),
        (202501, "2024-25"),
        (20242026, None),
        (202513, None),
        (202500, None),
        (2025, None),
        (-10, None),
    ],
)
def test_an_id_says_its_school_year(identity: int, year: str | None) -> None:
    assert year_of_id(identity) == year


def test_years_come_oldest_first_and_a_preliminary_one_is_a_year_like_the_others() -> None:
    found = DriftCollector()
    time = filter_of((-10, "Alle", "Alle år"), (202606, "x", "Foreløpige tall 2025-26"), (202506, "y", "2024-25"))
    assert list(years_of(time, "f", found).items()) == [
        ("2024-25", Aarsvalg(202506, forelopig=False)),
        ("2025-26", Aarsvalg(202606, forelopig=True)),
    ]
    assert found.drifts == []


@pytest.mark.parametrize(
    ("values", "severity", "told"),
    [
        ([(202412, "x", "2023-24")], "kritisk", "'2023-24' with id 202412"),
        ([(202506, "x", "2024-25"), (202505, "y", "Foreløpige tall 2024-25")], "kritisk", "id 202505 a second time"),
        ([(202506, "x", "2024-25"), (7, "y", "Siste tre år")], "advarsel", "'Siste tre år'"),
    ],
)
def test_a_year_that_cannot_be_trusted_is_told_and_left_out(
    values: list[tuple[int, str, str]], severity: str, told: str
) -> None:
    found = DriftCollector()
    years = years_of(filter_of(*values), "f", found, "abc")
    (drift,) = found.drifts
    assert (drift.alvorlighet, drift.kode, drift.sha256) == (severity, "annet_aar", "abc")
    assert told in drift.finding.found
    assert len(years) == len(values) - 1


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([(-10, "Alle", "Alle år")], "no school year among the choices Alle år (Alle)"),
        ([(7, "x", "Skoleåret 2024/25")], "no school year among the choices Skoleåret 2024/25 (x)"),
        ([], "a filter without choices"),
    ],
)
def test_a_time_filter_without_a_school_year_stops_the_source(values: list[tuple[int, str, str]], told: str) -> None:
    """Else every year would pass for one that is not published yet."""
    found = DriftCollector()
    assert years_of(filter_of(*values), "f", found, "abc") == {}
    (drift,) = [each for each in found.drifts if each.alvorlighet == "kritisk"]
    assert (drift.kode, drift.sha256, drift.finding.key, drift.finding.found) == ("annet_aar", "abc", "F", told)


@pytest.mark.parametrize(
    "document",
    [[], {"F": {}}, {"F": [{"id": 1, "kode": "a", "navn": "b"}]}, {"F": [{**choices((1, "a", "b"))[0], "id": "x"}]}],
)
def test_filters_of_another_shape_are_told(document: object) -> None:
    with pytest.raises(DriftError) as caught:
        read_filters(document, "filter.json", "abc")
    assert {(drift.kode, drift.sha256) for drift in caught.value.drifts} == {("svar_som_ikke_kan_leses", "abc")}
