"""The cells of municipalities that were merged or divided since the figures were published.

Belongs here: what can be built of which figures, and what cannot. Does not belong here: figures that are only moved
(`celler`), or what a figure weighs (`elever`).

The rules, as they are worded. *Merger*: of the parts that have a row of the source that year, every one with pupils
must be shown with a known weight; the figure is the mean by weight, half up on the last published decimal, the count
the sum. *Division*: a part is built of the schools that stand in it. All of them with pupils must be shown with a known
weight; every school with pupils of the divided municipality must stand in one of its parts; and its schools must
account for its pupils: where its weight and theirs are all known they add up, and where it has pupils, so has one of
them. Its own figure does not matter. A municipality that went whole into such a part counts as divided.

What cannot be built `kan_ikke_bygges`; but it is `mangler` where nothing but what corrections left out stands in the
way, and where nobody of the new municipality has pupils. `skjermet` is a star of the source, and never an answer here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oppfolging_pipeline.identification.etterregning.enheter import Enheter

if TYPE_CHECKING:
    import pandas as pd

CELL = ["enhet", "indikator", "trinn", "skoleaar"]
_OLD_CELL = ["kilde", "skoleaar", "indikator", "trinn", "kommunenr"]


def rebuilt(figures: pd.DataFrame, enheter: Enheter) -> pd.DataFrame:
    """Every cell that a merger or a division makes anew, in the columns of `CELL` with verdi, antall, verdistatus and
    forelopig. `figures` as `elever.figures_with_pupils` gives them."""
    import pandas as pd

    slekt = enheter.slekt
    kommuner = figures[figures["nivaa"] == "kommune"].merge(slekt, on=["kilde", "skoleaar", "kommunenr"])
    merged = kommuner[kommuner["maate"] == "sammenslaatt"].assign(hindret=False)
    divided = kommuner[kommuner["maate"] == "delt"]
    # A code of schools alone is divided too where the part that it went into is made of schools.
    schools = figures[figures["nivaa"] == "skole"].merge(
        slekt[slekt["maate"] == "delt"], on=["kilde", "skoleaar", "kommunenr"]
    )
    schools["staar_i"] = schools["enhet"].map(enheter.plassert)
    parts = slekt.groupby(["kilde", "skoleaar", "kommunenr"], as_index=False).agg(deler=("til", frozenset))
    schools = schools.merge(parts, on=["kilde", "skoleaar", "kommunenr"])
    both = pd.concat([divided, schools], ignore_index=True)
    # Each new municipality has a row of nobody in each cell that the old one is seen in, so that it has an answer.
    nobody = both.assign(har_elever=False, kan_brukes=False, utelatt=False, forelopig=False)
    nobody = nobody.drop_duplicates([*_OLD_CELL, "til"])
    nobody = nobody.merge(_not_accounted_for(divided, schools), how="left", on=_OLD_CELL)
    nobody["hindret"] = nobody["hindret"].astype("boolean").fillna(False)
    stand = schools[(schools["staar_i"] == schools["til"]).fillna(False)].assign(hindret=False)
    return _mean(pd.concat([merged, nobody, stand], ignore_index=True))


def _not_accounted_for(divided: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """The old cells with `hindret`: a school with pupils stands in none of the parts, or the schools do not account for
    the pupils."""
    import pandas as pd

    seen = schools.groupby([*_OLD_CELL, "enhet"], dropna=False, as_index=False).agg(
        har_elever=("har_elever", "first"), elever=("elever", "first"), plassert=("staar_i", "first"),
        deler=("deler", "first"),
    )  # fmt: skip
    in_a_part = [place in parts for place, parts in zip(seen["plassert"], seen["deler"], strict=True)]
    seen["uten_plass"] = seen["har_elever"] & ~pd.Series(in_a_part, index=seen.index, dtype="bool")
    seen["ukjent"] = seen["har_elever"] & seen["elever"].isna()
    seen["elever"] = seen["elever"].where(seen["har_elever"], 0).fillna(0)
    of_schools = seen.groupby(_OLD_CELL, as_index=False).agg(
        uten_plass=("uten_plass", "any"), ukjent=("ukjent", "any"), i_skolene=("elever", "sum"),
        en_har=("har_elever", "any"),
    )  # fmt: skip
    wholes = divided.drop_duplicates(_OLD_CELL)[[*_OLD_CELL, "elever", "har_elever"]]
    old = wholes.merge(of_schools, how="outer", on=_OLD_CELL)
    for name in ("uten_plass", "ukjent", "en_har", "har_elever"):
        old[name] = old[name].astype("boolean").fillna(False)
    known = old["elever"].notna() & ~old["ukjent"]
    adds_up = (old["elever"] == old["i_skolene"].fillna(0)).fillna(False)
    nobody_there = old["har_elever"] & ~old["en_har"]
    return old.assign(hindret=old["uten_plass"] | nobody_there | (known & ~adds_up))[[*_OLD_CELL, "hindret"]]


def _mean(parts: pd.DataFrame) -> pd.DataFrame:
    """The weighted mean of the parts of each cell, `til` being the municipality that they are parts of."""
    usable = parts["kan_brukes"].astype(bool) & parts["har_elever"].astype(bool)
    hidden = parts["har_elever"].astype(bool) & ~usable
    parts = parts.assign(
        enhet=parts["til"],
        hindret=parts["hindret"].astype(bool) | (hidden & ~parts["utelatt"].astype(bool)),
        utelatt=hidden & parts["utelatt"].astype(bool),
        elever=parts["elever"].where(usable, 0),
        sum=(parts["verdi"] * parts["elever"]).where(usable, 0),
        talt=parts["antall"].where(usable, 0),
        utalt=usable & (parts["antallstatus"] != "vist"),
    )
    cells = parts.groupby(CELL, as_index=False).agg(
        har_elever=("har_elever", "any"), hindret=("hindret", "any"), utelatt=("utelatt", "any"),
        elever=("elever", "sum"), sum=("sum", "sum"), antall=("talt", "sum"), utalt=("utalt", "any"),
        forelopig=("forelopig", "any"), desimaltrinn=("desimaltrinn", "first"),
    )  # fmt: skip
    cells["verdistatus"] = "vist"
    cells.loc[cells["utelatt"] | ~cells["har_elever"].astype(bool), "verdistatus"] = "mangler"
    cells.loc[cells["hindret"], "verdistatus"] = "kan_ikke_bygges"
    shown = cells["verdistatus"] == "vist"
    step, pupils = cells["desimaltrinn"], cells["elever"].where(shown)
    cells["verdi"] = (2 * cells["sum"] + pupils * step) // (2 * pupils * step) * step
    return cells.assign(antall=cells["antall"].where(shown & ~cells["utalt"]))
