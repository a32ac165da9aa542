"""The questions of an index: read off the tree, and which school years a change of them may be in."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.rules.brudd import Bruddliste, load_breaks_text
from oppfolging_pipeline.sources.questions import Asked, as_facts, changed_questions, from_facts, questions_of
from oppfolging_pipeline.sources.report_filters import read_filters

KILDE, KODE = "elevundersokelsen", "EUIndeks_1398"
NONE = load_breaks_text("brudd: []", "breaks.yaml")


def choice(indeks: int, kode: str, navn: str, **more: object) -> dict[str, object]:
    return {"indeks": indeks, "id": indeks, "kode": kode, "navn": navn, **more}


@pytest.mark.parametrize(
    "tree",
    [
        [
            choice(7, KODE, "Mobbing på skolen", barn=[12, 9]),
            choice(9, "a", "Av  voksne? "),
            choice(12, "b", "Av elever?"),
        ],
        [
            choice(7, KODE, "Mobbing på skolen"),
            choice(9, "a", "Av voksne?", forelder=7),
            choice(12, "b", "Av elever?", forelder=7),
        ],
    ],
    ids=["by the children", "by the parent"],
)
def test_the_questions_are_the_texts_below_the_index_by_indeks_and_not_by_place(tree):
    other = choice(3, "EUIndeks_1385", "Motivasjon", barn=[])
    (of,) = read_filters({"SpoersmaalID": [*tree, other]}, "f").values()
    assert questions_of(of, KODE) == ("Av elever?", "Av voksne?")
    assert questions_of(of, "EUIndeks_1385") == questions_of(of, "EUIndeks_1") == ()


def test_what_is_remembered_is_read_back():
    asked = {"mobbing": Asked("2024-25", ("Æ?", "Ø «å»?"))}
    assert from_facts({**as_facts(asked), "EUG-Mobbing tabell": "150"}) == asked


@pytest.mark.parametrize(
    ("before", "now", "concerned"),
    [
        ("2023-24", "2025-26", ["2024-25", "2025-26"]),
        ("2024-25", "2025-26", ["2025-26"]),
        ("2025-26", "2025-26", ["2025-26"]),
    ],
)
def test_a_change_may_be_in_the_years_that_have_come_since_or_in_the_newest(before, now, concerned):
    (change,) = changed_questions(KILDE, {"mobbing": Asked(now, ("b",))}, {"mobbing": Asked(before, ("a",))}, NONE)
    years = ["2022-23", "2023-24", "2024-25", "2025-26"]
    assert [year for year in years if change.concerns(year)] == concerned


@pytest.mark.parametrize(("now", "before"), [(("a", "b"), ("b", "a")), ((), ("a",)), (("a",), None)])
def test_another_order_no_questions_and_no_memory_are_no_change(now, before):
    remembered = {} if before is None else {"mobbing": Asked("2024-25", before)}
    assert changed_questions(KILDE, {"mobbing": Asked("2025-26", now)}, remembered, NONE) == []


def broken(fra: str) -> Bruddliste:
    return load_breaks_text(
        f"brudd:\n  - {{id: ny, kilde: {KILDE}, indikatorer: [mobbing], slag: omdefinering, fra_skoleaar: {fra}, "
        "tekst: Ny., referanse: Prøve.}",
        "breaks.yaml",
    )


@pytest.mark.parametrize(
    ("fra", "judged"), [("2023-24", False), ("2024-25", True), ("2025-26", True), ("2026-27", False)]
)
def test_a_break_from_a_year_that_the_change_may_be_in_judges_it(fra, judged):
    then, now = {"mobbing": Asked("2023-24", ("a",))}, {"mobbing": Asked("2025-26", ("b",))}
    assert (changed_questions(KILDE, now, then, broken(fra)) == []) is judged
