"""The published rows: what each municipality and school is told, in numbers and in Norwegian."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from oppfolging_pipeline.identification import tables
from oppfolging_pipeline.identification.names import names_at
from oppfolging_pipeline.register.model import Embete, Endring, Fylke, Kommune, Register
from oppfolging_pipeline.rules.merking import Merking
from oppfolging_pipeline.tables.model import table
from tests.support.golden_sets import small_set
from tests.unit.identification.build import KEY, andel_row, decided, names_of, school_row

SET = small_set(antall=2)
ROWS = [
    andel_row("6101", 29, 36, beyond=9),
    andel_row("6102", 12, 36, beyond=1),
    andel_row("6103", 12, 36, beyond=0),
    # Not judged by itself, and chosen in category 2: (0, 24 of 36), spread 33.3, is the only candidate.
    andel_row("6104", 9, 9, shown=3, exist=12, beyond=3),
    school_row("100000001", "6104", 24),
    school_row("100000002", "6104", 0),
    school_row("100000003", "6103", 12),
    school_row("100000004", "6103", 12, shown=1, exist=12),
    school_row("100000005", "6102", 12),
]
DECISION = decided(ROWS, SET)
MERKING = Merking("mitt", offisielt=True, eksempel=False)
RANKING = {
    row["kommunenr"]: row for row in MERKING.merket(tables.rangering_kommune(DECISION, SET, names_of(ROWS), KEY))
}
IDENTIFIED = {row["kommunenr"]: row for row in tables.identifisert_kommune(list(RANKING.values()), DECISION)}


@pytest.mark.parametrize(
    ("kommunenr", "expected"),
    [
        ("6101", {"kategori": 1, "rangering": 1, "risikopoeng": 29, "mulige_risikopoeng": 36, "status": "beregnet"}),
        ("6102", {"kategori": 1, "rangering": 2, "delt_plassering": True, "margin": 0.0, "naer_grensen": True}),
        ("6103", {"kategori": None, "rangering": 3, "delt_plassering": False, "naer_grensen": True}),
        (
            "6104",
            {
                "kategori": 2, "rangering": None, "vurdert": False, "margin": None, "naer_grensen": False,
                "status": "beregnet", "dekningsgrad": 0.25, "andel_risikopoeng": 100.0,
                "ikke_vurdert_grunn": (
                    "3 av 12 tall som finnes, er vist. Vektet som poengene er det 25,0 prosent, og minst 50 prosent "
                    "kreves."
                ),
            },
        ),
    ],
)  # fmt: skip
def test_ranking_row(kommunenr: str, expected: dict[str, Any]) -> None:
    assert {name: RANKING[kommunenr][name] for name in expected} == expected


def test_where_fewer_are_judged_than_there_is_room_for_no_more_are_said_to_have_the_highest_share() -> None:
    roomy = small_set(antall=30)
    rows = tables.rangering_kommune(decided(ROWS, roomy), roomy, names_of(ROWS), KEY)
    texts = [row["begrunnelse"] for row in rows if row["kategori"] == 1]
    assert len(texts) == 3
    assert all(text.endswith("Identifisert i kategori 1, de 3 med høyest andel.") for text in texts)


@pytest.mark.parametrize(
    ("kommunenr", "text"),
    [
        (
            "6101",  # 100 · 29 / 36 = 80.555… → 80,56
            "Nr. 1 av 3 vurderte kommuner: 29 av 36 mulige risikopoeng (80,56 prosent); 9 tall er dårligere enn den "
            "absolutte grensen. Identifisert i kategori 1, de 2 med høyest andel.",
        ),
        (
            "6102",
            "Nr. 2 av 3 vurderte kommuner: 12 av 36 mulige risikopoeng (33,33 prosent); 1 tall er dårligere enn den "
            "absolutte grensen. Identifisert i kategori 1, de 2 med høyest andel. Andelen er lik på begge sider av "
            "grensen; flest tall dårligere enn den absolutte grensen avgjorde.",
        ),
        (
            "6103",
            "Nr. 3 av 3 vurderte kommuner: 12 av 36 mulige risikopoeng (33,33 prosent); 0 tall er dårligere enn den "
            "absolutte grensen. Ikke blant de 2 i kategori 1. Andelen er lik på begge sider av grensen; flest tall "
            "dårligere enn den absolutte grensen avgjorde.",
        ),
        (
            "6104",  # Shares 66.67 and 0: the spread is 33.33.
            "Ikke vurdert. 3 av 12 tall som finnes, er vist. Vektet som poengene er det 25,0 prosent, og minst 50 "
            "prosent kreves. Kandidat nr. 1 av 1 i kategori 2: spredningen mellom 2 vurderte skoler (standardavvik) er "
            "33,3 prosentpoeng, og 1 av dem er blant de 25 prosent av skolene i landet med høyest andel risikopoeng. "
            "Valgt som nr. 1 av inntil 1, "
            "etter spredning.",
        ),
    ],
)
def test_the_sentence_has_the_numbers_with_a_decimal_comma(kommunenr: str, text: str) -> None:
    assert RANKING[kommunenr]["begrunnelse"] == text


def test_identified_rows_carry_the_place_in_their_own_category() -> None:
    """The place among all municipalities would be null or 100 for a municipality in category 2."""
    assert {
        nr: (row["kategori"], row["rangering"], row["margin"], row["status"]) for nr, row in IDENTIFIED.items()
    } == {
        # (29 − 12) / 36 of a hundred above the first outside.
        "6101": (1, 1, 100 * 17 / 36, "beregnet"),
        "6102": (1, 2, 0.0, "beregnet"),
        "6104": (2, 1, None, "beregnet"),
    }


def test_published_rows_have_exactly_the_declared_columns() -> None:
    names = names_of(ROWS)
    made = {
        "rangering_kommune": list(RANKING.values()),
        "identifisert_kommune": list(IDENTIFIED.values()),
        "kandidat_kategori2": MERKING.merket(tables.kandidat_kategori2(DECISION, SET, names, KEY)),
        "rangering_skole": tables.rangering_skole(DECISION, SET, names, KEY),
    }
    for key, rows in made.items():
        assert rows, key
        assert {frozenset(row) for row in rows} == {frozenset(table(key).column_names)}, key


def test_preliminary_figures_of_one_municipality_make_the_whole_ranking_preliminary() -> None:
    """One place can depend on every other figure."""
    rows = [andel_row("6101", 20), andel_row("6102", 10, forelopig=True)]
    ranking = tables.rangering_kommune(decided(rows, SET), SET, names_of(rows), KEY)
    assert {row["status"] for row in ranking} == {"foreløpig"}


def test_schools_with_equal_shares_have_the_same_place() -> None:
    rows = tables.rangering_skole(DECISION, SET, names_of(ROWS), KEY)
    # Judged: 24, 12, 12 and 0 of 36. ⌈25 % of 4⌉ = 1: only the first is in the upper quarter.
    assert [(row["orgnr"], row["rangering"], row["i_ovre_kvartil"], row["vurdert"]) for row in rows] == [
        ("100000001", 1, True, True),
        ("100000002", 4, False, True),
        ("100000003", 2, False, True),
        ("100000004", None, None, False),
        ("100000005", 2, False, True),
    ]


@pytest.mark.parametrize(
    ("priorities", "texts"),
    [
        (
            {},
            [
                "Valgt som nr. 1 av inntil 1, etter spredning. Spredningen er lik på begge sider av grensen; lavest "
                "kommunenummer avgjorde.",
                "Ikke valgt: nr. 2, og det er plass til 1. Spredningen er lik på begge sider av grensen; lavest "
                "kommunenummer avgjorde.",
            ],
        ),
        (
            {"6102": 1},
            [
                "Valgt som nr. 1 av inntil 1, etter statsforvalterens prioritet. Spredningen er lik på begge sider av "
                "grensen; statsforvalterens prioritet avgjorde.",
                "Ikke valgt: nr. 2, og det er plass til 1. Spredningen er lik på begge sider av grensen; "
                "statsforvalterens prioritet avgjorde.",
            ],
        ),
    ],
)
def test_why_a_candidate_is_chosen_or_not(priorities: dict[str, int], texts: list[str]) -> None:
    rows = [andel_row("6199", 36, 36), andel_row("6198", 36, 36)]
    for number in ("6101", "6102"):
        rows += [
            andel_row(number, 36, 72),
            school_row(f"1{number}0001", number, 36),
            school_row(f"1{number}0002", number, 0),
        ]
    found = tables.kandidat_kategori2(decided(rows, SET, priorities), SET, names_of(rows), KEY)
    assert [row["grunn"] for row in found] == texts
    assert [row["prioritet"] for row in found] == ([1, None] if priorities else [None, None])


def test_spread_by_range_is_named_as_such() -> None:
    rule_set = small_set(antall=2, spredning="maks_min", ovre_andel="12.5")
    ranking = tables.rangering_kommune(decided(ROWS, rule_set), rule_set, names_of(ROWS), KEY)
    assert (
        "spredningen mellom 2 vurderte skoler (høyeste minus laveste) er 66,7 prosentpoeng, og 1 av dem er blant de "
        "12,5 prosent av skolene"
    ) in ranking[3]["begrunnelse"]


def test_names_county_and_office_are_those_of_the_day_whatever_the_municipality_became() -> None:
    """A municipality that was divided between counties after the day was refused, and the whole year with it."""
    start, change = date(2019, 1, 1), date(2024, 1, 1)
    register = Register(
        kommuner=[
            Kommune("6101", "Gamle", start, change),
            Kommune("6101", "Nye", change, None),
            Kommune("6102", "Delte", start, change),
            Kommune("6103", "Vestre", change, None),
            Kommune("6201", "Østre", change, None),
        ],
        endringer=[Endring(change, "6102", "6103"), Endring(change, "6102", "6201")],
        fylker=[Fylke("61", "Fjordfylket", start, None), Fylke("62", "Skogfylket", start, None)],
        embeter=[Embete("Statsforvalteren", "61"), Embete("Den andre", "62")],
        utenfor=[],
        foerste_dag=start,
        beskrivelse="prøve",
    )
    schools = [{"orgnr": "100000001", "skolenavn": "Bakken skole"}]
    found = names_at(register, date(2025, 3, 1), schools)
    assert found.kommuner["6101"] == {
        "kommunenavn": "Nye", "fylkesnr": "61", "fylkesnavn": "Fjordfylket", "statsforvalter": "Statsforvalteren",
    }  # fmt: skip
    assert found.skoler == {"100000001": "Bakken skole"}
    then = names_at(register, date(2023, 3, 1), schools).kommuner
    assert {code: one["statsforvalter"] for code, one in then.items()} == dict.fromkeys(
        ("6101", "6102"), "Statsforvalteren"
    )
