"""The statsforvaltere from their side: which counties each has.

Belongs here: what follows from the offices alone. Does not belong here: whose office a municipality has (`model`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from oppfolging_pipeline.register.facts import Embete


def counties_of(embeter: Sequence[Embete]) -> dict[str, tuple[tuple[str, ...], date | None]]:
    """The counties of each office, and the first day that it is no more (None: it is there today), by its name.

    Of an office that is no more: the counties that it had last.
    """
    ends: dict[str, date] = {}
    for one in embeter:
        ends[one.statsforvalter] = max(ends.get(one.statsforvalter, date.min), one.slutt)
    return {
        name: (
            tuple(one.fylkesnr for one in embeter if (one.statsforvalter, one.slutt) == (name, end)),
            None if end == date.max else end,
        )
        for name, end in ends.items()
    }
