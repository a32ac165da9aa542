"""What units publish: schools added up to municipalities, counties and the country.

Belongs here: cells and their sums. Does not belong here: which cells are shielded (`shielding`), drawing (`results`),
or writing (the writers).

Means of a municipality, a county and the country are over all pupils, also those whose own cell is shielded.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

from oppfolging_pipeline.sources.example.calendar import position
from oppfolging_pipeline.sources.example.dice import Dice
from oppfolging_pipeline.sources.example.geography import steder
from oppfolging_pipeline.sources.example.results import THOUSANDTHS, Tally, tallies
from oppfolging_pipeline.sources.example.schools import skoler
from oppfolging_pipeline.sources.example.series import DELTAKELSE, Serie
from oppfolging_pipeline.sources.example.shielding import (
    FEWEST_COUNTED,
    Hidden,
    beside,
    few_pupils,
    grouped,
    hidden_counts,
    hidden_figures,
)

U = TypeVar("U", bound=Hashable)

Status = Literal["vist", "skjermet", "mangler"]


class Cell(NamedTuple):
    """A unit's cell in one series. `antall_skjult`: the number of pupils is shielded though the figure is not."""

    status: Status
    tally: Tally
    antall_skjult: bool = False


@dataclass(frozen=True)
class Figures:
    """Everything that is published of some series in one school year, with the codes of one era."""

    land: dict[Serie, Cell]
    fylker: dict[Serie, dict[str, Cell]]
    kommuner: dict[Serie, dict[str, Cell]]
    skoler: dict[Serie, dict[int, Cell]]  # by number in `skoler()`


def figure(total: int, antall: int, desimaler: int) -> str:
    """A mean as the downloads write it, half-up: (123456, 3, 1) → `41,2`."""
    scale = 10**desimaler
    units = (2 * total * scale + antall * THOUSANDTHS) // (2 * antall * THOUSANDTHS)
    return f"{units // scale},{units % scale:0{desimaler}d}" if desimaler else str(units)


def count(antall: int) -> str:
    """A number of pupils as the downloads write it, with a plain space: `56 929`."""
    return f"{antall:,}".replace(",", " ")


def published(skoleaar: str, era: int, series: Sequence[Serie]) -> Figures:
    """The cells of all units. The same arguments give the same cells."""
    year = position(skoleaar)
    kommune_of = [steder()[skole.sted_in(year)].koder[era] for skole in skoler()]
    fylke_of = {sted.koder[era]: sted.fylkesnr(era) for sted in steder()}
    found = Figures({}, {}, {}, {})
    for serie in series:
        schools = tallies()[year][serie]
        of_schools = {nr: kommune_of[nr] for nr in schools}
        of_kommuner = _sums(schools, of_schools)
        of_fylker = _sums(of_kommuner, {code: fylke_of[code] for code in of_kommuner})
        pupils = {nr: tally.antall for nr, tally in schools.items()}
        dice = Dice(f"skjerming {skoleaar} {serie.navn} {serie.trinn}")
        if serie in DELTAKELSE:
            figures = counts = _participation_hidden(schools, of_schools)
        else:
            figures = hidden_figures(skoleaar, era, serie.trinn, pupils, of_schools, fylke_of, dice)
            if serie.andel:
                figures = _share_hidden(schools, of_schools, figures, year, serie.trinn)
            noughts = {nr for nr, tally in schools.items() if tally.antall and not (tally.sum and all(tally.nivaaer))}
            counts = hidden_counts(pupils, of_schools, figures, noughts, dice)
        found.skoler[serie] = _cells(schools, figures.skoler, counts.skoler)
        found.kommuner[serie] = _cells(of_kommuner, figures.kommuner, counts.kommuner)
        found.fylker[serie] = {code: Cell("vist", tally) for code, tally in of_fylker.items()}
        found.land[serie] = Cell("vist", _sum(of_fylker.values()))
    return found


def _participation_hidden(schools: Mapping[int, Tally], kommune_of: Mapping[int, str]) -> Hidden:
    """Where few have answered, and what must be hidden beside that."""
    answered = {nr: tally.teller for nr, tally in schools.items()}
    return beside(answered, kommune_of, few_pupils(answered, kommune_of))


def _share_hidden(
    schools: Mapping[int, Tally], kommune_of: Mapping[int, str], figures: Hidden, year: int, trinn: int
) -> Hidden:
    """`figures`, and where a share counts few, for that is what it is shielded for, or few have answered."""
    participation = next(tallies()[year][serie] for serie in DELTAKELSE if serie.trinn == trinn)
    counted = few_pupils({nr: tally.teller for nr, tally in schools.items()}, kommune_of, FEWEST_COUNTED)
    answered = _participation_hidden(participation, {nr: kommune_of[nr] for nr in participation})
    return beside(
        {nr: tally.antall for nr, tally in schools.items()},
        kommune_of,
        Hidden(
            figures.skoler | counted.skoler | answered.skoler, figures.kommuner | counted.kommuner | answered.kommuner
        ),
    )


def _sum(parts: Iterable[Tally]) -> Tally:
    antall = total = 0
    levels: list[tuple[int, ...]] = []
    for part in parts:
        antall, total = antall + part.antall, total + part.sum
        levels.append(part.nivaaer)
    return Tally(antall, total, tuple(map(sum, zip(*levels, strict=True))))


def _sums(parts: dict[U, Tally], unit_of: dict[U, str]) -> dict[str, Tally]:
    return {unit: _sum(parts[member] for member in members) for unit, members in grouped(unit_of, parts).items()}


def _cells(tallies: dict[U, Tally], closed: frozenset[U], without_count: frozenset[U]) -> dict[U, Cell]:
    found = {}
    for unit, tally in tallies.items():
        status: Status = "mangler" if tally.antall == 0 else "skjermet" if unit in closed else "vist"
        found[unit] = Cell(status, tally, status == "vist" and unit in without_count)
    return found
