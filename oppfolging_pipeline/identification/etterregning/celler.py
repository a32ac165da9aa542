"""From observations to every cell of every unit, in the register of the identification year.

Belongs here: which units there are, and how figures move with municipalities that are renumbered, merged or divided.
Does not belong here: limits and points (`avgjorelse`).

The rules, as they are worded: a new number or name moves the figure. A merger is the pupil-weighted mean of its parts,
only when every part with pupils is shown. A municipality that came out of a division is rebuilt from the schools that
stand in it, only when the divided municipality's own figure and number of pupils are shown, all of its schools with
pupils are shown, and they have exactly its pupils; a school that cannot be placed, and pupils that no school accounts
for, may belong to any of the new ones. Otherwise the cell is `skjermet`, and so are the other parts of that division;
but `mangler` where all that cannot be used was left out by corrections. A rebuilt figure is rounded half-up as the
published ones are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oppfolging_pipeline.identification.etterregning.parametre import Parametre
from oppfolging_pipeline.identification.etterregning.slektskap import Slektskap

if TYPE_CHECKING:
    import pandas as pd

CELL = ["enhet", "indikator", "trinn", "skoleaar"]
_KOMMUNE = ["kilde", "skoleaar", "kommunenr"]
_DELT_CELLE = [*_KOMMUNE, "indikator", "trinn"]


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

    A school is judged when it stands in the newest school year, in a municipality. `all_schools` gives enhet, kommunenr
    and skoleaar of all years; it is asked only when a school stands under a code that was divided.
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
    """Where each school stands on the register's day: what the code of its newest row has become. When that was
    divided, the part that it stands under in the newest year known. One that cannot be placed is left out."""
    import pandas as pd

    days = [p.referansedager[kilde] for kilde in p.kilder_gjennom_aaret()]
    became: dict[tuple[str, str], frozenset[str]] = {}
    for code, skoleaar in newest[["kommunenr", "skoleaar"]].drop_duplicates().itertuples(index=False):
        if p.er_utenfor(code):
            continue
        # A code counts as what it was on the first reference day of the year on which it was in force.
        of_year = [p.dag(skoleaar, day) for day in days]
        day = next((day for day in of_year if slektskap.gjelder(code, day)), max(of_year))
        became[code, skoleaar] = slektskap.etterfolgere(code, day, p.registerdato)
    placed: dict[str, str] = {}
    divided: dict[str, frozenset[str]] = {}
    for enhet, code, skoleaar in newest[["enhet", "kommunenr", "skoleaar"]].itertuples(index=False):
        targets = became.get((code, skoleaar), frozenset())
        if len(targets) == 1:
            placed[enhet] = next(iter(targets))
        elif targets:
            divided[enhet] = targets
    if divided:
        known = all_schools()
        known = known[known["enhet"].isin(list(divided))]
        known = known.groupby(["enhet", "kommunenr"], as_index=False).agg(skoleaar=("skoleaar", "max"))
        known = known.sort_values(["skoleaar", "kommunenr"], ascending=[False, True])
        for enhet, code in known[["enhet", "kommunenr"]].itertuples(index=False):
            if code in divided[enhet]:
                placed.setdefault(enhet, code)
    return pd.Series(placed, dtype="str")


def _slekt(observasjon: pd.DataFrame, slektskap: Slektskap, p: Parametre) -> pd.DataFrame:
    """For each source and year what each code became; `maate` says how the figures of `til` are made. Only codes that
    have a row of their own decide it: those of schools alone are carried along."""
    import pandas as pd

    codes = observasjon[observasjon["kommunenr"].notna()]
    codes = codes.assign(egen=codes["nivaa"] == "kommune")
    codes = codes.groupby(["kilde", "skoleaar", "kommunenr"], as_index=False).agg(egen=("egen", "any"))
    rows = []
    for kilde, skoleaar, code, own in codes.itertuples(index=False):
        if not p.er_utenfor(code):
            became = slektskap.etterfolgere(code, p.dag(skoleaar, p.referansedager[kilde]), p.registerdato)
            rows += [(kilde, skoleaar, code, til, own, own and len(became) > 1) for til in sorted(became)]
    slekt = pd.DataFrame(rows, columns=["kilde", "skoleaar", "kommunenr", "til", "egen", "delt_kode"])
    of_target = slekt.groupby(["kilde", "skoleaar", "til"])
    slekt["maate"] = "flyttet"
    slekt.loc[of_target["egen"].transform("sum") > 1, "maate"] = "sammenslaatt"
    slekt.loc[of_target["delt_kode"].transform("any"), "maate"] = "delt"
    return slekt[["kilde", "skoleaar", "kommunenr", "til", "maate"]]


def make_cells(observasjon: pd.DataFrame, spurt: pd.DataFrame, enheter: Enheter) -> pd.DataFrame:
    """Every unit with every cell of `spurt`, in the order of the units and of `spurt`.

    Adds to the columns of both: verdi and antall (empty when there is none to show), verdistatus, beregnet, forelopig.
    """
    import pandas as pd

    keys = ["kilde", "indikator", "maal", "trinn", "skoleaar"]
    seen = observasjon.merge(spurt[[*keys, "trinnverdi"]], on=keys, validate="many_to_one")
    pupils = seen["antall"].fillna(0) > 0
    shown = seen["verdistatus"] == "vist"
    # A corrected row without a figure has lost it, unless it is of nobody.
    of_nobody = (seen["antall"] == 0).fillna(False)
    seen["utelatt"] = seen["rettelse"].notna() & (seen["verdistatus"] == "mangler") & ~of_nobody.astype(bool)
    hidden = (seen["verdistatus"] == "skjermet") | (seen["antallstatus"] == "skjermet")
    seen["har_elever"] = shown | hidden | pupils | seen["utelatt"]
    seen["kan_brukes"] = shown & pupils
    schools = seen[seen["nivaa"] == "skole"]
    kommuner = seen[seen["nivaa"] == "kommune"].merge(enheter.slekt, on=["kilde", "skoleaar", "kommunenr"])
    moved = kommuner[kommuner["maate"] == "flyttet"].assign(enhet=lambda rows: rows["til"])
    rebuilt = _mean(_parts(kommuner, schools, enheter))
    found = pd.concat([part[[*CELL, "verdi", "verdistatus", "antall", "beregnet", "forelopig"]] for part in (
        moved.assign(beregnet=False), rebuilt.assign(beregnet=True), schools.assign(beregnet=False),
    )], ignore_index=True)  # fmt: skip

    grid = enheter.alle.merge(spurt, how="cross").merge(found, how="left", on=CELL, validate="one_to_one")
    nothing = grid["verdistatus"].isna()
    has_grade = pd.MultiIndex.from_frame(grid[["enhet", "trinn"]]).isin(_grades(observasjon, enheter.slekt))
    grid.loc[nothing, "verdistatus"] = "ikke_aktuelt"
    grid.loc[nothing & has_grade, "verdistatus"] = "mangler"
    for name in ("beregnet", "forelopig"):
        grid[name] = grid[name].astype("boolean").fillna(False)
    return grid


def _parts(kommuner: pd.DataFrame, schools: pd.DataFrame, enheter: Enheter) -> pd.DataFrame:
    """The parts of cells that are rebuilt, `til` being the municipality that they become a part of."""
    import pandas as pd

    divided = kommuner[kommuner["maate"] == "delt"]
    of_division = enheter.slekt[enheter.slekt["maate"] == "delt"]
    under = schools.merge(of_division, on=["kilde", "skoleaar", "kommunenr"])
    stands_in = under["enhet"].map(enheter.plassert)
    of_any = stands_in.isna() | _without_a_whole(under, kommuner)
    return pd.concat(
        [
            kommuner[kommuner["maate"] == "sammenslaatt"],
            under[(stands_in == under["til"]) & ~of_any],
            under[of_any].assign(kan_brukes=False),
            _not_adding_up(divided, schools),
        ],
        ignore_index=True,
    )


def _without_a_whole(under: pd.DataFrame, kommuner: pd.DataFrame) -> pd.Series[bool]:
    """Which of the schools stand under a municipality that has rows in the source that year, but none in that cell."""
    import pandas as pd

    def stand(keys: list[str]) -> pd.Series[bool]:
        there = pd.MultiIndex.from_frame(kommuner[keys])
        return pd.Series(pd.MultiIndex.from_frame(under[keys]).isin(there), index=under.index)

    return stand(_KOMMUNE) & ~stand(_DELT_CELLE)


def _not_adding_up(divided: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """The divided municipalities whose own figure or a school's is hidden, or whose schools have other pupils than
    they: no part can be told then. One has pupils when itself or one of its schools has."""
    hidden = schools["har_elever"] & ~schools["kan_brukes"]
    of_schools = schools.assign(
        skjult=hidden,
        skjermet=hidden & ~schools["utelatt"],
        i_skolene=schools["antall"].where(schools["kan_brukes"], 0),
    )
    of_schools = of_schools.groupby(_DELT_CELLE, as_index=False).agg(
        i_skolene=("i_skolene", "sum"), skjult=("skjult", "any"), skjermet=("skjermet", "any"),
        skolene_har=("har_elever", "any"), en_utelatt=("utelatt", "any"),
    )  # fmt: skip
    wholes = divided.merge(of_schools, on=_DELT_CELLE, how="left")
    adds_up = wholes["kan_brukes"] & (wholes["antall"] == wholes["i_skolene"]).fillna(False)
    adds_up &= ~wholes["skjult"].astype("boolean").fillna(True)
    of_schools = wholes[["skolene_har", "skjermet", "en_utelatt"]].astype("boolean").fillna(False)
    has_pupils = wholes["har_elever"] | of_schools["skolene_har"]
    whole_is_hidden = wholes["har_elever"] & ~wholes["kan_brukes"] & ~wholes["utelatt"]
    left_out = (wholes["utelatt"] | of_schools["en_utelatt"]) & ~whole_is_hidden & ~of_schools["skjermet"]
    told = wholes.assign(har_elever=has_pupils, kan_brukes=False, utelatt=left_out)
    return told.loc[~adds_up.astype(bool), divided.columns]


def _mean(parts: pd.DataFrame) -> pd.DataFrame:
    """The pupil-weighted mean of the parts of each cell, in whole steps of the last published decimal, half up."""
    usable = parts["kan_brukes"].astype(bool)
    parts = parts.assign(
        enhet=parts["til"],
        hindrer=parts["har_elever"] & ~usable & ~parts["utelatt"].astype(bool),
        elever=parts["antall"].where(usable, 0),
        sum=(parts["verdi"] * parts["antall"]).where(usable, 0),
    )
    cells = parts.groupby(CELL, as_index=False).agg(
        har_elever=("har_elever", "any"), hindrer=("hindrer", "any"), antall=("elever", "sum"), sum=("sum", "sum"),
        forelopig=("forelopig", "any"), trinnverdi=("trinnverdi", "first"), utelatt=("utelatt", "any"),
    )  # fmt: skip
    cells["verdistatus"] = "vist"
    cells.loc[cells["utelatt"].astype(bool), "verdistatus"] = "mangler"
    cells.loc[cells["hindrer"], "verdistatus"] = "skjermet"
    cells.loc[~cells["har_elever"], "verdistatus"] = "mangler"
    shown = cells["verdistatus"] == "vist"
    step, pupils = cells["trinnverdi"], cells["antall"].where(shown)
    cells["verdi"] = (2 * cells["sum"] + pupils * step) // (2 * pupils * step) * step
    return cells.assign(antall=pupils)


def _grades(observasjon: pd.DataFrame, slekt: pd.DataFrame) -> pd.MultiIndex:
    """The units with each grade that they stand with in any year of the window, in any source and by any indicator."""
    import pandas as pd

    rows = observasjon[["nivaa", "kilde", "skoleaar", "enhet", "kommunenr", "trinn"]].drop_duplicates()
    kommuner = rows[rows["nivaa"] == "kommune"].merge(slekt, on=["kilde", "skoleaar", "kommunenr"])
    kommuner = kommuner.assign(enhet=kommuner["til"])
    both = pd.concat([kommuner, rows[rows["nivaa"] == "skole"]])
    return pd.MultiIndex.from_frame(both[["enhet", "trinn"]].drop_duplicates())
