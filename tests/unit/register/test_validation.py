"""What a register must refuse: every way in which its facts do not fit each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.register.model import Register
from tests.unit.register.country import COUNTIES, OFFICES, change, code, country

SOUND: dict[str, Any] = {
    "codes": [code("6101", end="2020-01-01"), code("6102", "2020-01-01"), code("6201")],
    "changes": [change("2020-01-01", "6101", "6102")],
}


def faults(**parts: Any) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        country(**{**SOUND, **parts})
    return [str(finding) for finding in error.value.findings]


def test_the_sound_country_that_the_cases_start_from_is_sound() -> None:
    assert len(country(**SOUND).kommuner) == 3


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param(
            {"changes": [*SOUND["changes"], change("2020-01-01", "6109", "6102")]},
            ["6109, which is not in force on 2019-12-31"],
            id="change from an unknown code",
        ),
        pytest.param(
            {"changes": [*SOUND["changes"], change("2020-01-01", "6201", "6109")]},
            ["6109, which is not in force on 2020-01-01"],
            id="change to an unknown code",
        ),
        pytest.param(
            {"changes": [*SOUND["changes"], change("2021-01-01", "6101", "6201")]},
            ["6101, which is not in force on 2020-12-31"],
            id="change from a code that has ended",
        ),
        pytest.param(
            {"changes": [*SOUND["changes"], change("2020-01-01", "6201", "6102")]},
            ["key 'endring 2020-01-01 6201 → 6102': found a validity of 6201 that runs on over the change"],
            id="who gives a part away runs on",
        ),
        pytest.param(
            {"changes": [*SOUND["changes"], change("2020-01-01", "6101", "6201")]},
            ["found a validity of 6201 that runs on over the change"],
            id="who takes a part runs on",
        ),
        pytest.param(
            {"codes": [*SOUND["codes"], code("6201", "2019-01-01")]},
            ["overlaps the one from 2015-01-01"],
            id="overlapping validities",
        ),
        pytest.param(
            {"codes": [*SOUND["codes"], code("6202", "2019-01-01", "2019-01-01")], "changes": SOUND["changes"]},
            ["a validity that ends on 2019-01-01", "an end on 2019-01-01", "no change that says what it was before"],
            id="a validity of no days",
        ),
        pytest.param(
            {"changes": []},
            ["an end on 2020-01-01 with no change", "a start with no change"],
            id="a municipality that vanishes and one from nowhere",
        ),
        pytest.param(
            {"codes": [*SOUND["codes"], code("6301"), code("6302")]},
            ["no county 63 in force on 2015-01-01 for 2 of its municipalities (6301, 6302)"],
            id="unknown county, said once",
        ),
        pytest.param(
            {"counties": [code("61", end="2022-01-01"), code("62")]},
            ["no county 61 in force on 2022-01-01 for 1 of its municipalities (6102)"],
            id="a county that ends before its municipality",
        ),
        pytest.param(
            {"counties": [code("61", end="2018-01-01"), code("61", "2017-01-01"), code("62")]},
            ["key 'fylke 61 2017-01-01': found a validity that overlaps"],
            id="overlapping counties",
        ),
        pytest.param({"statsforvaltere": OFFICES[:1]}, ["key 'fylke 62': found no statsforvalter"], id="no office"),
        pytest.param(
            {"statsforvaltere": [*OFFICES, {"statsforvalter": "Fjellene", "fylkesnr": "64"}]},
            ["found county 64, which is not in the register"],
            id="office of an unknown county",
        ),
        pytest.param(
            {"codes": [code("2190")], "changes": [], "counties": COUNTIES},
            ["found no municipality"],
            id="nothing but codes outside",
        ),
    ],
)
def test_facts_that_do_not_fit_are_refused_and_all_named(parts: dict[str, Any], expected: list[str]) -> None:
    found = faults(**parts)
    assert len(found) == len(expected), found
    for text, finding in zip(expected, found, strict=True):
        assert text in finding


def test_a_county_with_a_new_name_is_one_county_without_a_gap() -> None:
    counties = [code("61", end="2018-01-01"), code("61", "2018-01-01", name="Ytterdal - Olggosvággi"), code("62")]
    register = country(**SOUND, counties=counties)
    assert {row["fylkesnavn"] for row in register.rader()} == {"Ytterdal - Olggosvággi", "Sted 62"}


def test_a_name_that_can_be_none_is_refused_wherever_the_facts_come_from() -> None:
    """Facts are made of more than lists: the register itself lets none through."""
    sound = country(**SOUND)
    spoiled: dict[str, Any] = {
        "kommuner": [replace(one, navn="Kárá\u009ajohka") for one in sound.kommuner],
        "fylker": [replace(one, navn="TromsÃ¸") for one in sound.fylker],
        "embeter": [replace(one, statsforvalter="M?re") for one in sound.embeter],
    }
    with pytest.raises(InvalidInput) as error:
        Register(utenfor=[], endringer=sound.endringer, foerste_dag=sound.foerste_dag, beskrivelse="", **spoiled)
    found = [str(finding) for finding in error.value.findings]
    assert "key 'kommune 6101 2015-01-01': found the name 'Kárá<U+009A>johka', with U+009A (a control" in found[0]
    assert [one.split("'")[1].split()[0] for one in found] == ["kommune"] * 3 + ["fylke"] * 2 + ["statsforvalter"] * 2
