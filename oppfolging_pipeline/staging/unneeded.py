"""What is wrong with figures that nobody needs: told of, and the figures left out.

Belongs here: parting such faults from those that stop a run. Does not belong here: which cells are needed
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
        """What is wrong with what is left out; of each series the first thing, which says it for all."""
        return tuple(findings[0] for _, findings in sorted(self._told.items()))

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
