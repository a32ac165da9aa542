"""Why a municipality stands where it stands, in a Norwegian sentence with its numbers.

Belongs here: the wording. Does not belong here: any decision. Only sums of shown figures are named, never a single
figure of a school.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from oppfolging_pipeline.core.rounding import norwegian, norwegian_exact
from oppfolging_pipeline.identification.aapne import Aapne
from oppfolging_pipeline.identification.kategori1 import Placing
from oppfolging_pipeline.identification.kategori2 import Candidate
from oppfolging_pipeline.identification.units import Unit
from oppfolging_pipeline.rules.model import Kriterium2, Likhetsregel1, Likhetsregel2, RuleSet

_MEASURE = {"standardavvik": "standardavvik", "maks_min": "høyeste minus laveste"}
_DECIDED: Mapping[Likhetsregel1 | Kriterium2 | Likhetsregel2, str] = {
    "flest_celler_forbi_absolutt": "flest tall dårligere enn den absolutte grensen avgjorde",
    "flest_mulige_poeng": "flest mulige risikopoeng avgjorde",
    "statsforvalterens_prioritet": "statsforvalterens prioritet avgjorde",
    "vurdert_foran_ikke_vurdert": "en vurdert kommune går foran en som ikke er vurdert",
    "hoyest_andel": "høyest andel risikopoeng avgjorde",
    "lavest_kommunenr": "lavest kommunenummer avgjorde",
}

# Whether the municipality is judged, and whether what is open could have changed something.
_OPEN = {
    (True, True): "plassen kunne vært en annen",
    (True, False): "plassen ville vært den samme",
    (False, True): "med dem kunne kommunen vært vurdert",
    (False, False): "kommunen ville ikke vært vurdert med dem heller",
}


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
    tied = f" Andelen er lik på begge sider av grensen; {_DECIDED[placing.avgjort_av]}." if placing.avgjort_av else ""
    if not placing.identifisert:
        return f"{text} Ikke blant de {selected} i kategori 1.{tied}"
    return f"{text} Identifisert i kategori 1, de {min(selected, judged)} med høyest andel.{tied}"


def not_judged_text(unit: Unit) -> str:
    """Why a municipality has no place."""
    return f"Ikke vurdert. {unit.ikke_vurdert_grunn}"


def open_text(unit: Unit, aapne: Aapne) -> str:
    """How many points are open after a change of municipalities, and what they could have changed; else no text."""
    if not aapne.poeng:
        return ""
    so = _OPEN[unit.vurdert, aapne.kunne_endret_plassen]
    return f" {aapne.poeng} mulige risikopoeng er åpne, for tallene kan ikke bygges etter en kommuneendring; {so}."


def candidate_text(candidate: Candidate, candidates: int, rule_set: RuleSet) -> str:
    """What makes a municipality a candidate in category 2."""
    rules = rule_set.kategori2
    spread = norwegian(Fraction(str(candidate.spread.points)), 1)
    upper = norwegian_exact(rules.ovre_andel.verdi)
    return (
        f"Kandidat nr. {candidate.rangering} av {candidates} i kategori 2: spredningen mellom "
        f"{candidate.antall_skoler_vurdert} vurderte skoler ({_MEASURE[rules.spredning.maal.verdi]}) er {spread} "
        f"prosentpoeng, og {candidate.antall_skoler_i_ovre_kvartil} av dem er blant de {upper} prosent "
        "av skolene i landet med høyest andel risikopoeng."
    )


def choice_text(candidate: Candidate, rule_set: RuleSet) -> str:
    """Why a candidate is chosen or not."""
    places = rule_set.kategori2.antall.verdi
    tied = ""
    if candidate.avgjort_av:
        tied = f" Spredningen er lik på begge sider av grensen; {_DECIDED[candidate.avgjort_av]}."
    if candidate.valgt:
        by = "statsforvalterens prioritet" if candidate.etter_prioritet else "spredning"
        return f"Valgt som nr. {candidate.rangering} av inntil {places}, etter {by}.{tied}"
    return f"Ikke valgt: nr. {candidate.rangering}, og det er plass til {places}.{tied}"
