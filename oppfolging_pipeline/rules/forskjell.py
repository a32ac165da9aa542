"""What differs between two rule sets, in words.

Belongs here: comparing two sets value by value, and how a difference is told (in Norwegian). Does not belong here: what
a set may hold (`model`), or where the two are read from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.rules.canonical import plain
from oppfolging_pipeline.rules.indikator import AbsoluttGrense
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.parameter import Parameter


@dataclass(frozen=True)
class Forskjell:
    """One difference. `navn` is dotted, as in `parametre`; `kalt` what it is called; `a` and `b` the two values, None
    where a set has none. With equal values only where they come from differs (`kilde`, `grunn`)."""

    navn: str
    kalt: str
    a: str | None
    b: str | None

    def tekst(self, navn_a: str, navn_b: str) -> str:
        """The difference in one line, with the names of the two sets."""
        what = f"{self.navn} ({self.kalt})" if self.kalt else self.navn
        if self.a == self.b:
            return f"{what}: {self.a} i begge, men med ulik kilde eller grunn"
        if self.a is None or self.b is None:
            value, there = (self.b, navn_b) if self.a is None else (self.a, navn_a)
            return f"{what}: bare i {there} ({value})"
        return f"{what}: {self.a} i {navn_a}, {self.b} i {navn_b}"


@dataclass(frozen=True)
class _Value:
    """What stands under a name: what it is called, its value, and its source and reason where it has some."""

    kalt: str
    verdi: str
    begrunnelse: tuple[str, str | None] | None = None


def forskjeller(a: RuleSet, b: RuleSet) -> list[Forskjell]:
    """Every value that is another in the two sets, or comes from elsewhere, in the order in which sets are written; an
    indicator that only one of them has is one difference. That the names of the sets differ is none."""
    of_a, of_b = dict(_of_set(a, b)), dict(_of_set(b, a))
    found = []
    for navn in dict.fromkeys((*of_a, *of_b)):
        one, other = of_a.get(navn), of_b.get(navn)
        if one != other:
            kalt = next(value.kalt for value in (one, other) if value)
            found.append(Forskjell(navn, kalt, one.verdi if one else None, other.verdi if other else None))
    return found


def _of_set(own: RuleSet, other: RuleSet) -> Iterator[tuple[str, _Value]]:
    """The values of a set by their dotted names; of an indicator that the other one lacks only that it is there."""
    there = {(each.indikator, each.trinn) for each in other.indikatorer}
    for key, field in RuleSet.model_fields.items():
        if key == "indikatorer":
            for each in own.indikatorer:
                name = f"indikatorer.{each.indikator}.{each.trinn}"
                if (each.indikator, each.trinn) in there:
                    yield from _of_parts(each, name, ("maal", "omraade", "vekt", "absolutt_grense"))
                else:
                    yield name, _Value("indikatoren", f"{each.maal}, vekt {each.vekt.verdi}")
        elif key != "navn":
            yield from _values(getattr(own, key), key, field.description or "")


def _of_parts(model: BaseModel, navn: str, keys: Iterable[str]) -> Iterator[tuple[str, _Value]]:
    for key in keys:
        yield from _values(getattr(model, key), f"{navn}.{key}", type(model).model_fields[key].description or "")


def _values(value: Any, navn: str, kalt: str) -> Iterator[tuple[str, _Value]]:
    match value:
        case Parameter():
            yield navn, _Value(kalt, _shown(value.verdi), (value.kilde, value.grunn))
        case AbsoluttGrense():
            told = f"{_shown(value.verdi)} ({value.metode})"
            yield navn, _Value("den absolutte grensen", told, (value.kilde, value.grunn))
        case BaseModel():
            yield from _of_parts(value, navn, type(value).model_fields)
        case dict():
            for key, part in value.items():
                yield from _values(part, f"{navn}.{key}", kalt)
        case None:
            return
        case _:
            yield navn, _Value(kalt, _shown(value))


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "ja" if value else "nei"
        case tuple():
            return opplisting(value) or "ingen"
        case str():
            return f"«{value}»" if " " in value else value
        case _:
            return str(plain(value)).replace(".", ",")
