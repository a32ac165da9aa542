"""A cohort's municipalities under today's numbers, through mergers, splits and new numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import pytest

from oppfolging_pipeline.cohorts.faseplan import fase_for
from oppfolging_pipeline.cohorts.pulje import pulje_rader, sett_for_pulje
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.tables.model import table

UTTREKK = date(2023, 3, 1)
BEFORE, AFTER = date(2023, 12, 31), date(2024, 1, 1)


@dataclass(frozen=True)
class Kommune:
    navn: str


class Register:
    """On 1 January 2024: 6101 and 6102 merge into 6201, 6103 becomes 6203, 6104 is split, 6106 and a part of 6107
    become 6206."""

    new: ClassVar = {
        "6101": ("6201",),
        "6102": ("6201",),
        "6103": ("6203",),
        "6104": ("6204", "6205"),
        "6105": ("6105",),
        "6106": ("6206",),
        "6107": ("6206", "6207"),
    }

    def etterfolgere(self, kode: str, dato: date, per: date) -> tuple[str, ...]:
        assert dato == UTTREKK
        assert per >= UTTREKK, "the register may not be asked for a day before the uttrekk"
        return self.new.get(kode, ()) if per >= AFTER else (kode,)

    def gjeldende(self, dato: date) -> dict[str, Kommune]:
        codes = {new for news in self.new.values() for new in news} if dato >= AFTER else set(self.new)
        return {code: Kommune(f"{'Ny' if dato >= AFTER else 'Gammel'} {code}") for code in codes}

    def statsforvalter_for_kommune(self, kommunenr: str, dato: date) -> str | None:
        return f"{'Nytt' if dato >= AFTER else 'Gammelt'} embete"


def identifisert(kommunenr: str, kategori: int = 1, **changes: object) -> dict[str, object]:
    row = {"uttrekksaar": 2023, "indikatorsett": "udir-2020", "kommunenr": kommunenr, "kategori": kategori}
    return {
        **row,
        "kommunenavn": f"Gammel {kommunenr}",
        "statsforvalter": f"Embetet til {kommunenr}",
        "eksempel": False,
        **changes,
    }


def rader(*identifiserte, per=AFTER, offisielt=True):
    return pulje_rader(identifiserte, Register(), per, UTTREKK, offisielt=offisielt)


def test_before_any_change_a_row_is_the_identified_municipality():
    (row,) = rader(identifisert("6101", 2), per=BEFORE)
    assert row == {
        "pulje": 2023,
        "kommunenr": "6101",
        "kommunenavn": "Gammel 6101",
        "kategori": 2,
        "deltakelse": "identifisert",
        "siden": UTTREKK,
        "fase": None,  # nobody has said yes
        "kommunenr_ved_uttrekk": "6101",
        "statsforvalter": "Embetet til 6101",
        "statsforvalter_i_dag": "Gammelt embete",
        "merknad": None,
        "offisielt": True,
        "eksempel": False,
    }
    assert tuple(row) == table("pulje_kommune").column_names


def test_a_new_number_moves_the_row_and_keeps_the_old_number():
    (row,) = rader(identifisert("6103"))
    assert (row["kommunenr"], row["kommunenavn"], row["kommunenr_ved_uttrekk"]) == ("6203", "Ny 6203", "6103")
    assert row["merknad"] is None


def test_a_split_gives_a_row_for_each_part():
    rows = rader(identifisert("6104"))
    assert [(row["kommunenr"], row["kommunenr_ved_uttrekk"]) for row in rows] == [("6204", "6104"), ("6205", "6104")]
    assert {row["merknad"] for row in rows} == {"6104 Gammel 6104 er delt etter uttrekket, i 6204 og 6205."}


def test_parts_are_listed_with_one_og(monkeypatch):
    """«6150 og 6151 og 6152» was how three of them were told."""
    monkeypatch.setitem(Register.new, "6104", ("6204", "6205", "6208"))
    monkeypatch.setitem(Register.new, "6103", ("6201",))
    assert {row["merknad"] for row in rader(identifisert("6104"))} == {
        "6104 Gammel 6104 er delt etter uttrekket, i 6204, 6205 og 6208."
    }
    (row,) = rader(*(identifisert(code) for code in ("6101", "6102", "6103")))
    assert row["merknad"].endswith(": 6101 Gammel 6101, 6102 Gammel 6102 og 6103 Gammel 6103.")


def test_a_merger_of_two_identified_is_one_row_with_the_lower_kategori_and_both_numbers():
    for order in (["6101", "6102"], ["6102", "6101"]):
        kategori = {"6101": 2, "6102": 1}
        (row,) = rader(*(identifisert(code, kategori[code]) for code in order))
        assert (row["kommunenr"], row["kategori"], row["kommunenr_ved_uttrekk"]) == ("6201", 1, "6102")
        assert row["merknad"] == (
            "Slått sammen av flere identifiserte etter uttrekket: 6101 Gammel 6101 og 6102 Gammel 6102."
        )


def test_a_merger_with_a_part_of_another_says_both():
    rows = rader(identifisert("6106"), identifisert("6107", 2))
    assert [(row["kommunenr"], row["kategori"]) for row in rows] == [("6206", 1), ("6207", 2)]
    assert rows[0]["merknad"].startswith("Slått sammen") and "6107 Gammel 6107 er delt" in rows[0]["merknad"]


def test_the_grain_holds_and_rows_are_sorted_by_number():
    rows = rader(*(identifisert(code) for code in sorted(Register.new, reverse=True)))
    numbers = [row["kommunenr"] for row in rows]
    assert numbers == sorted(set(numbers)) and len(numbers) == 7


def test_a_date_before_the_uttrekk_uses_the_register_of_the_uttrekk():
    (row,) = rader(identifisert("6104"), per=date(2015, 1, 1))
    assert (row["kommunenr"], row["fase"]) == ("6104", None)


@pytest.mark.parametrize(("per", "siden"), [(date(2023, 2, 28), None), (UTTREKK, UTTREKK), (AFTER, UTTREKK)])
def test_nothing_is_since_a_day_that_has_not_come(per, siden):
    (row,) = rader(identifisert("6105"), per=per)
    assert row["siden"] == siden


def test_the_office_of_the_identification_stands_beside_the_one_to_ask_now():
    (row,) = rader(identifisert("6101", 2), identifisert("6102"))
    assert (row["statsforvalter"], row["statsforvalter_i_dag"]) == ("Embetet til 6102", "Nytt embete")


@pytest.mark.parametrize(
    ("per", "fase"),
    [
        (date(2023, 7, 31), None),
        (date(2023, 8, 1), "Forfase"),
        (date(2026, 7, 31), "Gjennomføringsfase"),
        (date(2026, 8, 1), None),
    ],
)
def test_the_phase_is_the_one_at_the_date_of_those_that_take_part(per, fase):
    """Who was only identified once stood with a phase that nobody had said yes to."""
    taking_part = ("takket ja", "deltar", "fullført")
    others = ("identifisert", "tilbudt", "takket nei", "utsatt", "trukket")
    assert [fase_for(stands, 2023, per) for stands in taking_part] == [fase] * 3
    assert [fase_for(stands, 2023, per) for stands in others] == [None] * 5
    assert {*taking_part, *others} == set(table("pulje_kommune").column("deltakelse").values)
    assert [row["fase"] for row in rader(identifisert("6105"), per=per)] == [None]


def test_a_cohort_formed_by_another_set_says_so_first():
    rows = rader(*(identifisert(code, indikatorsett="np-skalapoeng") for code in ("6104", "6105")), offisielt=False)
    said = "Puljen er dannet med «np-skalapoeng», som ikke er ordningens offisielle indikatorsett."
    assert [row["merknad"] == said for row in rows] == [True, False, False]
    assert all(row["merknad"].startswith(said) for row in rows)


@pytest.mark.parametrize("change", [{"uttrekksaar": 2024}, {"indikatorsett": "np-skalapoeng"}])
def test_rows_of_two_uttrekk_or_two_sets_are_no_cohort(change):
    with pytest.raises(PermanentError, match="expected one uttrekk and one set"):
        rader(identifisert("6101"), identifisert("6102", **change))


def test_a_municipality_without_a_successor_is_an_error_that_names_it():
    with pytest.raises(PermanentError, match=r"municipality 6999: found no successor; expected one .* 2024-01-01"):
        rader(identifisert("6101"), identifisert("6999"))


def test_a_successor_that_is_not_in_force_is_an_error_that_names_it():
    class Torn(Register):
        def gjeldende(self, dato: date) -> dict[str, Kommune]:
            return {"6204": Kommune("Ny 6204")}

    with pytest.raises(PermanentError, match="municipality 6104: found the successor 6205"):
        pulje_rader([identifisert("6104")], Torn(), AFTER, UTTREKK, offisielt=True)


def test_nobody_identified_is_an_empty_cohort():
    assert rader() == []


@pytest.mark.parametrize(
    ("sets", "chosen"),
    [
        ({"udir-2020": True}, "udir-2020"),
        ({"np-skalapoeng": False, "udir-2020": True}, "udir-2020"),
        ({"mitt-offisielle": True, "udir-2020": True}, "mitt-offisielle"),
        # A copied set named `a-annet` sorted first, and replaced a published cohort.
        ({"np-skalapoeng": False, "a-annet": False}, None),
        ({"np-skalapoeng": False}, None),
        ({}, None),
    ],
)
def test_the_official_set_alone_forms_the_cohort(sets, chosen):
    assert sett_for_pulje(sets) == chosen
    assert sett_for_pulje(dict(reversed(sets.items()))) == chosen


@pytest.mark.parametrize(
    ("sets", "chosen"),
    [
        ({"mitt": False, "udir-2020": True}, "mitt"),
        ({"mitt": False}, "mitt"),
        ({"mitt": True, "udir-2020": True}, "mitt"),
        ({"udir-2020": True}, "udir-2020"),  # a year that it has no results of
        ({"np-skalapoeng": False}, None),
    ],
)
def test_a_set_that_is_asked_for_by_name_forms_the_cohort_of_every_year_that_it_has(sets, chosen):
    assert sett_for_pulje(sets, "mitt") == chosen


def test_of_two_own_official_sets_none_is_guessed_at():
    with pytest.raises(PermanentError, match=r"several official rule sets \(mitt, mitt-andre\).*OPPFOLGING_REGELSETT"):
        sett_for_pulje({"mitt-andre": True, "udir-2020": True, "mitt": True, "a-annet": False})


def test_the_carried_register_answers_what_a_cohort_asks():
    aalesund = identifisert("1507", kommunenavn="Ålesund")
    rows = pulje_rader([aalesund], carried_register(), date(2025, 1, 1), UTTREKK, offisielt=True)
    assert [(row["kommunenr"], row["kommunenavn"]) for row in rows] == [("1508", "Ålesund"), ("1580", "Haram")]
