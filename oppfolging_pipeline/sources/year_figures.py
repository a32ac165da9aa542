"""How much a source has for one school year: the three numbers that a year is compared by.

Belongs here: the type that is remembered from one fetch to the next. Does not belong here: counting and comparing
(`drift_figures`), or keeping it (`evidence`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class YearFigures:
    """`rows`: different units (nation, counties, municipalities and schools); `cells`: figures, one for each unit,
    indicator, measure and grade; `shielded`: those of them whose figure is `skjermet`."""

    rows: int
    cells: int
    shielded: int

    @property
    def shielded_share(self) -> float:
        """The share of the figures that is shielded, from 0 to 1; 0 when there is no figure."""
        return self.shielded / self.cells if self.cells else 0.0
