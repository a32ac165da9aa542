"""Headings of a wide download that are not as they should be: which of them stop the file.

Belongs here: what nobody needs is told of and left out, what may be something needed stops. Does not belong here:
reading headings (`wide_heading`).

A heading that nobody knows may be something needed under a new name. It is so when something needed that it could be is
not in the file: then nobody can tell, and it stops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.rules.catalog import Catalog

ANTALL = "antall"
LEFT_OUT = "Nothing need be done: no rule set uses it, and it is left out."

Group = tuple[str, str, int]  # the year as written, indikator, trinn
Columns = dict[Group, dict[str, tuple[int, str]]]  # by role: position and heading
Stops = Callable[[Columns], bool]


@dataclass(frozen=True)
class Strange:
    """A heading that is not known, or not as it should be; `stops` says so when every column has been looked at."""

    column: str | None
    found: str
    expected: str
    stops: Stops


@dataclass
class Needs:
    """What is needed of a file's columns, and what was strange among them."""

    needed: Behov
    catalog: Catalog
    strange: list[Strange] = field(default_factory=list)

    def tell(self, column: str | None, found: str, expected: str, stops: Stops = lambda columns: True) -> None:
        """Note a heading that is not as it should be."""
        self.strange.append(Strange(column, found, expected, stops))

    def maal(self, group: Group) -> set[str]:
        """The measures of a group that are needed."""
        return {maal for indikator, maal, trinn in self.needed if (indikator, trinn) == group[1:]}

    def has(self, group: Group, role: str) -> bool:
        """Whether a column is a needed measure, or the number of pupils beside one."""
        wanted = self.maal(group)
        return bool(wanted) if role == ANTALL else role in wanted

    def lacks_measure(self, group: Group) -> Stops:
        """A measure that is not known may be one that the group needs and lacks."""
        return lambda columns: bool(self.maal(group) - set(columns.get(group, ())))

    def lacks_indicator(self, kilde: str, aar: str, trinn: int) -> Stops:
        """A test that is not known may be one that is needed on that grade and has no column of that year."""
        return lambda columns: bool(
            {
                indikator
                for indikator, _, grade in self.needed
                if grade == trinn
                and self.catalog.indikatorer[indikator].kilde == kilde
                and (aar, indikator, grade) not in columns
            }
            or not self._any_needed(columns, aar)
        )

    def lacks_grade(self, aar: str, indikator: str) -> Stops:
        """A grade that a test has not had may be one that is needed of it, when the file has none of those."""
        is_needed = any(one == indikator for one, _, _ in self.needed)
        return lambda columns: (
            is_needed and not any(self.maal(group) for group in columns if group[:2] == (aar, indikator))
        )

    def lacks_anything(self) -> Stops:
        """A heading that nobody can read may be anything: it is let be only beside needed groups that lack nothing."""
        return lambda columns: (
            not any(self.maal(group) for group in columns)
            or any(self.maal(group) - set(roles) for group, roles in columns.items())
        )

    def _any_needed(self, columns: Columns, aar: str) -> bool:
        return any(self.maal(group) for group in columns if group[0] == aar)

    def judged(self, columns: Columns, row: int, file: str, again: str) -> tuple[list[Finding], list[Finding]]:
        """What stops the file, and what is told of and left out."""
        stopping: list[Finding] = []
        left_out: list[Finding] = []
        for one in self.strange:
            stops = one.stops(columns)
            finding = Finding(
                one.found, one.expected, again if stops else LEFT_OUT, file=file, row=row, column=one.column
            )
            (stopping if stops else left_out).append(finding)
        return stopping, left_out
