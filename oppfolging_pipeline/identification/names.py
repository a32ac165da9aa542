"""What units are called on the register's day.

Belongs here: names, county and statsforvalter of municipalities, names of schools. Does not belong here: where schools
stand (`staging`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.register.model import Register


@dataclass(frozen=True)
class Names:
    """Per kommunenr: kommunenavn, fylkesnr, fylkesnavn and statsforvalter; per orgnr: skolenavn."""

    kommuner: Mapping[str, Mapping[str, str]]
    skoler: Mapping[str, str]


def names_at(register: Register, per: date, skoler: Iterable[Mapping[str, Any]]) -> Names:
    """Names on the register's day; `skoler` are rows of `skole`.

    Raises `InvalidInput` naming every municipality that has no statsforvalter, or several.
    """
    faults = FindingCollector()
    kommuner = {}
    for kommunenr, kommune in register.gjeldende(per).items():
        fylke = register.fylke_for(kommunenr, per)
        office = register.statsforvalter_for_kommune(kommunenr, per)
        if office is None:
            faults.add(
                Finding(
                    key=f"kommune {kommunenr} ({kommune.navn})",
                    found="no statsforvalter, or several",
                    expected=f"the one office that has the county {fylke.fylkesnr} ({fylke.navn}) of {per} today",
                    action="Put a file with statsforvalter and fylkesnr in the inbox.",
                )
            )
            continue
        kommuner[kommunenr] = {
            "kommunenavn": kommune.navn,
            "fylkesnr": fylke.fylkesnr,
            "fylkesnavn": fylke.navn,
            "statsforvalter": office,
        }
    faults.raise_if_any()
    return Names(kommuner, {row["orgnr"]: row["skolenavn"] for row in skoler})
