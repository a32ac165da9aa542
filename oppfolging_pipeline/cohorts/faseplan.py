"""The timeline of a cohort: its terms, phases and the reports that fall due.

Belongs here: rows of `pulje_faseplan`, and the phase at a date. Does not belong here: the municipalities (`pulje`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from oppfolging_pipeline.core.skoleaar import halvaar_dates, halvaar_name
from oppfolging_pipeline.rules.faseplan import HALVAAR_PER_AAR, TAKING_PART, Faseplan, default_faseplan


def faseplan_rader(pulje: int, antall_kommuner: int, per: date, plan: Faseplan | None = None) -> list[dict[str, Any]]:
    """The terms of the cohort that starts in the autumn of `pulje`: rows of `pulje_faseplan`, one per term, in
    order, without what every mart table says of itself (`dagen.planer` adds it).

    `tilstand` is as of `per`: the first and the last day of a term are both `pågående`. `plan` is by default the one
    that the project carries.
    """
    plan = plan or default_faseplan()
    rows = []
    for nr in plan.halvaar:
        fra, til = halvaar_dates(pulje, nr)
        fase, rapport = plan.fase_i(nr), plan.rapport_etter(nr)
        rows.append(
            {
                "pulje": pulje,
                "halvaar_nr": nr,
                "halvaar": halvaar_name(pulje, nr),
                "fra": fra,
                "til": til,
                "fase": fase.fase,
                "faseaar": (nr - 1) // HALVAAR_PER_AAR + 1,
                "aktiviteter": list(fase.aktiviteter),
                "rapport": rapport.navn if rapport else None,
                "tilstand": _tilstand(fra, til, per),
                "antall_kommuner": antall_kommuner,
            }
        )
    return rows


def fase_ved(pulje: int, per: date, plan: Faseplan | None = None) -> str | None:
    """The cohort's phase at a date; None before its first term and after its last."""
    plan = plan or default_faseplan()
    for nr in plan.halvaar:
        fra, til = halvaar_dates(pulje, nr)
        if fra <= per <= til:
            return plan.fase_i(nr).fase
    return None


def fase_for(deltakelse: str, pulje: int, per: date, plan: Faseplan | None = None) -> str | None:
    """The phase of a municipality of the cohort at a date: None for one that does not take part."""
    return fase_ved(pulje, per, plan) if deltakelse in TAKING_PART else None


def _tilstand(fra: date, til: date, per: date) -> str:
    if per < fra:
        return "kommende"
    return "avsluttet" if per > til else "pågående"
