"""The typed model of a table declaration, the registry of all tables, and the version of what they promise.

Belongs here: reading and validating `tables.yaml`, `columns.yaml` and `contract.yaml`. Does not belong here: SQL (see
`ddl`).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

ColumnType = Literal[
    "VARCHAR", "INTEGER", "DOUBLE", "DECIMAL(9,3)", "BOOLEAN", "DATE", "TIMESTAMP", "VARCHAR[]", "INTEGER[]"
]
Schema = Literal["lager", "mart", "dim", "intern", "drift"]


class Column(BaseModel):
    """One column. `nullable` is False unless declared: a missing value is an exception that must be asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: ColumnType
    text: str
    nullable: bool = False
    unit: str | None = None
    values: tuple[str | int, ...] | None = None
    pattern: str | None = None
    min: float | None = None
    max: float | None = None

    @property
    def comment(self) -> str:
        """The text that BI tools show, with the unit when there is one."""
        return f"{self.text} Enhet: {self.unit}." if self.unit else self.text


class Table(BaseModel):
    """One table: where it is published, its grain and its columns in order."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    key: str
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    db_schema: Schema = Field(alias="schema")
    text: str
    grain: tuple[str, ...] = Field(min_length=1)
    partition_by: tuple[str, ...] = ()
    empty_ok: bool = False
    columns: tuple[Column, ...]

    @model_validator(mode="after")
    def _grain_and_partitions_are_columns(self) -> Table:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"table {self.key}: a column stands twice")
        for name in (*self.grain, *self.partition_by):
            if name not in names:
                raise ValueError(f"table {self.key}: {name} is in the grain or a partition but is no column")
            if self.column(name).nullable:
                raise ValueError(f"table {self.key}: {name} is in the grain and may not be null")
        return self

    def column(self, name: str) -> Column:
        """The column of that name. Raises `KeyError`."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.key}.{name}")

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names in declared order."""
        return tuple(column.name for column in self.columns)

    @property
    def qualified_name(self) -> str:
        """`mart.grense`."""
        return f"{self.db_schema}.{self.name}"


class ContractChange(BaseModel):
    """A version of the published contract and what came with it, in Norwegian: a text, or a line for each change.

    A version of the same main number takes nothing away: who reads 1.0 can read 1.1. `utkast`: still open, so that its
    lines may grow and change. `erstattet`: names and values that went, each with what to use instead.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    versjon: str = Field(pattern=r"^[1-9]\d*\.\d+$")
    endring: str | tuple[str, ...] = Field(min_length=1)
    utkast: bool = False
    erstattet: dict[str, str] = {}

    @property
    def navn(self) -> str:
        """The version as a release states it."""
        return f"{self.versjon}-utkast" if self.utkast else self.versjon


def _read(name: str) -> Any:
    return yaml.safe_load(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


CONTRACT_CHANGES = tuple(ContractChange.model_validate(entry) for entry in _read("contract.yaml"))
CONTRACT_VERSION = CONTRACT_CHANGES[-1].navn


def replaced_since(versjon: str) -> dict[str, str]:
    """The names and values of contract `versjon` ("1.4") that are gone, each with what to use instead, in Norwegian.

    Nothing for what is no version, and for one that is not older than the last.
    """
    parts = versjon.removesuffix("-utkast").split(".")
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        return {}
    return {
        gone: instead
        for change in CONTRACT_CHANGES
        if _number(change.versjon) > (int(parts[0]), int(parts[1]))
        for gone, instead in change.erstattet.items()
    }


def _number(versjon: str) -> tuple[int, ...]:
    return tuple(int(part) for part in versjon.split("."))


@cache
def all_tables() -> dict[str, Table]:
    """Every declared table by its key in `tables.yaml`, in declared order."""
    columns = _read("columns.yaml")
    columns["kontraktversjon"]["text"] += _gone()
    tables: dict[str, Table] = {}
    for key, raw in _read("tables.yaml").items():
        resolved = []
        of_every = [name for name, column in columns.items() if column.get("every") == raw["schema"]]
        for entry in (*raw["columns"], *of_every):
            override = {"name": entry} if isinstance(entry, str) else dict(entry)
            declared = {**columns[override["name"]], **override}
            declared.pop("every", None)
            resolved.append(declared)
        tables[key] = Table.model_validate({"name": key, **raw, "key": key, "columns": resolved})
    return tables


def _gone() -> str:
    """What went with the contract's last version, for whoever reads the published file and misses it."""
    last = CONTRACT_CHANGES[-1]
    told = "; ".join(f"{gone}: bruk {instead}" for gone, instead in last.erstattet.items())
    return f" Borte i {last.versjon}: {told}." if told else ""


def table(key: str) -> Table:
    """One declared table. Raises `KeyError`."""
    return all_tables()[key]


def published_tables() -> list[Table]:
    """The tables of the published file, in declared order."""
    return [declared for declared in all_tables().values() if declared.db_schema != "lager"]
