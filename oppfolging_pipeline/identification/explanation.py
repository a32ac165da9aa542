"""Why a municipality stands where it stands, in a Norwegian sentence with its numbers.

Belongs here: the wording. Does not belong here: any decision. Only sums of shown figures are named, never a single
figure of a school.
"""

from __future__ import annotations

from fractions import Fraction

from oppfolging_pipeline.core.rounding import norwegian
from oppfolging_pipeline.identification.kategori1 import Placing
from oppfolging_pipeline.identification.kategori2 import Candidate
from oppfolging_pipeline.identification.units import Unit
from oppfolging_pipeline.rules.model import RuleSet

_MEASURE = {"standardavvik": "standardavvik", "maks_min": "høyeste minus laveste"}


def _share(unit: Unit) -> str:
    return f"{unit.risikopoeng} av {unit.mulige_risikopoeng} mulige risikopoeng ({norwegian(unit.andel, 2)} prosent)"


def place_text(placing: Placing, judged: int, rule_set: RuleSet) -> str:
    """The place among all judged municipalities, for one that is in category 1 or not identified."""
    unit = placing.unit
    text = (
        f"Nr. {placing.rangering} av {judged} vurderte kommuner: {_share(unit)}; "
        f"{unit.celler_forbi_absolutt} tall er dårligere enn den absolutte grensen."
    )
    selected = rule_set.kategori1.antall.verdi
    tied = " Andelen er lik på begge sider av grensen; likhetsregelen avgjorde." if placing.lik_over_grensen else ""
    if not placing.identifisert:
        return f"{text} Ikke blant de {selected} i kategori 1.{tied}"
    return f"{text} Identifisert i kategori 1, de {selected} med høyest andel.{tied}"


def not_judged_text(unit: Unit) -> str:
    """Why a municipality has no place."""
    return f"Ikke vurdert. {unit.ikke_vurdert_grunn}"


def candidate_text(candidate: Candidate, candidates: int, rule_set: RuleSet) -> str:
    """What makes a municipality a candidate in category 2."""
    rules = rule_set.kategori2
    spread = norwegian(Fraction(candidate.spread.points), 1)
    upper = f"{rules.ovre_andel.verdi.normalize():f}".replace(".", ",")  # 25.0 is the same parameter as 25
    return (
        f"Kandidat nr. {candidate.rangering} av {candidates} i kategori 2: spredningen mellom "
        f"{candidate.antall_skoler_vurdert} vurderte skoler ({_MEASURE[rules.spredning.maal.verdi]}) er {spread} "
        f"prosentpoeng, og {candidate.antall_skoler_i_ovre_kvartil} av dem er blant de {upper} prosent "
        "av skolene i landet med høyest andel risikopoeng."
    )


def choice_text(candidate: Candidate, rule_set: RuleSet) -> str:
    """Why a candidate is chosen or not."""
    places = rule_set.kategori2.antall.verdi
    by = "statsforvalterens prioritet" if candidate.prioritet is not None else "spredning"
    tied = ""
    if candidate.delt_plassering:
        tied = " Står likt med en kandidat på andre siden av grensen; kommunenummeret avgjorde."
    if candidate.valgt:
        return f"Valgt som nr. {candidate.rangering} av inntil {places}, etter {by}.{tied}"
    return f"Ikke valgt: nr. {candidate.rangering}, og det er plass til {places}.{tied}"
