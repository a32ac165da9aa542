"""Names are looked at once more where they are published: what no name holds is seen by the suites, however it came."""

from __future__ import annotations

from contextlib import closing

import pytest

from checks.suite_files import suite_of
from oppfolging_pipeline.core.duckdb_session import open_duckdb
from oppfolging_pipeline.register import names
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.tables.model import table
from tests.unit.register.test_names import DOUBLY, GOOD, shown_as

CHECK = "navn_er_lesbart"
OF_THE_REGISTER = (
    ("kommune", "kommunenavn"), ("kommune", "fylkesnavn"), ("kommune", "statsforvalter"),
    ("kommune", "statsforvalter_i_dag"), ("dim_statsforvalter", "statsforvalter"),
)  # fmt: skip
ALL = (*OF_THE_REGISTER, ("skole", "skolenavn"), ("observasjon", "enhetsnavn"))
CONTROLS = [f"As{chr(number)}ker" for number in (*range(1, 0x20), *range(0x7F, 0xA0))]
UNSEEN = [
    "As\u200bker",
    "As\u00adker",
    "\ufeffAsker",
    "As\u2028ker",
    "As\ue000ker",
    "As\ufffdker",
    "As\u202eker",
    "As?ker",
]
TWICE = [f"As{shown_as(sign, 'cp1252')}ker" for sign in DOUBLY]
OTHERS = ["?", "0301", "B¾rum", "Осло", "M&oslash;re", "M\\u00f8re", "As\u0378ker", "As\u00a0ker", ""]


KEYS = {"kommune": "kommunenr", "dim_statsforvalter": "statsforvalter", "skole": "orgnr", "observasjon": "enhet"}


def caught(key: str, column: str, values: list[str]) -> set[str]:
    """The values for which the suite's check of names names the row; the table's other columns are null."""
    (check,) = (one for one in suite_of(key).checks if one.name == CHECK)
    of = {column: "navn", KEYS[key]: "navn" if column == KEYS[key] else "nummer"}
    columns = ", ".join(
        f"{of.get(one.name) or f'CAST(NULL AS {one.type})'} AS {one.name}" for one in table(key).columns
    )
    named = {value if column == KEYS[key] else str(number): value for number, value in enumerate(values)}
    query = check.kwargs["unexpected_rows_query"].format(batch=f"(SELECT {columns} FROM verdier) AS subselect")
    with closing(open_duckdb()) as connection:
        numbers = [str(number) for number in range(len(values))]
        connection.execute("CREATE TABLE verdier AS SELECT unnest(?) AS nummer, unnest(?) AS navn", [numbers, values])
        result = connection.execute(f"SELECT {KEYS[key]} FROM ({query})").fetchall()
    return {named[one] for (one,) in result}


@pytest.mark.parametrize(("key", "column"), ALL, ids=[f"{key}.{column}" for key, column in ALL])
def test_what_no_name_holds_is_caught(key: str, column: str) -> None:
    spoiled = [*CONTROLS, *UNSEEN, *TWICE]
    if (key, column) not in OF_THE_REGISTER:  # a school may have a no-break space in its name, after an Å too
        spoiled.remove("AsÅ\u00a0ker")
    assert set(spoiled) - caught(key, column, spoiled) == set()


@pytest.mark.parametrize(("key", "column"), ALL, ids=[f"{key}.{column}" for key, column in ALL])
def test_a_name_is_let_through(key: str, column: str) -> None:
    assert caught(key, column, GOOD) == set()


@pytest.mark.parametrize(("key", "column"), OF_THE_REGISTER, ids=[f"{key}.{column}" for key, column in OF_THE_REGISTER])
def test_of_the_register_what_is_caught_is_what_its_lists_are_refused_for(key: str, column: str) -> None:
    assert caught(key, column, OTHERS) == {name for name in OTHERS if names.fault(name)} == set(OTHERS)


def test_every_name_that_the_project_carries_is_let_through() -> None:
    register = carried_register()
    carried = sorted({one.navn for one in register.kommuner})
    assert caught("kommune", "kommunenavn", carried) == set()
