"""The carried register is the cut of KLASS that it says it is, and lists of the user's replace its parts."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.register.reference import carried_register, override
from tests.unit.register.country import COUNTIES, OFFICES, change, code, country

KLASS = Path(__file__).parents[3] / ".." / "shared" / "data" / "klass"
needs_klass = pytest.mark.skipif(not KLASS.is_dir(), reason="the KLASS files are not beside the repository")

CARRIED = resources.files("oppfolging_pipeline.register") / "data"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def klass(name: str) -> list[dict[str, str]]:
    return rows_of((KLASS / name).read_text(encoding="utf-8"))


def carried(name: str) -> list[dict[str, str]]:
    return rows_of((CARRIED / name).read_text(encoding="utf-8"))


@needs_klass
def test_the_carried_municipalities_are_the_cut_of_klass() -> None:
    cut = [
        {"kommunenr": r["code"], "navn": r["name"], "gyldig_fra": r["validFrom"], "gyldig_til": r["validTo"]}
        for r in klass("klass131_codes_all.csv")
        if r["code"] != "9999" and (not r["validTo"] or r["validTo"] > "2015-01-01")
    ]
    assert carried("kommune.csv") == sorted(cut, key=lambda r: (r["kommunenr"], r["gyldig_fra"]))


@needs_klass
def test_the_carried_changes_are_the_cut_of_klass() -> None:
    cut = [
        {"dato": r["changeOccurred"], "fra": r["oldCode"], "til": r["newCode"]}
        for r in klass("klass131_changes_all.csv")
        if r["changeOccurred"] > "2015-01-01"
    ]
    assert carried("endring.csv") == sorted(cut, key=lambda r: (r["dato"], r["fra"], r["til"]))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("kommune.csv", ("kommunenr", "gyldig_fra")),
        ("endring.csv", ("dato", "fra", "til")),
        ("fylke.csv", ("fylkesnr", "gyldig_fra")),
        ("statsforvalter.csv", ("statsforvalter", "fylkesnr")),
        ("utenfor.csv", ("moenster",)),
    ],
)
def test_carried_files_are_sorted_and_without_duplicates(name: str, key: tuple[str, ...]) -> None:
    keys = [tuple(row[column] for column in key) for row in carried(name)]
    assert keys == sorted(set(keys))


def test_the_carried_register_says_where_it_comes_from_and_as_of_when() -> None:
    text = carried_register().beskrivelse
    for part in ("KLASS 131", "CC BY 4.0", "november 2026", "2024-01-01"):
        assert part in text


@needs_klass
def test_the_full_klass_files_give_the_carried_register_again() -> None:
    register = override(
        carried_register(), codes=klass("klass131_codes_all.csv"), changes=klass("klass131_changes_all.csv")
    )
    assert register.kommuner == carried_register().kommuner
    assert register.endringer == carried_register().endringer
    assert register.foerste_dag == date(2015, 1, 1)


@needs_klass
@pytest.mark.parametrize("part", ["codes", "changes"])
def test_one_of_the_two_klass_lists_goes_with_the_other_carried_one(part: str) -> None:
    rows = klass(f"klass131_{part}_all.csv")
    register = override(carried_register(), **{part: rows})
    assert register.rader() == carried_register().rader()


@needs_klass
def test_the_map_of_2024_gives_the_carried_changes_of_that_day_again() -> None:
    register = override(carried_register(), change_map=klass("kommune_2023_to_2024.csv"))
    assert register.endringer == carried_register().endringer


@needs_klass
def test_codes_without_the_changes_of_their_own_time_are_refused() -> None:
    codes = [
        row | {"validTo": "2027-01-01"} if (row["code"], row["validTo"]) == ("0301", "") else row
        for row in klass("klass131_codes_all.csv")
    ]
    with pytest.raises(InvalidInput, match=r"0301 1948-01-01'.*2027-01-01 with no change"):
        override(carried_register(), codes=codes)


def map_row(fra: str, til: str, name: str = "Sted", kind: str = "unchanged") -> dict[str, str]:
    return {"code_2019": fra, "name_2019": "Sted", "code_2020": til, "name_2020": name, "kind": kind}


def test_a_map_replaces_the_changes_of_its_own_day_and_no_others() -> None:
    register = override(
        country(
            [
                code("6101", end="2018-01-01"),
                code("6102", "2018-01-01"),
                code("6103", end="2020-01-01"),
                code("6104", "2020-01-01"),
                code("6201", end="2020-01-01"),
                code("6201", "2020-01-01"),
            ],
            [change("2018-01-01", "6101", "6102"), change("2020-01-01", "6103", "6104")],
        ),
        change_map=[
            map_row("6102", "6102"),
            map_row("6103", "6104", kind="split"),
            map_row("6103", "6201", kind="split"),
            map_row("6201", "6201"),
        ],
    )
    assert [str(endring) for endring in register.endringer] == [
        "2018-01-01 6101 → 6102",
        "2020-01-01 6103 → 6104",
        "2020-01-01 6103 → 6201",
        "2020-01-01 6201 → 6201",
    ]


def test_a_part_of_a_split_that_keeps_its_number_is_a_change_of_the_map() -> None:
    codes = [code("6101", end="2020-01-01"), code("6101", "2020-01-01"), code("6102", "2020-01-01")]
    register = country(codes, [], change_map=[map_row("6101", "6101"), map_row("6101", "6102", kind="split")])
    assert register.etterfolgere("6101", date(2019, 6, 30), date(2021, 6, 30)) == ("6101", "6102")


def test_lists_of_another_country_replace_everything_and_keep_what_is_outside() -> None:
    register = country([code("6101", "2018-01-01"), code("2190"), code("9999")], [])
    assert list(register.gjeldende(date(2024, 6, 30))) == ["6101"]
    assert register.foerste_dag == date(2018, 1, 1)
    assert register.er_utenfor("2190")
    assert not register.kjent("0301")
    assert register.statsforvaltere() == {"Dalene": (("61", "62"), None)}
    assert "KLASS" not in register.beskrivelse


def test_counties_outside_or_ended_before_the_first_day_are_left_out() -> None:
    counties = [*COUNTIES, code("21", name="Svalbard"), code("99", name="Uoppgitt"), code("63", end="2018-01-01")]
    register = country([code("6101", "2018-01-01")], [], counties=counties)
    assert [fylke.fylkesnr for fylke in register.fylker] == ["61", "62"]


def test_the_description_names_what_was_replaced_and_keeps_the_credit_of_the_rest() -> None:
    offices = [{"statsforvalter": "Landet", "fylkesnr": f.fylkesnr} for f in carried_register().fylker]
    text = override(carried_register(), statsforvaltere=offices).beskrivelse
    assert text.startswith("Egne filer for statsforvaltere.")
    assert "KLASS 131" in text


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"codes": []}, "no municipality"),
        ({"codes": [code("610")]}, "column 'code', key 'codes[0]': found '610'"),
        ({"codes": [code("6101", "1. jan")]}, "column 'validFrom'"),
        ({"codes": [code("6101", "2020-02-30")]}, "'2020-02-30'"),
        ({"codes": [code("6101"), code("6101")]}, "a second time"),
        ({"changes": [change("2020-01-01", "6101", "")]}, "column 'newCode'"),
        ({"counties": [code("6101")]}, "county code of two digits"),
        ({"statsforvaltere": [{"statsforvalter": "", "fylkesnr": "61"}]}, "column 'statsforvalter'"),
        ({"statsforvaltere": [*OFFICES, OFFICES[0]]}, "statsforvaltere[2]"),
        ({"change_map": []}, "two years that follow each other"),
        ({"change_map": [{"code_2019": "6101", "code_2021": "6101"}]}, "two years that follow each other"),
        ({"change_map": [map_row("61", "6101")]}, "column 'code_2019'"),
        ({"codes": [{"code": "6101"}]}, "no value"),
    ],
)
def test_rows_that_cannot_be_used_are_refused_by_list_row_and_column(parts: dict[str, Any], expected: str) -> None:
    with pytest.raises(InvalidInput) as error:
        override(carried_register(), **parts)
    assert expected in str(error.value)


@needs_klass
def test_a_start_that_klass_cut_to_the_range_it_was_asked_for_is_the_known_one() -> None:
    # What KLASS answers for a range from 2015: its first day in place of every earlier start.
    cut = [
        {**row, "validFrom": max(row["validFrom"], "2015-01-01")}
        for row in klass("klass131_codes_all.csv")
        if not row["validTo"] or row["validTo"] > "2015-01-01"
    ]
    assert override(carried_register(), codes=cut).kommuner == carried_register().kommuner


def test_a_list_that_begins_later_keeps_its_own_first_day() -> None:
    rows = [
        {
            "code": row.kommunenr,
            "name": row.navn,
            "validFrom": max(row.gyldig_fra, date(2020, 1, 1)).isoformat(),
            "validTo": row.gyldig_til.isoformat() if row.gyldig_til else "",
        }
        for row in carried_register().kommuner
        if row.slutt > date(2020, 1, 1)
    ]
    register = override(carried_register(), codes=rows)
    assert register.foerste_dag == date(2020, 1, 1)
    assert {row.gyldig_fra for row in register.kommuner if row.kommunenr == "0301"} == {date(1948, 1, 1)}
