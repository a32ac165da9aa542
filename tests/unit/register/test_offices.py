"""Whose statsforvalter a municipality has: on a day, and now. Invented counties; real ones in `test_model`."""

from __future__ import annotations

from datetime import date

from oppfolging_pipeline.register.model import Register
from tests.unit.register.country import change, code, country, of_two_offices_in_turn

DAY, CHANGE, LATER = date(2025, 3, 1), "2026-01-01", "2027-01-01"
THREE = [code("61", name="Ytterdal"), code("62", name="Innerdal"), code("63", name="Fjell")]


def office(name: str, fylkesnr: str) -> dict[str, str]:
    return {"statsforvalter": name, "fylkesnr": fylkesnr}


def divided(*, again: bool = False) -> Register:
    """6101 is divided between two counties after the identification day; later one part moves to the other's."""
    codes = [code("6101", end=CHANGE), code("6102"), code("6201", CHANGE)]
    changes = [change(CHANGE, "6101", "6201"), change(CHANGE, "6101", "6301")]
    if again:
        codes += [code("6301", CHANGE, LATER), code("6202", LATER)]
        changes.append(change(LATER, "6301", "6202"))
    else:
        codes.append(code("6301", CHANGE))
    offices = [office("Det første", "61"), office("Det andre", "62"), office("Det tredje", "63")]
    return country(codes, changes, counties=THREE, statsforvaltere=offices)


def of_the_gone_county(*offices: dict[str, str]) -> Register:
    """County 61 is wound up, and 6102 divided between the two others; no office of 61 is known."""
    codes = [code("6101", end=CHANGE), code("6102", end=CHANGE)]
    codes += [code(each, CHANGE) for each in ("6201", "6202", "6301")]
    changes = [change(CHANGE, *pair) for pair in (("6101", "6201"), ("6102", "6202"), ("6102", "6301"))]
    counties = [code("61", end=CHANGE, name="Ytterdal"), code("62", CHANGE), code("63", CHANGE)]
    return country(codes, changes, counties=counties, statsforvaltere=list(offices))


def test_a_change_after_the_day_makes_no_office_another_and_takes_none_away() -> None:
    for register in (divided(), divided(again=True)):
        offices = [register.statsforvalter_for_kommune(one, DAY) for one in ("6101", "6102")]
        assert offices == ["Det første", "Det første"]


def test_whom_one_asks_now_stands_beside_it_and_nobody_where_the_parts_lie_under_two() -> None:
    def beside(register: Register, kommunenr: str) -> tuple[object, object]:
        (row,) = [row for row in register.rader() if row["kommunenr"] == kommunenr]
        return row["statsforvalter"], row["statsforvalter_i_dag"]

    assert beside(divided(), "6101") == ("Det første", None)
    assert beside(divided(again=True), "6101") == ("Det første", "Det andre")
    assert beside(divided(again=True), "6301") == ("Det tredje", "Det andre")


def test_of_a_county_without_a_known_office_it_is_the_office_of_what_came_of_it() -> None:
    register = of_the_gone_county(office("Det andre", "62"), office("Det tredje", "63"))
    assert register.statsforvalter_for_kommune("6101", DAY) == "Det andre"


def test_parts_of_it_under_two_offices_have_none_and_under_one_that() -> None:
    apart = of_the_gone_county(office("Det andre", "62"), office("Det tredje", "63"))
    assert apart.statsforvalter_for_kommune("6102", DAY) is None
    together = of_the_gone_county(office("Felles", "62"), office("Felles", "63"))
    assert together.statsforvalter_for_kommune("6102", DAY) == "Felles"


def test_an_office_that_changes_alone_is_a_day_of_change_and_today_comes_after_it() -> None:
    register = of_two_offices_in_turn(CHANGE)
    day = date.fromisoformat(CHANGE)
    assert register.endringsdager(DAY) == (day,)
    assert register.endringsdager(day) == ()
    assert {row["statsforvalter_i_dag"] for row in register.rader()} == {"Nå"}
    assert register.statsforvalter_for_kommune("6101", DAY) == "Før"
