"""Flat rows of Udir's export API (Elevundersøkelsen), saved as JSON or csv: its indexes, or who took part.

Belongs here: which rows and fields of a saved answer are figures. Does not belong here: the bytes of the two file types
(`flat_file`), fetching, or which of two rows counts (`staging`). DuckDB reads and filters, so that a large file takes
bounded memory; what a single text says is read by the same code as in the wide downloads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector, InvalidInput
from oppfolging_pipeline.rules.behov import Behov, every_cell
from oppfolging_pipeline.rules.catalog import Catalog, Indikator, Maal
from oppfolging_pipeline.sources.figures import Cell, are_rounded, as_found, read_all, read_count, read_figure
from oppfolging_pipeline.sources.flat_file import SAVE_AGAIN, Asked, FlatFormat, load, quoted, refuse_too_few, text_of
from oppfolging_pipeline.sources.flat_needs import Faults
from oppfolging_pipeline.sources.flat_sql import (
    ASKED,
    CHOOSE,
    CHOSEN,
    DROP,
    FIGURES,
    MISMATCHES,
    READ,
    ROW_RULES,
    ZEROS_BACK,
)
from oppfolging_pipeline.sources.live import live
from oppfolging_pipeline.sources.parsed import FORELOPIG, LAND, ParsedFile, figure_schema

if TYPE_CHECKING:
    import duckdb

KILDE = "elevundersokelsen"
KIND = "flate_rader"
COUNT_FIELD = "AntallBesvart"
NATION_FIELD = "Nasjonaltkode"  # tells the schools abroad from those at home, where it is there
FIELDS = (
    "Spoersmaalgruppekode", "Spoersmaalgruppe", "Spoersmaalkode", "Spoersmaalnavn", "Skoleaarnavn", "EnhetNivaa",
    "Fylkekode", "Fylke", "Kommunekode", "Kommune", "Organisasjonsnummer", "EnhetNavn", "TrinnKode", "EierformNavn",
    "KjoennKode", COUNT_FIELD,
)  # fmt: skip
_SERIES = "list_sort(list(DISTINCT (indikator, maal, TRY_CAST(TrinnKode AS INTEGER))))"  # what rows are of
# The fields that rows of the whole survey, of no question, need not have.
OF_A_QUESTION = frozenset(
    {"Spoersmaalgruppekode", "Spoersmaalgruppe", "Spoersmaalkode", "Spoersmaalnavn", "KjoennKode"}
)


def parse_flat(
    path: Path,
    file: str,
    form: FlatFormat,
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    needed: Behov | None = None,
) -> ParsedFile:
    """Read the index rows of the catalogue's indicators, all owners, all pupils; of an indicator without a code, which
    is of the whole survey, the rows without a question.

    Rows of other indicators, single questions, owners or genders are facts that are not asked for, and are left out.
    Rows are counted from 1; in a csv the heading is row 1. A national row is not demanded of one file: an answer comes
    in pages, and staging demands it of all files together. `needed` is what may stop the file (None: all of the
    catalogue that is not `valgfri`): of an indicator, measure and grade that nobody needs the figures are left out as
    a whole when something of it cannot be read, and so is a file whose measures nobody needs, which then has no
    figures. Raises `InvalidInput` with the file's other faults.
    """
    indikatorer = {key: each for key, each in catalog.indikatorer.items() if each.kilde == KILDE}
    faults = Faults(every_cell(catalog) if needed is None else needed)
    there = _matching(form.fields, indikatorer, catalog)
    try:
        return _parse(path, file, form, connection, catalog, indikatorer, faults)
    except InvalidInput as invalid:
        if not there or any(faults.is_needed(key, maal) for key, one in indikatorer.items() for maal in one.maal
                            if maal in there):  # fmt: skip
            raise
        return ParsedFile(KIND, KILDE, figure_schema().empty_table(), 0, left_out=faults.as_left_out(invalid.findings))


def _parse(
    path: Path,
    file: str,
    form: FlatFormat,
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    indikatorer: dict[str, Indikator],
    faults: Faults,
) -> ParsedFile:
    fields = own_fields(form.fields)
    measures = _measure_fields(form.fields, fields, file, indikatorer, catalog)
    asked = Asked(
        ASKED,
        {
            "koder": [each.kode for each in indikatorer.values() if each.kode],
            "navn": [name for each in indikatorer.values() if each.kode for name in each.kildenavn],
            "deltakelse": bool(participation(indikatorer) & set(measures)),
            "trinn": sorted(catalog.trinn_of_kilde(KILDE)),
        },
    )
    nation = NATION_FIELD if NATION_FIELD in form.fields else None
    own = {**dict.fromkeys(FIELDS), **fields}
    columns = {**own, NATION_FIELD: nation, **{field: field for field in measures.values()}}
    rows = load(path, file, form, columns, (*measures.values(), COUNT_FIELD), asked, connection)
    refuse_too_few(rows, file, form, connection)
    if form.kind == "csv":
        connection.execute(ZEROS_BACK)
    _choose(indikatorer, measures, connection)
    _check_names(indikatorer, measures, file, connection, faults)
    _check_rows(file, connection, faults)
    for maal, field in measures.items():
        _read_texts(maal, "verdi", field, partial(read_figure, maal=catalog.maal[maal]), form, file, connection, faults)
        if form.kind == "csv":
            _refuse_rounded(catalog.maal[maal], maal, field, file, connection, faults)
        _read_texts(maal, "antall", COUNT_FIELD, read_count, form, file, connection, faults)
    faults.raise_if_any()
    faults.leave_out(connection)
    constants = {"kilde": KILDE, "land": LAND, "forelopig": FORELOPIG}
    figures = connection.execute(FIGURES, constants).to_arrow_table().cast(figure_schema())
    connection.execute(DROP)
    if figures.num_rows == 0 and not faults.left_out:
        names = ", ".join(sorted(each.kildenavn[0] for each in indikatorer.values()))
        expected = f"rows of {names}, with EierformNavn 'Alle eierformer' and KjoennKode 'A'"
        found = "no row of an indicator"
        raise InvalidInput([Finding(file=file, found=found, expected=expected, action=SAVE_AGAIN)])
    return ParsedFile(KIND, KILDE, figures, rows, left_out=faults.left_out)


def own_fields(fields: Collection[str]) -> dict[str, str]:
    """What the rows call each of our fields: its own name, or another that it is declared to have. A field that they
    do not have is left out."""
    others = live().eksport.andre_feltnavn
    own = {name: next((each for each in (name, *others.get(name, ())) if each in fields), None) for name in FIELDS}
    return {name: theirs for name, theirs in own.items() if theirs is not None}


def participation(indikatorer: Mapping[str, Indikator]) -> set[str]:
    """The measures of the indicators that are of the whole survey, and of no question: those without a code."""
    return {maal for each in indikatorer.values() if each.kode is None for maal in each.maal}


def required_fields(maal: Collection[str], indikatorer: Mapping[str, Indikator]) -> tuple[str, ...]:
    """The fields that rows with these measures must have: all, or those of no question where all are of the survey."""
    of_the_survey = bool(maal) and set(maal) <= participation(indikatorer)
    return tuple(name for name in FIELDS if not (of_the_survey and name in OF_A_QUESTION))


def _measure_fields(
    fields: tuple[str, ...], own: Collection[str], file: str, indikatorer: dict[str, Indikator], catalog: Catalog
) -> dict[str, str]:
    """The field of each measure that the file has. Raises `InvalidInput` for fields that are missing or doubled."""
    faults = FindingCollector()

    def fault(column: str | None, found: str, expected: str) -> None:
        faults.add(Finding(file=file, row=1, column=column, found=found, expected=expected, action=SAVE_AGAIN))

    listed = ", ".join(fields)
    for name in sorted({name for name in fields if fields.count(name) > 1}):
        fault(name, "the field twice", "each field once")
    matching = _matching(fields, indikatorer, catalog)
    found = {maal: own_names[0] for maal, own_names in matching.items()}
    for maal, own_names in matching.items():
        for field in dict.fromkeys(own_names):
            if field != found[maal]:
                fault(field, f"a second field of {catalog.maal[maal].navn} beside {found[maal]}", "one field of it")
    for name in required_fields(found, indikatorer):
        if name not in own:
            fault(name, f"the fields {listed}", f"also {name}")
    if not found:
        wanted = sorted({maal for indikator in indikatorer.values() for maal in indikator.maal})
        patterns = " or ".join(catalog.maal[maal].kolonne.strip("^$") for maal in wanted)
        fault(None, f"the fields {listed}", f"also {patterns}")
    faults.raise_if_any()
    return found


def _matching(fields: tuple[str, ...], indikatorer: dict[str, Indikator], catalog: Catalog) -> dict[str, list[str]]:
    """The fields that the file has of each measure of the indicators, for the measures that it has any of."""
    wanted = sorted({maal for indikator in indikatorer.values() for maal in indikator.maal})
    matching = {maal: [field for field in fields if re.search(catalog.maal[maal].kolonne, field)] for maal in wanted}
    return {maal: names for maal, names in matching.items() if names}


def _choose(indikatorer: dict[str, Indikator], measures: dict[str, str], connection: duckdb.DuckDBPyConnection) -> None:
    """The view `utvalg`: the rows asked for, each with its indicator, measure and the texts of its cells."""
    connection.execute(CHOSEN)
    asked = [
        (key, maal, measures[maal], indikator.kode, list(indikator.trinn))
        for key, indikator in indikatorer.items()
        for maal in indikator.maal
        if maal in measures
    ]
    connection.executemany("INSERT INTO spurt VALUES (?, ?, ?, ?, ?)", asked)
    texts = " ".join(f"WHEN '{maal}' THEN CAST({quoted(field)} AS VARCHAR)" for maal, field in measures.items())
    connection.execute(CHOOSE.format(verdi=texts, antall=quoted(COUNT_FIELD)))


def _check_names(
    indikatorer: dict[str, Indikator],
    measures: dict[str, str],
    file: str,
    connection: duckdb.DuckDBPyConnection,
    faults: Faults,
) -> None:
    """An indicator's code and name must go together: Udir has moved codes before, and a name alone is no proof."""
    for key, indikator in indikatorer.items():
        if indikator.kode is None or not set(indikator.maal) & set(measures):
            continue
        names = list(indikator.kildenavn)
        for row, name, code in connection.execute(MISMATCHES, {"kode": indikator.kode, "navn": names}).fetchall():
            finding = Finding(
                file=file,
                row=row,
                column="Spoersmaalgruppe",
                found=f"'{name}' with code {code}",
                expected=f"{' or '.join(names)} together with {indikator.kode}",
                action=SAVE_AGAIN,
            )
            faults.add(finding, *((key, maal, None) for maal in indikator.maal))


def _check_rows(file: str, connection: duckdb.DuckDBPyConnection, faults: Faults) -> None:
    """Every rule at once: a whole answer is looked through a single time."""
    tests = ", ".join(f"coalesce({fault}, false) AS feil_{n}" for n, (_, fault, _) in enumerate(ROW_RULES))
    wrong = " OR ".join(f"feil_{n}" for n in range(len(ROW_RULES)))
    columns = ", ".join(f"CASE WHEN feil_{n} THEN coalesce({rule[0]}, '') END" for n, rule in enumerate(ROW_RULES))
    bad = connection.execute(
        f"SELECT rad, {_SERIES}, {columns} FROM (SELECT *, {tests} FROM utvalg) WHERE {wrong} GROUP BY ALL ORDER BY rad"  # noqa: S608
    ).fetchall()
    for row, series, *values in bad:
        for (column, _, expected), value in zip(ROW_RULES, values, strict=True):
            if value is not None:
                found = as_found(value)
                finding = Finding(file=file, row=row, column=column, found=found, expected=expected, action=SAVE_AGAIN)
                faults.add(finding, *map(tuple, series))


def _refuse_rounded(
    about: Maal, maal: str, field: str, file: str, connection: duckdb.DuckDBPyConnection, faults: Faults
) -> None:
    """Note each school year whose figures of a measure a program has rounded: JSON has none that did."""
    years = connection.execute(
        f"""
        SELECT Skoleaarnavn, count(*), list(DISTINCT v.tall), {_SERIES}
        FROM utvalg JOIN (SELECT tekst, tall FROM lest WHERE del = 'verdi' AND maal = $maal) v ON v.tekst = verdi_tekst
        WHERE maal = $maal AND v.tall IS NOT NULL GROUP BY Skoleaarnavn ORDER BY Skoleaarnavn""",  # noqa: S608
        {"maal": maal},
    ).fetchall()
    for skoleaar, count, numbers, series in years:
        if are_rounded(numbers, about, count):
            found = f"{count} figures of {skoleaar} without a decimal, as a program leaves them that has rounded them"
            finding = Finding(found, f"{about.navn} with decimals", SAVE_AGAIN, file=file, column=field)
            faults.add(finding, *map(tuple, series))


def _read_texts(
    maal: str,
    part: str,
    field: str,
    read: Callable[[str], Cell],
    form: FlatFormat,
    file: str,
    connection: duckdb.DuckDBPyConnection,
    faults: Faults,
) -> None:
    """Read every different text of one part (`verdi`, `antall`) of a measure's cells into the table `lest`."""
    import pyarrow as pa

    found = connection.execute(f"SELECT DISTINCT {part}_tekst FROM utvalg WHERE maal = $maal", {"maal": maal})  # noqa: S608
    text = {raw: text_of(raw, form) for (raw,) in found.fetchall()}
    cells, unreadable = read_all(text.values(), read)
    wrong = connection.execute(
        f"SELECT rad, {part}_tekst, {_SERIES} FROM utvalg "  # noqa: S608 (names of this module)
        f"WHERE maal = $maal AND list_contains($tekster, {part}_tekst) GROUP BY ALL ORDER BY ALL",
        {"maal": maal, "tekster": [raw for raw in text if text[raw] in unreadable]},
    )
    for row, raw, series in wrong.fetchall() if unreadable else ():
        expected = unreadable[text[raw]]
        finding = Finding(
            file=file, row=row, column=field, found=as_found(text[raw]), expected=expected, action=SAVE_AGAIN
        )
        faults.add(finding, *map(tuple, series))
    readable = [(raw, cells[text[raw]]) for raw in text if text[raw] in cells]
    connection.register(
        "lest_naa",
        pa.table(
            {
                "tekst": pa.array([raw for raw, _ in readable], pa.string()),
                "status": pa.array([cell.status for _, cell in readable], pa.string()),
                "tall": pa.array([cell.number for _, cell in readable], pa.decimal128(12, 3)),
            }
        ),
    )
    connection.execute(READ, {"maal": maal, "del": part})
    connection.unregister("lest_naa")
