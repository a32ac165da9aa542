"""The heading of Udir's wide downloads: which measures of which year, indicator and grade stand in which columns.

Belongs here: the names of columns. Does not belong here: rows and their figures (`wide`), or the bytes of the two file
types (`wide_csv`, `wide_xlsx`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.skoleaar import is_skoleaar
from oppfolging_pipeline.rules.behov import Behov, every_cell
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.parsed import FORELOPIG, UNIT_COLUMNS, OtherReport
from oppfolging_pipeline.sources.wide_names import lost_letters
from oppfolging_pipeline.sources.wide_needs import ANTALL, Columns, Group, Needs

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
_BRUDD = ".brudd"


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
    """A heading, read. `ignored` are known columns that are not used: other owners, other genders, uncertainty;
    `left_out` what is wrong with columns that nobody needs."""

    measures: tuple[Measure, ...]
    kilde: str
    ignored: tuple[str, ...]
    left_out: tuple[Finding, ...] = ()


def read_heading(cells: Sequence[str], row: int, file: str, catalog: Catalog, needed: Behov | None = None) -> Heading:
    """The measures of a heading, which is row `row` of the file. `needed`: what may stop it, by default everything.

    Raises `OtherReport` for a download of the survey, and `InvalidInput` with every fault: one of the nine first
    headings changed, two reports in one file, and, of what is needed, a heading twice, a name that is no year, test,
    grade or measure of the catalogue, a measure without its number of pupils.
    """
    needs = Needs(every_cell(catalog) if needed is None else needed, catalog)

    def stop(*findings: Finding) -> None:
        stopping, _ = needs.judged({}, row, file, DOWNLOAD_AGAIN)
        if findings or stopping:
            raise InvalidInput([*findings, *stopping])

    if cells and cells[0] == OTHER_REPORT:
        finding = Finding(
            file=file,
            row=row,
            column=OTHER_REPORT,
            found="a download of Elevundersøkelsen with the units in the headings",
            expected=f"a heading that begins with {', '.join(UNIT_COLUMNS[:5])}",
            action="Use the flat rows of the export API for Elevundersøkelsen, saved as JSON or csv.",
        )
        raise OtherReport([finding])
    if lost := lost_letters(cells, row, file):
        stop(lost)
    _check_unit_columns(cells, needs)
    stop()
    columns, ignored = _columns(cells, catalog, needs)
    measures = _measures(columns, catalog, needs)
    if not columns and not needs.strange:
        needs.tell(None, "no column of figures for all owners and all pupils", "at least one measure of the catalogue")
    kilder = sorted({measure.kilde for measure in measures})
    if len(kilder) > 1:
        needs.tell(None, f"columns of {' and '.join(kilder)}", "columns of one report")
    stopping, left_out = needs.judged(columns, row, file, DOWNLOAD_AGAIN)
    if stopping:
        raise InvalidInput(stopping)
    return Heading(measures, kilder[0], ignored, tuple(left_out))


def _check_unit_columns(cells: Sequence[str], needs: Needs) -> None:
    for position, expected in enumerate(UNIT_COLUMNS):
        found = cells[position] if position < len(cells) else None
        if found != expected:
            name = "no heading" if found is None else f"heading '{found}'"
            needs.tell(expected, f"{name} in column {position + 1}", f"'{expected}'")


def _columns(cells: Sequence[str], catalog: Catalog, needs: Needs) -> tuple[Columns, tuple[str, ...]]:
    """The columns of each group by their role: a measure, the number of pupils, or either's note on a break. Of two
    columns with one role that nobody needs neither is kept, as nobody can tell which is right."""
    columns: Columns = {}
    ignored: list[str] = []
    doubled: set[tuple[Group, str]] = set()
    seen: set[str] = set()
    for position, name in enumerate(cells[len(UNIT_COLUMNS) :], start=len(UNIT_COLUMNS)):
        match = _NASJONALE_PROVER.fullmatch(name) or _GRUNNSKOLEPOENG.fullmatch(name)
        again = name in seen
        seen.add(name)
        if match is None or not is_skoleaar(match["aar"].removeprefix(FORELOPIG)):
            expected = "a measure of Nasjonale prøver or Grunnskolepoeng, named as Udir names it"
            needs.tell(name, f"heading '{name}'", expected, needs.lacks_anything())
            continue
        if match["eierform"] != _ALLE_EIERFORMER or match["kjonn"] not in _ALLE_KJONN:
            ignored.append(name)
            continue
        group = _group_of(match, name, catalog, needs)
        if group is None:
            continue
        role = role_of(match["maal"], group, catalog)
        if role is None:
            known = ", ".join(f"{key} ({catalog.maal[key].kolonne})" for key in catalog.maal_for(*group[1:]))
            expected = f"{known}, the number of pupils or another known column"
            needs.tell(name, f"measure '{match['maal']}'", expected, needs.lacks_measure(group))
        elif role == "":
            ignored.append(name)
        else:
            roles = columns.setdefault(group, {})
            key = role + (_BRUDD if match["brudd"] else "")
            if key in roles:
                same = "the heading twice" if again else f"a second column of the same content as '{roles[key][1]}'"
                expected = "each heading once" if again else "one column for each"
                stops = needs.has(group, role)
                needs.tell(name, same, expected, lambda columns, stops=stops: stops)  # type: ignore[misc]
                doubled.add((group, key))
            roles[key] = (position, name)
    for group, key in doubled:
        del columns[group][key]
    return columns, tuple(ignored)


def _group_of(match: re.Match[str], name: str, catalog: Catalog, needs: Needs) -> Group | None:
    kilde = "nasjonale_prover" if "proeve" in match.groupdict() else "grunnskolepoeng"
    of_source = {key: indikator for key, indikator in catalog.indikatorer.items() if indikator.kilde == kilde}
    if kilde == "grunnskolepoeng":
        key = next(iter(of_source))
        return match["aar"], key, of_source[key].trinn[0]
    trinn = int(match["trinn"])
    for key, indikator in of_source.items():
        if match["proeve"] in indikator.kildenavn:
            if trinn in indikator.trinn:
                return match["aar"], key, trinn
            expected = f"one of {', '.join(map(str, indikator.trinn))} for {indikator.navn}"
            needs.tell(name, f"trinn {trinn}", expected, needs.lacks_grade(match["aar"], key))
            return None
    known = ", ".join(sorted(name for indikator in of_source.values() for name in indikator.kildenavn))
    stops = needs.lacks_indicator(kilde, match["aar"], trinn)
    needs.tell(name, f"the test '{match['proeve']}'", f"one of {known}", stops)
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


def _measures(columns: Columns, catalog: Catalog, needs: Needs) -> tuple[Measure, ...]:
    measures = []
    for group, roles in columns.items():
        aar, indikator, trinn = group
        names = [role for role in roles if role != ANTALL and not role.endswith(_BRUDD)]
        stops = bool(needs.maal(group))
        a_heading = next((heading for _, heading in roles.values()), None)
        if not names:
            expected = "at least one measure of the catalogue"
            needs.tell(a_heading, "no measure beside it", expected, lambda columns, stops=stops: stops)  # type: ignore[misc]
        if ANTALL not in roles:
            found, expected = "no column with the number of pupils beside it", "one for each year, test and grade"
            needs.tell(a_heading, found, expected, lambda columns, stops=stops: stops)  # type: ignore[misc]
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
