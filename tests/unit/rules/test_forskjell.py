"""What differs between two sets is told in words, all of it, and nothing that is the same."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.forskjell import _of_set, forskjeller
from oppfolging_pipeline.rules.loader import carried_text, load_rule_set, load_rule_set_text, rule_set_names

NAME = "np-skalapoeng"
TEXT = carried_text(NAME)
OURS = 'kilde: "Udir: Hvilke kommuner deltar i ordningen?"'


def told(*replacements: tuple[str, str]) -> list[str]:
    """The differences between the carried set and one in which each text has been replaced once."""
    text = TEXT
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    other = load_rule_set_text(text, "annet.yaml", default_catalog())
    return [one.tekst("A", "B") for one in forskjeller(load_rule_set(NAME), other)]


def test_a_set_does_not_differ_from_itself_nor_by_its_name_or_comments():
    assert told() == told(("navn: np-skalapoeng", "navn: annet # kopi")) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "min_dekning: {verdi: 0.5", "min_dekning: {verdi: 0.65",
            "min_dekning (den minste dekningen som vurderes): 0,5 i A, 0,65 i B",
        ),
        ("offisielt: false", "offisielt: true", "offisielt (om settet kaller seg offisielt): nei i A, ja i B"),
        (
            f"nasjonal: {{verdi: 1, {OURS}", f"nasjonal: {{verdi: 2, {OURS}",
            "poeng.nasjonal (poeng for et tall dårligere enn den nasjonale grensen): 1 i A, 2 i B",
        ),
        (
            'grunn: "Ordningen gjelder resultater over tid; ett år er ikke over tid."', "grunn: Fordi.",
            "min_aar (det minste antallet år med tall som vurderes): 2 i begge, men med ulik kilde eller grunn",
        ),
        (
            "brudd: {verdi: []", "brudd: {verdi: [nasjonale-prover-foer-2022]",
            "brudd (brudd i tidsserien som vinduet kan gå over): ingen i A, nasjonale-prover-foer-2022 i B",
        ),
    ],
)  # fmt: skip
def test_each_kind_of_value_that_differs_is_told_by_its_name_and_in_words(old, new, expected):
    assert told((old, new)) == [expected]


def test_an_indicator_that_one_set_lacks_is_one_difference_and_its_values_are_none():
    alone, both = load_rule_set(NAME), load_rule_set("udir-2020")
    found = {one.navn: one.tekst("A", "B") for one in forskjeller(alone, both)}
    assert found["indikatorer.mobbing.7"] == "indikatorer.mobbing.7 (indikatoren): bare i B (andel_mobbet, vekt 1)"
    assert found["forsinkelse.grunnskolepoeng"].endswith("bare i B (1)")
    assert found["indikatorer.lesing.8.absolutt_grense"].endswith(": 3 (avvik) i A, 7 (avvik) i B")
    assert not [name for name in found if name.startswith("indikatorer.mobbing.7.")]


def test_the_order_of_the_two_sets_turns_the_values_and_finds_the_same():
    a, b = load_rule_set(NAME), load_rule_set("udir-2020")
    assert {(one.navn, one.a, one.b) for one in forskjeller(a, b)} == {
        (one.navn, one.b, one.a) for one in forskjeller(b, a)
    }


@pytest.mark.parametrize("name", rule_set_names())
def test_every_value_of_a_set_is_called_something_in_words(name):
    """A value without words would be told by its name in the file alone."""
    rule_set = load_rule_set(name)
    values = dict(_of_set(rule_set, rule_set))
    assert {row["navn"].removesuffix(".metode").removesuffix(".verdi") for row in rule_set.parametre()} <= set(values)
    assert [navn for navn, value in values.items() if not value.kalt] == []
