"""The cells that are asked for, each with its national and its absolute limit.

Belongs here: the limits, from the national figures and those of the municipalities as published. Does not belong here:
points (`poeng`). Source of the two limits: Udir, «Hvilke kommuner deltar i ordningen?».
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import Finding, FindingCollector, PermanentError
from oppfolging_pipeline.identification.etterregning.parametre import Indikator, Parametre

if TYPE_CHECKING:
    import pandas as pd

Figures = list[tuple[int, int]]  # figure, the pupils that it weighs (0: not known)


def asked_with_limits(figures: pd.DataFrame, p: Parametre) -> pd.DataFrame:
    """One row for each cell of a unit: what identifies it, vindusaar, vekt, fortegn and both limits.

    `figures` as `elever.figures_with_pupils` gives them. Figures and limits are whole numbers, `Parametre.skala` to the
    unit. `fortegn` turns a figure so that less is worse. Raises `InvalidInput` naming every cell that has no national
    figure, or no figure for a percentile to stand on.
    """
    import pandas as pd

    shown = figures[(figures["verdistatus"] == "vist") & figures["nivaa"].isin(["nasjonalt", "kommune"])]
    key = ["kilde", "indikator", "maal", "trinn", "skoleaar"]
    national: dict[tuple[Any, ...], int] = {}
    municipal: dict[tuple[Any, ...], Figures] = {}
    outside = {code for code in shown["enhet"].unique() if p.er_utenfor(code)}
    counted = shown["elever"].fillna(0)
    columns = [shown[name] for name in ("nivaa", "enhet", *key, "verdi")]
    for nivaa, enhet, *of_cell, verdi, antall in zip(*columns, counted, strict=True):
        if nivaa == "nasjonalt":
            national[tuple(of_cell)] = int(verdi)
        elif enhet not in outside:
            municipal.setdefault(tuple(of_cell), []).append((int(verdi), int(antall)))

    faults = FindingCollector()
    rows = []
    for item, skoleaar, nummer in p.celler():
        cell = (item.kilde, item.indikator, item.maal, item.trinn, skoleaar)
        of_kommuner = municipal.get(cell, [])
        nasjonal = national.get(cell)
        if nasjonal is None and p.nasjonal_grense == "beregn":
            nasjonal = weighted_mean(of_kommuner, p.trinnverdi(item))
        absolutt = None if nasjonal is None else absolute_limit(item, nasjonal, [verdi for verdi, _ in of_kommuner], p)
        if nasjonal is None or absolutt is None:
            faults.add(_without_limit(cell))
            continue
        fortegn = -1 if item.lavere_er_bedre else 1
        rows.append((*cell, nummer, item.vekt, fortegn, nasjonal, absolutt))
    faults.raise_if_any()
    names = [*key, "vindusaar", "vekt", "fortegn", "nasjonal_grense", "absolutt_grense"]
    asked = pd.DataFrame(rows, columns=names)
    return asked.astype(
        {name: "str" if name in ("kilde", "indikator", "maal", "skoleaar") else "Int64" for name in names}
    )


def absolute_limit(item: Indikator, nasjonal: int, figures: list[int], p: Parametre) -> int | None:
    """`verdi`: that number. `avvik`: so far on the worse side of the national limit. `persentil`: number ⌈p/100 · n⌉ of
    the municipalities' n shown figures, worst first; None when there is none."""
    if item.metode == "persentil":
        worst_first = sorted(figures, reverse=item.lavere_er_bedre)
        return worst_first[ceil(item.grense * len(worst_first) / 100) - 1] if worst_first else None
    grense = item.grense * p.skala
    if item.metode == "avvik":
        grense = nasjonal + grense if item.lavere_er_bedre else nasjonal - grense
    if grense.denominator != 1:
        raise PermanentError(f"{item.indikator}: found a limit with more decimals than the lake's; expected it rounded")
    return int(grense)


def weighted_mean(figures: Figures, trinnverdi: int) -> int | None:
    """The pupil-weighted mean, half up on the last published decimal; None when no number of pupils is known."""
    pupils = sum(antall for _, antall in figures)
    if not pupils:
        return None
    mean = Fraction(sum(verdi * antall for verdi, antall in figures), pupils * trinnverdi)
    return floor(mean + Fraction(1, 2)) * trinnverdi


def _without_limit(cell: tuple[Any, ...]) -> Finding:
    kilde, indikator, maal, trinn, skoleaar = cell
    return Finding(
        key=f"{indikator}, trinn {trinn}, {skoleaar}, {maal}",
        found="no figure that the limits can stand on",
        expected=f"the published national figure of {kilde}, and one of a municipality for a percentile",
        action="Put that report in the inbox, or choose another --uttrekk or --rules.",
    )
