"""Which units there are in the identification year, and how the codes of the window became its municipalities.

Belongs here: municipalities, schools and codes. Does not belong here: figures (`ombygging`, `celler`).

The rules, as they are worded: judged are the municipalities in force on the day of the identification, and the schools
that stand in the newest school year of the window, in one of them. A school stands where its newest row of the window
says, once that code has been followed to the day. When the code was divided on the way, only a row that is dated (the
source's reference day of the school year) on or after the division tells in which part the school is: of those on or
before the day of the identification the last one, else the first one after it. An earlier row places nobody, also where
a part has kept the code. A school that no row places stands nowhere, and is not judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from oppfolging_pipeline.identification.etterregning.parametre import Parametre
from oppfolging_pipeline.identification.etterregning.slektskap import Slektskap

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Enheter:
    """The units: `alle` with nivaa, enhet and kommunenr; `plassert` the municipality of each school of the window that
    has one; `slekt` with kilde, skoleaar, kommunenr, til and maate for every code of the window."""

    alle: pd.DataFrame
    plassert: pd.Series[str]
    slekt: pd.DataFrame


def find_units(
    observasjon: pd.DataFrame, all_schools: Callable[[], pd.DataFrame], slektskap: Slektskap, p: Parametre
) -> Enheter:
    """The municipalities in force, the schools that are judged, and how the window's codes became the municipalities.

    `all_schools` gives enhet, kommunenr, kilde and skoleaar of all years; it is asked only when a school stands under a
    code that was divided.
    """
    import pandas as pd

    schools = observasjon.loc[observasjon["nivaa"] == "skole", ["enhet", "skoleaar", "kilde", "kommunenr"]]
    order = {kilde: number for number, kilde in enumerate(p.kilder_gjennom_aaret())}
    schools = schools.drop_duplicates().assign(rekke=lambda rows: rows["kilde"].map(order))
    newest = schools.sort_values(["enhet", "skoleaar", "rekke", "kommunenr"]).drop_duplicates("enhet", keep="last")
    plassert = _placed(newest, all_schools, slektskap, p)

    kommuner = slektskap.gjeldende(p.registerdato)
    judged = newest.loc[(newest["skoleaar"] == p.nyeste_skoleaar) & newest["enhet"].isin(plassert.index), "enhet"]
    alle = pd.concat(
        [
            pd.DataFrame({"nivaa": "kommune", "enhet": kommuner, "kommunenr": kommuner}, dtype="str"),
            pd.DataFrame({"nivaa": "skole", "enhet": judged, "kommunenr": judged.map(plassert)}),
        ],
        ignore_index=True,
    )
    return Enheter(alle, plassert, _slekt(observasjon, slektskap, p))


def _placed(
    newest: pd.DataFrame, all_schools: Callable[[], pd.DataFrame], slektskap: Slektskap, p: Parametre
) -> pd.Series[str]:
    """Where each school stands on the register's day. One that cannot be placed is left out."""
    import pandas as pd

    placed: dict[str, str] = {}
    divided: dict[str, tuple[frozenset[str], date]] = {}
    for enhet, skoleaar, kilde, code in newest[["enhet", "skoleaar", "kilde", "kommunenr"]].itertuples(index=False):
        if p.er_utenfor(code):
            continue
        day = _day(code, skoleaar, kilde, slektskap, p)
        targets = slektskap.etterfolgere(code, day, p.registerdato)
        if len(targets) == 1:
            placed[enhet] = next(iter(targets))
        elif (division := slektskap.delt_dag(code, day, p.registerdato)) > date.min:
            divided[enhet] = targets, division
    if divided:
        known = all_schools()
        known = known[known["enhet"].isin(list(divided))].drop_duplicates()
        found: dict[str, list[tuple[tuple[bool, int], str]]] = {}
        for enhet, kilde, skoleaar, code in known[["enhet", "kilde", "skoleaar", "kommunenr"]].itertuples(index=False):
            targets, division = divided[enhet]
            day = p.dag(skoleaar, p.referansedager[kilde])
            if day < division or p.er_utenfor(code):
                continue
            stands = slektskap.etterfolgere(code, day, p.registerdato)
            if len(stands) == 1 and stands <= targets:
                after = (day - p.registerdato).days
                found.setdefault(enhet, []).append(((after > 0, abs(after)), next(iter(stands))))
        placed |= {enhet: min(rows)[1] for enhet, rows in found.items()}
    return pd.Series(placed, dtype="str")


def _day(code: str, skoleaar: str, kilde: str, slektskap: Slektskap, p: Parametre) -> date:
    """The reference day of the source; where the code is not in force then, the first one of the year on which it is:
    some figures come in the codes of another day of their school year."""
    own = p.dag(skoleaar, p.referansedager[kilde])
    days = [own, *sorted(p.dag(skoleaar, each) for each in p.referansedager.values())]
    return next((day for day in days if slektskap.gjelder(code, day)), own)


def _slekt(observasjon: pd.DataFrame, slektskap: Slektskap, p: Parametre) -> pd.DataFrame:
    """For each source and year what each code became; `maate` says how the figures of `til` are made. Only codes that
    have a row of their own decide it: those of schools alone are carried along. A part of what was divided after the
    register's day makes the whole's figure as a division does, of schools."""
    import pandas as pd

    codes = observasjon[observasjon["kommunenr"].notna()]
    codes = codes.assign(egen=codes["nivaa"] == "kommune")
    codes = codes.groupby(["kilde", "skoleaar", "kommunenr"], as_index=False).agg(egen=("egen", "any"))
    rows = []
    for kilde, skoleaar, code, own in codes.itertuples(index=False):
        if not p.er_utenfor(code):
            when = p.dag(skoleaar, p.referansedager[kilde]), p.registerdato
            became = slektskap.etterfolgere(code, *when)
            divided = own and (len(became) > 1 or slektskap.er_del(code, *when))
            rows += [(kilde, skoleaar, code, til, own, divided) for til in sorted(became)]
    slekt = pd.DataFrame(rows, columns=["kilde", "skoleaar", "kommunenr", "til", "egen", "delt_kode"])
    of_target = slekt.groupby(["kilde", "skoleaar", "til"])
    slekt["maate"] = "flyttet"
    slekt.loc[of_target["egen"].transform("sum") > 1, "maate"] = "sammenslaatt"
    slekt.loc[of_target["delt_kode"].transform("any"), "maate"] = "delt"
    return slekt[["kilde", "skoleaar", "kommunenr", "til", "maate"]]
