"""The heading of Udir's wide downloads: which measures of which year, indicator and grade stand in which columns.

Belongs here: the names of columns. Does not belong here: rows and their figures (`wide`), or the bytes of the two file
types (`wide_csv`, `wide_xlsx`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.core.skoleaar import is_skoleaar
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.parsed import FORELOPIG, UNIT_COLUMNS

# The first heading of a report in the same clothes: Elevundersøkelsen, with geography in its column names.
OTHER_REPORT = "IndikatorNivaa"
DOWNLOAD_AGAIN = "Download the report again from Udir and put the new file in the inbox."

_AAR = rf"(?P<aar>(?:{FORELOPIG})?\d{{4}}-\d{{2}})"
_UTVALG = r"\.(?P<eierform>[^.]+)\.(?P<kjonn>[^.]+)"
_BRUDD_TIL_SLUTT = r"(?P<brudd>\.Brudd)?"
_NASJONALE_PROVER = re.compile(
    _AAR + r"\.(?P<proeve>[^.]+)\.(?P<trinn>\d{1,2})\. årstrinn" + _UTVALG + r"\.(?P<maal>.+?)" + _BRUDD_TIL_SLUTT
)
_GRUNNSKOLEPOENG = re.compile(_AAR + _UTVALG + r"\.(?P<maal>[^.]+)" + _BRUDD_TIL_SLUTT)
_ALLE_EIERFORMER = "Alle eierformer"
_ALLE_KJONN = frozenset({"Alle kjønn", "Begge kjønn"})
ANTALL = "antall"
_BRUDD = ".brudd"

Fault = Callable[[str | None, str, str], None]
Group = tuple[str, str, int]  # the year as written, indikator, trinn


@dataclass(frozen=True)
class Measure:
    """One measure of one year, indicator and grade, and the columns that belong to it (positions in the row)."""

    skoleaar: str
    forelopig: bool
    kilde: str
    indikator: str
    trinn: int
    maal: str
    heading: str
    position: int
    count_position: int
    break_position: int | None


@dataclass(frozen=True)
class Heading:
    """A heading, read. `ignored` are known columns that are not used: other owners, other genders, uncertainty."""

    measures: tuple[Measure, ...]
    kilde: str
    ignored: tuple[str, ...]


def read_heading(cells: Sequence[str], row: int, file: str, catalog: Catalog) -> Heading:
    """The measures of a heading, which is row `row` of the file.

    Raises `InvalidInput` with every fault: one of the nine first headings changed, a heading twice, a name that is no
    year, test, grade or measure of the catalogue, a measure without its number of pupils, two reports in one file.
    """
    faults = FindingCollector()

    def fault(column: str | None, found: str, expected: str) -> None:
        faults.add(Finding(file=file, row=row, column=column, found=found, expected=expected, action=DOWNLOAD_AGAIN))

    if cells and cells[0] == OTHER_REPORT:
        faults.add(
            Finding(
                file=file,
                row=row,
                column=OTHER_REPORT,
                found="a download of Elevundersøkelsen with the units in the headings",
                expected=f"a heading that begins with {', '.join(UNIT_COLUMNS[:5])}",
                action="Use the flat rows of the export API for Elevundersøkelsen, saved as JSON or csv.",
            )
        )
    else:
        _check_unit_columns(cells, fault)
    faults.raise_if_any()
    for name in sorted({name for name in cells if cells.count(name) > 1}):
        fault(name, "the heading twice", "each heading once")
    groups, ignored = _groups(cells, catalog, fault)
    measures = _measures(groups, catalog, fault)
    if not groups and not faults.findings:
        fault(None, "no column of figures for all owners and all pupils", "at least one measure of the catalogue")
    kilder = sorted({measure.kilde for measure in measures})
    if len(kilder) > 1:
        fault(None, f"columns of {' and '.join(kilder)}", "columns of one report")
    faults.raise_if_any()
    return Heading(measures, kilder[0], ignored)


def _check_unit_columns(cells: Sequence[str], fault: Fault) -> None:
    for position, expected in enumerate(UNIT_COLUMNS):
        found = cells[position] if position < len(cells) else None
        if found != expected:
            name = "no heading" if found is None else f"heading '{found}'"
            fault(expected, f"{name} in column {position + 1}", f"'{expected}'")


def _groups(
    cells: Sequence[str], catalog: Catalog, fault: Fault
) -> tuple[dict[Group, dict[str, tuple[int, str]]], tuple[str, ...]]:
    """The columns of each group by their role: a measure, the number of pupils, or either's note on a break."""
    groups: dict[Group, dict[str, tuple[int, str]]] = {}
    ignored: list[str] = []
    for position, name in enumerate(cells[len(UNIT_COLUMNS) :], start=len(UNIT_COLUMNS)):
        match = _NASJONALE_PROVER.fullmatch(name) or _GRUNNSKOLEPOENG.fullmatch(name)
        if match is None or not is_skoleaar(match["aar"].removeprefix(FORELOPIG)):
            fault(name, f"heading '{name}'", "a measure of Nasjonale prøver or Grunnskolepoeng, named as Udir names it")
            continue
        if match["eierform"] != _ALLE_EIERFORMER or match["kjonn"] not in _ALLE_KJONN:
            ignored.append(name)
            continue
        group = _group_of(match, name, catalog, fault)
        if group is None:
            continue
        role = role_of(match["maal"], group, catalog)
        if role is None:
            known = ", ".join(f"{key} ({catalog.maal[key].kolonne})" for key in catalog.maal_for(*group[1:]))
            fault(name, f"measure '{match['maal']}'", f"{known}, the number of pupils or another known column")
        elif role == "":
            ignored.append(name)
        else:
            roles = groups.setdefault(group, {})
            key = role + (_BRUDD if match["brudd"] else "")
            if key in roles and roles[key][1] != name:
                fault(name, f"a second column of the same content as '{roles[key][1]}'", "one column for each")
            roles[key] = (position, name)
    return groups, tuple(ignored)


def _group_of(match: re.Match[str], name: str, catalog: Catalog, fault: Fault) -> Group | None:
    kilde = "nasjonale_prover" if "proeve" in match.groupdict() else "grunnskolepoeng"
    of_source = {key: indikator for key, indikator in catalog.indikatorer.items() if indikator.kilde == kilde}
    if kilde == "grunnskolepoeng":
        key = next(iter(of_source))
        return match["aar"], key, of_source[key].trinn[0]
    for key, indikator in of_source.items():
        if match["proeve"] in indikator.kildenavn:
            trinn = int(match["trinn"])
            if trinn in indikator.trinn:
                return match["aar"], key, trinn
            fault(name, f"trinn {trinn}", f"one of {', '.join(map(str, indikator.trinn))} for {indikator.navn}")
            return None
    known = ", ".join(sorted(name for indikator in of_source.values() for name in indikator.kildenavn))
    fault(name, f"the test '{match['proeve']}'", f"one of {known}")
    return None


def role_of(maal: str, group: Group, catalog: Catalog) -> str | None:
    """What the last part of a heading names: a measure of the catalogue's, `ANTALL`, or empty for a known column that
    is not used; None for an unknown one."""
    _, indikator, trinn = group
    found = catalog.maal_of_column(indikator, trinn, maal)
    if found is not None:
        return found
    if re.search(catalog.kolonner.antall, maal):
        return ANTALL
    return "" if any(re.search(pattern, maal) for pattern in catalog.kolonner.uten_bruk) else None


def _measures(groups: dict[Group, dict[str, tuple[int, str]]], catalog: Catalog, fault: Fault) -> tuple[Measure, ...]:
    measures = []
    for (aar, indikator, trinn), roles in groups.items():
        names = [role for role in roles if role != ANTALL and not role.endswith(_BRUDD)]
        _, a_heading = next(iter(roles.values()))
        if not names:
            fault(a_heading, "no measure beside it", "at least one measure of the catalogue")
        if ANTALL not in roles:
            fault(a_heading, "no column with the number of pupils beside it", "one for each year, test and grade")
            continue
        for role in names:
            position, heading = roles[role]
            measures.append(
                Measure(
                    skoleaar=aar.removeprefix(FORELOPIG),
                    forelopig=aar.startswith(FORELOPIG),
                    kilde=catalog.indikatorer[indikator].kilde,
                    indikator=indikator,
                    trinn=trinn,
                    maal=role,
                    heading=heading,
                    position=position,
                    count_position=roles[ANTALL][0],
                    break_position=roles[role + _BRUDD][0] if role + _BRUDD in roles else None,
                )
            )
    return tuple(measures)
