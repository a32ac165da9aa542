"""Points of each cell, the sums of each unit, and whether it may be judged.

Belongs here: what a cell is worth, and what the cells of a unit come to. Does not belong here: ranks (`avgjorelse`).
Source of the rule: Udir, «Hvilke kommuner deltar i ordningen?»: worse than the absolute limit one number of points,
else worse than the national limit another, times the weight; summed over the years, then divided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oppfolging_pipeline.identification.etterregning.parametre import Parametre

if TYPE_CHECKING:
    import pandas as pd

UNIT = ["nivaa", "enhet", "kommunenr"]


def give_points(cells: pd.DataFrame, p: Parametre) -> pd.DataFrame:
    """The cells with risikopoeng, mulige_risikopoeng and forbi_absolutt.

    Worse is strict: a figure that is equal to a limit is not worse. A cell that is not shown has no points
    and none that were possible.
    """
    shown = cells["verdistatus"] == "vist"
    figure = cells["fortegn"] * cells["verdi"]
    beyond = (figure < cells["fortegn"] * cells["absolutt_grense"]).where(shown)
    worse = (figure < cells["fortegn"] * cells["nasjonal_grense"]).where(shown)
    points = (worse.astype("Int64") * p.poeng_nasjonal).mask(beyond.fillna(False), p.poeng_absolutt)
    return cells.assign(
        risikopoeng=points * cells["vekt"],
        mulige_risikopoeng=(cells["vekt"] * p.poeng_absolutt).where(shown, 0),
        forbi_absolutt=beyond,
    )


def sum_units(cells: pd.DataFrame, p: Parametre) -> pd.DataFrame:
    """One row per unit: the sums that the declared table `andel` has, `aapne_poeng`, `vurdert` and `vurdert_om_bygd`
    (whether it would be if what cannot be built were shown).

    A figure exists that is shown, that the source shields, or that cannot be built. Open are the points that were
    possible in what cannot be built. Judged: a figure exists, the shown ones weigh at least `min_dekning` of those that
    exist, and they stand in at least `min_aar` of the window's years.
    """
    shown = cells["verdistatus"] == "vist"
    not_built = cells["verdistatus"] == "kan_ikke_bygges"
    exists = shown | (cells["verdistatus"] == "skjermet") | not_built
    counted = cells.assign(
        risikopoeng=cells["risikopoeng"].fillna(0),
        celler_forbi_absolutt=cells["forbi_absolutt"].fillna(False).astype("Int64"),
        vekt_vist=cells["vekt"].where(shown, 0),
        vekt_finnes=cells["vekt"].where(exists, 0),
        vekt_ikke_bygd=cells["vekt"].where(not_built, 0),
        aar_med_tall=cells["vindusaar"].where(shown),
        aar_med_tall_om_bygd=cells["vindusaar"].where(shown | not_built),
        celler_vist=shown.astype("Int64"),
        celler_finnes=exists.astype("Int64"),
        celler_ikke_bygd=not_built.astype("Int64"),
    )
    sums = counted.groupby(UNIT, as_index=False, sort=False).agg(
        risikopoeng=("risikopoeng", "sum"), mulige_risikopoeng=("mulige_risikopoeng", "sum"),
        celler_forbi_absolutt=("celler_forbi_absolutt", "sum"), vekt_vist=("vekt_vist", "sum"),
        vekt_finnes=("vekt_finnes", "sum"), vekt_ikke_bygd=("vekt_ikke_bygd", "sum"),
        celler_vist=("celler_vist", "sum"), celler_finnes=("celler_finnes", "sum"),
        celler_ikke_bygd=("celler_ikke_bygd", "sum"), aar_med_tall=("aar_med_tall", "nunique"),
        aar_med_tall_om_bygd=("aar_med_tall_om_bygd", "nunique"), forelopig=("forelopig", "any"),
    )  # fmt: skip
    sums["aapne_poeng"] = sums["vekt_ikke_bygd"] * p.poeng_absolutt
    sums["vurdert"] = _enough(sums, sums["vekt_vist"], sums["aar_med_tall"], p)
    with_these = sums["vekt_vist"] + sums["vekt_ikke_bygd"]
    sums["vurdert_om_bygd"] = _enough(sums, with_these, sums["aar_med_tall_om_bygd"], p)
    # A quotient of whole numbers is rounded correctly: these are the published numbers to the last bit.
    possible = sums["mulige_risikopoeng"]
    sums["andel_risikopoeng"] = (100 * sums["risikopoeng"]).astype("Float64") / possible.mask(possible == 0)
    sums["dekningsgrad"] = sums["vekt_vist"].astype("Float64") / sums["vekt_finnes"].mask(sums["vekt_finnes"] == 0)
    return sums


def _enough(sums: pd.DataFrame, vist: pd.Series[int], aar: pd.Series[int], p: Parametre) -> pd.Series[bool]:
    least = p.min_dekning
    covered = vist * least.denominator >= sums["vekt_finnes"] * least.numerator
    return (sums["vekt_finnes"] > 0) & covered & (aar >= p.min_aar)
