"""Whether an answer of the report API is what was asked for: year, grades, tests, measures and levels.

Belongs here: comparing a pivot with the request. Does not belong here: its shape (`pivot`), its units (`pivot_file`),
or how many of them there ought to be (`drift_figures`).
"""

from __future__ import annotations

from collections.abc import Mapping

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.rules.behov import Behov, every_cell
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources import live
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN
from oppfolging_pipeline.sources.asking import Answer
from oppfolging_pipeline.sources.drift import Drift, DriftCollector, DriftError
from oppfolging_pipeline.sources.parsed import FORELOPIG
from oppfolging_pipeline.sources.pivot import Pivot, read_pivot
from oppfolging_pipeline.sources.pivot_file import HIERARCHY, figures_of_pivot, units_of
from oppfolging_pipeline.sources.wide_heading import role_of
from oppfolging_pipeline.sources.wide_needs import ANTALL, LEFT_OUT


def check_answer(
    answer: Answer,
    side: live.Side,
    skoleaar: str,
    kilde: str,
    catalog: Catalog,
    forelopig_by: str | None = None,
    needed: Behov | None = None,
) -> list[Drift]:
    """Everything in the answer that is not what was asked for. What is wrong with columns that nobody needs (`needed`,
    None: all of the catalogue is) is a warning, and so is a column that is not known where everything needed is there;
    all else is critical.

    `forelopig_by` is the digest of the filters when they call the school year preliminary: a heading that does not is
    `forelopig_uenig`. The other way round is none, as a heading marks the figures itself.

    Other codes: those of `read_pivot` and `units_of`; `annet_aar`, `annet_trinn`, `valg_mangler` (another test),
    `maal_ukjent`, `maal_mangler`, `kolonne_mangler` (numbers of pupils) and `overskrift_uleselig` for the columns,
    `nivaa_mangler` for a level without rows, `svar_som_ikke_kan_leses` for a figure or code that is none.
    """
    file, sha256 = answer.ask.name, answer.sha256
    try:
        pivot = read_pivot(answer.document(), file, sha256)
    except DriftError as error:
        return list(error.drifts)
    needs = every_cell(catalog) if needed is None else needed
    columns = _Columns(side, skoleaar, kilde, catalog, needs, file, sha256)
    columns.check(pivot)
    if forelopig_by is not None:
        columns.check_forelopig(pivot, forelopig_by)
    found = columns.found
    try:
        units = units_of(pivot, file, sha256)
    except DriftError as error:
        found.drifts.extend(error.drifts)
        return found.drifts
    depths = {len(row.sti) for row, _ in units}
    for depth, name in enumerate(HIERARCHY, start=1):
        if depth not in depths:
            finding = Finding(
                file=file, key="rows", found=f"no row of the level {name}", expected="some", action=ASK_AGAIN
            )
            found.critical("nivaa_mangler", finding, sha256)
    if not found.is_critical:
        try:
            left_out = figures_of_pivot(pivot, file, catalog, needed=needs).left_out
            for finding in left_out if not found.drifts else ():
                found.warn("overskrift_uleselig" if finding.row is None else "svar_som_ikke_kan_leses", finding, sha256)
        except InvalidInput as invalid:
            for finding in invalid.findings:
                code = "overskrift_uleselig" if finding.row is None else "svar_som_ikke_kan_leses"
                found.critical(code, finding, sha256)
    return found.drifts


_Group = tuple[str, int]  # indikator, trinn


class _Columns:
    """The columns of one answer against what was asked for."""

    def __init__(
        self, side: live.Side, skoleaar: str, kilde: str, catalog: Catalog, needed: Behov, file: str, sha256: str
    ) -> None:
        self._side = side
        self._needed = needed
        self._skoleaar = skoleaar
        self._catalog = catalog
        self._file, self._sha256 = file, sha256
        self.found = DriftCollector()
        self._names = {
            trinn: {
                name: key
                for key, indikator in catalog.indikatorer.items()
                if indikator.kilde == kilde and trinn in indikator.trinn
                for name in indikator.kildenavn
            }
            for trinn in side.trinn
        }

    def check(self, pivot: Pivot) -> None:
        """Gather what is wrong, each thing once however many columns show it."""
        depth = len(self._side.kolonner)
        if pivot.kolonner and len(pivot.kolonner[0]) != depth:
            found = f"{len(pivot.kolonner[0])} levels in the header ({'.'.join(pivot.kolonner[0])})"
            self._tell("overskrift_uleselig", None, found, f"{depth}: {', '.join(self._side.kolonner)}")
            return
        groups = [(key, trinn) for trinn, names in self._names.items() for key in dict.fromkeys(names.values())]
        there: dict[_Group, set[str]] = {group: set() for group in groups}
        strange: dict[tuple[str, str, str], tuple[str, set[_Group | None]]] = {}
        for labels in pivot.kolonner:
            fault = self._read(dict(zip(self._side.kolonner, labels, strict=True)), there)
            if fault is not None:
                kode, found, expected, group = fault
                strange.setdefault((kode, found, expected), (".".join(labels), set()))[1].add(group)
        lacking = {group for group, roles in there.items() if self._roles(group) - roles}
        for (kode, found, expected), (heading, of) in strange.items():
            stops = kode == "annet_aar" or bool(lacking if None in of else lacking & of)
            self._tell(kode, heading, found, expected, stops=stops)
        if not any(kode == "annet_aar" for kode, _, _ in strange):
            self._check_whole(there)

    def _roles(self, group: _Group) -> set[str]:
        """The measures of a group that are needed, and the number of pupils beside them."""
        maal = {maal for indikator, maal, trinn in self._needed if (indikator, trinn) == group}
        return {*maal, ANTALL} if maal else set()

    def check_forelopig(self, pivot: Pivot, forelopig_by: str) -> None:
        """A year that the filters call preliminary is called so by every column: else final figures would seem so."""
        final = [labels for labels in pivot.kolonner if self._skoleaar in labels]
        if final:
            expected = f"'{FORELOPIG}{self._skoleaar}', as the filter {self._side.tidsfilter} calls the year"
            finding = Finding(
                f"{len(final)} columns of {self._skoleaar}",
                expected,
                ASK_AGAIN,
                file=self._file,
                key=".".join(final[0]),
            )
            self.found.critical("forelopig_uenig", finding, self._sha256, [forelopig_by])

    def _check_whole(self, there: Mapping[_Group, set[str]]) -> None:
        """Every measure and number of pupils that was asked for stands in the answer."""
        missing: dict[tuple[str, bool], list[str]] = {}
        for (indikator, trinn), roles in there.items():
            for role in (*self._catalog.maal_for(indikator, trinn), ANTALL):
                if role not in roles:
                    stops = role in self._roles((indikator, trinn))
                    missing.setdefault((role, stops), []).append(f"{indikator} trinn {trinn}")
        for (role, stops), groups in missing.items():
            found = f"no column of it for {', '.join(groups)}"
            if role == ANTALL:
                expected = f"the number of pupils ({self._catalog.kolonner.antall})"
                self._tell("kolonne_mangler", f"{self._skoleaar} {role}", found, expected, stops=stops)
            else:
                maal = self._catalog.maal[role]
                expected = f"{maal.navn} ({maal.kolonne})"
                self._tell("maal_mangler", f"{self._skoleaar} {role}", found, expected, stops=stops)

    def _tell(self, kode: str, key: str | None, found: str, expected: str, *, stops: bool = True) -> None:
        finding = Finding(found, expected, ASK_AGAIN if stops else LEFT_OUT, file=self._file, key=key)
        (self.found.critical if stops else self.found.warn)(kode, finding, self._sha256)

    def _read(
        self, labels: Mapping[str, str], there: Mapping[_Group, set[str]]
    ) -> tuple[str, str, str, _Group | None] | None:
        """Note what the column is of; or code, found and expected of what was not asked for, and the group that it
        stands in, where that can be told."""
        year = labels["skoleaar"].removeprefix(FORELOPIG)
        grades = {f"{trinn}. årstrinn": trinn for trinn in self._side.trinn}
        grade = labels.get("trinn", next(iter(grades)))
        if year != self._skoleaar:
            return "annet_aar", f"columns of {year}", self._skoleaar, None
        if grade not in grades:
            return "annet_trinn", f"columns of {grade}", " or ".join(grades), None
        names = self._names[grades[grade]]
        test = labels.get("prove", next(iter(names)))
        if test not in names:
            return "valg_mangler", f"columns of the test {test} on {grade}", " or ".join(names), None
        group = (names[test], grades[grade])
        role = role_of(labels["maal"], (year, *group), self._catalog)
        if role is None:
            known = ", ".join(self._catalog.maal_for(*group))
            return "maal_ukjent", f"the measure '{labels['maal']}'", f"{known} or another known column", group
        if self._is_asked("EierformID", labels["eierform"]) and self._is_asked("KjoennID", labels["kjonn"]):
            there[group].add(role)
        return None

    def _is_asked(self, name: str, label: str) -> bool:
        return label in self._side.valg[name]
