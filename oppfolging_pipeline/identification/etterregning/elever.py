"""The figures that are asked for, each with the pupils that it weighs.

Belongs here: what a count beside a figure counts, and who has pupils in a cell. Does not belong here: what is made of
figures and pupils (`grenser`, `ombygging`).

The rule, as it is worded: the source's count beside a figure is of those who answered, and weighs it; or it is the
numerator of a share, and then the figure weighs the count that another indicator (`vekt_fra`) has for the same unit,
grade, source and year. Not shown is not known: numerator ÷ share is never a weight. Nobody took part where the weight
says 0, or where there is neither figure nor count; a numerator of 0 says nothing about who took part. A figure that a
correction has left out is one of somebody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oppfolging_pipeline.identification.etterregning.parametre import Parametre

if TYPE_CHECKING:
    import pandas as pd

_UNIT = ["kilde", "skoleaar", "nivaa", "enhet", "trinn"]
_ASKED = ["kilde", "indikator", "maal", "trinn", "skoleaar"]
_STANDS = ["vist", "skjermet"]


def figures_with_pupils(observasjon: pd.DataFrame, p: Parametre) -> pd.DataFrame:
    """The rows of `observasjon` in the cells that are asked for, and a row for each count without a figure (`har_rad`
    is false).

    Adds desimaltrinn (the last published decimal), elever (the weight; empty when it is not known), har_elever,
    kan_brukes (shown, of known pupils) and utelatt (a correction has taken the figure).
    """
    import pandas as pd

    asked = pd.DataFrame(
        [
            (item.kilde, item.indikator, item.maal, item.trinn, skoleaar, item.vekt_fra, p.trinnverdi(item))
            for item, skoleaar, _ in p.celler()
        ],
        columns=[*_ASKED, "vekt_fra", "desimaltrinn"],
    ).astype({"trinn": "Int64", "desimaltrinn": "Int64", "vekt_fra": "str"})
    own = observasjon.merge(asked, on=_ASKED, validate="many_to_one")
    counted = own[own["vekt_fra"].isna()].assign(
        elever=lambda rows: rows["antall"].where(rows["antallstatus"] == "vist"),
        elevstatus=lambda rows: rows["antallstatus"],
        har_rad=True,
    )
    rows = pd.concat([counted, _weighed_by_another(own, observasjon, asked)], ignore_index=True)

    stands = rows["verdistatus"].isin(_STANDS) | rows["antallstatus"].isin(_STANDS) | rows["elevstatus"].isin(_STANDS)
    nobody = (rows["elever"] == 0).fillna(False).astype(bool)
    lost = rows["rettelse"].notna() & (rows["verdistatus"] == "mangler")
    rows["har_elever"] = (stands | lost) & ~nobody
    rows["kan_brukes"] = (rows["verdistatus"] == "vist") & (rows["elever"] > 0).fillna(False).astype(bool)
    rows["utelatt"] = rows["har_elever"] & lost
    return rows


def _weighed_by_another(own: pd.DataFrame, observasjon: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Figures whose count is a numerator, beside the counts that weigh them; each may stand without the other."""
    wanted = asked[asked["vekt_fra"].notna()]
    counts = observasjon[observasjon["indikator"].isin(wanted["vekt_fra"].unique())]
    counts = counts.assign(elever=counts["antall"].where(counts["antallstatus"] == "vist"))
    counts = counts[[*_UNIT, "kommunenr", "indikator", "elever", "antallstatus"]].rename(
        columns={"indikator": "vekt_fra", "antallstatus": "elevstatus", "kommunenr": "kommune_i_telling"}
    )
    counts = counts.merge(wanted, on=["kilde", "skoleaar", "trinn", "vekt_fra"])
    # The cell of the count and that of the figure are one: of one unit, in what is asked for.
    key = [*_UNIT, "indikator", "maal", "vekt_fra", "desimaltrinn"]
    both = own[own["vekt_fra"].notna()].merge(counts, on=key, how="outer", indicator=True, validate="one_to_one")
    both["har_rad"] = both["_merge"] != "right_only"
    both["kommunenr"] = both["kommunenr"].where(both["har_rad"], both["kommune_i_telling"])
    for name, nothing in (("verdistatus", "mangler"), ("antallstatus", "mangler"), ("elevstatus", "mangler")):
        both[name] = both[name].fillna(nothing)
    both["forelopig"] = both["forelopig"].astype("boolean").fillna(False)
    return both.drop(columns=["_merge", "kommune_i_telling"])
