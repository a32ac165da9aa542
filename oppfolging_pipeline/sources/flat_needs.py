"""Faults of flat rows: which of them stop the file.

Belongs here: parting what is needed from what is told of and left out. Does not belong here: finding faults (`flat`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.sources.wide_needs import LEFT_OUT

if TYPE_CHECKING:
    import duckdb

# indikator, maal, trinn; None for a fault that is of every grade, or where the grade cannot be read
Serie = tuple[str, str, int | None]


@dataclass
class Faults:
    """What is wrong with rows, by what they are of. A series that is left out is left out as a whole: a figure that
    could not be read must not be taken for one that is not there."""

    needed: Behov
    _stopping: list[Finding] = field(default_factory=list)
    _left_out: dict[Serie, Finding] = field(default_factory=dict)

    @property
    def left_out(self) -> tuple[Finding, ...]:
        """What is wrong with what is left out; of each series the first thing says it for all."""
        return tuple(dict.fromkeys(self._left_out.values()))

    def is_needed(self, indikator: str, maal: str, trinn: int | None = None) -> bool:
        """Whether somebody needs the series, on any grade where none is given."""
        return any(cell[:2] == (indikator, maal) and trinn in (None, cell[2]) for cell in self.needed)

    def add(self, finding: Finding, *series: Serie) -> None:
        """A fault of the series: it stops the file when any of them is needed."""
        if any(self.is_needed(*serie) for serie in series):
            self._stopping.append(finding)
            return
        for serie in series:
            self._left_out.setdefault(serie, replace(finding, action=LEFT_OUT))

    def raise_if_any(self) -> None:
        """Raise `InvalidInput` with everything that stops the file."""
        if self._stopping:
            raise InvalidInput(self._stopping)

    def leave_out(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Take the series that are left out from what is asked for (`spurt`)."""
        for indikator, maal, trinn in self._left_out:
            of_it = {"indikator": indikator, "maal": maal}
            if trinn is None:
                connection.execute("DELETE FROM spurt WHERE (indikator, maal) = ($indikator, $maal)", of_it)
            else:
                connection.execute(
                    "UPDATE spurt SET trinn = [one FOR one IN trinn IF one <> $trinn] "
                    "WHERE (indikator, maal) = ($indikator, $maal)",
                    {**of_it, "trinn": trinn},
                )

    def as_left_out(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Faults of a whole file that nobody needs."""
        return tuple(replace(finding, action=LEFT_OUT) for finding in findings)
