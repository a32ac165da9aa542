"""Udir's export API: what it has published of a survey, and the rows of one school year, page by page.

Belongs here: the order of asking. Does not belong here: which table and filters (`export_search`, `export_tables`),
whether the rows are what was asked for (`export_answer`), or their figures (`flat`).

In the ordinary case: one call for the list of tables, one for each table's filters, and for each table and school year
one for the number of pages and one for each page. A page beyond the last gives the last one again, so that the end is
counted and never looked for.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter

from oppfolging_pipeline.core.errors import Finding, PermanentError
from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.rules.behov import Behov, every_cell
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources import live
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN, shaped
from oppfolging_pipeline.sources.asking import Answer, Ask, Asker, Part
from oppfolging_pipeline.sources.drift import Drift, DriftCollector, DriftError
from oppfolging_pipeline.sources.export_answer import Rows, lacking_measures
from oppfolging_pipeline.sources.export_search import NOT_THERE, Listing, Search, ask_listing
from oppfolging_pipeline.sources.export_tables import Found, Wanted, wanted_tables
from oppfolging_pipeline.sources.flat import KILDE
from oppfolging_pipeline.sources.http_faults import HttpRefused
from oppfolging_pipeline.sources.published import Published
from oppfolging_pipeline.sources.report_filters import years_in_common

_JSON = 0  # the `format` of rows as JSON


class _Sider(BaseModel):
    JSONSider: int = Field(ge=1)


_SIDER = TypeAdapter(Annotated[list[_Sider], Field(min_length=1)])


@dataclass(frozen=True)
class _Counted:
    """How many pages there are at most (the interface counts them in its own size), and the answer that says so."""

    pages: int
    sha256: str


@dataclass(frozen=True)
class ExportPublished(Published):
    """What the export API has published, its tables ready to be asked, and the list that they were found in."""

    tables: tuple[Found, ...]
    listing: Listing


class ExportClient:
    """The client of Elevundersøkelsen. `radgrense` is how many rows a page is asked for.

    `needed` is what may stop it (None: all of the catalogue). `moved` gathers warnings that only a fetch can see: a
    table whose filters promise the measure and whose rows do not have it, so that another was taken.
    """

    kilde = KILDE

    def __init__(
        self,
        base_url: str,
        declared: live.Eksportkilde,
        radgrense: int,
        catalog: Catalog,
        needed: Behov | None = None,
    ) -> None:
        self.moved = DriftCollector()
        self._base = base_url
        self._declared = declared
        self._page_size = radgrense
        self._catalog = catalog
        whole = every_cell(catalog)
        of_source = {cell for cell in needed or () if catalog.indikatorer[cell[0]].kilde == KILDE}
        # Who asks for a source of which no rule set needs anything, wants it whole.
        self._needed: Behov = of_source or whole
        self._proven: dict[str, Found] = {}  # by the declared name: tables whose rows have had the measure
        self._promised: dict[str, tuple[Drift, ...]] = {}  # likewise: warnings of optional ones that may be another

    def published(self, asker: Asker) -> ExportPublished:
        """One call for the list of tables, and one for the filters of each.

        Raises `DriftError` with everything critical of all tables: what `Search.next` and `Choosing.found` find,
        and that the tables have no school year in common (`annet_aar`).
        """
        found = DriftCollector()
        listing = ask_listing(asker, self._base)
        tables = []
        for wanted in wanted_tables(KILDE, self._declared, self._catalog, self._needed):
            seen = DriftCollector()
            try:
                table = Search(asker, self._base, self._declared, wanted, listing).next(seen)
                seen.raise_if_critical()
                tables.append(table)
                if wanted.valgfri:
                    self._promised[wanted.tabell.navn] = seen.warnings
                else:
                    found.drifts.extend(seen.drifts)
            except PermanentError as error:
                found.drifts.extend(_told(wanted, error, seen))
        found.raise_if_critical()
        of_each = {str(table.listed): table.years for table in tables if not table.wanted.valgfri}
        years = years_in_common(KILDE, of_each, found, [table.sha256[-1] for table in tables])
        found.raise_if_critical()
        self._tell_unchecked(tables, found)
        return ExportPublished(
            KILDE,
            years=years,
            facts={
                f"{table.wanted.tabell.navn} tabell": str(table.listed.EksportID)
                for table in tables
                if not table.wanted.valgfri
            },
            warnings=found.warnings,
            calls_per_year=2 * len(tables),
            questions={key: texts for table in tables for key, texts in self._in_use(table).items()},
            questions_by={key: table.sha256[-1] for table in tables for key in table.questions},
            tables=tuple(tables),
            listing=listing,
        )

    def _in_use(self, table: Found) -> dict[str, tuple[str, ...]]:
        """The questions of the table's indicators that somebody needs."""
        used = {indikator for indikator, _, _ in self._needed}
        return {key: texts for key, texts in table.questions.items() if key in used}

    def _tell_unchecked(self, tables: Sequence[Found], found: DriftCollector) -> None:
        """Whether the questions have changed is not known of an index that has none in the filter."""
        without = [key for table in tables for key, texts in self._in_use(table).items() if not texts]
        if without:
            finding = Finding(
                key=", ".join(without),
                found="no questions below the index",
                expected="the texts of its questions: whether they have changed is not checked",
                action="Compare the questions of the survey with those of the year before.",
            )
            found.warn("sporsmaal_ikke_kontrollert", finding, tables[0].sha256[-1])

    def fetch(self, asker: Asker, published: Published, skoleaar: str) -> tuple[Answer, ...]:
        """The pages of every table, in order.

        Raises `DriftError` with everything that `Rows` finds in them, with `maal_mangler` when no table's rows have the
        measure, and with `side_mangler` for a table that is refused although it is in the list. Of an optional table
        all of that is a warning, and so is a year that it does not have (`annet_aar`): its pages are left out.
        """
        if not isinstance(published, ExportPublished) or skoleaar not in published.years:
            years = ", ".join(published.years) or "none"
            raise PermanentError(f"{KILDE}: found {skoleaar}; expected a published year ({years}). Ask for those.")
        found = DriftCollector()
        answers: list[Answer] = []
        for promised in published.tables:
            search = Search(asker, self._base, self._declared, promised.wanted, published.listing)
            try:
                answers.extend(self._pages(asker, *self._proved(asker, search, promised, skoleaar), skoleaar))
            except PermanentError as error:
                found.drifts.extend(_told(promised.wanted, error))
        self.moved.drifts.extend(found.warnings)
        found.raise_if_critical()
        return tuple(answers)

    def _proved(self, asker: Asker, search: Search, promised: Found, skoleaar: str) -> tuple[Found, _Counted, Answer]:
        """The table whose rows have the measure, its number of pages, and the page that proves it."""
        name = promised.wanted.tabell.navn
        table, seen = self._proven.get(name, promised), DriftCollector(list(self._promised.pop(name, ())))
        while True:
            if skoleaar not in table.years:
                search.refuse(table, f"no {skoleaar}")
            else:
                counted = self._side_data(asker, table, skoleaar)
                first = self._page(asker, table, skoleaar, 1)
                lacking = lacking_measures(first, table.wanted, self._catalog)
                if not lacking:
                    self._proven[name] = table
                    self.moved.drifts.extend(seen.drifts)
                    return table, counted, first
                search.refuse(table, f"rows without {' and '.join(lacking)}", (counted.sha256, first.sha256))
            seen = DriftCollector()
            table = search.next(seen)
            seen.raise_if_critical()

    def _pages(self, asker: Asker, table: Found, counted: _Counted, first: Answer, skoleaar: str) -> list[Answer]:
        """Every page, looked through as it comes; the first that is not as asked is the last that is asked for."""
        answers = [first]
        with tempfile.TemporaryDirectory() as spill, open_engine(Path(spill)) as engine:
            rows = Rows(table.wanted, skoleaar, engine.connection, table.forelopig_by(skoleaar))
            rows.add(first, 1)
            while rows.wants_more and len(answers) < counted.pages:
                answers.append(self._page(asker, table, skoleaar, len(answers) + 1))
                rows.add(answers[-1], len(answers))
            rows.finish(counted.pages, counted.sha256)
        rows.drift.raise_if_critical()
        self.moved.drifts.extend(rows.drift.warnings)
        return answers

    def _side_data(self, asker: Asker, table: Found, skoleaar: str) -> _Counted:
        answer = self._ask(asker, table, skoleaar, "sidedata", "sideData", "")
        said = shaped(_SIDER, answer.document(), answer.ask.name, answer.sha256)
        return _Counted(said[0].JSONSider, answer.sha256)

    def _page(self, asker: Asker, table: Found, skoleaar: str, number: int) -> Answer:
        more = f"&format={_JSON}&sideNummer={number}&antallRader={self._page_size}"
        return self._ask(asker, table, skoleaar, "data", "data", more, number)

    def _ask(
        self, asker: Asker, table: Found, skoleaar: str, part: Part, what: str, more: str, page: int | None = None
    ) -> Answer:
        url = f"{self._base}/{table.listed.EksportID}/{what}?filter={table.filter_text(skoleaar)}{more}"
        place = f"{table.wanted.tabell.navn}.{table.listed.EksportID}.{part}{f'-{page}' if page else ''}"
        name = f"{KILDE}/{skoleaar}/{place}.json"
        try:
            return asker.ask(Ask(KILDE, part, url, name, skoleaar, page))
        except HttpRefused as refusal:
            if refusal.status not in NOT_THERE:
                raise
            found, expected = f"a refusal ({refusal})", f"rows of the table {table.listed}, as the list says"
            drift = DriftCollector()
            drift.critical("side_mangler", Finding(found, expected, ASK_AGAIN, file=name), None, table.sha256)
            raise DriftError(drift.drifts) from refusal


def _told(wanted: Wanted, error: PermanentError, seen: DriftCollector | None = None) -> list[Drift]:
    """What went wrong with a table, and the warnings `seen` before it; of an optional table, all of it as warnings.

    Raises the error again where it is no drift and the table is one that must be there.
    """
    before = [] if seen is None else list(seen.warnings)
    if isinstance(error, DriftError):
        drifts = list(error.drifts)
    elif wanted.valgfri:
        action = "Nothing else needs the table: fetch again another day, or put its rows in the inbox."
        finding = Finding(f"an error ({error})", f"the table {wanted.tabell.navn}", action, key=wanted.tabell.navn)
        drifts = [Drift("kritisk", "side_mangler", finding)]
    else:
        raise error
    return [*before, *(replace(drift, alvorlighet="advarsel") if wanted.valgfri else drift for drift in drifts)]
