"""The suites in `suites/`: one YAML file for each table, with what only a person knows about it.

Belongs here: the shape of a suite file and reading it. Does not belong here: what follows from the table's declaration
(`suite`), or running (`runner`). An expectation has Great Expectations' own `type` and `kwargs`; in a query
`tabellen` is the table that is checked, `leser` names the other tables and the facts that it reads, and a query that
several read is a `hjelpetabell`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from checks.suite import ROWS, Check, Helper, over_table
from oppfolging_pipeline.core.yaml_document import load_document, refusal, refuse, validate
from oppfolging_pipeline.tables.model import all_tables


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Forventning(_Part):
    """One expectation. `tekst` says in Norwegian what is wrong when it fails, and what to do. `bare_antall`: its
    offenders are cells that could be worked out, so a release tells how many, and never which."""

    navn: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    type: Annotated[str, Field(pattern=r"^(expect_[a-z_]+|unexpected_rows_expectation)$")]
    severity: Literal["critical", "warning"]
    tekst: Annotated[str, Field(min_length=20)]
    leser: tuple[str, ...] = ()
    bare_antall: bool = False
    kwargs: dict[str, Any]


class Hjelpetabell(_Part):
    """A query that several expectations read the rows of: it is run once. `leser` is as for an expectation."""

    navn: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    leser: tuple[str, ...] = ()
    sql: Annotated[str, Field(min_length=1)]


class SuiteFil(_Part):
    """A suite file: the table that it is about and its expectations, at least one."""

    tabell: str
    hjelpetabeller: tuple[Hjelpetabell, ...] = ()
    forventninger: Annotated[tuple[Forventning, ...], Field(min_length=1)]

    @field_validator("tabell")
    @classmethod
    def _a_declared_table(cls, tabell: str) -> str:
        if tabell not in all_tables():
            refuse([refusal(found=tabell, expected="a table of tables.yaml", action="Correct the name.")])
        return tabell

    @field_validator("forventninger")
    @classmethod
    def _each_name_once(cls, forventninger: tuple[Forventning, ...]) -> tuple[Forventning, ...]:
        twice = [name for name, count in Counter(one.navn for one in forventninger).items() if count > 1]
        refuse(
            refusal(found=f"{name} twice", expected="each name once", action="Rename one: its verdict would be hidden.")
            for name in twice
        )
        return forventninger


@dataclass(frozen=True)
class Suite:
    """What a file adds to the checks that follow from the declaration."""

    checks: tuple[Check, ...] = ()
    helpers: tuple[Helper, ...] = ()


def read_suite(text: str, file: str) -> SuiteFil:
    """A suite from YAML. Raises `InvalidInput` with the line of every fault."""
    return validate(load_document(text, file), SuiteFil)


@cache
def suite_of(key: str) -> Suite:
    """The suite of the table's file, in its order; an empty one for a table that has no file.

    Raises `InvalidInput` for a file that is no suite, `ValueError` for one that speaks of another table than its name.
    """
    file = resources.files(__package__).joinpath("suites", f"{key}.yaml")
    if not file.is_file():
        return Suite()
    read = read_suite(file.read_text(encoding="utf-8"), f"{key}.yaml")
    if read.tabell != key:
        raise ValueError(f"{key}.yaml: found tabell {read.tabell}; expected {key}")
    return Suite(
        tuple(
            Check(one.navn, one.type, one.tekst, _kwargs(one), one.severity, one.leser, one.bare_antall)
            for one in read.forventninger
        ),
        tuple(Helper(one.navn, over_table(one.sql), one.leser) for one in read.hjelpetabeller),
    )


def _kwargs(one: Forventning) -> dict[str, Any]:
    kwargs: dict[str, Any] = _plain(one.kwargs)
    if one.type == ROWS:
        kwargs["unexpected_rows_query"] = over_table(kwargs["unexpected_rows_query"])
    return kwargs


def _plain(value: Any) -> Any:
    """As Great Expectations takes it: a decimal of the YAML as a float."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
