"""Which cells of the example are shielded, after the pattern of Udir's own files.

Belongs here: units of few pupils, or of a share that counts few, others that a reader cannot see the reason for, and
the ones that are hidden beside them. Does not belong here: the figures (`cells`).

Measured on Udir's national tests of 2022–2025 and grunnskolepoeng of 2015–2021, without exception: beside a shown
municipality stands no shielded school or at least two, and a shielded municipality has at least one. So no figure, and
no number of pupils, follows from a municipality and its other schools. Beside a shown county a single municipality may
be shielded, there as here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Set
from typing import NamedTuple, TypeVar

from oppfolging_pipeline.sources.example.dice import Dice
from oppfolging_pipeline.sources.example.geography import steder

U = TypeVar("U", bound=Hashable)

FEWEST_SHOWN = 10  # the smallest number beside a shown figure in Udir's national tests of 2022–2025
# Of a share that few pupils are counted by. In Udir's survey of 2025-26 nearly half of the schools of one county are
# shielded, with grades of 60 to 102 pupils among them, and the lowest shown share is 5,2; elsewhere 0,0 is shown.
FEWEST_COUNTED = 4
_BESIDE_KOMMUNE = 0.5  # another municipality of the county is hidden, so that the first cannot be worked out
# Units that are hidden though they are large, to bring the shares to the measured ones.
_ALSO_BARNETRINN, _ALSO_UNGDOMSTRINN, _ALSO_KOMMUNE = 0.03, 0.21, 0.03
_COUNT_HIDDEN = 0.002


class Hidden(NamedTuple):
    """Schools by number, and municipalities by code."""

    skoler: frozenset[int]
    kommuner: frozenset[str]


def grouped(unit_of: Mapping[U, str], parts: Iterable[U]) -> dict[str, list[U]]:
    """The parts of each unit, in their order."""
    groups: dict[str, list[U]] = {}
    for part in parts:
        groups.setdefault(unit_of[part], []).append(part)
    return groups


def hidden_figures(
    skoleaar: str,
    era: int,
    trinn: int,
    pupils: Mapping[int, int],
    kommune_of: Mapping[int, str],
    fylke_of: Mapping[str, str],
    dice: Dice,
) -> Hidden:
    """The units whose figure, and everything beside it, is shielded. `pupils` are those of the schools."""
    skoler, kommuner = _without_visible_reason(skoleaar, era, trinn, kommune_of)
    few = few_pupils(pupils, kommune_of)
    of_kommuner = _of_kommuner(pupils, kommune_of)
    return beside(pupils, kommune_of, Hidden(skoler | few.skoler, kommuner | _few(of_kommuner, fylke_of, dice)))


def few_pupils(pupils: Mapping[int, int], kommune_of: Mapping[int, str], fewest: int = FEWEST_SHOWN) -> Hidden:
    """The units with some pupils, and fewer than so many."""
    return Hidden(
        frozenset(nr for nr, antall in pupils.items() if 0 < antall < fewest),
        frozenset(code for code, antall in _of_kommuner(pupils, kommune_of).items() if 0 < antall < fewest),
    )


def _of_kommuner(pupils: Mapping[int, int], kommune_of: Mapping[int, str]) -> dict[str, int]:
    return {code: sum(pupils[nr] for nr in members) for code, members in grouped(kommune_of, pupils).items()}


def hidden_counts(
    pupils: Mapping[int, int], kommune_of: Mapping[int, str], figures: Hidden, noughts: Set[int], dice: Dice
) -> Hidden:
    """The units whose number of pupils is shielded: those of `figures`, and now and then one whose figure is shown.

    Not in municipalities with schools that have `noughts` among their figures: a 0 beside a star is how a star looks
    that was read as a number.
    """
    with_noughts = {kommune_of[nr] for nr in noughts if nr not in figures.skoler}
    return beside(
        pupils,
        kommune_of,
        Hidden(
            figures.skoler | {nr for nr in pupils if dice.chance(_COUNT_HIDDEN) and kommune_of[nr] not in with_noughts},
            figures.kommuner
            | {code for code in grouped(kommune_of, pupils) if dice.chance(_COUNT_HIDDEN) and code not in with_noughts},
        ),
    )


def beside(pupils: Mapping[int, int], kommune_of: Mapping[int, str], hidden: Hidden) -> Hidden:
    """`hidden` with what must be hidden beside it, or a reader could work one of them out by subtraction.

    Beside a single hidden school of a shown municipality, and in a hidden municipality whose schools are all shown, it
    is the shown school with fewest pupils; where there is none, the municipality itself. Schools without pupils have
    nothing to hide.
    """
    skoler, kommuner = set(hidden.skoler), set(hidden.kommuner)
    for code, members in grouped(kommune_of, pupils).items():
        with_pupils = [nr for nr in members if pupils[nr]]
        closed = [nr for nr in with_pupils if nr in hidden.skoler]
        if len(closed) != (0 if code in kommuner else 1):
            continue
        others = [nr for nr in with_pupils if nr not in hidden.skoler]
        if others:
            skoler.add(min(others, key=lambda nr: (pupils[nr], nr)))
        else:
            kommuner.add(code)
    return Hidden(frozenset(skoler), frozenset(kommuner))


def _few(of_kommuner: Mapping[str, int], fylke_of: Mapping[str, str], dice: Dice) -> set[str]:
    """Municipalities of few pupils, and now and then one more where a single one could be worked out of the county."""
    closed: set[str] = set()
    for members in grouped(fylke_of, of_kommuner).values():
        few = [code for code in members if 0 < of_kommuner[code] < FEWEST_SHOWN]
        closed.update(few)
        others = [code for code in members if of_kommuner[code] >= FEWEST_SHOWN]
        if len(few) == 1 and others and dice.chance(_BESIDE_KOMMUNE):
            closed.add(min(others, key=lambda code: of_kommuner[code]))
    return closed


def _without_visible_reason(
    skoleaar: str, era: int, trinn: int, kommune_of: Mapping[int, str]
) -> tuple[frozenset[int], frozenset[str]]:
    """Schools and municipalities that are shielded in every series of a grade for reasons that a reader cannot see.

    Not those that something happens to: their cases of rebuilding must be there whatever the dice say. Nor the only
    school of a municipality, which would hide the municipality with it.
    """
    dice = Dice(f"skjult {skoleaar} {trinn}")
    ordinary = {sted.koder[era] for sted in steder() if not sted.saertilfelle}
    also = _ALSO_BARNETRINN if trinn <= 7 else _ALSO_UNGDOMSTRINN
    several = {code for code, members in grouped(kommune_of, kommune_of).items() if len(members) > 1}
    skoler = frozenset(nr for nr, code in kommune_of.items() if dice.chance(also) and code in ordinary & several)
    return skoler, frozenset(code for code in sorted(ordinary) if dice.chance(_ALSO_KOMMUNE))
