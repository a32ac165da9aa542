"""What happens in an invented country: municipalities that change, and schools that open, move and close.

Belongs here: who stands where on which day, and the register that tells of it. Does not belong here: figures
(`published`). Codes begin at 61 and organisation numbers with 1.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from oppfolging_pipeline.register.model import Register
from tests.unit.register.country import change, code, country

BEGIN = date(2015, 1, 1)
# Most on the first of January, as in Norway; some between the day of the figures (1 October, 30 June) and the
# identification (1 March 2025), and some after it.
DAYS = [date(2022, 1, 1), date(2023, 1, 1), date(2024, 1, 1), date(2024, 11, 15), date(2025, 1, 1), date(2025, 6, 1)]
COUNTIES = ("61", "62", "63")
GONE, GONE_ON = "64", date(2024, 1, 1)  # a county that some countries have, and that is wound up
ABROAD = "2599"  # a school abroad stands in no municipality
GRADES = ((5, 7), (8, 10), (5, 7, 8, 10), (5, 7, 8, 10))


@dataclass
class School:
    """`form`: schools of one form have the same figures. `places`: from each day on, the code it stands in (None:
    closed)."""

    orgnr: str
    form: str
    grades: tuple[int, ...]
    places: list[tuple[date, str | None]]

    def place(self, day: date) -> str | None:
        """Where it stands on the day; None when it does not."""
        return next((code for since, code in reversed(self.places) if since <= day), None)

    def stood_in(self, day: date) -> str | None:
        """The last code that it had on the day or before; of a school that has yet to open, its first."""
        known = [code for since, code in self.places if since <= day and code]
        return known[-1] if known else next((code for _, code in self.places if code), None)


@dataclass
class World:
    """Everything that happens. `told` says it in words, a line for each event."""

    validities: dict[str, list[list[date | None]]] = field(default_factory=dict)
    changes: list[tuple[date, str, str]] = field(default_factory=list)
    schools: list[School] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    offices: dict[str, str] = field(default_factory=dict)

    def in_force(self, day: date) -> list[str]:
        """The municipalities of the day, sorted."""
        return sorted(
            code
            for code, spans in self.validities.items()
            if any(start and start <= day and (end is None or day < end) for start, end in spans)
        )

    def register(self) -> Register:
        """The register as KLASS tells it."""
        codes = [
            code(each, str(start), str(end or ""), f"Sted {each} {number}")
            for each, spans in sorted(self.validities.items())
            for number, (start, end) in enumerate(spans)
        ]
        changes = [change(str(day), old, new) for day, old, new in self.changes]
        counties = [code(each, name=f"Fylke {each}") for each in COUNTIES]
        counties.append(code(GONE, str(BEGIN), str(GONE_ON), f"Fylke {GONE}"))
        offices = [{"statsforvalter": name, "fylkesnr": each} for each, name in sorted(self.offices.items())]
        return country(codes, changes, counties=counties, statsforvaltere=offices)

    # Changes. Each is of one day, and of codes that nothing else happens to on it.

    def ends(self, old: str, day: date) -> None:
        self.validities[old][-1][1] = day

    def begins(self, new: str, day: date) -> None:
        self.validities.setdefault(new, []).append([day, None])

    def becomes(self, day: date, old: str, new: Iterable[str]) -> None:
        self.changes += [(day, old, each) for each in new]

    def move_schools(self, day: date, old: str, choose: Callable[[School], str]) -> None:
        for school in self.schools:
            if school.place(day) == old:
                school.places.append((day, choose(school)))


def draw_world(dice: random.Random) -> World:
    """Six to eight municipalities of few forms, so that many are equal, and what becomes of them."""
    world = World(offices={county: f"Embete {dice.choice('AB')}" for county in COUNTIES})
    with_gone = dice.random() < 0.3
    forms = dice.randint(1, 3)
    shapes = [[dice.choice(GRADES) for _ in range(dice.choice([1, 2, 3, 3, 4]))] for _ in range(forms)]
    for number in range(dice.randint(6, 8)):
        county = GONE if with_gone and number == 0 else dice.choice(COUNTIES)
        kommune = f"{county}{10 + number}"
        world.begins(kommune, BEGIN)
        form = dice.randrange(forms)
        for index, grades in enumerate(shapes[form]):
            orgnr = f"1{len(world.schools):08d}"
            world.schools.append(School(orgnr, f"{form}.{index}", grades, [(BEGIN, kommune)]))
    for day in sorted({*dice.sample(DAYS, dice.randint(1, 4)), *([GONE_ON] if with_gone else [])}):
        _changes_of(world, day, dice)
        _schools_of(world, day, dice)
    for school in world.schools:
        school.places.sort(key=lambda place: place[0])
    return world


def _fresh(world: World, dice: random.Random) -> str:
    """A number for a new municipality: one never used, or one that is free again."""
    free = [old for old, spans in world.validities.items() if spans[-1][1] is not None and old[:2] != GONE]
    if free and dice.random() < 0.4:
        return dice.choice(sorted(free))
    used = {each[2:] for each in world.validities}
    return f"{dice.choice(COUNTIES)}{next(n for n in range(30, 99) if str(n) not in used)}"


def _changes_of(world: World, day: date, dice: random.Random) -> None:
    codes = world.in_force(day)
    dice.shuffle(codes)
    if day >= GONE_ON:
        for gone in sorted(code for code in codes if code[:2] == GONE):
            codes.remove(gone)
            _renumbered(world, day, [gone], dice)
    kinds = [_renamed, _renumbered, _numbers_swapped, _merged, _divided, _divided, _part_given_away]
    for _ in range(dice.choice([1, 1, 2])):
        event = dice.choice(kinds)
        if len(codes) >= 3:
            event(world, day, codes, dice)


def _renamed(world: World, day: date, codes: list[str], dice: random.Random) -> None:
    old = codes.pop()
    world.told.append(f"{day}: {old} gets another name")
    world.ends(old, day)
    world.begins(old, day)
    world.becomes(day, old, [old])


def _renumbered(world: World, day: date, codes: list[str], dice: random.Random) -> None:
    old, new = codes.pop(), _fresh(world, dice)
    world.told.append(f"{day}: {old} becomes {new}")
    world.ends(old, day)
    world.begins(new, day)
    world.becomes(day, old, [new])
    world.move_schools(day, old, lambda _: new)


def _numbers_swapped(world: World, day: date, codes: list[str], dice: random.Random) -> None:
    """A number goes over to another municipality on the very day on which the one that had it gets a new one."""
    old, other = codes.pop(), codes.pop()
    new = _fresh(world, dice)
    world.told.append(f"{day}: {other} becomes {new}, and {old} becomes {other}")
    for each in (old, other):
        world.ends(each, day)
    for each in (new, other):
        world.begins(each, day)
    world.becomes(day, other, [new])
    world.becomes(day, old, [other])
    world.move_schools(day, other, lambda _: new)
    world.move_schools(day, old, lambda _: other)


def _merged(world: World, day: date, codes: list[str], dice: random.Random) -> None:
    """Into a new one, or into one of them."""
    parts = [codes.pop() for _ in range(dice.choice([2, 2, 3]))]
    new = dice.choice([_fresh(world, dice), parts[0]])
    world.told.append(f"{day}: {' and '.join(parts)} merge into {new}")
    for part in parts:
        world.ends(part, day)
        world.becomes(day, part, [new])
    world.begins(new, day)
    for part in parts:
        if part != new:
            world.move_schools(day, part, lambda _: new)


def _divided(world: World, day: date, codes: list[str], dice: random.Random) -> None:
    """Into new ones, of which one may keep the number; another may go whole into a part."""
    old = codes.pop()
    parts = [_fresh(world, dice)]
    world.begins(parts[0], day)
    parts.append(dice.choice([_fresh(world, dice), old]))
    world.ends(old, day)
    world.begins(parts[1], day)
    world.told.append(f"{day}: {old} is divided into {' and '.join(parts)}")
    world.becomes(day, old, parts)
    if len(codes) > 2 and dice.random() < 0.25:
        other = codes.pop()
        world.told.append(f"{day}: {other} goes whole into {parts[0]}")
        world.ends(other, day)
        world.becomes(day, other, [parts[0]])
        world.move_schools(day, other, lambda _: parts[0])
    third = codes[-1]

    def choose(school: School) -> str:
        if dice.random() < 0.12:
            place = dice.choice([third, third, ABROAD])
            world.told.append(f"{day}: school {school.orgnr} of {old} goes to {place}")
            return place
        return dice.choice(parts)

    world.move_schools(day, old, choose)


def _part_given_away(world: World, day: date, codes: list[str], dice: random.Random) -> None:
    """Both keep their numbers."""
    old, other = codes.pop(), codes.pop()
    world.told.append(f"{day}: {old} gives a part to {other}")
    for each in (old, other):
        world.ends(each, day)
        world.begins(each, day)
    world.becomes(day, old, [old, other])
    world.becomes(day, other, [other])
    world.move_schools(day, old, lambda _: dice.choice([old, other]))


def _schools_of(world: World, day: date, dice: random.Random) -> None:
    """Between two changes some schools move, close, or open."""
    codes = world.in_force(day)
    later = day + timedelta(days=14)
    for school in list(world.schools):
        if school.place(later) is None:
            continue
        chance = dice.random()
        if chance < 0.04:
            school.places.append((later, dice.choice(codes)))
            world.told.append(f"{later}: school {school.orgnr} moves to {school.places[-1][1]}")
        elif chance < 0.08:
            school.places.append((later, None))
            world.told.append(f"{later}: school {school.orgnr} closes")
    if dice.random() < 0.4:
        orgnr = f"1{len(world.schools):08d}"
        world.schools.append(School(orgnr, f"ny.{orgnr}", dice.choice(GRADES), [(later, dice.choice(codes))]))
        world.told.append(f"{later}: school {orgnr} opens in {world.schools[-1].places[0][1]}")
