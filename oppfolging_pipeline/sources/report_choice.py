"""Which values a request of the report API gives each filter, looked up by code or name and never assumed.

Belongs here: the declared filters and choices against what a page has. Does not belong here: the filters' own shape
(`report_filters`), or the address made of them (`report_pages`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources import live
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN
from oppfolging_pipeline.sources.asking import Answer
from oppfolging_pipeline.sources.drift import DriftCollector
from oppfolging_pipeline.sources.report_filters import ALLE, Filter
from oppfolging_pipeline.sources.report_pages import Endpoints
from oppfolging_pipeline.sources.wide_needs import LEFT_OUT

_HIDDEN = "Skjul"  # the choice of a switch that adds no column
_DECLARE = "Find out what it chooses, and declare it in live.yaml."


@dataclass(frozen=True)
class Choosing:
    """The filters of one page, and where what is wrong with them is gathered.

    `page` is the answer that says which filters it takes and their defaults, and `answer` the one with their choices.
    """

    side: live.Side
    endpoints: Endpoints
    filters: Mapping[str, Filter]
    page: Answer
    answer: Answer
    found: DriftCollector

    def values(self, kilde: str, catalog: Catalog, needed: Behov) -> dict[str, tuple[int, ...]]:
        """The internal ids for every filter but that of time: the page's defaults, then what is declared.

        Critical: a declared filter that is not there (`filter_mangler`), a choice that is not in its filter
        (`valg_mangler`), a new filter whose default leaves something out (`filter_ukjent`). A new filter with a default
        of all, or of no more columns, is told of and gets its default; a test or grade that is not there and that
        nobody needs is told of and not asked for.
        """
        self._check_filters()
        side, standard = self.side, self.endpoints.standard
        values = {name: ids for name, ids in standard.items() if name in self.endpoints.filtre}
        for name in self._usable(side.valg):
            values[name] = self._chosen(name, side.valg[name], kilde, catalog, needed)
        for name in self._usable(side.brytere):
            values[name] = self._switched(name, side.brytere[name])
        return {name: ids for name, ids in values.items() if ids and name != side.tidsfilter}

    def _usable(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if name in self.endpoints.filtre and name in self.filters]

    def _tell(self, kode: str, key: str, found: str, expected: str, *shown_by: Answer, stops: bool = True) -> None:
        first, *others = shown_by or (self.answer,)
        action = ASK_AGAIN if stops else LEFT_OUT
        finding = Finding(file=first.ask.name, key=key, found=found, expected=expected, action=action)
        if stops:
            self.found.critical(kode, finding, first.sha256, [other.sha256 for other in others])
        else:
            self.found.warn(kode, finding, first.sha256)

    def _check_filters(self) -> None:
        taken = set(self.endpoints.filtre)
        needed = {*self.side.filtre, *(taken & {*self.side.valg, *self.side.brytere})}
        for name in sorted(needed - (taken & set(self.filters))):
            found = f"no such filter among {', '.join(sorted(taken & set(self.filters)))}"
            without = [one for one, there in ((self.page, taken), (self.answer, self.filters)) if name not in there]
            self._tell("filter_mangler", name, found, "the filter", *without)
        for name in sorted(taken - {*self.side.filtre, *self.side.kjente_filtre}):
            default = self.endpoints.standard.get(name, ())
            harmless = default == (ALLE,) or (len(default) == 1 and self._is_hidden(name, default[0]))
            finding = Finding(
                file=self.page.ask.name,
                key=name,
                found=f"a new filter with a default of {'_'.join(map(str, default)) or 'nothing'}",
                expected=f"a filter with all ({ALLE}) as its default, or a known one",
                action="Nothing need be done: its default leaves nothing out." if harmless else _DECLARE,
            )
            if harmless:
                self.found.warn("filter_ukjent", finding, self.page.sha256)
            else:
                self.found.critical("filter_ukjent", finding, self.page.sha256, [self.answer.sha256])

    def _is_hidden(self, name: str, identity: int) -> bool:
        choices = self.filters[name].valg.values() if name in self.filters else ()
        return any(choice.id == identity and choice.navn.strip() == _HIDDEN for choice in choices)

    def _chosen(self, name: str, declared: live.Choice, kilde: str, catalog: Catalog, needed: Behov) -> tuple[int, ...]:
        wanted: list[tuple[Sequence[str], bool]]  # the names of a choice, and whether anybody needs it
        trinn = set(self.side.trinn)
        if declared == "katalog":
            of_source = {
                key: one for key, one in catalog.indikatorer.items() if one.kilde == kilde and trinn & set(one.trinn)
            }
            used = {indikator for indikator, _, grade in needed if grade in trinn}
            wanted = [(indikator.kildenavn, key in used) for key, indikator in of_source.items()]
        elif declared == "trinn":
            used_grades = {grade for indikator, _, grade in needed if catalog.indikatorer[indikator].kilde == kilde}
            wanted = [((str(grade),), grade in used_grades) for grade in self.side.trinn]
        else:
            wanted = [(tuple(declared), True)]
        ids = []
        for names, stops in wanted:
            choice = self.filters[name].find(names)
            if choice is None:
                expected = " or ".join(f"'{one}'" for one in names)
                self._tell("valg_mangler", name, f"the choices {self.filters[name]}", expected, stops=stops)
            else:
                ids.append(choice.id)
        return tuple(sorted(ids))

    def _switched(self, name: str, value: int) -> tuple[int, ...]:
        if not self.filters[name].has(value):
            self._tell("valg_mangler", name, f"the choices {self.filters[name]}", f"one with id {value}")
        return (value,)
