"""Whether the pages of the export API are what was asked for: every row once, of the year, grades and units asked.

Belongs here: the rows of one table and school year against the request. Does not belong here: asking for them
(`export_api`), their figures (`flat`), or how many there ought to be (`drift_figures`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.files import open_content
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN
from oppfolging_pipeline.sources.asking import Answer
from oppfolging_pipeline.sources.drift import Drift, DriftCollector, DriftError
from oppfolging_pipeline.sources.export_tables import Wanted
from oppfolging_pipeline.sources.flat import FIELDS, NATION_FIELD, own_fields, required_fields
from oppfolging_pipeline.sources.flat_file import PAGE_FIELDS, Asked, FlatFormat, load
from oppfolging_pipeline.sources.flat_sql import AT_HOME, INDEX_ROW, PARTICIPATION, WHOLE
from oppfolging_pipeline.sources.parsed import FORELOPIG, NIVAA
from oppfolging_pipeline.sources.recognise import flat_format
from oppfolging_pipeline.sources.text_file import HEAD
from oppfolging_pipeline.sources.wide_needs import LEFT_OUT

if TYPE_CHECKING:
    import duckdb

_IDENTITY = (
    "Skoleaarnavn", "EnhetNivaa", "Fylkekode", "Kommunekode", "Organisasjonsnummer", "EnhetNavn", "TrinnKode",
    "EierformNavn", "KjoennKode", "Spoersmaalgruppekode", "Spoersmaalkode", "Spoersmaalnavn",
)  # fmt: skip
_KINDS = f"""
SELECT min(rad), count(*), trim(Skoleaarnavn), EnhetNivaa, TrinnKode, Spoersmaalgruppekode, Spoersmaalkode,
  Spoersmaalgruppe, {INDEX_ROW} OR {PARTICIPATION}, {WHOLE}, EierformNavn, KjoennKode
FROM flate WHERE {AT_HOME} GROUP BY ALL ORDER BY 1
"""  # noqa: S608 (texts of these modules)
_SEEN = f"""
INSERT INTO sett SELECT $side, rad, concat_ws('|', {", ".join(f"coalesce({name}, '')" for name in _IDENTITY)})
FROM flate WHERE {AT_HOME}
"""  # noqa: S608 (texts of this module)
_TWICE = """
SELECT count(*), min(first) FROM (
  SELECT min(side || ', row ' || rad) AS first FROM sett GROUP BY nokkel HAVING count(*) > 1
)
"""
_SHOWN = 5  # different numbers that a message names


class Rows:
    """The rows of one table and school year, page by page; what is not as asked is gathered in `drift`.

    All of it is critical, but what concerns indicators and grades that nobody needs: `kolonne_mangler` for a field,
    `forelopig_uenig` for rows that do not call the year preliminary although the filters (`forelopig_by`, their
    digest) do, `samme_side_to_ganger`, `radtall_langt_fra` for rows that are lost on the way, `annet_aar`,
    `annet_trinn`, `nivaa_ukjent`, `nivaa_mangler`, `valg_mangler` (owners or genders that were not asked for),
    `maal_ukjent` (an indicator that was not), `maal_mangler`, `doble_rader` and `svar_som_ikke_kan_leses`.
    """

    def __init__(
        self, wanted: Wanted, skoleaar: str, connection: duckdb.DuckDBPyConnection, forelopig_by: str | None = None
    ) -> None:
        self.drift = DriftCollector()
        self._wanted = wanted
        self._skoleaar = skoleaar
        self._connection = connection
        self._forelopig_by = forelopig_by
        self._answers: list[Answer] = []
        self._lost = False  # a page could not be read, or is not the one that was asked for
        self._rows = 0
        self._total: int | None = None
        self._there: set[tuple[str, str]] = set()  # (indicator, grade)
        self._levels: set[str] = set()
        connection.execute("CREATE OR REPLACE TEMP TABLE sett (side INTEGER, rad INTEGER, nokkel VARCHAR)")

    @property
    def wants_more(self) -> bool:
        """Whether the next page is worth asking for: rows are left, and all is as asked so far."""
        return not self.drift.is_critical and (self._total is None or self._rows < self._total)

    def add(self, answer: Answer, page: int) -> None:
        """Look through the next page."""
        again = bool(self._answers) and self._answers[-1].sha256 == answer.sha256
        self._answers.append(answer)
        try:
            form = form_of(answer)
            if not self._has_fields(form, answer):
                self._lost = True
                return
            nation = NATION_FIELD if NATION_FIELD in form.fields else None
            names = {**dict.fromkeys(FIELDS), **own_fields(form.fields), NATION_FIELD: nation}
            self._rows += load(answer.path, answer.ask.name, form, names, (), Asked("true", {}), self._connection)
        except InvalidInput as invalid:
            for finding in invalid.findings:
                finding = replace(finding, action=ASK_AGAIN)
                self.drift.critical("svar_som_ikke_kan_leses", finding, answer.sha256)
            self._lost = True
            return
        self._check_place(answer, page, again)
        self._check_kinds(answer)
        self._connection.execute(_SEEN, {"side": page})

    def finish(self, pages: int, counted_by: str) -> None:
        """Look at all of the pages together; `pages` is how many there are, as the answer `counted_by` says.

        Where pages are left that were not worth asking for, or one is lost, nothing can be said of them together.
        """
        if self._lost or (self._rows < (self._total or 0) and len(self._answers) < pages):
            return
        if self._rows != self._total:
            asked = f"{len(self._answers)} of {pages} pages"
            expected = f"{self._total}, as RaderTotalt says"
            self._tell_all("radtall_langt_fra", f"{self._rows} rows in {asked}", expected, counted_by)
        for level, name in NIVAA.items():
            if level not in self._levels:
                self._tell_all("nivaa_mangler", f"no row of the level {name} (EnhetNivaa {level})", "some")
        for key, indikator in self._wanted.indikatorer.items():
            for trinn in indikator.trinn:
                if (key, str(trinn)) not in self._there:
                    expected = f"{indikator.kildenavn[0]} ({indikator.kode or 'rows without a question'})"
                    found = f"no row of {key} on grade {trinn}"
                    self._tell_all("maal_mangler", found, expected, stops=self._wanted.is_needed(key, trinn))
        twice = self._connection.execute(_TWICE).fetchone()
        if twice and twice[0]:
            self._tell_all("doble_rader", f"{twice[0]} rows that stand twice, first page {twice[1]}", "each row once")

    def _has_fields(self, form: FlatFormat, answer: Answer) -> bool:
        required = required_fields(self._wanted.tabell.maal, self._wanted.indikatorer)
        missing = [name for name in required if name not in own_fields(form.fields)]
        missing += [name for name in PAGE_FIELDS if name not in form.fields]
        for name in missing:
            found = f"the fields {', '.join(form.fields)}"
            finding = Finding(found, f"also {name}", ASK_AGAIN, file=answer.ask.name, column=name)
            self.drift.critical("kolonne_mangler", finding, answer.sha256)
        return not missing

    def _check_place(self, answer: Answer, page: int, again: bool) -> None:
        """Each page says which it is, and how many rows there are in all of them."""
        number, _, total = PAGE_FIELDS
        pages, totals = (self._different(name) for name in (number, total))
        if again or pages != [page]:
            found = "the page before a second time" if again else f"page {_listed(pages)}"
            finding = Finding(found, f"page {page}", ASK_AGAIN, file=answer.ask.name, column=number)
            self.drift.critical("samme_side_to_ganger", finding, answer.sha256)
            self._lost = True
        if None in totals or totals != [self._total or totals[0]]:
            expected = f"one number on every page{f', {self._total} on the first' if self._total else ''}"
            finding = Finding(f"{_listed(totals)} rows in all", expected, ASK_AGAIN, file=answer.ask.name, column=total)
            self.drift.critical("radtall_langt_fra", finding, answer.sha256)
            self._lost = True
        self._total = self._total or totals[0]

    def _different(self, name: str) -> list[int | None]:
        """The different numbers of a field of the page; None for what is no number."""
        query = f"SELECT DISTINCT TRY_CAST({name} AS INTEGER) FROM flate ORDER BY 1 LIMIT {_SHOWN}"  # noqa: S608
        return [number for (number,) in self._connection.execute(query).fetchall()]

    def _check_kinds(self, answer: Answer) -> None:
        grades = {str(trinn) for trinn in self._wanted.grades}
        strange: dict[tuple[str, str, str], tuple[int, int]] = {}
        unneeded: set[tuple[str, str, str]] = set()
        for (
            row,
            rows,
            year,
            level,
            grade,
            group_code,
            code,
            name,
            index,
            asked,
            owner,
            gender,
        ) in self._connection.execute(_KINDS).fetchall():
            faults = []
            if (year or "").removeprefix(FORELOPIG) != self._skoleaar:
                faults.append(("annet_aar", f"rows of {year}", self._skoleaar))
            if self._forelopig_by is not None and year == self._skoleaar:
                faults.append(("forelopig_uenig", f"rows of {year}", f"'{FORELOPIG}{year}', as the filter calls it"))
            if grade not in grades:
                faults.append(("annet_trinn", f"rows of grade {grade}", " or ".join(sorted(grades))))
            if level not in NIVAA:
                faults.append(("nivaa_ukjent", f"rows of the level {level}", "1, 2, 3 or 4"))
            if not asked:
                faults.append(("valg_mangler", f"rows of {owner}, gender {gender}", "Alle eierformer, gender A"))
            key = self._indicator(code, group_code, name)
            if index and key is None:
                faults.append(("maal_ukjent", f"rows of '{name}' with code {code or group_code}", str(self._wanted)))
                unneeded |= {faults[-1]} if self._is_unneeded((code, group_code), name) else set()
            if index and key is not None:
                self._there.add((key, grade))
                self._levels.add(level)
            for fault in faults:
                first, seen = strange.get(fault, (row, 0))
                strange[fault] = (first, seen + rows)
        for fault, (row, rows) in strange.items():
            kode, found, expected = fault
            action = LEFT_OUT if fault in unneeded else ASK_AGAIN
            finding = Finding(f"{found} ({rows} rows)", expected, action, file=answer.ask.name, row=row)
            if fault in unneeded:
                self.drift.warn(kode, finding, answer.sha256)
                continue
            also = [self._forelopig_by] if kode == "forelopig_uenig" and self._forelopig_by else []
            self.drift.critical(kode, finding, answer.sha256, also)

    def _indicator(self, code: str | None, group_code: str | None, name: str | None) -> str | None:
        for key, indikator in self._wanted.indikatorer.items():
            if indikator.kode is None and not (code or group_code):
                return key
            if indikator.kode and indikator.kode in (code, group_code) and (name or "").strip() in indikator.kildenavn:
                return key
        return None

    def _is_unneeded(self, codes: tuple[str | None, ...], name: str | None) -> bool:
        """Whether rows of an unknown index have the code or the name of indicators that nobody needs, and of no other:
        under another name or code they give no figures, and nobody lacks them."""
        like = [
            key
            for key, one in self._wanted.indikatorer.items()
            if one.kode and (one.kode in codes or (name or "").strip() in one.kildenavn)
        ]
        return bool(like) and not any(map(self._wanted.is_needed, like))

    def _tell_all(self, kode: str, found: str, expected: str, *also: str, stops: bool = True) -> None:
        """A fault of the pages together: any of them may be the one to fetch again."""
        first, *others = self._answers
        finding = Finding(found, expected, ASK_AGAIN if stops else LEFT_OUT, file=first.ask.name)
        if not stops:
            self.drift.warn(kode, finding, first.sha256)
            return
        self.drift.critical(kode, finding, first.sha256, (*(answer.sha256 for answer in others), *also))


def _listed(numbers: list[int | None]) -> str:
    return " and ".join("none" if number is None else str(number) for number in numbers)


def form_of(answer: Answer) -> FlatFormat:
    """How the rows of an answer are written, and their fields. Raises `InvalidInput` for an answer without rows."""
    with open_content(answer.path) as handle:
        return flat_format(handle.read(HEAD), answer.ask.name)


def lacking_measures(answer: Answer, wanted: Wanted, catalog: Catalog) -> list[str]:
    """The wanted measures that no field of the rows is; none when the rows are of the table that is wanted.

    Raises `DriftError` (`svar_som_ikke_kan_leses`) for an answer without rows.
    """
    try:
        there = form_of(answer).fields
    except InvalidInput as invalid:
        findings = [replace(finding, action=ASK_AGAIN) for finding in invalid.findings]
        faults = [Drift("kritisk", "svar_som_ikke_kan_leses", finding, answer.sha256) for finding in findings]
        raise DriftError(faults) from invalid
    patterns = {maal: catalog.maal[maal].kolonne for maal in wanted.tabell.maal}
    return [maal for maal, pattern in patterns.items() if not any(re.search(pattern, field) for field in there)]
