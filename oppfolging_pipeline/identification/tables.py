"""The identification's published rows.

Belongs here: putting names, places and sentences together in the declared tables. Does not belong here: the decisions
(`kategori1`, `kategori2`) or the wording (`explanation`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oppfolging_pipeline.identification import explanation
from oppfolging_pipeline.identification.aapne import Aapne, open_points
from oppfolging_pipeline.identification.kategori1 import Placing, rank_municipalities
from oppfolging_pipeline.identification.kategori2 import Candidate, choose_candidates, upper_share
from oppfolging_pipeline.identification.names import Names
from oppfolging_pipeline.identification.units import Unit, read_unit
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.tables.model import table

Row = dict[str, Any]


@dataclass(frozen=True)
class Decision:
    """Everything that was decided for one identification year and rule set. `aapne` is of each municipality."""

    kommuner: tuple[Unit, ...]
    skoler: tuple[Unit, ...]
    placings: tuple[Placing, ...]
    candidates: tuple[Candidate, ...]
    aapne: Mapping[str, Aapne]

    @property
    def forelopig(self) -> bool:
        """Whether any figure of a municipality is preliminary: one can move every place."""
        return any(unit.forelopig for unit in self.kommuner)


def decide(andel: Sequence[Mapping[str, Any]], rule_set: RuleSet, priorities: Mapping[str, int]) -> Decision:
    """Judge, rank and choose, from the rows of `andel` of one identification year and rule set.

    `priorities` are the statsforvalters' recorded priorities by kommunenr (1 first).
    """
    kommuner = sorted(
        (read_unit(row, rule_set) for row in andel if row["nivaa"] == "kommune"), key=lambda unit: unit.enhet
    )
    skoler = sorted((read_unit(row, rule_set) for row in andel if row["nivaa"] == "skole"), key=lambda unit: unit.enhet)
    placings = rank_municipalities(kommuner, rule_set)
    category_1 = frozenset(placing.unit.enhet for placing in placings if placing.identifisert)
    candidates = choose_candidates(kommuner, skoler, category_1, rule_set, priorities)
    aapne = {unit.enhet: open_points(unit, placings, rule_set) for unit in kommuner}
    return Decision(tuple(kommuner), tuple(skoler), tuple(placings), tuple(candidates), aapne)


def rangering_kommune(decision: Decision, rule_set: RuleSet, names: Names, key: Row) -> list[Row]:
    """The declared table `rangering_kommune`: every municipality of the register.

    `status` is about the figures alone. A computed list is never final, in category 2 as little as in category 1. What
    every mart table says of itself (`rules.merking`) is put to the rows afterwards, here and in the candidates.
    """
    placings = {placing.unit.enhet: placing for placing in decision.placings}
    candidates = {candidate.kommune.enhet: candidate for candidate in decision.candidates}
    rows = []
    for unit in decision.kommuner:
        placing, candidate = placings.get(unit.enhet), candidates.get(unit.enhet)
        in_1 = placing is not None and placing.identifisert
        in_2 = candidate is not None and candidate.valgt
        aapne = decision.aapne[unit.enhet]
        rows.append(
            {
                **key,
                "kommunenr": unit.enhet,
                **names.kommuner[unit.enhet],
                "kategori": 1 if in_1 else 2 if in_2 else None,
                "rangering": placing.rangering if placing else None,
                **_sums(unit),
                "margin": float(placing.margin) if placing and placing.margin is not None else None,
                "delt_plassering": placing.delt_plassering if placing else False,
                "status": "foreløpig" if decision.forelopig else "beregnet",
                "begrunnelse": _reason(unit, placing, candidate, decision, rule_set),
                "vurdert": unit.vurdert,
                "ikke_vurdert_grunn": unit.ikke_vurdert_grunn,
                "naer_grensen": placing.naer_grensen if placing else False,
                "aapne_poeng": aapne.poeng,
                "aapne_kunne_endret_plassen": aapne.kunne_endret_plassen,
            }
        )
    return rows


def identifisert_kommune(ranking: Sequence[Row], decision: Decision) -> list[Row]:
    """The declared table `identifisert_kommune`: the identified of `rangering_kommune` (marked), with place in the
    category."""
    candidates = {candidate.kommune.enhet: candidate for candidate in decision.candidates}
    rows = []
    for row in ranking:
        if row["kategori"] is None:
            continue
        identified = {name: row[name] for name in table("identifisert_kommune").column_names}
        if row["kategori"] == 2:
            candidate = candidates[row["kommunenr"]]
            identified |= {
                "rangering": candidate.rangering,
                "margin": candidate.margin,
                "delt_plassering": candidate.delt_plassering,
            }
        rows.append(identified)
    return rows


def kandidat_kategori2(decision: Decision, rule_set: RuleSet, names: Names, key: Row) -> list[Row]:
    """The declared table `kandidat_kategori2`."""
    return [
        {
            **key,
            "kommunenr": candidate.kommune.enhet,
            **names.kommuner[candidate.kommune.enhet],
            "rangering": candidate.rangering,
            "andel_risikopoeng": candidate.kommune.andel_or_none,
            "spredning": candidate.spread.points,
            "antall_skoler": candidate.antall_skoler,
            "antall_skoler_vurdert": candidate.antall_skoler_vurdert,
            "antall_skoler_i_ovre_kvartil": candidate.antall_skoler_i_ovre_kvartil,
            "prioritet": candidate.prioritet,
            "valgt": candidate.valgt,
            "grunn": explanation.choice_text(candidate, rule_set),
        }
        for candidate in decision.candidates
    ]


def rangering_skole(decision: Decision, rule_set: RuleSet, names: Names, key: Row) -> list[Row]:
    """The declared table `rangering_skole`: every judged and not judged school; equal shares have the same place."""
    limit = upper_share(decision.skoler, rule_set)
    shares = sorted((unit.andel for unit in decision.skoler if unit.vurdert), reverse=True)
    place: dict[Any, int] = {}
    for number, share in enumerate(shares, start=1):
        place.setdefault(share, number)
    return [
        {
            **key,
            "orgnr": unit.enhet,
            "skolenavn": names.skoler[unit.enhet],
            "kommunenr": unit.kommunenr,
            "kommunenavn": names.kommuner[unit.kommunenr]["kommunenavn"],
            "rangering": place[unit.andel] if unit.vurdert else None,
            **_sums(unit),
            "vurdert": unit.vurdert,
            "ikke_vurdert_grunn": unit.ikke_vurdert_grunn,
            "i_ovre_kvartil": unit.andel >= limit if unit.vurdert and limit is not None else None,
        }
        for unit in decision.skoler
    ]


def _sums(unit: Unit) -> Row:
    return {
        "andel_risikopoeng": unit.andel_or_none,
        "risikopoeng": unit.risikopoeng,
        "mulige_risikopoeng": unit.mulige_risikopoeng,
        "dekningsgrad": unit.dekningsgrad,
    }


def _reason(
    unit: Unit, placing: Placing | None, candidate: Candidate | None, decision: Decision, rule_set: RuleSet
) -> str:
    if placing is None:
        first = explanation.not_judged_text(unit)
    else:
        first = explanation.place_text(placing, len(decision.placings), rule_set)
    first += explanation.open_text(unit, decision.aapne[unit.enhet])
    if candidate is None:
        return first
    second = explanation.candidate_text(candidate, len(decision.candidates), rule_set)
    return f"{first} {second} {explanation.choice_text(candidate, rule_set)}"
