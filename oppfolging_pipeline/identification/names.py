"""What units are called on the register's day.

Belongs here: names, county and statsforvalter of municipalities, names of schools. Does not belong here: where schools
stand (`staging`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from oppfolging_pipeline.register.model import Register


@dataclass(frozen=True)
class Names:
    """Per kommunenr: kommunenavn, fylkesnr, fylkesnavn and statsforvalter (None: not known); per orgnr: skolenavn."""

    kommuner: Mapping[str, Mapping[str, str | None]]
    skoler: Mapping[str, str]


def names_at(register: Register, per: date, skoler: Iterable[Mapping[str, Any]]) -> Names:
    """Names on the register's day; `skoler` are rows of `skole`.

    The office is the county's on that day, so that no later change of municipalities makes it another.
    """
    kommuner: dict[str, Mapping[str, str | None]] = {}
    for kommunenr, kommune in register.gjeldende(per).items():
        fylke = register.fylke_for(kommunenr, per)
        kommuner[kommunenr] = {
            "kommunenavn": kommune.navn,
            "fylkesnr": fylke.fylkesnr,
            "fylkesnavn": fylke.navn,
            "statsforvalter": register.statsforvalter_for_kommune(kommunenr, per),
        }
    return Names(kommuner, {row["orgnr"]: row["skolenavn"] for row in skoler})
