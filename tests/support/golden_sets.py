"""Small rule sets from text, for tests of the decisions.

Belongs here: a complete valid set in which a test changes what it is about. Does not belong here: the carried sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oppfolging_pipeline.rules.brudd import Bruddliste
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set_text
from oppfolging_pipeline.rules.model import RuleSet


@dataclass(frozen=True)
class Item:
    """One indicator of a small set; by default a figure where higher is better, 3 below the national limit is far."""

    indikator: str = "lesing"
    maal: str = "skalapoeng"
    trinn: int = 5
    vekt: int = 1
    metode: str = "avvik"
    verdi: str = "3"


def small_set(
    items: Sequence[Item] = (Item(),),
    *,
    antall: int = 2,
    naer_grensen: str = "2",
    min_dekning: str = "0.5",
    min_aar: int = 2,
    nasjonal_grense: str = "publisert",
    spredning: str = "standardavvik",
    nivaa: str = "20",
    antall_2: int = 1,
    ovre_andel: str = "25",
    min_skoler: int = 2,
    ved_likhet: Sequence[str] = ("flest_celler_forbi_absolutt", "flest_mulige_poeng", "lavest_kommunenr"),
    ikke_vurdert_kan_vaere_kandidat: bool = True,
    rekkefolge: Sequence[str] = ("statsforvalterens_prioritet", "storst_spredning"),
    ved_likhet_2: Sequence[str] = ("vurdert_foran_ikke_vurdert", "hoyest_andel", "lavest_kommunenr"),
    brudd: Sequence[str] = (),
    breaks: Bruddliste | None = None,
) -> RuleSet:
    """A set named `prove` of three years; category 1 has `antall` places and category 2 `antall_2`.

    `brudd` are the ids of those of `breaks` (by default the carried ones) that its window may span.
    """
    kilder = sorted({default_catalog().indikatorer[item.indikator].kilde for item in items})
    lags = {"grunnskolepoeng": 1}
    lines = [
        "navn: prove",
        "tittel: Prøvesett",
        "offisielt: false",
        f"antall_aar: {_of(3)}",
        "forsinkelse:",
        *(f"  {kilde}: {_of(lags.get(kilde, 0))}" for kilde in kilder),
        f"poeng: {{nasjonal: {_of(1)}, absolutt: {_of(3)}}}",
        f"poenggrunnlag: {_of('per_aar')}",
        f"nasjonal_grense: {_of(nasjonal_grense)}",
        f"min_dekning: {_of(min_dekning)}",
        f"min_aar: {_of(min_aar)}",
        f"eierform: {_of('alle')}",
        f"min_elever: {_of(0)}",
        f"tidligere_deltakere: {_of('vurderes_paa_nytt')}",
        "identifikasjonsdato: {verdi: '03-01', kilde: prøve}",
        f"brudd: {_of([*brudd])}",
        "kategori1:",
        f"  antall: {_of(antall)}",
        f"  naer_grensen: {_of(naer_grensen)}",
        f"  ved_likhet: {_of([*ved_likhet])}",
        "kategori2:",
        f"  antall: {_of(antall_2)}",
        f"  min_skoler: {_of(min_skoler)}",
        f"  spredning: {{maal: {_of(spredning)}, nivaa: {_of(nivaa)}}}",
        f"  ovre_andel: {_of(ovre_andel)}",
        f"  ikke_vurdert_kan_vaere_kandidat: {_of(str(ikke_vurdert_kan_vaere_kandidat).lower())}",
        f"  rekkefolge: {_of([*rekkefolge])}",
        f"  ved_likhet: {_of([*ved_likhet_2])}",
        "indikatorer:",
    ]
    for item in items:
        lines += [
            f"  - indikator: {item.indikator}",
            f"    maal: {item.maal}",
            f"    trinn: {item.trinn}",
            "    omraade: Prøve",
            f"    vekt: {_of(item.vekt)}",
            f"    absolutt_grense: {{metode: {item.metode}, verdi: {item.verdi}, kilde: prøve}}",
        ]
    return load_rule_set_text("\n".join(lines), "prove.yaml", breaks=breaks)


def _of(value: object) -> str:
    return f"{{verdi: {value}, kilde: prøve}}"
