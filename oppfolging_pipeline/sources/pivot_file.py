"""A pivot with geography in its rows, as figures: put in the shape of the wide downloads, and read as those are.

Belongs here: levels, units and codes of the rows. Does not belong here: the pivot itself (`pivot`), headings and cells
(`wide_heading`, `wide`), or what was asked for (`report_check`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.files import open_content
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN, too_large
from oppfolging_pipeline.sources.drift import DriftCollector
from oppfolging_pipeline.sources.live import live
from oppfolging_pipeline.sources.parsed import LAND, UNIT_COLUMNS, OtherReport, ParsedFile
from oppfolging_pipeline.sources.pivot import Pivot, PivotRow, decode_pivot
from oppfolging_pipeline.sources.wide import parse_wide
from oppfolging_pipeline.sources.wide_heading import DOWNLOAD_AGAIN
from oppfolging_pipeline.sources.wide_rows import WideRows

PIVOT = "pivot"  # the kind of such a content
HIERARCHY = ("Nasjonalt", "Fylke", "Kommune", "Enhet")
OTHER_REPORT = ("Indikator", "Spørsmål")  # Elevundersøkelsen, with geography in its columns
_WHOLE = ("Alle fylker", "Alle kommuner", "Alle skoler")
_NO_CODE = ("00", "0000")
_CHUNK = 1 << 20

Fault = Callable[[str, Finding], None]


def read_pivot_file(path: Path, file: str, catalog: Catalog, needed: Behov | None = None) -> ParsedFile:
    """The figures of a saved answer; `file` is its name in faults.

    Raises as `parse_pivot` does, and `DriftError` (`svar_som_ikke_kan_leses`) for one that is larger than a document
    may be, of which no more than that is read.
    """
    most = live().http.storste_dokument
    chunks, size = [], 0
    with open_content(path) as handle:
        while chunk := handle.read(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > most:
                raise too_large(file, size, most)
    return parse_pivot(b"".join(chunks), file, catalog, needed)


def parse_pivot(content: bytes, file: str, catalog: Catalog, needed: Behov | None = None) -> ParsedFile:
    """The figures of an answer of the report API, as it was saved.

    Rows under another root than the nation (abroad) are no municipalities: they count as rows and give no figures.
    Raises `InvalidInput` with every fault of the pivot (see `read_pivot`), else of its units (see `units_of`), else of
    its heading, else of its cells (see `parse_wide`); also for a pivot of another report and for one without rows.
    """
    pivot = decode_pivot(content, file)
    if pivot.hierarki == OTHER_REPORT:
        finding = Finding(
            file=file,
            key="metadata.rowHierarchy",
            found="a pivot of Elevundersøkelsen with the units in its columns",
            expected=f"rows of {', '.join(HIERARCHY)}",
            action="Use the flat rows of the export API for Elevundersøkelsen, saved as JSON or csv.",
        )
        raise OtherReport([finding])
    if not pivot.rader:
        finding = Finding(
            file=file,
            key="rows",
            found="no rows: what was asked for does not exist",
            expected="the figures of a report",
            action="Take the file out of the inbox, or ask for another year, grade or test.",
        )
        raise InvalidInput([finding])
    return figures_of_pivot(pivot, file, catalog, needed=needed)


def figures_of_pivot(
    pivot: Pivot, file: str, catalog: Catalog, sha256: str | None = None, needed: Behov | None = None
) -> ParsedFile:
    """The figures of a pivot that has been taken apart; `file` and `sha256` name it in faults.

    Raises as `parse_pivot` does for a pivot with rows.
    """
    units = units_of(pivot, file, sha256)
    heading = [*UNIT_COLUMNS, *(".".join(labels) for labels in pivot.kolonner)]
    rows = [[*unit, *row.celler] for row, unit in units]
    try:
        table = WideRows([heading, *rows], [row.nummer for row, _ in units], 0)
        parsed = parse_wide(table, file, PIVOT, catalog, needed=needed)
    except InvalidInput as invalid:
        # The heading has no row here, and nobody downloads a pivot.
        raise InvalidInput(
            replace(
                finding,
                row=finding.row or None,
                action=ASK_AGAIN if finding.action == DOWNLOAD_AGAIN else finding.action,
            )
            for finding in invalid.findings
        ) from None
    left_out = tuple(replace(finding, row=finding.row or None) for finding in parsed.left_out)
    return replace(parsed, rows=len(pivot.rader), left_out=left_out)


def units_of(pivot: Pivot, file: str, sha256: str | None = None) -> list[tuple[PivotRow, list[str]]]:
    """Each row of the country with what the nine unit columns of a wide download would say of it.

    Raises `DriftError` with every fault: a level missing from `rowHierarchy` (`nivaa_mangler`) or unknown in it
    (`nivaa_ukjent`), a path of another depth (`nivaa_ukjent`), a row without the row above it, no national row
    (`nivaa_mangler`), a unit twice within one parent (`doble_rader`).
    """
    found = DriftCollector()

    def fault(kode: str, finding: Finding) -> None:
        found.critical(kode, replace(finding, file=file), sha256)

    _check_hierarchy(pivot, fault)
    found.raise_if_critical()
    at = {row.sti: row for row in pivot.rader}
    roots = {row.sti[0]: row for row in pivot.rader if len(row.sti) == 1}
    country = [row for row in pivot.rader if row.sti[0] not in roots or roots[row.sti[0]].kode == LAND]
    _check_rows(country, at, fault)
    found.raise_if_critical()
    return [(row, _unit(row, at)) for row in country]


def _check_hierarchy(pivot: Pivot, fault: Fault) -> None:
    known = f"the levels {', '.join(HIERARCHY)}"
    for kode, names, found in (
        ("nivaa_mangler", [name for name in HIERARCHY if name not in pivot.hierarki], "no level"),
        ("nivaa_ukjent", [name for name in pivot.hierarki if name not in HIERARCHY], "the unknown level"),
    ):
        for name in names:
            fault(
                kode, Finding(key="metadata.rowHierarchy", found=f"{found} '{name}'", expected=known, action=ASK_AGAIN)
            )
    if sorted(pivot.hierarki) == sorted(HIERARCHY) and pivot.hierarki != HIERARCHY:
        found = f"the levels {', '.join(pivot.hierarki)}"
        expected = f"{known} in this order"
        fault("nivaa_ukjent", Finding(key="metadata.rowHierarchy", found=found, expected=expected, action=ASK_AGAIN))


def _check_rows(rows: Sequence[PivotRow], at: Mapping[tuple[str, ...], PivotRow], fault: Fault) -> None:
    deep = [row for row in rows if len(row.sti) > len(HIERARCHY)]
    if deep:
        expected = f"at most {len(HIERARCHY)} parts ({', '.join(HIERARCHY)})"
        found = f"{len(deep)} rows with longer paths, first {_named(deep[0])}"
        fault("nivaa_ukjent", Finding(row=deep[0].nummer, key="id", found=found, expected=expected, action=ASK_AGAIN))
    if not any(len(row.sti) == 1 for row in rows):
        found = f"no national row among {len(rows)} rows"
        expected = f"a row of the whole country (kode {LAND})"
        fault("nivaa_mangler", Finding(key="rows", found=found, expected=expected, action="Ask with radSti=**."))
        return
    without: dict[tuple[str, ...], list[PivotRow]] = {}
    for row in rows:
        if len(row.sti) > 1 and row.sti[:-1] not in at:
            without.setdefault(row.sti[:-1], []).append(row)
    for above, below in without.items():
        found = f"no row {'.'.join(above)} above {len(below)} rows, first {_named(below[0])}"
        expected = "every unit below its own county and municipality"
        fault("nivaa_mangler", Finding(row=below[0].nummer, key="id", found=found, expected=expected, action=ASK_AGAIN))
    paths = Counter(row.sti for row in rows)
    codes = Counter((row.sti[:-1], row.kode) for row in rows)
    double = [row for row in rows if paths[row.sti] > 1 or codes[row.sti[:-1], row.kode] > 1]
    if double:
        found = f"{len(double)} rows of units that stand more than once, first {_named(double[0])}"
        finding = Finding(row=double[0].nummer, key="id", found=found, expected="each unit once", action=ASK_AGAIN)
        fault("doble_rader", finding)


def _named(row: PivotRow) -> str:
    return f"{row.kode} {row.navn} ({'.'.join(row.sti)})"


def _unit(row: PivotRow, at: Mapping[tuple[str, ...], PivotRow]) -> list[str]:
    """The nine unit columns: a level that the row does not reach has the downloads' own words for all of it."""
    line = [at[row.sti[:depth]] for depth in range(1, len(row.sti) + 1)]
    codes = [above.kode for above in line[:3]]
    names = [above.navn for above in line]
    depth = len(line)
    return [str(depth), *codes, *_NO_CODE[depth - 1 :], row.kode, *names, *_WHOLE[depth - 1 :]]
