"""The register and the second computation read every register alike that the door lets through.

Belongs here: registers that are drawn, every code asked for between all days. Does not belong here: what the answers
are (`test_slektskap`, `tests/unit/register`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.identification.etterregning.slektskap import Slektskap
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.register.reference import carried_register
from tests.unit.register.country import change, code, country

CHANGES = ("2018-01-01", "2020-01-01", "2022-01-01")
STARTS, ENDS = ("2015-01-01", *CHANGES), (*CHANGES, "")
CODES = ("6101", "6102", "6103", "6104")
ASKED = [date.fromisoformat(day) for day in ("2016-06-01", *CHANGES, "2019-06-01", "2021-06-01", "2024-06-01")]
DRAWN = 400


def drawn(seed: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Four codes that come, go, come again and run on, and changes among those in force, most of them at random; a
    code that ends or begins is given a change where nothing says what it became or was. As KLASS does, most validities
    end and begin on the days of their changes."""
    dice = random.Random(seed)  # noqa: S311 (no secret)
    codes = []
    for each in CODES:
        there = [dice.random() < 0.7 for _ in STARTS]
        first = 0
        while first < len(STARTS):
            last = first
            while there[first] and last + 1 < len(STARTS) and there[last + 1] and dice.random() < 0.7:
                last += 1
            if there[first]:
                codes.append(code(each, STARTS[first], ENDS[last], name=f"{each} fra {STARTS[first]}"))
            first = last + 1
    changes: list[dict[str, str]] = []
    for day in CHANGES:
        before = sorted({row["code"] for row in codes if row["validFrom"] < day <= (row["validTo"] or "9999")})
        after = sorted({row["code"] for row in codes if row["validFrom"] <= day < (row["validTo"] or "9999")})
        pairs = {(a, b) for a in before for b in after if dice.random() < (0.12 if a == b else 0.22)}
        if before and after:
            pairs |= {(a, dice.choice(after)) for a in before if a not in after and a not in {x for x, _ in pairs}}
            pairs |= {(dice.choice(before), b) for b in after if b not in before and b not in {y for _, y in pairs}}
        if dice.random() < 0.9:
            divided = [row for row in codes if row["code"] in {each for pair in pairs for each in pair}]
            divided = [row for row in divided if row["validFrom"] < day < (row["validTo"] or "9999")]
            for row in divided:
                codes.append(code(row["code"], day, row["validTo"], name=f"{row['code']} fra {day}"))
                row["validTo"] = day
                if row["code"] not in {til for _, til in pairs}:
                    pairs.add((row["code"], row["code"]))
        changes += [change(day, *pair) for pair in sorted(pairs)]
    return codes, changes


def answer(asked: Callable[[], Iterable[str]]) -> frozenset[str] | None:
    try:
        return frozenset(asked())
    except PermanentError:
        return None


def read_apart(register: Register, codes: Iterable[str] = CODES) -> Iterator[tuple[str, date, date]]:
    """Every question that the two answer differently."""
    other = Slektskap(register.rader())
    days = [day for day in ASKED if day >= register.foerste_dag]
    for one in (each for each in codes if register.kjent(each)):
        for dato in days:
            for per in days:
                mine = answer(lambda one=one, dato=dato, per=per: register.etterfolgere(one, dato, per))
                if mine != answer(lambda one=one, dato=dato, per=per: other.etterfolgere(one, dato, per)):
                    yield one, dato, per


def test_every_register_that_is_accepted_is_read_alike() -> None:
    accepted = 0
    for seed in range(DRAWN):
        try:
            register = country(*drawn(seed))
        except InvalidInput:
            continue
        accepted += 1
        assert list(read_apart(register)) == [], f"register {seed}"
    assert accepted > DRAWN / 6


def test_the_whole_carried_register_is_read_alike() -> None:
    register = carried_register()
    codes = sorted({row.kommunenr for row in register.kommuner})
    assert list(read_apart(register, codes[::7])) == []
