"""Pupils and what they achieved, per school and year.

Belongs here: drawing pupils and results. Does not belong here: other units and shielding (`cells`), or how a figure is
written (the writers).

Sums are whole numbers (thousandths × pupils), so that no order of adding and no machine changes a published figure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from oppfolging_pipeline.sources.example.calendar import ALLE_SKOLEAAR, GRUNNSKOLEPOENG_SKOLEAAR, SKOLEAAR
from oppfolging_pipeline.sources.example.dice import Dice
from oppfolging_pipeline.sources.example.schools import Skole, skoler
from oppfolging_pipeline.sources.example.series import (
    ALLE,
    DELTAKELSE,
    OMRAADER,
    UNDERSOKELSE,
    Omraade,
    Serie,
    level,
    place_quality,
    pupils_on_levels,
    school_quality,
)

THOUSANDTHS = 1000
WHOLE = 100 * THOUSANDTHS  # what a pupil whom a share counts adds to its sum
_KEPT, _DRIFT = 0.98, 0.2  # how a school's quality moves from one year to the next
_COHORT_SPREAD = 0.5
_NONE_TAKES_PART = 0.012
_ABSENT_PERCENT: dict[Omraade, int] = {"prover": 6, "miljo": 22, "poeng": 0}  # at most
_LOWEST_MEAN: dict[Omraade, float] = {"prover": 20.0, "miljo": 1.0, "poeng": 15.0}
_HIGHEST_MEAN: dict[Omraade, float] = {"prover": 80.0, "miljo": 5.0, "poeng": 58.0}


class Tally(NamedTuple):
    """Pupils, and sums over them in thousandths: of the figure, and of percent on each mestringsnivå, lowest first."""

    antall: int
    sum: int
    nivaaer: tuple[int, ...] = ()

    @property
    def teller(self) -> int:
        """How many of the pupils a share counts, where the figure is one."""
        return self.sum // WHOLE


def of_share(teller: int, antall: int) -> Tally:
    """So many of so many pupils."""
    return Tally(antall, teller * WHOLE)


Tallies = dict[Serie, dict[int, Tally]]


@cache
def tallies() -> tuple[Tallies, ...]:
    """Per year (position in `ALLE_SKOLEAAR`) and series: the tally of each school with the grade, by its number."""
    dice = Dice("elever")
    places = place_quality()
    quality = [dict(areas) for areas in school_quality()]
    years = []
    for year, skoleaar in enumerate(ALLE_SKOLEAAR):
        cohorts: dict[tuple[int, int], int] = {}
        found: Tallies = {}
        took_part: dict[tuple[int, int], bool] = {}  # in the survey: a school's grade takes all of it or nothing
        for serie in ALLE:
            if skoleaar not in (GRUNNSKOLEPOENG_SKOLEAAR if serie.omraade == "poeng" else SKOLEAAR):
                continue
            ordinary = level(serie, skoleaar)
            of_schools = found[serie] = {}
            for nr, skole in enumerate(skoler()):
                if skole.has(serie.trinn, year):
                    if (nr, serie.trinn) not in cohorts:
                        cohorts[nr, serie.trinn] = _cohort(skole, serie.trinn, dice)
                    above = serie.skole * quality[nr][serie.omraade]
                    above += serie.sted * places[skole.sted_in(year)][serie.omraade]
                    cohort = cohorts[nr, serie.trinn]
                    tally = _tally(serie, ordinary, above, _present(cohort, serie, dice), dice)
                    if serie in UNDERSOKELSE and took_part.setdefault((nr, serie.trinn), tally.antall > 0) != (
                        tally.antall > 0
                    ):
                        own = Dice(f"svar {skoleaar} {serie.navn} {serie.trinn} {nr}")
                        tally = _tally(serie, ordinary, above, 0 if tally.antall else cohort, own)
                    of_schools[nr] = tally
        if took_part:
            found |= {serie: _participation(serie.trinn, found, cohorts) for serie in DELTAKELSE}
        years.append(found)
        for areas in quality:
            for omraade in OMRAADER:
                areas[omraade] = _KEPT * areas[omraade] + _DRIFT * dice.normal()
    return tuple(years)


def _participation(trinn: int, found: Tallies, cohorts: Mapping[tuple[int, int], int]) -> dict[int, Tally]:
    """Those who answered of those who were invited, per school: fewer may have answered a single question."""
    of_grade = [found[serie] for serie in UNDERSOKELSE if serie.trinn == trinn]
    return {nr: of_share(max(schools[nr].antall for schools in of_grade), cohorts[nr, trinn]) for nr in of_grade[0]}


def _cohort(skole: Skole, trinn: int, dice: Dice) -> int:
    size = skole.barn if trinn <= 7 else skole.ungdom
    return max(0, int(size + _COHORT_SPREAD * math.sqrt(size) * dice.normal() + 0.5))


def _present(cohort: int, serie: Serie, dice: Dice) -> int:
    if dice.chance(_NONE_TAKES_PART):
        return 0
    return cohort - dice.whole(0, cohort * _ABSENT_PERCENT[serie.omraade] // 100)


def _tally(serie: Serie, ordinary: float, above: float, antall: int, dice: Dice) -> Tally:
    if antall == 0:
        return Tally(0, 0, (0,) * len(serie.nivaaer))
    if serie.andel:
        share = min(max(ordinary + above, 0.5), 80.0) / 100
        pupils = int(antall * share + math.sqrt(antall * share * (1 - share)) * dice.normal() + 0.5)
        return of_share(min(max(pupils, 0), antall), antall)
    mean = ordinary + above + serie.elev / math.sqrt(antall) * dice.normal()
    mean = min(max(mean, _LOWEST_MEAN[serie.omraade]), _HIGHEST_MEAN[serie.omraade])
    levels = pupils_on_levels(serie, antall, mean - ordinary)
    return Tally(antall, int(antall * mean * THOUSANDTHS), tuple(pupils * 100 * THOUSANDTHS for pupils in levels))
