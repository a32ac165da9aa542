"""The national and the absolute limit of each indicator, grade and school year.

Belongs here: the three methods for the absolute limit and the demand for a national figure. Does not belong here: the
limits' parameters (the rule set). Source of the two limits: Udir, «Hvilke kommuner deltar i ordningen?»; the values
of the absolute limits are not published and stand in the rule set as ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.core.rounding import half_up
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.catalog import Retning
from oppfolging_pipeline.rules.indikator import SettIndikator
from oppfolging_pipeline.rules.model import absolute_limit_is_on_wrong_side
from oppfolging_pipeline.staging.elever import with_pupils
from oppfolging_pipeline.staging.harmonisering import Request

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

CellKey = tuple[str, int, str]  # indikator, trinn, skoleaar
Figures = Sequence[tuple[Decimal, int | None]]  # shown figures of municipalities with the pupils that they weigh


def read_figures(
    engine: Engine, observasjon: Relation, request: Request
) -> tuple[dict[CellKey, Decimal], dict[CellKey, Figures]]:
    """National figures, and the municipalities' shown figures, as published, for each cell that the set asks for. The
    number of pupils beside a figure is its weight: where its own count is a share's numerator, that of the indicator
    which the catalogue names (`vekt_fra`), and None where that is not shown.

    `observasjon` holds the window's partitions. Codes that are no municipality (Svalbard, abroad, unknown) are left
    out: a percentile is of municipalities. Their patterns are the carried register's, which KLASS files never replace.
    """
    shown = engine.run(
        """
        SELECT nivaa, enhet, indikator, trinn, skoleaar, verdi, elever FROM celler
        WHERE verdistatus = 'vist' AND nivaa IN ('nasjonalt', 'kommune') ORDER BY enhet""",
        celler=with_pupils(engine, observasjon, request),
    )
    national: dict[CellKey, Decimal] = {}
    municipal: dict[CellKey, list[tuple[Decimal, int | None]]] = {}
    register = carried_register()
    for nivaa, enhet, indikator, trinn, skoleaar, verdi, elever in shown.fetchall():
        if nivaa == "nasjonalt":
            national[indikator, trinn, skoleaar] = verdi
        elif not register.er_utenfor(enhet):
            municipal.setdefault((indikator, trinn, skoleaar), []).append((verdi, elever))
    return national, {key: tuple(figures) for key, figures in municipal.items()}


def made_of_kommuner(request: Request, national: Mapping[CellKey, Decimal]) -> set[CellKey]:
    """The cells whose limits are made of the municipalities' figures: a percentile, or a mean where there is no
    national figure and the set says `beregn`."""
    rule_set = request.rule_set
    computed = rule_set.nasjonal_grense.verdi == "beregn"
    cells = [
        (item.absolutt_grense.metode, (item.indikator, item.trinn, skoleaar))
        for item in rule_set.indikatorer
        for skoleaar in rule_set.vindu(request.catalog.indikatorer[item.indikator].kilde, request.uttrekksaar)
    ]
    return {cell for metode, cell in cells if metode == "persentil" or (computed and cell not in national)}


def grense_rader(
    request: Request,
    national: Mapping[CellKey, Decimal],
    municipal: Mapping[CellKey, Figures],
    corrected: Mapping[CellKey, str],
) -> list[dict[str, object]]:
    """The declared table `grense`, one row per indicator, grade and school year of the window.

    `corrected` has the ids of the corrections that the figures of a limit stand on, where there are any.

    Raises `InvalidInput` naming every national figure that is missing (unless the set says `beregn`), every percentile
    that has no figure to stand on, and every absolute limit that came out on the better side of the national one.
    """
    faults = FindingCollector()
    rule_set = request.rule_set
    rows: list[dict[str, object]] = []
    for number, item in enumerate(rule_set.indikatorer):
        kilde = request.catalog.indikatorer[item.indikator].kilde
        maal = request.catalog.maal[item.maal]
        for skoleaar in rule_set.vindu(kilde, request.uttrekksaar):
            key = (item.indikator, item.trinn, skoleaar)
            found = national.get(key)
            origin = "publisert nasjonal verdi"
            if found is None and rule_set.nasjonal_grense.verdi == "beregn":
                found = pupil_weighted_mean(municipal.get(key, ()), maal.desimaler)
                origin = "beregnet av kommunenes viste verdier, vektet med elevtall"
            if found is None:
                faults.add(_missing(request, kilde, item, skoleaar))
                continue
            absolute = absolute_limit(item, maal.retning, found, [figure for figure, _ in municipal.get(key, ())])
            where = f"{rule_set.navn}: indikatorer[{number}].absolutt_grense, {skoleaar}"
            if absolute is None:
                faults.add(_no_percentile(where))
                continue
            if absolute_limit_is_on_wrong_side(maal.retning, found, absolute):
                faults.add(_wrong_side(where, item, maal.retning, found, absolute))
                continue
            rows.append(
                {
                    **request.partition,
                    "indikator": item.indikator,
                    "trinn": item.trinn,
                    "skoleaar": skoleaar,
                    "nasjonal_grense": found,
                    "absolutt_grense": absolute,
                    "metode": item.absolutt_grense.metode,
                    "kilde": f"Nasjonal: {origin}. Absolutt: {_reason(item)}{' Se rettelse.' * (key in corrected)}",
                    "rettelse": corrected.get(key),
                }
            )
    faults.raise_if_any()
    return rows


def _reason(item: SettIndikator) -> str:
    limit = item.absolutt_grense
    return f"{limit.kilde}. {limit.grunn}" if limit.grunn else f"{limit.kilde}."


def absolute_limit(
    item: SettIndikator, retning: Retning, national: Decimal, figures: Sequence[Decimal]
) -> Decimal | None:
    """The absolute limit by the set's method, or None when a percentile has no figure to stand on.

    `verdi`: that number. `avvik`: so far on the worse side of the national limit. `persentil`: the nearest-rank
    percentile of the municipalities' shown figures, counted from the worse side: number ⌈p/100 · n⌉ of n, worst first.
    """
    limit = item.absolutt_grense
    if limit.metode == "verdi":
        return limit.verdi
    if limit.metode == "avvik":
        return national - limit.verdi if retning == "hoyere_er_bedre" else national + limit.verdi
    if not figures:
        return None
    worst_first = sorted(figures, reverse=retning == "lavere_er_bedre")
    rank = math.ceil(Fraction(limit.verdi) * len(worst_first) / 100)
    return worst_first[rank - 1]


def pupil_weighted_mean(figures: Figures, decimals: int) -> Decimal | None:
    """The mean weighted by pupils, half-up, or None when no figure has a known number of pupils."""
    counted = [(figure, elever) for figure, elever in figures if elever]
    pupils = sum(elever for _, elever in counted)
    if not pupils:
        return None
    return half_up(sum((Fraction(figure) * elever for figure, elever in counted), Fraction(0)) / pupils, decimals)


def _missing(request: Request, kilde: str, item: SettIndikator, skoleaar: str) -> Finding:
    name = request.catalog.kilder[kilde].navn
    return Finding(
        key=f"{item.indikator}, trinn {item.trinn}, {skoleaar}, {item.maal}",
        found="no national figure",
        expected=f"the published national figure of {name} ({request.rule_set.navn}, uttrekk {request.uttrekksaar})",
        action="Put that report in the inbox, or choose another --uttrekk or --rules.",
    )


def _no_percentile(where: str) -> Finding:
    return Finding(
        key=where,
        found="no shown figure of any municipality",
        expected="at least one, for a limit by persentil",
        action="Use another method for the limit, or put a report with municipalities in the inbox.",
    )


def _wrong_side(where: str, item: SettIndikator, retning: Retning, national: Decimal, absolute: Decimal) -> Finding:
    return Finding(
        key=where,
        found=f"absolute limit {absolute} by {item.absolutt_grense.metode} against national limit {national}",
        expected=f"a limit on the worse side ({retning})",
        action="Change the limit in the rule set.",
    )
