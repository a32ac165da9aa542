"""What is wrong with figures that nobody needs: told of, and the figures left out.

Belongs here: parting such faults from those that stop a run, and telling when what nobody needs is what shows that
something needed is wrong. Does not belong here: which cells are needed
(`rules.behov`), or finding faults (`observasjon_faults`, `completeness`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.rules.behov import Behov, every_cell
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.wide_needs import LEFT_OUT
from oppfolging_pipeline.staging.completeness import Serie

if TYPE_CHECKING:
    import duckdb


@dataclass
class Unneeded:
    """Faults of figures, by what they are of (`Serie`). `needed` None: the whole catalogue is."""

    catalog: Catalog
    needed: Behov | None
    connection: duckdb.DuckDBPyConnection
    _told: dict[Serie, list[Finding]] = field(default_factory=dict)
    _left_out: set[Serie] = field(default_factory=set)

    @property
    def told(self) -> tuple[Finding, ...]:
        """What is wrong with what is left out; of each series the first thing, which says it for all, and what several
        have alike once."""
        return tuple(dict.fromkeys(findings[0] for _, findings in sorted(self._told.items())))

    def sorted_out(self, faults: Iterable[tuple[Serie, Finding]]) -> list[Finding]:
        """Those of the faults that stop; the others are remembered, and their series is to be left out."""
        needed = every_cell(self.catalog) if self.needed is None else self.needed
        stopping = []
        for serie, finding in faults:
            if serie[2:] in needed:
                stopping.append(finding)
            else:
                self._told.setdefault(serie, []).append(replace(finding, action=LEFT_OUT))
        return stopping

    def leave_out(self, name: str) -> None:
        """Take the rows of the remembered series out of a table of the connection."""
        gone = sorted(self._told.keys() - self._left_out)
        if gone:
            cell = "(kilde, skoleaar, indikator, maal, trinn)"
            values = ", ".join(["(?, ?, ?, ?, ?)"] * len(gone))
            query = f"DELETE FROM {name} WHERE {cell} IN (VALUES {values})"  # noqa: S608 (names of the caller)
            self.connection.execute(query, [part for serie in gone for part in serie])
            self._left_out |= set(gone)


def counts_are_misread(keys: Iterable[str], needed: Behov, catalog: Catalog) -> bool:
    """Whether offenders of checks (keys, `column=value, …`) over what is needed and what weighs it are needed figures
    that are weighed by another's count, and no others that are needed.

    Then their own counts are no numerators, or of another column: those who took part agree with every figure whose
    count is of those who answered. To leave participation out would hide it. Where such a figure is named too, or none
    that is needed is, it is participation that is wrong.
    """
    named = {
        cell
        for key in keys
        for cell in needed
        if {f"indikator={cell[0]}", f"maal={cell[1]}", f"trinn={cell[2]}"} <= set(key.split(", "))
    }
    return bool(named) and all(catalog.maal[maal].vekt_fra is not None for _, maal, _ in named)
