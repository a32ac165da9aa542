"""The second computation from end to end: from the lake's observations to the tables that are compared.

Belongs here: putting the steps together, and the decided columns of each table. Does not belong here: a rule, or the
comparison (`sammenligning`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.identification.etterregning import lesing
from oppfolging_pipeline.identification.etterregning.avgjorelse import (
    Enhet,
    ask_of_open_points,
    rank_municipalities,
    rank_schools,
)
from oppfolging_pipeline.identification.etterregning.celler import make_cells
from oppfolging_pipeline.identification.etterregning.elever import figures_with_pupils
from oppfolging_pipeline.identification.etterregning.enheter import find_units
from oppfolging_pipeline.identification.etterregning.grenser import asked_with_limits
from oppfolging_pipeline.identification.etterregning.kandidater import Kandidat, choose_candidates
from oppfolging_pipeline.identification.etterregning.parametre import Parametre
from oppfolging_pipeline.identification.etterregning.poeng import give_points, sum_units
from oppfolging_pipeline.identification.etterregning.slektskap import Slektskap

if TYPE_CHECKING:
    import pandas as pd

_VURDERING = [
    "nivaa", "enhet", "indikator", "trinn", "skoleaar", "kommunenr", "vindusaar", "verdistatus", "ikke_bygd_grunn",
    "verdi", "antall", "nasjonal_grense", "absolutt_grense", "vekt", "risikopoeng", "mulige_risikopoeng",
    "forbi_absolutt", "beregnet", "forelopig",
]  # fmt: skip
_ANDEL = [
    "nivaa", "enhet", "kommunenr", "risikopoeng", "mulige_risikopoeng", "andel_risikopoeng", "celler_forbi_absolutt",
    "celler_vist", "celler_finnes", "celler_ikke_bygd", "vekt_vist", "vekt_finnes", "vekt_ikke_bygd", "dekningsgrad",
    "aar_med_tall", "aar_med_tall_om_bygd", "forelopig",
]  # fmt: skip
_OF_A_UNIT = [
    "enhet", "kommunenr", "risikopoeng", "mulige_risikopoeng", "celler_forbi_absolutt", "vurdert", "aapne_poeng",
    "celler_ikke_bygd", "vurdert_om_bygd",
]  # fmt: skip
_SUMMER = ["andel_risikopoeng", "risikopoeng", "mulige_risikopoeng", "dekningsgrad"]


@dataclass(frozen=True)
class Etterregnet:
    """What the second computation decided: the decided columns of each table, by its name, and the parameters.

    Figures and limits of `vurdering` are whole numbers, `Parametre.skala` to the unit.
    """

    parametre: Parametre
    tabeller: Mapping[str, pd.DataFrame]


def etterregn(
    observasjon: Sequence[Path],
    kommune: Sequence[Path],
    parametre: Parametre,
    prioritet: Mapping[str, int],
) -> Etterregnet:
    """Compute the identification anew from Parquet files of the lake.

    `observasjon`: all of them, of which the window is taken here (schools of a divided municipality are placed by other
    years too); `kommune`: the register. `prioritet`: the statsforvalters' priorities by kommunenr (1 first). Raises
    `PermanentError` when a file or column is not there or a municipality cannot be followed, `InvalidInput` when a
    limit has no figure to stand on.
    """
    p = parametre
    window = [[("kilde", "==", kilde), ("skoleaar", "in", p.vindu(kilde))] for kilde in p.forsinkelse]
    seen = lesing.read(observasjon, lesing.OBSERVASJON, p.skala, window)
    register = lesing.read(kommune, lesing.KOMMUNE, p.skala)

    def all_schools() -> pd.DataFrame:
        return lesing.read(observasjon, lesing.SKOLE, p.skala, [[("nivaa", "==", "skole")]]).drop_duplicates()

    slektskap = Slektskap(lesing.records(register))
    figures = figures_with_pupils(seen, p)
    enheter = find_units(seen, all_schools, slektskap, p)
    cells = give_points(make_cells(seen, figures, asked_with_limits(figures, p), enheter), p)
    sums = sum_units(cells, p)
    kommuner, skoler = _units(sums, "kommune"), _units(sums, "skole")
    rank_municipalities(kommuner, p)
    ask_of_open_points(kommuner, p)
    rank_schools(skoler, p)
    kandidater = choose_candidates(kommuner, skoler, p, prioritet)
    ranking = _rangering_kommune(sums, kommuner)
    return Etterregnet(
        p,
        {
            "identifisert_kommune": _identifisert(ranking, kandidater),
            "kandidat_kategori2": _kandidater(sums, kandidater, p),
            "rangering_kommune": ranking,
            "rangering_skole": _rangering_skole(sums, skoler),
            "andel": sums[_ANDEL],
            "vurdering": cells[_VURDERING],
        },
    )


def _units(sums: pd.DataFrame, nivaa: str) -> list[Enhet]:
    rows = sums.loc[
        sums["nivaa"] == nivaa,
        _OF_A_UNIT,
    ]
    kinds = (str, str, int, int, int, bool, int, int, bool)
    return [
        Enhet(*(kind(value) for kind, value in zip(kinds, row, strict=True))) for row in rows.itertuples(index=False)
    ]


def _frame(rows: list[dict[str, Any]], kinds: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in kinds.items()})


def _rangering_kommune(sums: pd.DataFrame, kommuner: list[Enhet]) -> pd.DataFrame:
    of_kommuner = sums[sums["nivaa"] == "kommune"]
    preliminary = bool(of_kommuner["forelopig"].any())
    rows = [
        {
            **vars(kommune),
            "kommunenr": kommune.enhet,
            "status": "foreløpig" if preliminary else "beregnet",
            "ikke_vurdert_grunn": not kommune.vurdert,
        }
        for kommune in kommuner
    ]
    kinds = {
        "kommunenr": "str", "kategori": "Int64", "rangering": "Int64", "margin": "Float64",
        "delt_plassering": "boolean", "status": "str", "vurdert": "boolean", "ikke_vurdert_grunn": "boolean",
        "naer_grensen": "boolean", "aapne_poeng": "Int64", "aapne_kunne_endret_plassen": "boolean",
    }  # fmt: skip
    return _with_sums(_frame(rows, kinds), of_kommuner, "kommunenr")


def _rangering_skole(sums: pd.DataFrame, skoler: list[Enhet]) -> pd.DataFrame:
    rows = [{**vars(skole), "orgnr": skole.enhet, "ikke_vurdert_grunn": not skole.vurdert} for skole in skoler]
    kinds = {
        "orgnr": "str", "kommunenr": "str", "rangering": "Int64", "vurdert": "boolean", "ikke_vurdert_grunn": "boolean",
        "i_ovre_kvartil": "boolean",
    }  # fmt: skip
    return _with_sums(_frame(rows, kinds), sums[sums["nivaa"] == "skole"], "orgnr")


def _kandidater(sums: pd.DataFrame, kandidater: list[Kandidat], p: Parametre) -> pd.DataFrame:
    rows = [
        {**vars(one), "kommunenr": one.kommune.enhet, "spredning": one.siffer / p.spredning_enhet} for one in kandidater
    ]
    kinds = {
        "kommunenr": "str", "rangering": "Int64", "spredning": "Float64", "antall_skoler": "Int64",
        "antall_skoler_vurdert": "Int64", "antall_skoler_i_ovre_kvartil": "Int64", "prioritet": "Int64",
        "valgt": "boolean",
    }  # fmt: skip
    return _with_sums(_frame(rows, kinds), sums[sums["nivaa"] == "kommune"], "kommunenr", ["andel_risikopoeng"])


def _with_sums(
    frame: pd.DataFrame, sums: pd.DataFrame, key: str, names: Sequence[str] = tuple(_SUMMER)
) -> pd.DataFrame:
    return frame.merge(sums[["enhet", *names]].rename(columns={"enhet": key}), on=key, validate="one_to_one")


def _identifisert(ranking: pd.DataFrame, kandidater: list[Kandidat]) -> pd.DataFrame:
    """The identified, with the place, margin and tie of their own category."""
    of_all = ["vurdert", "ikke_vurdert_grunn", "naer_grensen", "aapne_poeng", "aapne_kunne_endret_plassen"]
    identified = ranking[ranking["kategori"].notna()].drop(columns=of_all).set_index("kommunenr")
    for one in kandidater:
        if one.valgt:
            columns = ["rangering", "margin", "delt_plassering"]
            identified.loc[one.kommune.enhet, columns] = [one.rangering, one.margin, one.delt_plassering]
    return identified.reset_index()
