"""Every cell of every unit, in the register of the identification year.

Belongs here: figures that are moved, and what a unit has where it has no figure. Does not belong here: mergers and
divisions (`ombygging`), limits (`grenser`) and points (`poeng`).

The rules, as they are worded: a new number or name moves the figure as it stands, star or not, of known pupils or not.
A school's figures are its own, wherever it stands. Where there is no row, the figure is missing if the unit stands with
that grade in any row of the window, else it is of no concern to the unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oppfolging_pipeline.identification.etterregning.enheter import Enheter
from oppfolging_pipeline.identification.etterregning.ombygging import CELL, rebuilt

if TYPE_CHECKING:
    import pandas as pd


def make_cells(observasjon: pd.DataFrame, figures: pd.DataFrame, spurt: pd.DataFrame, enheter: Enheter) -> pd.DataFrame:
    """Every unit with every cell of `spurt`, in the order of the units and of `spurt`.

    `figures` as `elever.figures_with_pupils` gives them. Adds to the columns of both: verdi and antall (empty when
    there is none to show), verdistatus, ikke_bygd_grunn (whether a reason is said: where the figure cannot be built,
    and nowhere else), beregnet, forelopig.
    """
    import pandas as pd

    rows = figures[figures["har_rad"]]
    moved = rows[rows["nivaa"] == "kommune"].merge(
        enheter.slekt[enheter.slekt["maate"] == "flyttet"], on=["kilde", "skoleaar", "kommunenr"]
    )
    found = pd.concat([part[[*CELL, "verdi", "verdistatus", "antall", "beregnet", "forelopig"]] for part in (
        moved.assign(enhet=moved["til"], beregnet=False), rows[rows["nivaa"] == "skole"].assign(beregnet=False),
        rebuilt(figures, enheter).assign(beregnet=True),
    )], ignore_index=True)  # fmt: skip

    grid = enheter.alle.merge(spurt, how="cross").merge(found, how="left", on=CELL, validate="one_to_one")
    nothing = grid["verdistatus"].isna()
    has_grade = pd.MultiIndex.from_frame(grid[["enhet", "trinn"]]).isin(_grades(observasjon, enheter.slekt))
    grid.loc[nothing, "verdistatus"] = "ikke_aktuelt"
    grid.loc[nothing & has_grade, "verdistatus"] = "mangler"
    for name in ("beregnet", "forelopig"):
        grid[name] = grid[name].astype("boolean").fillna(False)
    return grid.assign(ikke_bygd_grunn=grid["verdistatus"] == "kan_ikke_bygges")


def _grades(observasjon: pd.DataFrame, slekt: pd.DataFrame) -> pd.MultiIndex:
    """The units with each grade that they stand with in any year of the window, in any source and by any indicator."""
    import pandas as pd

    rows = observasjon[["nivaa", "kilde", "skoleaar", "enhet", "kommunenr", "trinn"]].drop_duplicates()
    kommuner = rows[rows["nivaa"] == "kommune"].merge(slekt, on=["kilde", "skoleaar", "kommunenr"])
    kommuner = kommuner.assign(enhet=kommuner["til"])
    both = pd.concat([kommuner, rows[rows["nivaa"] == "skole"]])
    return pd.MultiIndex.from_frame(both[["enhet", "trinn"]].drop_duplicates())
