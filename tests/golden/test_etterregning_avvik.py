"""Every decided column of every table that is compared, spoilt once: exactly that difference is found, and well said.

On the golden country with 8 and 2 places, so that there are margins, ties and candidates on both sides of the cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.engine import Lake, open_engine
from oppfolging_pipeline.identification.etterregning.etterregn import Etterregnet
from oppfolging_pipeline.identification.etterregning.sammenligning import NOEKLER, Avvik, sammenlign
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import Column, table
from tests.support.decision import Inputs, Tables, decide_again, decide_by_steps
from tests.support.golden_sets import Item, small_set

SMALL = small_set([Item(), Item("regning"), Item(trinn=8), Item("regning", trinn=8)], antall=7, antall_2=2)
NAMES = {"kommunenavn", "fylkesnr", "fylkesnavn", "statsforvalter"}
# Columns that nothing is decided in: names and sentences.
OF_ITSELF = {"offisielt", "eksempel"}  # of the set and the home, and nothing that is worked out
UNDECIDED = {
    "identifisert_kommune": {*NAMES, *OF_ITSELF, "begrunnelse"},
    "kandidat_kategori2": {*NAMES, *OF_ITSELF, "grunn"},
    "rangering_kommune": {*NAMES, *OF_ITSELF, "begrunnelse"},
    "rangering_skole": {"skolenavn", "kommunenavn"},
    "andel": set(),
    "vurdering": {"indikatoromraade"},
}
CELL = "indikator = 'lesing' AND trinn = 5 AND skoleaar = '2024-25'"
# The row that is spoilt, and its key as a message has it.
ROWS = {
    "identifisert_kommune": ("kommunenr = '6107'", "kommunenr=6107"),
    "kandidat_kategori2": ("kommunenr = '6107'", "kommunenr=6107"),
    "rangering_kommune": ("kommunenr = '6101'", "kommunenr=6101"),
    "rangering_skole": ("orgnr = '100000101'", "orgnr=100000101"),
    "andel": ("enhet = '6101'", "nivaa=kommune, enhet=6101"),
    "vurdering": (
        f"enhet = '6101' AND {CELL}", "nivaa=kommune, enhet=6101, indikator=lesing, trinn=5, skoleaar=2024-25",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """Both computations of one request."""

    again: Etterregnet
    tables: Tables

    def after(self, name: str, folder: Path, *statements: str) -> list[Avvik]:
        """The differences after the statements have changed the pipeline's table `name` (called `t` in them)."""
        return sammenlign(self.again, {**self.tables, name: [self.spoilt(name, folder, *statements)]})

    def spoilt(self, name: str, folder: Path, *statements: str) -> Path:
        """The file of the pipeline's table `name` (called `t` in the statements) once they have changed it."""
        (source,), target = self.tables[name], folder / "spoilt.parquet"
        with closing(duckdb.connect()) as connection:
            connection.execute(f"CREATE TABLE t AS FROM read_parquet('{source}')")
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"COPY t TO '{target}' (FORMAT parquet)")
        return target


@pytest.fixture(scope="module")
def compared(job: Inputs, register: Register, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    inputs = replace(job, request=Request(2025, SMALL, default_catalog()))
    with open_engine() as engine:
        lake = Lake(tmp_path_factory.mktemp("steg") / "lager")
        return Compared(decide_again(inputs), decide_by_steps(engine, inputs, register, lake))


def test_nothing_differs_before_anything_is_spoilt(compared: Compared) -> None:
    assert sammenlign(compared.again, compared.tables) == []


@pytest.mark.parametrize("name", NOEKLER)
def test_every_column_that_is_no_name_or_sentence_is_compared(compared: Compared, name: str) -> None:
    """A column that is new in the declaration must be put on one side or the other."""
    decided = {*compared.again.tabeller[name].columns, "uttrekksaar", "indikatorsett"}
    assert decided == set(table(name).column_names) - UNDECIDED[name]
    assert set(NOEKLER[name]) <= decided


def other(column: Column) -> str:
    """SQL for another value than the one that is there: the smallest step, for a small difference is one as well."""
    name = column.name
    if column.type == "BOOLEAN":
        return f"coalesce(NOT {name}, true)"
    if column.type == "VARCHAR":
        return f"CASE WHEN {name} IS NULL THEN 'tekst' ELSE {name} || 'x' END"
    step = {"INTEGER": "1", "DOUBLE": "1e-9", "DECIMAL(9,3)": "0.001"}[column.type]
    return f"coalesce({name} + {step}, 1)"


@pytest.mark.parametrize("name", NOEKLER)
@pytest.mark.parametrize("emptied", [False, True], ids=["another value", "emptied"])
def test_a_spoilt_column_is_exactly_the_difference(
    compared: Compared, tmp_path: Path, name: str, emptied: bool
) -> None:
    """One column after the other is changed, each in the next row; what is found is those cells and no other."""
    key = NOEKLER[name]
    with closing(duckdb.connect()) as connection:
        source = connection.read_parquet(str(compared.tables[name][0]))
        rows = [dict(zip(source.columns, row, strict=True)) for row in source.order(", ".join(key)).fetchall()]
    columns = [one for one in table(name).columns if one.name not in (*key, *UNDECIDED[name])]
    statements, expected = [], set()
    for number, column in enumerate(columns):
        row = rows[number * 7 % len(rows)]
        where = " AND ".join(f"{part} = '{row[part]}'" for part in key)
        statements.append(f"UPDATE t SET {column.name} = {'NULL' if emptied else other(column)} WHERE {where}")
        empty, sentence = row[column.name] is None, column.name == "ikke_vurdert_grunn"
        # Another sentence about why is no other decision; that there is one is.
        if not empty if emptied else empty or not sentence:
            expected.add((", ".join(f"{part}={row[part]}" for part in key), column.name))
    found = compared.after(name, tmp_path, *statements)
    assert {(one.enhet, one.felt) for one in found} == expected
    assert {one.tabell for one in found} == {name}
    assert len(found) == len(expected) > 4


@pytest.mark.parametrize(
    ("name", "change", "text"),
    [
        ("rangering_kommune", "rangering = 3", "kommunenr=6101: rangering er 3 i løpet og 1 i etterregningen"),
        ("rangering_kommune", "kategori = NULL", "kommunenr=6101: kategori er tom i løpet og 1 i etterregningen"),
        ("rangering_kommune", "vurdert = false", "kommunenr=6101: vurdert er usann i løpet og sann i etterregningen"),
        (
            "rangering_kommune", "status = 'foreløpig'",
            "kommunenr=6101: status er foreløpig i løpet og beregnet i etterregningen",
        ),
        ("kandidat_kategori2", "spredning = 40", "kommunenr=6107: spredning er 40,0 i løpet og 36,1 i etterregningen"),
        (
            "vurdering", "verdi = 46.5",
            f"{ROWS['vurdering'][1]}: verdi er 46,5 i løpet og 46 i etterregningen",
        ),
        (
            "vurdering", "nasjonal_grense = 100",
            f"{ROWS['vurdering'][1]}: nasjonal_grense er 100 i løpet og 50 i etterregningen",
        ),
    ],
)  # fmt: skip
def test_a_difference_names_both_sides(compared: Compared, tmp_path: Path, name: str, change: str, text: str) -> None:
    (found,) = compared.after(name, tmp_path, f"UPDATE t SET {change} WHERE {ROWS[name][0]}")
    assert found.tekst == text


@pytest.mark.parametrize(
    ("name", "change", "where"),
    [
        ("rangering_skole", "rangering = 777", "orgnr = '100000101'"),
        ("rangering_skole", "risikopoeng = 777", "orgnr = '100000101'"),
        ("andel", "risikopoeng = 777", "enhet = '100000101'"),
        ("vurdering", "verdi = 777, risikopoeng = 777", f"enhet = '100000101' AND {CELL}"),
    ],
)
def test_a_difference_about_a_school_names_no_value(
    compared: Compared, tmp_path: Path, name: str, change: str, where: str
) -> None:
    found = compared.after(name, tmp_path, f"UPDATE t SET {change} WHERE {where}")
    assert found
    for one in found:
        assert (one.loep, one.etterregning) == (None, None)
        assert "777" not in one.tekst
        assert "100000101" in one.tekst
        assert one.felt in one.tekst


def test_a_figure_that_one_side_shields_is_not_given_away(compared: Compared, tmp_path: Path) -> None:
    """6105 is shielded in lesing on trinn 5 in the newest year: a run that shows a figure there must not tell it on."""
    change = "verdistatus = 'vist', verdi = 46, antall = 777, risikopoeng = 777, forbi_absolutt = true"
    found = compared.after("vurdering", tmp_path, f"UPDATE t SET {change} WHERE enhet = '6105' AND {CELL}")
    assert {one.felt: (one.loep, one.etterregning) for one in found} == {
        "verdistatus": ("vist", "skjermet"),
        **dict.fromkeys(("verdi", "antall", "risikopoeng", "forbi_absolutt"), (None, None)),
    }


@pytest.mark.parametrize(
    ("where", "change"),
    [
        # 0 points were given for it: the sum of the points is the same on both sides, the possible ones are not.
        ("enhet = '6105'", "verdistatus = 'vist', verdi = 50, antall = 20, risikopoeng = 0, mulige_risikopoeng = 3"),
        ("enhet = '6105'", "risikopoeng = 3"),
        ("enhet = '100000110'", "verdistatus = 'vist', verdi = 50, risikopoeng = 0, mulige_risikopoeng = 3"),
    ],
    ids=["shown on one side", "points of what neither shows", "a school's"],
)
def test_what_follows_from_a_figure_that_one_side_shields_does_not_give_it_away(
    compared: Compared, tmp_path: Path, where: str, change: str
) -> None:
    """A sum on each side, which sums are equal, and whom it passed would tell the points of the shielded cell."""
    sums, places = ("mulige_risikopoeng = mulige_risikopoeng + 3", "rangering = rangering + 1, margin = margin + 1")
    changed = {"andel": f"{sums} WHERE {where}", "rangering_kommune": f"{sums}, {places}", "vurdering": ""}
    changed["vurdering"] = f"{change} WHERE {where} AND {CELL}"
    files = dict(compared.tables)
    for name, statement in changed.items():
        folder = tmp_path / name
        folder.mkdir()
        files[name] = [compared.spoilt(name, folder, f"UPDATE t SET {statement}")]
    found = sammenlign(compared.again, files)
    assert found
    assert {one.tabell for one in found} == {"vurdering"}
    assert {one.felt for one in sammenlign(compared.again, {**files, "vurdering": compared.tables["vurdering"]})} == {
        "mulige_risikopoeng", "rangering", "margin",
    }  # fmt: skip


ROW = "er {} i løpet og {} i etterregningen"


@pytest.mark.parametrize("name", NOEKLER)
@pytest.mark.parametrize(
    ("statements", "text"),
    [
        (["DELETE FROM t WHERE {where}"], "rad er ikke der i løpet og der i etterregningen"),
        (["INSERT INTO t FROM t WHERE {where}"], "rad er der flere ganger i løpet og der én gang i etterregningen"),
    ],
    ids=["missing", "doubled"],
)
def test_a_row_that_is_missing_or_doubled_is_a_difference(
    compared: Compared, tmp_path: Path, name: str, statements: list[str], text: str
) -> None:
    where, key = ROWS[name]
    found = compared.after(name, tmp_path, *(statement.format(where=where) for statement in statements))
    assert [one.tekst for one in found] == [f"{key}: {text}"]


@pytest.mark.parametrize("name", NOEKLER)
def test_a_row_that_is_too_much_is_a_difference(compared: Compared, tmp_path: Path, name: str) -> None:
    column = next(one for one in ("kommunenr", "orgnr", "enhet") if one in NOEKLER[name])
    (found,) = compared.after(
        name, tmp_path, f"INSERT INTO t SELECT * REPLACE ('6999' AS {column}) FROM t WHERE {ROWS[name][0]}"
    )
    assert found.tekst.endswith(": rad er der i løpet og ikke der i etterregningen")
    assert f"{column}=6999" in found.enhet


@pytest.mark.parametrize("name", NOEKLER)
def test_a_table_without_rows_is_a_difference_in_every_row(compared: Compared, tmp_path: Path, name: str) -> None:
    found = compared.after(name, tmp_path, "DELETE FROM t")
    assert len(found) == len(compared.again.tabeller[name]) > 0
    assert {one.felt for one in found} == {"rad"}


@pytest.mark.parametrize("tables", [{}, {"andel": []}])
def test_a_table_that_is_not_there_is_an_error_and_no_agreement(
    compared: Compared, tables: Mapping[str, list[Path]]
) -> None:
    with pytest.raises(PermanentError, match="andel"):
        sammenlign(compared.again, tables if not tables else {**compared.tables, **tables})


def test_a_column_that_is_not_there_is_an_error_and_no_agreement(compared: Compared, tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="rangering"):
        compared.after("rangering_kommune", tmp_path, "ALTER TABLE t DROP rangering")


def test_those_who_are_identified_are_told_of_first(compared: Compared, tmp_path: Path) -> None:
    """A message is cut: what matters most must stand at its beginning."""
    assert list(NOEKLER)[:3] == ["identifisert_kommune", "kandidat_kategori2", "rangering_kommune"]
    found = compared.after("identifisert_kommune", tmp_path, "UPDATE t SET kategori = 2")
    assert [one.enhet for one in found] == sorted(one.enhet for one in found)
