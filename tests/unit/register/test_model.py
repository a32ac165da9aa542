"""The register's answers on real municipalities since 2015 (invented cases of lineage: `test_lineage`)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.register.model import Opphav
from oppfolging_pipeline.register.reference import carried_register

D = date.fromisoformat
REAL = carried_register()
REAL_DAYS = [date(year, 6, 30) for year in range(2015, 2027)]


@pytest.mark.parametrize(
    ("dato", "count"),
    [
        ("2015-01-01", 428),
        ("2017-01-01", 426),
        ("2017-12-31", 426),
        ("2018-01-01", 422),
        ("2019-12-31", 422),
        ("2020-01-01", 356),
        ("2023-12-31", 356),
        ("2024-01-01", 357),
        ("2026-11-01", 357),
    ],
)
def test_municipalities_in_force_are_counted_with_an_end_that_is_not_included(dato: str, count: int) -> None:
    in_force = REAL.gjeldende(D(dato))
    assert len(in_force) == count
    assert list(in_force) == sorted(in_force)
    assert not [kode for kode in in_force if REAL.er_utenfor(kode)]


@pytest.mark.parametrize(
    ("dato", "navn"), [("2022-12-31", "Trondheim"), ("2023-01-01", "Trondheim - Tråante"), ("2018-01-01", "Trondheim")]
)
def test_a_name_is_the_one_of_the_date(dato: str, navn: str) -> None:
    assert REAL.gjeldende(D(dato))["5001"].navn == navn


@pytest.mark.parametrize(
    ("kode", "utenfor", "kjent"),
    [
        ("2100", True, True),
        ("2111", True, True),
        ("2190", True, True),
        ("2500", True, True),
        ("2599", True, True),
        ("9999", True, True),
        ("0301", False, True),
        ("0806", False, True),
        ("9998", False, False),
        ("2200", False, False),
        ("21", False, False),
        ("21AB", False, False),
        ("", False, False),
    ],
)
def test_svalbard_abroad_and_unknown_are_known_but_no_municipalities(kode: str, utenfor: bool, kjent: bool) -> None:
    assert REAL.er_utenfor(kode) is utenfor
    assert REAL.kjent(kode) is kjent
    assert not (utenfor and REAL.gyldig(kode, D("2024-06-30")))


@pytest.mark.parametrize(
    ("kode", "dato", "gyldig"),
    [
        ("1507", "2023-12-31", True),
        ("1507", "2024-01-01", False),
        ("1508", "2023-12-31", False),
        ("1508", "2024-01-01", True),
        ("9998", "2024-01-01", False),
    ],
)
def test_a_code_is_valid_from_its_first_day_to_the_day_before_its_end(kode: str, dato: str, gyldig: bool) -> None:
    assert REAL.gyldig(kode, D(dato)) is gyldig


@pytest.mark.parametrize(
    ("kode", "dato", "per", "expected"),
    [
        pytest.param("0301", "2015-06-30", "2025-03-01", ("0301",), id="Oslo never changed"),
        pytest.param("0806", "2015-06-30", "2025-03-01", ("4003",), id="two new numbers in a chain: Skien"),
        pytest.param("0806", "2015-06-30", "2021-03-01", ("3807",), id="the chain stops at per"),
        pytest.param("1001", "2015-06-30", "2025-03-01", ("4204",), id="merger: Kristiansand"),
        pytest.param("1601", "2017-06-30", "2018-01-01", ("5001",), id="new county: Trøndelag"),
        pytest.param("1662", "2017-06-30", "2025-03-01", ("5001",), id="new number, then merged: Klæbu"),
        pytest.param("1567", "2018-06-30", "2025-03-01", ("5061",), id="Rindal moved county"),
        pytest.param("1850", "2019-06-30", "2025-03-01", ("1806", "1875"), id="split in two: Tysfjord"),
        pytest.param("5012", "2019-06-30", "2025-03-01", ("5055", "5056", "5059"), id="split in three: Snillfjord"),
        pytest.param("1507", "2023-06-30", "2025-03-01", ("1508", "1580"), id="split of 2024: Ålesund"),
        pytest.param("1504", "2015-06-30", "2025-03-01", ("1508", "1580"), id="merged 2020, split 2024"),
        pytest.param("1833", "2023-06-30", "2025-03-01", ("1833",), id="only a new name"),
        pytest.param("4003", "2016-06-30", "2025-03-01", ("4003",), id="cast back: not in force, first validity after"),
        pytest.param("0806", "2024-06-30", "2025-03-01", ("4003",), id="not in force any more: last validity before"),
        pytest.param("4003", "2024-06-30", "2016-06-30", ("0806",), id="back through a chain"),
        pytest.param("4003", "2016-06-30", "2016-06-30", ("0806",), id="cast back and asked for that same day"),
        pytest.param("4003", "2024-06-30", "2020-01-01", ("3807",), id="back to the very day of a change"),
        pytest.param("4204", "2024-06-30", "2016-06-30", ("1001", "1017", "1018"), id="back through a merger is whole"),
        pytest.param("0301", "2024-06-30", "2016-06-30", ("0301",), id="back, unchanged"),
        pytest.param("1508", "2024-06-30", "2022-06-30", ("1507",), id="back from a part"),
        pytest.param("1806", "2024-06-30", "2019-06-30", ("1805", "1850", "1854"), id="back from a part and others"),
    ],
)
def test_what_a_code_has_become(kode: str, dato: str, per: str, expected: tuple[str, ...]) -> None:
    assert REAL.etterfolgere(kode, D(dato), D(per)) == expected


@pytest.mark.parametrize(
    ("kode", "dato", "per", "whole"),
    [
        pytest.param("4003", "2016-06-30", "2025-03-01", True, id="renumbered"),
        pytest.param("1504", "2015-06-30", "2019-06-30", True, id="unchanged"),
        pytest.param("1504", "2015-06-30", "2022-06-30", True, id="went whole into another"),
        pytest.param("1507", "2023-06-30", "2025-03-01", False, id="was divided"),
        pytest.param("1508", "2024-06-30", "2022-06-30", False, id="a part of what was divided later"),
        pytest.param("4003", "2024-06-30", "2016-06-30", True, id="renumbered later"),
        pytest.param("4204", "2024-06-30", "2016-06-30", False, id="of several that merged later"),
    ],
)
def test_whether_a_figure_is_of_one_municipality_whole(kode: str, dato: str, per: str, whole: bool) -> None:
    assert REAL.hel(kode, D(dato), D(per)) is whole


@pytest.mark.parametrize(
    ("kode", "dato", "per", "named"),
    [
        pytest.param("2100", "2024-06-30", "2025-06-30", "no municipality", id="Svalbard"),
        pytest.param("9998", "2024-06-30", "2025-06-30", "unknown code", id="unknown"),
        pytest.param("0301", "2024-06-30", "2014-12-31", "2015-01-01", id="before the register"),
    ],
)
def test_what_cannot_be_said_is_refused_and_named(kode: str, dato: str, per: str, named: str) -> None:
    with pytest.raises(PermanentError, match=named) as error:
        REAL.etterfolgere(kode, D(dato), D(per))
    assert kode in str(error.value) or per in str(error.value)


@pytest.mark.parametrize(
    ("kode", "dato", "expected"),
    [
        ("4003", "2016-06-30", {"0806"}),
        ("3807", "2016-06-30", {"0806"}),
        ("0806", "2016-06-30", {"0806"}),
        ("0806", "2025-06-30", {"4003"}),
        ("3807", "2025-06-30", {"4003"}),
        ("5001", "2016-06-30", {"1601", "1662"}),
        ("5001", "2019-06-30", {"5001", "5030"}),
        ("5001", "2025-06-30", {"5001"}),
        ("1508", "2023-06-30", {"1507"}),
        ("1504", "2025-06-30", {"1508", "1580"}),
    ],
)
def test_relatives_find_old_and_new_rows_of_one_municipality(kode: str, dato: str, expected: set[str]) -> None:
    assert REAL.slektninger(kode, D(dato)) == expected


def test_the_days_of_change_after_a_date_are_those_on_which_something_is_another() -> None:
    # Evenes got its second name in 2022, Trondheim and Røros theirs in 2023.
    assert REAL.endringsdager(date(2020, 1, 1)) == (date(2022, 1, 1), date(2023, 1, 1), date(2024, 1, 1))
    assert date(2020, 1, 1) in REAL.endringsdager(date(2019, 12, 31))
    assert REAL.endringsdager(date(2024, 1, 1)) == ()


def test_origins_of_2024_are_two_split_113_moved_and_the_rest_unchanged() -> None:
    opphav = REAL.opphav(D("2023-06-30"), D("2025-03-01"))
    assert list(opphav) == list(REAL.gjeldende(D("2025-03-01")))
    assert [k for k, o in opphav.items() if o.maate == "delt"] == ["1508", "1580"]
    assert opphav["1508"] == Opphav(("1507",), "delt")
    assert opphav["4003"] == Opphav(("3807",), "flyttet")
    assert opphav["1833"] == Opphav(("1833",), "uendret")
    assert sum(o.maate == "flyttet" for o in opphav.values()) == 113
    assert sum(o.maate == "uendret" for o in opphav.values()) == 357 - 113 - 2


def test_origins_of_2020_have_43_mergers_of_which_five_hold_a_part_of_a_split() -> None:
    opphav = REAL.opphav(D("2019-06-30"), D("2020-03-01"))
    assert sum(len(o.kilder) > 1 for o in opphav.values()) == 43
    assert {k: o.kilder for k, o in opphav.items() if o.maate == "delt"} == {
        "1806": ("1805", "1850", "1854"),
        "1875": ("1849", "1850"),
        "5055": ("1571", "5011", "5012"),
        "5056": ("5012", "5013"),
        "5059": ("5012", "5016", "5023", "5024"),
    }
    assert opphav["1103"] == Opphav(("1103", "1141", "1142"), "sammenslaatt")
    assert opphav["4204"] == Opphav(("1001", "1017", "1018"), "sammenslaatt")


def test_origins_refuse_to_go_back_in_time() -> None:
    with pytest.raises(PermanentError, match="2020-03-01"):
        REAL.opphav(D("2024-06-30"), D("2020-03-01"))


def test_a_date_before_the_register_is_refused_rather_than_answered_with_half_a_country() -> None:
    with pytest.raises(PermanentError, match="2015-01-01"):
        REAL.gjeldende(D("2014-12-31"))


@given(st.sampled_from(REAL_DAYS), st.sampled_from(REAL_DAYS))
def test_nobody_is_lost_and_nobody_appears_between_any_two_days(one: date, other: date) -> None:
    dato, per = sorted((one, other))
    opphav = REAL.opphav(dato, per)
    assert {kilde for o in opphav.values() for kilde in o.kilder} == set(REAL.gjeldende(dato))
    assert all(o.kilder for o in opphav.values())
    for kode, o in opphav.items():
        assert all(kode in REAL.etterfolgere(kilde, dato, per) for kilde in o.kilder)
        assert set(o.kilder) <= REAL.slektninger(kode, dato)


# Counties, offices and the declared table.


@pytest.mark.parametrize(
    ("kommunenr", "dato", "navn"),
    [
        ("0301", "2015-06-30", "Oslo"),
        ("1601", "2017-12-31", "Sør-Trøndelag"),
        ("5001", "2018-01-01", "Trøndelag - Trööndelage"),
        ("3001", "2023-12-31", "Viken"),
        ("0101", "2019-12-31", "Østfold"),
        ("3101", "2024-01-01", "Østfold"),
        ("1804", "2024-01-01", "Nordland - Nordlánnda"),
    ],
)
def test_the_county_is_the_one_of_the_first_two_digits_at_the_date(kommunenr: str, dato: str, navn: str) -> None:
    assert REAL.fylke_for(kommunenr, D(dato)).navn == navn


def test_a_county_that_is_not_in_force_is_refused() -> None:
    with pytest.raises(PermanentError, match="3001"):
        REAL.fylke_for("3001", D("2024-01-01"))


def test_ten_offices_share_the_fifteen_counties_of_today() -> None:
    offices = {name: koder for name, (koder, til) in REAL.statsforvaltere().items() if til is None}
    assert len(offices) == 10
    assert offices["Østfold, Buskerud, Oslo og Akershus"] == ("03", "31", "32", "33")
    assert offices["Vestfold og Telemark"] == ("39", "40")
    counties = sorted(kode for koder in offices.values() for kode in koder)
    assert counties == sorted({kode[:2] for kode in REAL.gjeldende(D("2025-06-30"))})
    assert len(counties) == 15
    assert REAL.statsforvaltere()["Oslo og Viken"] == (("03", "30"), D("2024-01-01"))


@pytest.mark.parametrize(
    ("fylkesnr", "dato", "embete"),
    [
        ("56", "2025-03-01", "Troms og Finnmark"),
        ("30", "2023-03-01", "Oslo og Viken"),
        ("30", "2024-01-01", None),
        ("03", "2023-12-31", "Oslo og Viken"),
        ("03", "2024-01-01", "Østfold, Buskerud, Oslo og Akershus"),
        ("54", "2023-03-01", "Troms og Finnmark"),
        ("01", "2019-03-01", None),
    ],
)
def test_the_office_is_the_one_that_had_the_county_that_day(fylkesnr: str, dato: str, embete: str | None) -> None:
    assert REAL.statsforvalter_for(fylkesnr, D(dato)) == embete


@pytest.mark.parametrize(
    ("kommunenr", "dato", "embete"),
    [
        ("3024", "2023-03-01", "Oslo og Viken"),  # Bærum, in Akershus since
        ("3201", "2025-03-01", "Østfold, Buskerud, Oslo og Akershus"),
        ("0219", "2019-03-01", "Oslo og Viken"),  # no office of 02 is carried: of what it became first
        ("1507", "2023-03-01", "Møre og Romsdal"),
    ],
)
def test_a_municipality_has_the_office_of_its_county_that_day(kommunenr: str, dato: str, embete: str) -> None:
    assert REAL.statsforvalter_for_kommune(kommunenr, D(dato)) == embete


def test_rows_of_the_declared_table_have_its_columns_and_grain() -> None:
    from oppfolging_pipeline.tables.model import table

    rows = REAL.rader()
    assert {tuple(row) for row in rows} == {table("kommune").column_names}
    keys = [(row["kommunenr"], row["gyldig_fra"]) for row in rows]
    assert keys == sorted(set(keys))
    by_key = {(row["kommunenr"], str(row["gyldig_fra"])): row for row in rows}
    skien = by_key["3807", "2020-01-01"]
    assert (skien["oppstaatt_av"], skien["gaatt_over_i"]) == (["0806"], ["4003"])
    assert (skien["fylkesnavn"], skien["statsforvalter"]) == ("Vestfold og Telemark", "Vestfold og Telemark")
    baerum = by_key["3024", "2020-01-01"]
    assert baerum["statsforvalter"] == "Oslo og Viken"
    assert baerum["statsforvalter_i_dag"] == "Østfold, Buskerud, Oslo og Akershus"
    assert by_key["1507", "2020-01-01"]["gaatt_over_i"] == ["1508", "1580"]
    assert by_key["0301", "1948-01-01"] == {
        "kommunenr": "0301",
        "kommunenavn": "Oslo",
        "fylkesnr": "03",
        "fylkesnavn": "Oslo",
        "statsforvalter": "Østfold, Buskerud, Oslo og Akershus",
        "statsforvalter_i_dag": "Østfold, Buskerud, Oslo og Akershus",
        "gyldig_fra": D("1948-01-01"),
        "gyldig_til": None,
        "oppstaatt_av": [],
        "gaatt_over_i": [],
    }
