"""Udir's report API: what it has published, and the figures of one school year in one call for each page.

Belongs here: the order of asking, and a source's faults gathered over its pages. Does not belong here: pages and their
filters (`report_pages`, `report_filters`, `report_choice`), or whether an answer is what was asked for
(`report_check`).
"""

from __future__ import annotations

from dataclasses import dataclass

from oppfolging_pipeline.core.errors import Finding, InvalidInput, PermanentError
from oppfolging_pipeline.rules.behov import Behov, every_cell
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources import live
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN
from oppfolging_pipeline.sources.asking import Answer, Ask, Asker, Part
from oppfolging_pipeline.sources.drift import DriftCollector, DriftError
from oppfolging_pipeline.sources.http_faults import HttpRefused
from oppfolging_pipeline.sources.published import Published
from oppfolging_pipeline.sources.report_check import check_answer
from oppfolging_pipeline.sources.report_choice import Choosing
from oppfolging_pipeline.sources.report_filters import read_filters, years_in_common, years_of
from oppfolging_pipeline.sources.report_pages import Page, read_endpoints

_VERSION = "/rest/v1"
_WRONG, _GONE = 400, 404  # how a choice that is none, and a page or version that is none, are refused


@dataclass(frozen=True)
class ReportPublished(Published):
    """What the report API has published of a source, and its pages ready to be asked."""

    pages: tuple[Page, ...]


class ReportClient:
    """The client of one source. `base_url` ends in `/rest/v1`; raises `InvalidInput` for another address.

    `needed` is what may stop it (None: all of the catalogue). `moved` gathers what is wrong with the rest.
    """

    def __init__(
        self,
        kilde: str,
        base_url: str,
        declared: live.Rapportkilde,
        catalog: Catalog,
        needed: Behov | None = None,
    ) -> None:
        if not base_url.endswith(_VERSION):
            finding = Finding(
                key="OPPFOLGING_UDIR_RAPPORT_URL",
                found=f"an address that does not end in {_VERSION}",
                expected="the address of version 1 of the report API",
                action="Correct the address.",
            )
            raise InvalidInput([finding])
        self.kilde = kilde
        self.moved = DriftCollector()
        self._base = base_url
        self._root = base_url.removesuffix(_VERSION)  # what the endpoints are relative to
        self._sider = declared.sider
        self._catalog = catalog
        self._needed = every_cell(catalog) if needed is None else needed

    def published(self, asker: Asker) -> ReportPublished:
        """Two calls for each page: where its figures are, and its filters.

        Raises `DriftError` with everything critical of all pages: a page that is not there (`side_mangler`), an
        endpoint that leads elsewhere (`versjon_flyttet`), years that cannot be told, or none that all pages have
        (`annet_aar`), and what `Choosing.values` and the shapes of the two answers find.
        """
        found = DriftCollector()
        pages = []
        for side in self._sider:
            try:
                pages.append(self._page(asker, side, found))
            except DriftError as error:
                found.drifts.extend(error.drifts)
        found.raise_if_critical()
        shown_by = [page.sha256[1] for page in pages]
        years = years_in_common(self.kilde, {page.side.kode: page.aar for page in pages}, found, shown_by)
        found.raise_if_critical()
        return ReportPublished(
            self.kilde,
            years=years,
            facts={f"{page.side.kode} endepunkt": page.endpoints.versjon for page in pages},
            declared={f"{page.side.kode} endepunkt": page.side.sist_kjent for page in pages},
            warnings=found.warnings,
            calls_per_year=len(pages),
            pages=tuple(pages),
        )

    def fetch(self, asker: Asker, published: Published, skoleaar: str) -> tuple[Answer, ...]:
        """One answer for each page, with every grade, test and level.

        Raises `DriftError` with everything that `check_answer` finds in any of them, and for a version
        (`versjon_flyttet`) or a choice (`valg_mangler`) that is refused although the page names it: the answers that
        named it are then what shows it, so that nobody goes on with them.
        """
        if not isinstance(published, ReportPublished) or skoleaar not in published.years:
            years = ", ".join(published.years) or "none"
            raise PermanentError(f"{self.kilde}: found {skoleaar}; expected a published year ({years}). Ask for those.")
        found = DriftCollector()
        answers = []
        for page in published.pages:
            name = f"{self.kilde}/{skoleaar}/{page.side.kode}.json"
            ask = Ask(self.kilde, "data", page.url(self._root, skoleaar), name, skoleaar)
            try:
                answer = self._figures(asker, ask, page)
            except DriftError as error:
                found.drifts.extend(error.drifts)
                continue
            answers.append(answer)
            forelopig_by = page.forelopig_by(skoleaar)
            found.drifts.extend(
                check_answer(answer, page.side, skoleaar, self.kilde, self._catalog, forelopig_by, self._needed)
            )
        found.raise_if_critical()
        self.moved.drifts.extend(found.warnings)
        return tuple(answers)

    def _page(self, asker: Asker, side: live.Side, found: DriftCollector) -> Page:
        answer = self._described(asker, side, "rapportside", f"{self._base}/Rapportside/{side.kode}")
        endpoints = read_endpoints(answer.document(), answer.ask.name, answer.sha256)
        url = f"{self._root}/{endpoints.filterverdier}"
        filter_answer = self._described(asker, side, "filterverdier", url, shown_by=answer.sha256)
        file, sha256 = filter_answer.ask.name, filter_answer.sha256
        filters = read_filters(filter_answer.document(), file, sha256)
        choosing = Choosing(side, endpoints, filters, answer, filter_answer, found)
        values = choosing.values(self.kilde, self._catalog, self._needed)
        time = filters.get(side.tidsfilter)
        years = {} if time is None else years_of(time, file, found, sha256)
        return Page(side, endpoints, years, values, (answer.sha256, sha256))

    def _described(self, asker: Asker, side: live.Side, part: Part, url: str, shown_by: str | None = None) -> Answer:
        """An answer about a page. A refusal that says that there is none is drift, any other is passed on.

        `shown_by` is the answer that named the address: it may be of before a move, and is then what to ask again.
        """
        name = f"{self.kilde}/{part}/{side.kode}.json"
        try:
            return asker.ask(Ask(self.kilde, part, url, name))
        except HttpRefused as refusal:
            if refusal.status not in (_WRONG, _GONE):
                raise
            found = DriftCollector()
            finding = Finding(
                file=name,
                found=f"a refusal ({refusal})",
                expected=f"the page {side.kode}",
                action="Find what has taken its place in Udir's statistics, and declare it in live.yaml.",
            )
            found.critical("side_mangler", finding, shown_by)
            raise DriftError(found.drifts) from refusal

    def _figures(self, asker: Asker, ask: Ask, page: Page) -> Answer:
        try:
            return asker.ask(ask)
        except HttpRefused as refusal:
            if refusal.status not in (_WRONG, _GONE):
                raise
            found = DriftCollector()
            finding = Finding(
                file=ask.name,
                found=f"a refusal ({refusal})",
                expected=f"the figures at {page.endpoints.versjon}, as the page {page.side.kode} and its filters say",
                action=ASK_AGAIN,
            )
            for sha256 in page.sha256:
                found.critical("versjon_flyttet" if refusal.status == _GONE else "valg_mangler", finding, sha256)
            raise DriftError(found.drifts) from refusal
