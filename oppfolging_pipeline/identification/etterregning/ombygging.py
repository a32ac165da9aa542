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
way, and where there are rows, but none with pupils. `skjermet` is a star of the source, and never an answer here. What
is made of, or hindered by, something preliminary is preliminary.
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
    parts = slekt.groupby(["kilde", "skoleaar", "kommunenr"], as_index=False).agg(deler=("til", frozenset))
    schools = schools.merge(parts, on=["kilde", "skoleaar", "kommunenr"])
    stands_in = schools["enhet"].map(enheter.plassert)
    in_a_part = [place in targets for place, targets in zip(stands_in, schools["deler"], strict=True)]
    outside = schools["har_elever"] & ~pd.Series(in_a_part, index=schools.index, dtype="bool")
    # What hinders a cell is a part of it that cannot be used.
    hindering = pd.concat([schools[outside], _not_accounted_for(divided, schools)]).assign(utelatt=False)
    own = schools[(stands_in == schools["til"]).fillna(False).astype(bool)].assign(hindret=False)
    return _mean(pd.concat([merged, own, hindering.assign(hindret=True, kan_brukes=False)], ignore_index=True))


def _not_accounted_for(divided: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """The divided municipalities whose schools do not account for their pupils."""
    seen = schools.drop_duplicates([*_OLD_CELL, "enhet"])
    seen = seen.assign(
        ukjent=seen["har_elever"] & seen["elever"].isna(),
        elever=seen["elever"].where(seen["har_elever"], 0).fillna(0),
    )
    of_schools = seen.groupby(_OLD_CELL, as_index=False).agg(
        ukjent=("ukjent", "any"), i_skolene=("elever", "sum"), en_har=("har_elever", "any")
    )
    wholes = divided.merge(of_schools, how="left", on=_OLD_CELL)
    unknown, some = (wholes[name].astype("boolean").fillna(False).astype(bool) for name in ("ukjent", "en_har"))
    short = wholes["elever"].notna() & ~unknown & (wholes["elever"] != wholes["i_skolene"].fillna(0)).fillna(False)
    return wholes[short.astype(bool) | (wholes["har_elever"].astype(bool) & ~some)]


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
