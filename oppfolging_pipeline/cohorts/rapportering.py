"""The reports of a cohort: which are owed, by whom and by when.

Belongs here: rows of `rapportering`. Does not belong here: which reports there are (`faseplan.yaml`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from oppfolging_pipeline.core.skoleaar import halvaar_dates
from oppfolging_pipeline.rules.faseplan import TAKING_PART, Faseplan, default_faseplan


def rapportering_rader(
    pulje_kommuner: Iterable[Mapping[str, Any]], per: date, plan: Faseplan | None = None
) -> list[dict[str, Any]]:
    """Rows of `rapportering` for rows of `pulje_kommune`: one per municipality, report and sender.

    `frist` is the last day of the term that the report belongs to. `tilstand` is as of `per`: `forfaller` from
    `forfaller_dager` before the deadline to the deadline itself, then `forsinket`. That a report has come is not
    recorded by any source yet: `mottatt` is None.

    Only a municipality that takes part can be late. For one that is merely identified the plan is listed until each
    deadline, and the report is left out after it: nothing says that it was ever owed.
    """
    plan = plan or default_faseplan()
    rows: list[dict[str, Any]] = []
    for kommune in pulje_kommuner:
        for rapport in plan.rapporter:
            _, frist = halvaar_dates(kommune["pulje"], rapport.etter_halvaar.verdi)
            rows.extend(
                {
                    "pulje": kommune["pulje"],
                    "kommunenr": kommune["kommunenr"],
                    "rapport_nr": rapport.rapport_nr,
                    "avsender": avsender,
                    "frist": frist,
                    "mottatt": None,
                    "tilstand": _tilstand(frist, per, plan.forfaller_dager.verdi),
                    "offisielt": kommune["offisielt"],
                    "eksempel": kommune["eksempel"],
                }
                for avsender in rapport.avsendere.verdi
                if per <= frist or kommune["deltakelse"] in TAKING_PART
            )
    return rows


def _tilstand(frist: date, per: date, forfaller_dager: int) -> str:
    if per > frist:
        return "forsinket"
    return "forfaller" if frist - per <= timedelta(days=forfaller_dager) else "kommende"
