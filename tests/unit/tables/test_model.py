"""The declarations: all of ours are valid, and a bad one is refused by what is wrong with it."""

from __future__ import annotations

import pytest
import yaml
from pydantic import ValidationError

from oppfolging_pipeline.tables import model
from oppfolging_pipeline.tables.model import (
    CONTRACT_CHANGES,
    CONTRACT_VERSION,
    Column,
    ContractChange,
    Table,
    all_tables,
    published_tables,
    replaced_since,
    table,
)

COLUMN = {"name": "nr", "type": "VARCHAR", "text": "Nummer."}
TABLE = {"key": "t", "name": "t", "schema": "mart", "text": "En tabell.", "grain": ["nr"], "columns": [COLUMN]}

BAD_COLUMNS = {
    "an unknown key": {**COLUMN, "teckst": "x"},
    "an unknown type": {**COLUMN, "type": "TEXT"},
    "no type": {"name": "nr", "text": "Nummer."},
    "no text": {"name": "nr", "type": "VARCHAR"},
    "a capital in the name": {**COLUMN, "name": "Nr"},
    "a letter outside ASCII in the name": {**COLUMN, "name": "år"},
    "SQL in the name": {**COLUMN, "name": 'nr" INTEGER); --'},
    "an empty name": {**COLUMN, "name": ""},
}
BAD_TABLES = {
    "an unknown key": {**TABLE, "partitions": ["nr"]},
    "an unknown schema": {**TABLE, "schema": "public"},
    "no grain": {**TABLE, "grain": []},
    "a grain that is no column": {**TABLE, "grain": ["aar"]},
    "a grain that may be null": {**TABLE, "columns": [{**COLUMN, "nullable": True}]},
    "a partition that is no column": {**TABLE, "partition_by": ["aar"]},
    "a column twice": {**TABLE, "columns": [COLUMN, COLUMN]},
    "a capital in the name": {**TABLE, "name": "T"},
}


def test_the_valid_ones_that_the_bad_ones_are_made_from_are_valid():
    assert Column.model_validate(COLUMN).nullable is False
    assert Table.model_validate(TABLE).qualified_name == "mart.t"


@pytest.mark.parametrize("raw", BAD_COLUMNS.values(), ids=BAD_COLUMNS)
def test_a_bad_column_is_refused(raw):
    with pytest.raises(ValidationError):
        Column.model_validate(raw)


@pytest.mark.parametrize("raw", BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_bad_table_is_refused(raw):
    with pytest.raises(ValidationError):
        Table.model_validate(raw)


def test_a_declaration_cannot_be_changed_while_it_is_used():
    with pytest.raises(ValidationError):
        table("grense").text = "x"


def test_a_table_that_is_not_declared_is_no_table():
    with pytest.raises(KeyError):
        table("finnes_ikke")
    with pytest.raises(KeyError, match=r"grense\.finnes_ikke"):
        table("grense").column("finnes_ikke")


def test_every_declared_column_is_used():
    # A column that no table lists is a text that nobody keeps true.
    used = {column.name for declared in all_tables().values() for column in declared.columns}
    assert set(model._read("columns.yaml")) == used


def test_an_override_changes_what_the_file_says_it_may():
    raw = yaml.safe_load((model.resources.files("oppfolging_pipeline.tables") / "tables.yaml").read_text("utf-8"))
    allowed = {"name", "text", "nullable", "type", "min", "max", "values"}
    changed = {
        key for declared in raw.values() for entry in declared["columns"] if isinstance(entry, dict) for key in entry
    }
    assert changed <= allowed


def test_a_state_has_a_vocabulary_of_its_own_in_each_table():
    # Without one a state that nobody knows was compared with nothing, and passed.
    states = {key: declared.column("tilstand").values for key, declared in all_tables().items()
              if "tilstand" in declared.column_names}  # fmt: skip
    assert states == {
        "pulje_faseplan": ("kommende", "pågående", "avsluttet"),
        "rapportering": ("kommende", "forfaller", "mottatt", "forsinket"),
    }


@pytest.mark.parametrize("key", all_tables())
def test_a_table_is_declared_whole(key):
    declared = table(key)
    assert declared.text.endswith(".")
    for column in declared.columns:
        assert column.comment.endswith("."), column.name
        if column.min is not None and column.max is not None:
            assert column.min < column.max


@pytest.mark.parametrize("key", all_tables())
def test_a_figure_carries_its_status_and_a_share_its_unit(key):
    declared = table(key)
    names = declared.column_names
    assert ("verdi" in names) == ("verdistatus" in names), "status before number, always both"
    for column in declared.columns:
        if column.name.startswith("andel_"):
            assert (column.min, column.max, column.unit) == (0, 100, "prosent")


def test_a_code_is_text_and_never_a_number():
    # A leading zero lost is another municipality.
    codes = {"kommunenr", "fylkesnr", "orgnr", "kommunenr_ved_uttrekk"}
    found = [c for declared in all_tables().values() for c in declared.columns if c.name in codes]
    assert found and all(column.type == "VARCHAR" and column.pattern for column in found)


def test_no_two_published_tables_have_one_name():
    names = [declared.qualified_name for declared in published_tables()]
    assert len(set(names)) == len(names)
    assert not {name for name in names if name.startswith("lager.")}


def test_the_versions_of_the_contract_rise_and_the_last_is_the_one_that_is_published():
    numbers = [tuple(int(part) for part in change.versjon.split(".")) for change in CONTRACT_CHANGES]
    assert numbers == sorted(set(numbers))
    assert CONTRACT_CHANGES[-1].navn == CONTRACT_VERSION
    lines = [
        line for one in CONTRACT_CHANGES for line in ([one.endring] if isinstance(one.endring, str) else one.endring)
    ]
    assert [line for line in lines if not line.endswith(".")] == []


def test_only_the_last_version_is_open_and_a_release_says_so():
    assert [change.utkast for change in CONTRACT_CHANGES[:-1]] == [False] * (len(CONTRACT_CHANGES) - 1)
    assert ContractChange(versjon="3.0", endring="Ny kolonne.", utkast=True).navn == "3.0-utkast"
    assert ContractChange(versjon="3.0", endring="Ny kolonne.").navn == "3.0"


def test_what_went_is_told_to_those_who_come_from_before_and_to_no_other():
    last = CONTRACT_CHANGES[-1]
    assert replaced_since("1.4") == replaced_since("1.0") == last.erstattet != {}
    assert all(gone and instead for gone, instead in last.erstattet.items())
    for version in (last.versjon, last.navn, "99.0", "", "none", "1.x"):
        assert replaced_since(version) == {}


def test_whoever_reads_the_file_and_misses_a_name_finds_what_to_use_instead():
    text = table("utgivelse").column("kontraktversjon").comment
    for gone, instead in CONTRACT_CHANGES[-1].erstattet.items():
        assert f"{gone}: bruk {instead}" in text


@pytest.mark.parametrize("version", ["1", "1.1.0", "1.x", "0.9", "v1.0", ""])
def test_what_is_no_version_of_the_contract_is_refused(version):
    with pytest.raises(ValidationError):
        ContractChange(versjon=version, endring="Ny kolonne.")


def test_a_unit_stands_in_the_comment():
    assert Column.model_validate({**COLUMN, "unit": "prosent"}).comment == "Nummer. Enhet: prosent."
