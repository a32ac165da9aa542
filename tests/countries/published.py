"""What the sources publish of an invented country, year by year, in the columns of `observasjon`.

Belongs here: figures, counts and stars as Udir sends them. Does not belong here: who stands where (`world`). Schools of
one form have the same figures and stars, and so have municipalities of equal schools: many are equal on purpose.
Figures lie on a few steps from the national one, the limits among them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from oppfolging_pipeline.core.rounding import half_up
from oppfolging_pipeline.core.skoleaar import day_in
from oppfolging_pipeline.rules.catalog import default_catalog
from tests.countries.world import ABROAD, School, World

Row = dict[str, Any]
Cell = tuple[str, Any, str, Any]  # status, figure, status of the count, count
EMPTY: Cell = ("mangler", None, "mangler", None)
NOBODY: Cell = ("mangler", None, "vist", 0)
STAR: Cell = ("skjermet", None, "skjermet", None)

AUTUMNS = ["2022-23", "2023-24", "2024-25"]
SPRINGS = ["2021-22", "2022-23", "2023-24"]
LATER = date(2025, 7, 1)  # figures of a year may come in codes of a day after the identification


@dataclass(frozen=True)
class Statistic:
    """An indicator of a source on a grade, with its national figure and how far from it figures lie."""

    kilde: str
    indikator: str
    maal: str
    trinn: int
    landet: str = ""
    steg: tuple[str, ...] = ()


TESTS = [
    Statistic("nasjonale_prover", indikator, "skalapoeng", trinn, "50", ("-5", "-4", "-3", "-2", "0", "1", "3"))
    for indikator, trinn in (("lesing", 5), ("regning", 5), ("lesing", 8))
]
LEVELS = Statistic(
    "nasjonale_prover", "regning", "andel_mestringsnivaa_1", 8, "12.0", ("-4", "0", "0.1", "6.9", "7", "7.1", "15")
)
MARKS = Statistic(
    "grunnskolepoeng", "grunnskolepoeng", "grunnskolepoeng", 10, "42.0", ("-4", "-2.6", "-2.5", "-0.1", "0", "2.5")
)
SCORES = [
    Statistic("elevundersokelsen", indikator, "score", trinn, "4.0", ("-0.6", "-0.4", "-0.3", "-0.1", "0", "0.4"))
    for indikator, trinn in (("motivasjon", 7), ("stotte_fra_larer", 10))
]
BULLIED = [Statistic("elevundersokelsen", "mobbing", "andel_mobbet", trinn, "10.0") for trinn in (7, 10)]


class Publisher:
    """Draws what is published. `habits` are drawn once: how a source of this country goes about it."""

    def __init__(self, world: World, seed: int, dice: random.Random) -> None:
        self.world, self.seed, self.register = world, seed, world.register()
        self.stars = dice.choice([0.02, 0.08, 0.2])
        self.small = dice.choice([5, 10, 20])
        self.empty_rows = dice.random() < 0.6
        self.without_participation = {year for year in AUTUMNS if dice.random() < 0.2}
        self.holes = dice.random() < 0.6
        self.preliminary = dice.random() < 0.2

    def rows(self, statistics: Sequence[Statistic], skoleaar: str) -> Iterator[Row]:
        """Every row of one source and school year. The statistics are all of that source."""
        kilde = statistics[0].kilde
        day = day_in(skoleaar, default_catalog().kilder[kilde].referansedato)
        later = self._dice("koder", kilde, skoleaar).random() < 0.1 and self._can_be_told_later(day)
        self.codes_of = LATER if later else day
        lost = self._lost(kilde, skoleaar)
        for one in statistics:
            yield from self._of_statistic(one, skoleaar, day, lost)
        if kilde == "elevundersokelsen" and skoleaar not in self.without_participation:
            for trinn in sorted({one.trinn for one in statistics}):
                took_part = Statistic(kilde, "deltakelse", "andel_deltatt", trinn, "90.0")
                yield from self._of_statistic(took_part, skoleaar, day, lost)

    def _lost(self, kilde: str, skoleaar: str) -> set[str]:
        """A municipality that the source has no row of that year, with its schools."""
        dice = self._dice("uten rad", kilde, skoleaar)
        codes = self._codes()
        can = self.holes and self.codes_of != LATER  # a row of that day may be of several of its own
        return {dice.choice(codes)} if can and dice.random() < 0.5 else set()

    def _of_statistic(self, one: Statistic, skoleaar: str, day: date, lost: set[str]) -> Iterator[Row]:
        """The nation, the counties, and each municipality with its schools. No more municipalities lack a school than
        the catalogue takes for a whole download."""
        open_here: dict[str, list[School]] = {code: [] for code in self._codes() if code not in lost}
        for school in self.world.schools:
            place = school.place(day) and school.stood_in(max(day, self.codes_of))
            if one.trinn in school.grades and place in open_here:
                open_here[place].append(school)
            elif one.trinn in school.grades and place == ABROAD:
                yield self._row(one, skoleaar, school.orgnr, ABROAD, self._school_cell(one, skoleaar, school))
            elif place is None and one.trinn in school.grades and self._leaves_an_empty_row(school, one, skoleaar):
                code = school.stood_in(day)
                if code not in lost:
                    yield self._row(one, skoleaar, school.orgnr, str(code), EMPTY)
        pupils = {code: sum(self._pupils(one, skoleaar, each) for each in own) for code, own in open_here.items()}
        counts = {code: sum(self._count(one, skoleaar, each) for each in own) for code, own in open_here.items()}
        gaps = default_catalog().kilder[one.kilde].kommuner_med_skolegap
        for code, own in open_here.items():
            yield self._row(one, skoleaar, code, code, self._kommune_cell(one, skoleaar, own))
            lacking = self._lacking(one, skoleaar, code, own) if gaps else None
            gaps -= lacking is not None
            for school in own:
                if school is not lacking:
                    yield self._row(one, skoleaar, school.orgnr, code, self._school_cell(one, skoleaar, school))
        counties = sorted({code[:2] for code in self.world.in_force(day)})
        for county in counties:
            # A county that has codes of a later day alone stands in the first one of its own day.
            own = [code for code in counts if (code[:2] if code[:2] in counties else counties[0]) == county]
            total, there = sum(counts[code] for code in own), any(pupils[code] for code in own)
            cell: Cell = ("vist", Decimal(one.landet), "vist", total) if there else NOBODY
            if there and self._dice("fylke", county, one.indikator, one.trinn, skoleaar).random() < self.stars / 2:
                cell = STAR
            yield self._row(one, skoleaar, county, None, cell)
        yield self._row(one, skoleaar, "I", None, ("vist", Decimal(one.landet), "vist", sum(counts.values())))

    def _can_be_told_later(self, day: date) -> bool:
        """Whether every number of `LATER` that was there on the day was the same whole municipality: nobody could tell
        old and new rows apart else."""
        register = self.register
        numbers = [code for code in self.world.in_force(LATER) if register.gyldig(code, day)]
        # Where more are gone, it would be a download that lacks some.
        few_are_gone = len(self.world.in_force(LATER)) >= len(self.world.in_force(day)) - 1
        return few_are_gone and all(register.etterfolgere(code, day, LATER) == (code,) for code in numbers)

    def _codes(self) -> list[str]:
        """The municipalities in whose codes a source's year is published: mostly those of its own day."""
        return self.world.in_force(self.codes_of)

    # Who is there, and what they come to

    def _dice(self, *about: object) -> random.Random:
        return random.Random(":".join(map(str, (self.seed, *about))))  # noqa: S311 (no secret)

    def _pupils(self, one: Statistic, skoleaar: str, school: School) -> int:
        """Those who took part: of the survey the same in each of its questions, else of each test."""
        about = one.kilde if one.kilde == "elevundersokelsen" else one.indikator
        dice = self._dice("elever", school.form, about, one.trinn, skoleaar)
        return dice.choice([0, 3, 6, 10, 12, 20, 20, 20, 30, 40, 60])

    def _bullied(self, one: Statistic, skoleaar: str, school: School) -> int:
        pupils = self._pupils(one, skoleaar, school)
        share = self._dice("mobbet", school.form, one.trinn, skoleaar).choice([0, 0, 0.05, 0.1, 0.15, 0.2, 0.3])
        return round(share * pupils)

    def _count(self, one: Statistic, skoleaar: str, school: School) -> int:
        """What the source's count counts."""
        return (self._bullied if one.maal == "andel_mobbet" else self._pupils)(one, skoleaar, school)

    def _figure(self, one: Statistic, skoleaar: str, school: School) -> Fraction:
        """What the school comes to, before it is rounded."""
        pupils = self._pupils(one, skoleaar, school)
        if one.maal == "andel_mobbet":
            return Fraction(100 * self._bullied(one, skoleaar, school), pupils)
        if one.maal == "andel_deltatt":
            return Fraction(100 * pupils, pupils + self._dice("ikke", school.form, skoleaar).choice([0, 1, 5]))
        # A school is good or bad for years: else nobody would reach the ends of the ranking.
        level = self._dice("nivaa", school.form).randrange(len(one.steg))
        dice = self._dice("tall", school.form, one.indikator, one.trinn, skoleaar)
        step = one.steg[level] if dice.random() < 0.6 else dice.choice(one.steg)
        return Fraction(one.landet) + Fraction(step)

    # Cells

    def _school_cell(self, one: Statistic, skoleaar: str, school: School) -> Cell:
        pupils = self._pupils(one, skoleaar, school)
        dice = self._dice("skole", school.form, one.indikator, one.trinn, skoleaar)
        if not pupils:
            return EMPTY if self.empty_rows and dice.random() < 0.5 else NOBODY
        return self._cell(one, self._figure(one, skoleaar, school), pupils, self._count(one, skoleaar, school), dice)

    def _kommune_cell(self, one: Statistic, skoleaar: str, schools: Sequence[School]) -> Cell:
        weights = [(self._pupils(one, skoleaar, each), each) for each in schools]
        weights = [(pupils, each) for pupils, each in weights if pupils]
        pupils = sum(number for number, _ in weights)
        if not pupils:
            return NOBODY
        total = sum((self._figure(one, skoleaar, each) * number for number, each in weights), Fraction(0))
        count = sum(self._count(one, skoleaar, each) for _, each in weights)
        forms = ",".join(sorted(each.form for _, each in weights))
        dice = self._dice("kommune", forms, one.indikator, one.trinn, skoleaar)
        return self._cell(one, total / pupils, pupils, count, dice)

    def _cell(self, one: Statistic, figure: Fraction, pupils: int, count: int, dice: random.Random) -> Cell:
        """Starred are few pupils, few who were bullied, and some of no reason that one can see."""
        few = pupils < self.small if one.maal != "andel_mobbet" else 0 < count < 4
        star = dice.random() < (0.7 if few else self.stars)
        verdi = half_up(figure, default_catalog().maal[one.maal].desimaler)
        if not star:
            return "vist", verdi, *(("vist", count) if dice.random() < 0.97 else ("skjermet", None))
        return STAR if dice.random() < 0.7 else ("skjermet", None, "vist", count)

    def _leaves_an_empty_row(self, school: School, one: Statistic, skoleaar: str) -> bool:
        """In a file of several years a school stands with an empty row in those in which it was not open."""
        return self.empty_rows and self._dice("tom", school.orgnr, one.kilde, skoleaar).random() < 0.5

    def _lacking(self, one: Statistic, skoleaar: str, code: str, own: Sequence[School]) -> School | None:
        """A survey may lack one of several schools that answered."""
        there = [school for school in own if self._pupils(one, skoleaar, school)]
        dice = self._dice("borte", code, one.indikator, one.trinn, skoleaar)
        may_be = one.kilde == "elevundersokelsen" and self.holes and len(there) > 1
        return dice.choice(there) if may_be and dice.random() < 0.3 else None

    def _row(self, one: Statistic, skoleaar: str, enhet: str, kommunenr: str | None, cell: Cell) -> Row:
        nivaa = {1: "nasjonalt", 2: "fylke", 4: "kommune", 9: "skole"}[len(enhet)]
        verdistatus, verdi, antallstatus, antall = cell
        forelopig = self.preliminary and skoleaar == AUTUMNS[-1] and one.indikator == "lesing"
        return {
            "kilde": one.kilde, "skoleaar": skoleaar, "nivaa": nivaa, "enhet": enhet,
            "fylkesnr": None if nivaa == "nasjonalt" else (kommunenr or enhet)[:2], "kommunenr": kommunenr,
            "enhetsnavn": f"Enhet {enhet}", "indikator": one.indikator, "maal": one.maal, "trinn": one.trinn,
            "verdi": verdi, "verdistatus": verdistatus, "antall": antall, "antallstatus": antallstatus,
            "forelopig": forelopig, "brudd": None, "kolonne": one.maal,
        }  # fmt: skip
