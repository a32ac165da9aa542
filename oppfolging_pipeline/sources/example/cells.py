"""What units publish: schools added up to municipalities, counties and the country, and shielded.

Belongs here: sums and shielding. Does not belong here: drawing (`results`), or writing (the writers).

Means of a municipality, a county and the country are over all pupils, also those whose own cell is shielded.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

from oppfolging_pipeline.sources.example.calendar import position
from oppfolging_pipeline.sources.example.dice import Dice
from oppfolging_pipeline.sources.example.geography import steder
from oppfolging_pipeline.sources.example.results import THOUSANDTHS, Tally, tallies
from oppfolging_pipeline.sources.example.schools import skoler
from oppfolging_pipeline.sources.example.series import Serie

U = TypeVar("U", bound=Hashable)

Status = Literal["vist", "skjermet", "mangler"]

FEWEST_SHOWN = 10  # the smallest number beside a shown figure in Udir's national tests of 2022–2025
_BESIDE_SKOLE, _BESIDE_KOMMUNE = 0.8, 0.5  # another cell is hidden so that the first cannot be worked out
# Cells that are hidden though they are large, to bring the shares to the measured ones.
_ALSO_BARNETRINN, _ALSO_UNGDOMSTRINN, _ALSO_KOMMUNE = 0.075, 0.17, 0.035
_COUNT_HIDDEN = 0.002


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
    hidden = {trinn: _hidden(skoleaar, trinn, kommune_of, era) for trinn in sorted({serie.trinn for serie in series})}
    for serie in series:
        dice = Dice(f"skjerming {skoleaar} {serie.navn} {serie.trinn}")
        hidden_schools, hidden_kommuner = hidden[serie.trinn]
        schools = tallies()[year][serie]
        of_kommuner = _sums(schools, {nr: kommune_of[nr] for nr in schools})
        of_fylker = _sums(of_kommuner, {code: fylke_of[code] for code in of_kommuner})
        closed = _closed(schools, {nr: kommune_of[nr] for nr in schools}, _BESIDE_SKOLE, dice) | hidden_schools
        found.skoler[serie] = {nr: _cell(tally, nr in closed, dice) for nr, tally in schools.items()}
        closed_kommuner = _closed(of_kommuner, fylke_of, _BESIDE_KOMMUNE, dice) | hidden_kommuner
        found.kommuner[serie] = {
            code: _cell(tally, code in closed_kommuner, dice) for code, tally in of_kommuner.items()
        }
        found.fylker[serie] = {code: Cell("vist", tally) for code, tally in of_fylker.items()}
        found.land[serie] = Cell("vist", _sum(of_fylker.values()))
    return found


def _sum(parts: Iterable[Tally]) -> Tally:
    antall = total = 0
    levels: list[tuple[int, ...]] = []
    for part in parts:
        antall, total = antall + part.antall, total + part.sum
        levels.append(part.nivaaer)
    return Tally(antall, total, tuple(map(sum, zip(*levels, strict=True))))


def _grouped(unit_of: dict[U, str], units: Iterable[U]) -> dict[str, list[U]]:
    groups: dict[str, list[U]] = {}
    for unit in units:
        groups.setdefault(unit_of[unit], []).append(unit)
    return groups


def _sums(parts: dict[U, Tally], unit_of: dict[U, str]) -> dict[str, Tally]:
    return {unit: _sum(parts[member] for member in members) for unit, members in _grouped(unit_of, parts).items()}


def _hidden(skoleaar: str, trinn: int, kommune_of: list[str], era: int) -> tuple[frozenset[int], frozenset[str]]:
    """Schools and municipalities that are shielded in every series of a grade for reasons that a reader cannot see.

    Not those that something happens to: their cases of rebuilding must be there whatever the dice say.
    """
    dice = Dice(f"skjult {skoleaar} {trinn}")
    ordinary = {sted.koder[era] for sted in steder() if not sted.saertilfelle}
    also = _ALSO_BARNETRINN if trinn <= 7 else _ALSO_UNGDOMSTRINN
    schools = frozenset(nr for nr, code in enumerate(kommune_of) if dice.chance(also) and code in ordinary)
    return schools, frozenset(code for code in sorted(ordinary) if dice.chance(_ALSO_KOMMUNE))


def _closed(parts: dict[U, Tally], unit_of: dict[U, str], beside: float, dice: Dice) -> set[U]:
    """Cells of few pupils, and mostly one more where a single one could be worked out from the sum."""
    closed: set[U] = set()
    for members in _grouped(unit_of, parts).values():
        few = [part for part in members if 0 < parts[part].antall < FEWEST_SHOWN]
        closed.update(few)
        others = [part for part in members if parts[part].antall >= FEWEST_SHOWN]
        if len(few) == 1 and others and dice.chance(beside):
            closed.add(min(others, key=lambda part: parts[part].antall))
    return closed


def _cell(tally: Tally, closed: bool, dice: Dice) -> Cell:
    count_hidden = dice.chance(_COUNT_HIDDEN)
    if tally.antall == 0:
        return Cell("mangler", tally, count_hidden)
    return Cell("skjermet", tally) if closed else Cell("vist", tally, count_hidden)
