"""The statistics of the example and how a school's quality turns into a figure.

Belongs here: levels, spreads and years of each series; the hidden quality of places and schools. Does not belong here:
pupils and sums (`results`). The levels are near the national figures that Udir has published; the rest is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from oppfolging_pipeline.sources.example.calendar import GRUNNSKOLEPOENG_SKOLEAAR, SKOLEAAR
from oppfolging_pipeline.sources.example.dice import Dice
from oppfolging_pipeline.sources.example.schools import skoler

Omraade = Literal["prover", "miljo", "poeng"]
OMRAADER: tuple[Omraade, ...] = ("prover", "miljo", "poeng")
WIDE = 60  # municipalities whose schools differ much
WEAK = 56  # municipalities that are distinctly weak


@dataclass(frozen=True, eq=False)
class Serie:
    """One statistic in one grade; each stands once, so that it is itself a quick key of dictionaries.

    `nivaa`: the level; `skole` and `sted`: how much one standard deviation of a school's and a municipality's quality
    moves it; `elev`: standard deviation between pupils. `andel` marks a percentage that counts pupils, where `elev` is
    not used: beside it stands how many it counts, and not how many it is of. `nivaaer`: percent of pupils on each
    mestringsnivå at the level, lowest first (national tests only).
    """

    navn: str
    trinn: int
    omraade: Omraade
    nivaa: float
    skole: float
    sted: float
    elev: float
    desimaler: int
    andel: bool = False
    nivaaer: tuple[float, ...] = ()


# How those above the lowest mestringsnivå spread over the others: 5. trinn has three levels, the later grades five.
_ABOVE_LOWEST = {5: (0.66, 0.34), 8: (0.27, 0.38, 0.22, 0.13), 9: (0.24, 0.37, 0.24, 0.15)}
_TILT_PER_POINT = 0.12  # how much more of them stand on each level than on the one below, per point of the mean


def _test(navn: str, trinn: int, nivaa: float, lavt: float) -> Serie:
    levels = (lavt, *(share * (100 - lavt) for share in _ABOVE_LOWEST[trinn]))
    return Serie(navn, trinn, "prover", nivaa, 1.5, 1.35, 9.6, 0, nivaaer=levels)


PROVER = (
    _test("Engelsk", 5, 50.3, 23.2), _test("Lesing", 5, 49.4, 24.2), _test("Regning", 5, 49.5, 24.2),
    _test("Engelsk", 8, 50.2, 23.4), _test("Lesing", 8, 49.3, 24.0), _test("Lesing", 9, 53.2, 13.0),
    _test("Regning", 8, 49.2, 24.0), _test("Regning", 9, 52.6, 14.0),
)  # fmt: skip
STOTTE = tuple(Serie("stotte", trinn, "miljo", nivaa, 0.13, 0.13, 0.72, 1) for trinn, nivaa in ((7, 4.23), (10, 3.93)))
MOTIVASJON = tuple(
    Serie("motivasjon", trinn, "miljo", nivaa, 0.13, 0.13, 0.85, 1) for trinn, nivaa in ((7, 3.71), (10, 3.32))
)
MOBBING = tuple(
    Serie("mobbing", trinn, "miljo", nivaa, -2.0, -1.9, 0.0, 1, andel=True) for trinn, nivaa in ((7, 12.9), (10, 8.8))
)
UNDERSOKELSE = STOTTE + MOTIVASJON + MOBBING
# Of those who were invited; nothing of it is drawn, it is made of who answered the others.
DELTAKELSE = tuple(Serie("deltakelse", trinn, "miljo", 88.0, 0.0, 0.0, 0.0, 1, andel=True) for trinn in (7, 10))
POENG = (Serie("grunnskolepoeng", 10, "poeng", 41.9, 1.3, 1.0, 9.0, 1),)
ALLE = PROVER + UNDERSOKELSE + POENG

_OLD_SCALE_UNTIL, _OLD_SCALE = "2021-22", -1.6  # the national tests got a new scale in 2022
_LOWEST_PER_POINT = -3.1  # percentage points of pupils on the lowest mestringsnivå per point of the mean
# Movement of the country as a whole: bullying has risen; without exams marks are higher.
_YEARLY = {
    "mobbing": dict(zip(SKOLEAAR, (-2.6, -2.4, -2.0, -1.4, -0.6, 0.0, 0.4, 0.2), strict=True)),
    "grunnskolepoeng": dict(zip(GRUNNSKOLEPOENG_SKOLEAAR, (0.0, 0.1, 1.3, 1.4, 1.2, 0.1, -0.1, 0.0), strict=True)),
}


def level(serie: Serie, skoleaar: str) -> float:
    """The level of a series in a year, for a school of ordinary quality."""
    moved = _YEARLY.get(serie.navn, {}).get(skoleaar, 0.0)
    return serie.nivaa + moved + (_OLD_SCALE if serie.omraade == "prover" and skoleaar <= _OLD_SCALE_UNTIL else 0.0)


def pupils_on_levels(serie: Serie, antall: int, above_level: float) -> tuple[int, ...]:
    """How many of the pupils stand on each mestringsnivå where the mean is so much above the level, lowest first.

    They add up to `antall`. Empty for a series without such levels.
    """
    if not serie.nivaaer:
        return ()
    lowest, *others = serie.nivaaer
    share = min(max(lowest + _LOWEST_PER_POINT * above_level, 1.0), 85.0)
    counts = [int(antall * share / 100 + 0.5)]
    # Every level has some weight, or a school far below the mean would have none on a whole row of them.
    weights = [
        level * max(1 + _TILT_PER_POINT * above_level * (number - (len(others) - 1) / 2), 0.05)
        for number, level in enumerate(others)
    ]
    rest, whole, reached, placed = antall - counts[0], sum(weights), 0.0, 0
    for weight in weights:
        reached += weight
        until = int(rest * reached / whole + 0.5)
        counts.append(until - placed)
        placed = until
    return tuple(counts)


@cache
def place_quality() -> dict[int, dict[Omraade, float]]:
    """Quality of each place per area, in standard deviations of the ordinary ones."""
    dice = Dice("kvalitet for kommuner")
    size: dict[int, int] = {}
    for skole in skoler():
        size[skole.sted] = size.get(skole.sted, 0) + 1
    weak = set(dice.order(nr for nr, schools in size.items() if schools <= 15)[:WEAK])
    quality: dict[int, dict[Omraade, float]] = {}
    for nr in sorted(size):
        general = dice.between(-3.2, -1.9) if nr in weak else 0.32 + 0.6 * dice.normal()
        quality[nr] = {omraade: general + 0.35 * dice.normal() for omraade in OMRAADER}
    return quality


@cache
def school_quality() -> tuple[dict[Omraade, float], ...]:
    """Quality of each school per area beside its municipality's, in the order of `skoler()`, in the first year."""
    dice = Dice("kvalitet for skoler")
    size: dict[int, int] = {}
    for skole in skoler():
        size[skole.sted] = size.get(skole.sted, 0) + 1
    wide = set(dice.order(nr for nr, schools in size.items() if 4 <= schools <= 25)[:WIDE])
    quality: list[dict[Omraade, float]] = []
    for skole in skoler():
        general = 0.75 * dice.normal()
        factor = 2.4 if skole.sted in wide else 1.0
        quality.append({omraade: factor * (general + 0.6 * dice.normal()) for omraade in OMRAADER})
    return tuple(quality)
