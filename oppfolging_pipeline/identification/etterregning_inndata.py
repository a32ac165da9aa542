"""The second computation's inputs, taken from a request and the lake.

Belongs here: handing over files, and what the rule set and the catalogue say, as plain data. Does not belong here:
working anything out: what the second computation is to find for itself (the window, the limits) is not handed to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from oppfolging_pipeline.core.skoleaar import first_day
from oppfolging_pipeline.engine import Lake
from oppfolging_pipeline.identification.etterregning.etterregn import Etterregnet, etterregn
from oppfolging_pipeline.identification.etterregning.parametre import Indikator, Parametre
from oppfolging_pipeline.identification.etterregning.sammenligning import NOEKLER, Avvik, sammenlign
from oppfolging_pipeline.identification.spredning import SPREAD_DECIMALS
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.indikator import MAX_DECIMALS
from oppfolging_pipeline.staging.harmonisering import Request


def avvik_of(
    lake: Lake, request: Request, staged: Mapping[str, Sequence[Path]], prioritet: Mapping[str, int]
) -> list[Avvik]:
    """Where the request's tables differ from what the second computation finds; empty when they agree.

    `staged` are files that are not in place yet, by table; every other table is taken from the lake. `prioritet` as in
    `tables.decide`. Raises as `etterregn` and `sammenlign` do.
    """
    in_place = {name: lake.existing(name, [request.partition]) for name in NOEKLER if name not in staged}
    return sammenlign(etterregn_request(lake, request, prioritet), {**in_place, **staged})


def etterregn_request(lake: Lake, request: Request, prioritet: Mapping[str, int]) -> Etterregnet:
    """The second computation of a request from the observations and the register of the lake."""
    return etterregn(lake.files("observasjon"), lake.files("kommune"), parametre_of(request), prioritet)


def parametre_of(request: Request) -> Parametre:
    """What the second computation of the request's identification year is asked for.

    The codes that are no municipality are the carried register's, which KLASS files never replace.
    """
    sett, catalog = request.rule_set, request.catalog
    kategori1, kategori2 = sett.kategori1, sett.kategori2
    indikatorer = tuple(
        Indikator(
            kilde=catalog.indikatorer[item.indikator].kilde,
            indikator=item.indikator,
            maal=item.maal,
            trinn=item.trinn,
            vekt=item.vekt.verdi,
            lavere_er_bedre=catalog.maal[item.maal].retning == "lavere_er_bedre",
            desimaler=catalog.maal[item.maal].desimaler,
            vekt_fra=catalog.maal[item.maal].vekt_fra,
            metode=item.absolutt_grense.metode,
            grense=Fraction(item.absolutt_grense.verdi),
        )
        for item in sett.indikatorer
    )
    return Parametre(
        uttrekksaar=request.uttrekksaar,
        indikatorsett=sett.navn,
        identifikasjonsdato=sett.identifikasjonsdato.verdi,
        indikatorer=indikatorer,
        antall_aar=sett.antall_aar.verdi,
        forsinkelse={kilde: lag.verdi for kilde, lag in sett.forsinkelse.items()},
        referansedager={kilde: fact.referansedato for kilde, fact in catalog.kilder.items()},
        skoleaarets_foerste_dag=f"{first_day(request.newest_skoleaar):%m-%d}",
        utenfor=tuple(each.moenster for each in carried_register().utenfor),
        desimaler_i_lageret=MAX_DECIMALS,
        poeng_nasjonal=sett.poeng.nasjonal.verdi,
        poeng_absolutt=sett.poeng.absolutt.verdi,
        nasjonal_grense=sett.nasjonal_grense.verdi,
        min_dekning=Fraction(sett.min_dekning.verdi),
        min_aar=sett.min_aar.verdi,
        kategori1_antall=kategori1.antall.verdi,
        naer_grensen=Fraction(kategori1.naer_grensen.verdi),
        ved_likhet=tuple(kategori1.ved_likhet.verdi),
        kategori2_antall=kategori2.antall.verdi,
        kategori2_rekkefolge=tuple(kategori2.rekkefolge.verdi),
        kategori2_ved_likhet=tuple(kategori2.ved_likhet.verdi),
        ikke_vurdert_kan_vaere_kandidat=kategori2.ikke_vurdert_kan_vaere_kandidat.verdi,
        min_skoler=kategori2.min_skoler.verdi,
        spredning_maal=kategori2.spredning.maal.verdi,
        spredning_nivaa=Fraction(kategori2.spredning.nivaa.verdi),
        spredning_desimaler=SPREAD_DECIMALS,
        ovre_andel=Fraction(kategori2.ovre_andel.verdi),
    )
