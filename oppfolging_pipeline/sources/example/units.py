"""Municipalities and counties as the files of an era know them, read off the places.

Belongs here: membership, names as published, validity, changes. Does not belong here: which places there are
(`geography`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from oppfolging_pipeline.sources.example.calendar import ERA_STARTS, ERAS, NEWEST_ERA
from oppfolging_pipeline.sources.example.geography import FYLKE_NAMES, Periode, Sted, steder

CodeOf = Callable[[Sted, int], str]


def kommune_code(sted: Sted, era: int) -> str:
    """The municipality of a place."""
    return sted.koder[era]


def fylke_code(sted: Sted, era: int) -> str:
    """The county of a place."""
    return sted.fylkesnr(era)


@cache
def members(code_of: CodeOf, era: int) -> dict[str, frozenset[int]]:
    """Numbers of the places in each unit of an era."""
    found: dict[str, set[int]] = {}
    for sted in steder():
        found.setdefault(code_of(sted, era), set()).add(sted.nr)
    return {code: frozenset(places) for code, places in found.items()}


@cache
def kommune_periods() -> tuple[Periode, ...]:
    """Validity of every municipality code and name, in the order of codes, without the rows that are none."""
    return _periods([{s.koder[era]: s.navn[era] for s in steder() if not s.utenfor} for era in ERAS])


@cache
def fylke_periods() -> tuple[Periode, ...]:
    """The same for counties."""
    return _periods(list(FYLKE_NAMES))


def _periods(by_era: list[dict[str, str]]) -> tuple[Periode, ...]:
    periods: list[Periode] = []
    for era, codes in enumerate(by_era):
        for code, name in codes.items():
            before = next((p for p in periods if (p.kode, p.navn, p.siste) == (code, name, era - 1)), None)
            if before is not None:
                periods[periods.index(before)] = Periode(code, name, before.forste, era)
            else:
                periods.append(Periode(code, name, era, era))
    return tuple(sorted(periods, key=lambda period: (period.kode, period.forste)))


def changes() -> list[tuple[str, str, str, str, str]]:
    """Rows (date, old code, old name, new code, new name) in KLASS' sense: a split or merger gives several."""
    found = set()
    for era in ERAS[1:]:
        for sted in steder():
            old, new = (sted.koder[era - 1], sted.navn[era - 1]), (sted.koder[era], sted.navn[era])
            if old != new:
                found.add((ERA_STARTS[era], *old, *new))
    return sorted(found)


@cache
def shown_kommune(era: int) -> dict[str, str]:
    """Names as the downloads print them, by code.

    A code of 2020 that has ended carries its years, as `Ålesund (2020 - 2023)`; of two alike each carries its county.
    """
    current = {sted.koder[era]: sted.navn[era] for sted in steder()}
    shown = {}
    for code, name in current.items():
        twins = [other for other, other_name in current.items() if other_name == name]
        if len(twins) > 1:
            name = f"{name} ({FYLKE_NAMES[era][code[:2]]})"
        shown[code] = name + _years(code, era, kommune_periods())
    return shown


@cache
def shown_fylke(era: int) -> dict[str, str]:
    """The same for counties. One has a trailing space, as Udir's downloads of 2024-25 have for Troms."""
    shown = {code: name + _years(code, era, fylke_periods()) for code, name in FYLKE_NAMES[era].items()}
    return {code: f"{name} " if code == "79" else name for code, name in shown.items()}


def _years(code: str, era: int, periods: tuple[Periode, ...]) -> str:
    period = next((p for p in periods if p.kode == code and p.forste <= era <= p.siste), None)
    if period is None or period.forste == 0 or period.siste == NEWEST_ERA:
        return ""
    if any(p.kode == code and p.forste > period.siste for p in periods):  # the code lives on under a new name
        return ""
    return f" ({period.gyldig_fra[:4]} - {int(period.gyldig_til[:4]) - 1})"
