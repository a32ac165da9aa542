"""Which table of the export API holds a measure, and what a request of it chooses.

Belongs here: the list of tables and their filters against what is declared. Does not belong here: asking
(`export_api`), or the rows (`export_answer`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import BaseModel, TypeAdapter

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.rules.catalog import Catalog, Indikator
from oppfolging_pipeline.sources import live
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN, shaped
from oppfolging_pipeline.sources.asking import Answer
from oppfolging_pipeline.sources.drift import DriftCollector
from oppfolging_pipeline.sources.questions import questions_of
from oppfolging_pipeline.sources.report_filters import ALLE, Aarsvalg, Filter, read_filters, years_of


class Listed(BaseModel):
    """A table of the list."""

    EksportID: int
    Beskrivelse: str

    def __str__(self) -> str:
        return f"{self.EksportID} {self.Beskrivelse.strip()}"


_LIST = TypeAdapter(list[Listed])


@dataclass(frozen=True)
class Wanted:
    """A declared table and the catalogue's indicators that it holds, by key, with the cells that somebody needs."""

    tabell: live.Tabell
    indikatorer: Mapping[str, Indikator]
    needed: Behov

    @property
    def valgfri(self) -> bool:
        """Whether nothing stops without the table: it is declared so, or nobody needs anything of it."""
        return self.tabell.valgfri or not self._cells

    @property
    def _cells(self) -> set[tuple[str, int]]:
        """The (indicator, grade) of the table that somebody needs."""
        return {
            (key, trinn) for key, maal, trinn in self.needed if key in self.indikatorer and maal in self.tabell.maal
        }

    def is_needed(self, key: str, trinn: int | None = None) -> bool:
        """Whether the table is not the one without the indicator, on any grade or on that one. Of a table that nobody
        needs it takes all: it is there whole, or left out."""
        cells = self._cells
        return not cells or any(key == one and trinn in (None, grade) for one, grade in cells)

    def without(self, keys: Collection[str], grades: Collection[int]) -> Wanted:
        """The same without indicators and grades that the table does not have."""
        left = {
            key: each.model_copy(update={"trinn": tuple(trinn for trinn in each.trinn if trinn not in grades)})
            for key, each in self.indikatorer.items()
            if key not in keys
        }
        return replace(self, indikatorer=left)

    @property
    def grades(self) -> tuple[int, ...]:
        """Every grade of the indicators."""
        return tuple(sorted({trinn for each in self.indikatorer.values() for trinn in each.trinn}))

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the indicators; none of a table that is of the whole survey, and of no question."""
        return tuple(each.kode for each in self.indikatorer.values() if each.kode is not None)

    def __str__(self) -> str:
        asked = " and ".join(
            f"{each.kildenavn[0]} ({each.kode or ', '.join(self.tabell.maal)})" for each in self.indikatorer.values()
        )
        return f"{self.tabell.navn} with {asked}"


@dataclass(frozen=True)
class Found:
    """A table that has what is wanted: the internal ids that a request gives each filter, and its years with theirs.

    `sha256` are the digests of the answers that say so, the filters last; `questions` the texts that each indicator is
    made of.
    """

    wanted: Wanted
    listed: Listed
    years: Mapping[str, Aarsvalg]
    values: Mapping[str, tuple[int, ...]]
    sha256: tuple[str, ...]
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def forelopig_by(self, skoleaar: str) -> str | None:
        """The digest of the filters when they call the school year preliminary, else None."""
        return self.sha256[-1] if self.years[skoleaar].forelopig else None

    def filter_text(self, skoleaar: str) -> str:
        """The request's filter, the same text for the same request: the time first, then by name."""
        chosen = {self.wanted.tabell.tidsfilter: (self.years[skoleaar].id,), **dict(sorted(self.values.items()))}
        return "_".join(f"{name}({'_'.join(map(str, ids))})" for name, ids in chosen.items())


def wanted_tables(kilde: str, declared: live.Eksportkilde, catalog: Catalog, needed: Behov) -> tuple[Wanted, ...]:
    """What each declared table is wanted for."""
    of_source = {key: each for key, each in catalog.indikatorer.items() if each.kilde == kilde}
    return tuple(
        Wanted(tabell, {key: each for key, each in of_source.items() if set(each.maal) & set(tabell.maal)}, needed)
        for tabell in declared.tabeller
    )


def read_list(answer: Answer) -> tuple[Listed, ...]:
    """The tables there are. Raises `DriftError` for an answer of another shape."""
    listed = shaped(_LIST, answer.document(), answer.ask.name, answer.sha256)
    return tuple(listed)


def candidates(tabell: live.Tabell, gruppe: str, listed: Sequence[Listed]) -> Iterator[Listed]:
    """The tables to look into, the likeliest first: the last known id, the name, the others of the group."""
    name = tabell.navn.casefold()
    likely = [each for each in listed if each.EksportID == tabell.sist_kjent]
    named = [each for each in listed if name in each.Beskrivelse.casefold()]
    others = [each for each in listed if each.Beskrivelse.strip().startswith(gruppe)]
    yield from {each.EksportID: each for each in (*likely, *named, *others)}.values()


def strange_indicators(wanted: Wanted, questions: Filter) -> dict[str, str]:
    """Those of the wanted indicators that the filter does not have, code and name together, and what it has instead."""
    strange = {}
    for key, indikator in wanted.indikatorer.items():
        if indikator.kode is None:
            continue
        choice = questions.find([indikator.kode])
        if choice is None:
            strange[key] = f"no {indikator.kode}"
        elif choice.navn.strip() not in indikator.kildenavn:
            strange[key] = f"{indikator.kode} with the name '{choice.navn.strip()}'"
    return strange


def lacking_grades(wanted: Wanted, grades: Filter) -> dict[int, str]:
    """The wanted grades that the filter does not have."""
    return {trinn: f"no grade {trinn}" for trinn in wanted.grades if grades.find([str(trinn)]) is None}


@dataclass
class Choosing:
    """The filters of one table; what is wrong with them is gathered in `drift`."""

    wanted: Wanted
    declared: live.Eksportkilde
    answer: Answer
    drift: DriftCollector

    def filters(self) -> dict[str, Filter]:
        """The table's filters. Raises `DriftError` for an answer of another shape."""
        return read_filters(self.answer.document(), self.answer.ask.name, self.answer.sha256)

    def found(self, listed: Listed, filters: Mapping[str, Filter], shown_by: tuple[str, ...]) -> Found:
        """What a request of the table chooses.

        Critical: a declared filter that is not there (`filter_mangler`), a choice that is not in its filter
        (`valg_mangler`), a new filter without a choice of all (`filter_ukjent`), years that cannot be told
        (`annet_aar`). A new filter with one is told of, and that is what is chosen; so it is with one that has no
        other choice.
        """
        tabell, declared = self.wanted.tabell, self.declared
        if_there = {name: names for name, names in tabell.valg_der_det_finnes.items() if name in filters}
        asked: dict[str, Sequence[tuple[str, ...]]] = {
            **({declared.sporsmaalsfilter: [(code,) for code in self.wanted.codes]} if self.wanted.codes else {}),
            declared.trinnfilter: [(str(trinn),) for trinn in self.wanted.grades],
            **{name: [names] for name, names in {**tabell.valg, **if_there}.items()},
        }
        values = {name: self._chosen(name, filters.get(name), names) for name, names in asked.items()}
        for name in sorted(set(filters) - set(declared.kjente_filtre) - set(asked)):
            values[name] = self._left_open(filters[name])
        years: dict[str, Aarsvalg] = {}
        if tabell.tidsfilter in filters:
            years = years_of(filters[tabell.tidsfilter], self.answer.ask.name, self.drift, self.answer.sha256)
        else:
            self._tell("filter_mangler", tabell.tidsfilter, "no such filter", "the filter")
        questions = {
            key: questions_of(filters[declared.sporsmaalsfilter], each.kode)
            for key, each in self.wanted.indikatorer.items()
            if each.kode and declared.sporsmaalsfilter in filters
        }
        return Found(self.wanted, listed, years, values, shown_by, questions)

    def _tell(
        self, kode: str, key: str, found: str, expected: str, action: str = ASK_AGAIN, *, critical: bool = True
    ) -> None:
        finding = Finding(file=self.answer.ask.name, key=key, found=found, expected=expected, action=action)
        (self.drift.critical if critical else self.drift.warn)(kode, finding, self.answer.sha256)

    def _chosen(self, name: str, of: Filter | None, wanted: Sequence[tuple[str, ...]]) -> tuple[int, ...]:
        if of is None:
            self._tell("filter_mangler", name, "no such filter", "the filter")
            return ()
        ids = []
        for names in wanted:
            choice = of.find(names)
            if choice is None:
                self._tell("valg_mangler", name, f"the choices {of}", " or ".join(f"'{one}'" for one in names))
            else:
                ids.append(choice.id)
        return tuple(sorted(ids))

    def _left_open(self, of: Filter) -> tuple[int, ...]:
        expected = f"known filters, or one with a choice of all ({ALLE})"
        only = next(iter(of.valg.values())).id if len(of.valg) == 1 else None
        chosen = ALLE if of.has(ALLE) else only
        if chosen is None:
            action = "Find out what it chooses, and declare it in live.yaml."
            self._tell("filter_ukjent", of.navn, f"a new filter with the choices {of}", expected, action)
            return ()
        action = "Nothing need be done: what is chosen leaves nothing out."
        self._tell("filter_ukjent", of.navn, f"a new filter, sent as {chosen}", expected, action, critical=False)
        return (chosen,)
