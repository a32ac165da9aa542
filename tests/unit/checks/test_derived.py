"""Each derived check finds the fault that it is for, names it by key, and never gives a figure away."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from checks.runner import run_checks
from checks.suite import Check, derived_checks, expected_rows, merge, rows_check
from checks.suite_files import suite_of
from oppfolging_pipeline.core.outcome import Outcome
from oppfolging_pipeline.tables.model import Column, all_tables
from tests.unit.checks.conftest import TABLE, Row, hidden, shown, target

A, B = "kommunenr=6101, skoleaar=2024-25", "kommunenr=6102, skoleaar=2024-25"


@dataclass(frozen=True)
class Case:
    """Spoiled rows or columns; the checks that must fail, each with the keys that it must name (None: not asked)."""

    rows: list[Row]
    fails: dict[str, tuple[str, ...] | None]
    columns: tuple[Column, ...] = TABLE.columns
    extra: tuple[Check, ...] = field(default=())


def retyped(name: str, type_: str) -> tuple[Column, ...]:
    return tuple(
        column.model_copy(update={"type": type_}) if column.name == name else column for column in TABLE.columns
    )


SWAPPED = (TABLE.columns[1], TABLE.columns[0], *TABLE.columns[2:])
EXTRA = (*TABLE.columns, TABLE.columns[0].model_copy(update={"name": "tillegg"}))
TWO = expected_rows(2, "to")

CASES = {
    "nothing wrong": Case([shown(), hidden()], {}, extra=(TWO,)),
    "a column too many": Case([shown(tillegg="x")], {"skjema": None}, EXTRA),
    "columns in another order": Case([shown()], {"skjema": None}, SWAPPED),
    "a column of another type": Case([shown()], {"skjema": None}, retyped("risikopoeng", "DOUBLE")),
    "a key twice": Case([shown(), shown(verdi="47.6")], {"unik_noekkel": (A,)}),
    "a null where none may be": Case([shown(verdistatus=None), hidden()], {"verdistatus.ikke_null": (A,)}),
    "a null in the key": Case([shown(kommunenr=None)], {"kommunenr.ikke_null": None}),
    "a status that is no status": Case(
        [hidden("6101", verdistatus="prikket"), hidden()], {"verdistatus.lovlig_verdi": (A,)}
    ),
    "a figure over the range": Case([shown(verdi="100.001"), hidden()], {"verdi.i_omraadet": (A,)}),
    "a figure under the range": Case([shown(verdi="-0.001"), hidden()], {"verdi.i_omraadet": (A,)}),
    "a code of three digits": Case([shown("610"), hidden()], {"kommunenr.form": ("kommunenr=610, skoleaar=2024-25",)}),
    "a code with a line end": Case([shown("6101\n"), hidden()], {"kommunenr.form": None}),
    "a number beside a shielded status": Case(
        [shown(), hidden(verdi="47.5")], {"status_foer_tall": (B,)}
    ),
    "a shown status without a number": Case([shown(verdi=None), hidden()], {"status_foer_tall": (A,)}),
    "points where nothing is shown": Case([shown(), hidden(risikopoeng=0)], {"poeng_bare_for_vist": (B,)}),
    "possible points where nothing is shown": Case(
        [shown(), hidden(mulige_risikopoeng=3)], {"poeng_bare_for_vist": (B,)}
    ),
    "no points where something is shown": Case([shown(risikopoeng=None), hidden()], {"poeng_bare_for_vist": (A,)}),
    "more points than possible": Case([shown(risikopoeng=4), hidden()], {"poeng_innen_mulige": (A,)}),
    "negative points": Case([shown(risikopoeng=-1), hidden()], {"risikopoeng.i_omraadet": (A,)}),
    "one row short of the expected set": Case([shown()], {"forventet_antall": ()}, extra=(TWO,)),
    "one row over the expected set": Case(
        [shown(), hidden(), hidden("6103")], {"forventet_antall": ()}, extra=(TWO,)
    ),
    "two faults at once": Case(
        [shown("61", verdi="150.125"), hidden()], {"kommunenr.form": None, "verdi.i_omraadet": None}
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Outcome]]:
    """Every case in one run: starting the checks is what costs."""
    folder = tmp_path_factory.mktemp("sjekk")
    targets = [
        target(folder, case.rows, number=number, columns=case.columns, extra=case.extra)
        for number, case in enumerate(CASES.values())
    ]
    return dict(zip(CASES, run_checks(targets, folder / "neste"), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_the_fault_is_found_by_its_check_and_by_no_other(outcomes, name):
    assert {one.kontroll for one in outcomes[name] if not one.passed} == set(CASES[name].fails)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if any(case.fails.values())])
def test_offenders_are_named_by_key(outcomes, name):
    for one in outcomes[name]:
        expected = CASES[name].fails.get(one.kontroll)
        if expected is not None:
            assert one.avvik == expected


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.fails])
def test_no_figure_stands_in_an_outcome(outcomes, name):
    # A shielded figure of a small school must not reach the log through the check that found it.
    for one in outcomes[name]:
        assert all(
            part.partition("=")[0] in (*TABLE.grain, "column_name") for key in one.avvik for part in key.split(", ")
        )
        for figure in ("47.5", "47,5", "47.6", "100.001", "150.125"):
            assert figure not in str(one.model_copy(update={"varighet": 0.0}))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.fails])
def test_an_outcome_says_in_norwegian_what_to_do(outcomes, name):
    for one in outcomes[name]:
        if not one.passed:
            assert one.tabell == "prove"
            assert one.alvorlighet == "kritisk"
            assert len(one.veiledning) > 20


def test_a_schema_fault_names_the_column(outcomes):
    (schema,) = [one for one in outcomes["a column of another type"] if not one.passed]
    assert schema.avvik == ("column_name=risikopoeng",)


def test_every_check_gives_one_outcome_in_order(outcomes):
    names = [check.name for check in (*derived_checks(TABLE, "v"), TWO)]
    assert [one.kontroll for one in outcomes["nothing wrong"]] == names


@pytest.mark.parametrize("key", all_tables())
def test_every_declared_table_has_schema_key_and_no_check_twice(key):
    declared = all_tables()[key]
    names = [check.name for check in merge(derived_checks(declared, "v"), suite_of(key).checks)]
    assert {"skjema", "unik_noekkel"} <= set(names)
    for column in declared.columns:
        assert (f"{column.name}.ikke_null" in names) != column.nullable


def test_two_checks_of_one_name_are_refused():
    with pytest.raises(ValueError, match="forventet_antall"):
        merge([expected_rows(1, "en")], [expected_rows(2, "to")])


def test_braces_in_a_pattern_survive_the_formatting():
    # Great Expectations formats the query: `\\d{4}` undoubled would ask for the key "4".
    query = rows_check("form", TABLE, r"NOT regexp_full_match(kommunenr, '\d{4}')", "x").kwargs["unexpected_rows_query"]
    assert query.format(batch="b").endswith(r"'\d{4}')")
