"""Questions to the lake: files that are not what was audited, cannot be read or are not as declared, and results that
do not belong together.

Belongs here: the working tables. Does not belong here: the published file (`published`), or whether rows are right.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import sha256_of
from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.core.outcome import read_audit_report
from oppfolging_pipeline.engine import RESULT_PARTITION, Engine, Lake, open_engine, rerun_options
from oppfolging_pipeline.publish.andre_tall import of_other_figures
from oppfolging_pipeline.publish.consistency import (
    RESULTS,
    complete_results,
    incomplete_results,
    inconsistent_results,
    missing_results,
    released_results,
)
from oppfolging_pipeline.publish.doctor.diagnosis import Case, Diagnosis, at
from oppfolging_pipeline.publish.parquet_sources import column_faults
from oppfolging_pipeline.publish.uttak import Result, Uttak, intended
from oppfolging_pipeline.staging.brukte_sett import sets_used
from oppfolging_pipeline.tables.model import Table, all_tables

_MEANING = (
    "Utgivelsen er hel, men det den neste bygges av, er ikke til å stole på. Kjøringer bruker ikke filen, og "
    "kommandoen lager den på nytt."
)


def files(case: Case) -> list[Diagnosis]:
    """Files of the lake that are not what they were when they were audited, or not as declared; not of results that
    `results` tells of as half made: nobody reads those."""
    found = []
    lake = complete_results(case.lake, case.published)
    with open_engine() as engine:
        for declared in all_tables().values():
            for file in lake.files(declared.key):
                wrong = _wrong(case, engine, declared, file)
                if wrong is not None:
                    kode, what = wrong
                    found.append(Diagnosis(kode, "feil", str(file), what, _MEANING, _again(case, declared, file)))
    return found


def results(case: Case) -> list[Diagnosis]:
    """Identification years and rule sets that lack tables, or whose results are not all of one run."""
    incomplete = incomplete_results(case.lake, case.published)
    lake = Lake(case.lake.root, incomplete)
    retired = {one.result: one for one in intended(case.home)}
    missing = {
        pair: keys
        for pair, keys in missing_results(lake, released_results(case.published)).items()
        if pair not in retired
    }
    incomplete = {pair: there for pair, there in incomplete.items() if pair not in retired}
    lake = Lake(case.lake.root, [*incomplete, *retired])
    found = _missing(case, missing) + _never_published(case, incomplete) + _half_retired(case, retired.values())
    there = [file for key in RESULTS for file in lake.files(key)]
    if any(not lake.files(key) for key in RESULTS) or any(lake.not_as_audited(there)):
        return found  # told result by result and file by file: what is left is not to be compared
    with open_engine() as engine:
        wrong = inconsistent_results(engine, lake)
    return found + [
        Diagnosis(
            "resultater_ulike",
            "feil",
            f"uttrekk {year}, {name}",
            f"resultater som ikke hører sammen: {'; '.join(sorted(faults))}",
            "Tabellene er av ulike kjøringer, som oftest fordi en kjøring ble brutt av. Ingenting publiseres før de er "
            "av den samme.",
            _run(case, name, str(year)),
        )
        for (year, name), faults in sorted(wrong.items())
        if (year, name) not in missing
    ]


def other_figures(case: Case) -> list[Diagnosis]:
    """Results made of other observations than those in the lake: they are whole, and published as they are."""
    found = _of_other_figures(case)
    return [
        Diagnosis(
            "uttrekk_av_andre_tall",
            "hint",
            f"uttrekk {year}, {name}",
            "et uttrekk som er regnet av andre observasjoner enn dem som ligger i lageret",
            "Kilden har endret tall siden, en rettelse er kommet til eller opphørt, eller den nyeste kjøringen brukte "
            "bare det som var kjent en tidligere dag. Uttrekket er helt og publiseres slik det er, så lenge det ikke "
            "viser noe som kilden har skjermet siden.",
            _remake(case, found),
        )
        for year, name in found
    ]


def remake_of_other_figures(case: Case) -> str:
    """The runs that make those results anew; empty when there are none."""
    return _remake(case, _of_other_figures(case))


def strays(case: Case) -> list[Diagnosis]:
    """Parquet files among the tables that are none of them. The command never moves one over another file."""
    meaning = (
        "Ingen leser eller fjerner filen, for navnet er ikke navnet på noen del av tabellen. Flytt den ut av lageret."
    )
    return [
        Diagnosis("lager_fremmed", "hint", str(file), "en fil som ikke er en av tabellens", meaning,
                  f"mv -n {shlex.quote(str(file))} {shlex.quote(str(case.home))}")
        for key in all_tables()
        for file in case.lake.strays(key)
    ]  # fmt: skip


def _missing(case: Case, missing: Mapping[Result, list[str]]) -> list[Diagnosis]:
    """One for each result; all of them are made anew before the first run that can publish, hence one command."""
    return [
        Diagnosis(
            "resultater_borte",
            "feil",
            f"uttrekk {year}, {name}",
            f"resultater som mangler i lageret: {opplisting(keys)}",
            "Filene er borte, eller en kjøring ble brutt av før den skrev dem. Det som er publisert, står; ingenting "
            "nytt publiseres før de er laget på nytt, for da ville uttrekket falt ut.",
            _remake(case, missing),
        )
        for (year, name), keys in sorted(missing.items())
    ]


def _half_retired(case: Case, retired: Iterable[Uttak]) -> list[Diagnosis]:
    """One for each result that was to be taken out, and that no release has been published without."""
    return [
        Diagnosis(
            "resultat_uttak_avbrutt",
            "feil",
            f"uttrekk {one.uttrekksaar}, {one.indikatorsett}",
            f"et resultat som skulle vært tatt ut {at(one.tidspunkt)}: det ble avbrutt",
            "Lesere finner fortsatt resultatet. Kommandoen fullfører uttaket; neste utgivelse lages uten det uansett.",
            case.command(f"results retire --uttrekk {one.uttrekksaar} --rules {shlex.quote(one.indikatorsett)}"),
        )
        for one in retired
    ]


def _of_other_figures(case: Case) -> list[Result]:
    used = sets_used(case.lake, case.catalog)
    with open_engine() as engine:
        return of_other_figures(engine, case.lake, case.catalog, used)


def _remake(case: Case, pairs: Iterable[Result]) -> str:
    """The runs that make those results anew: one for each rule set, for all of its years."""
    years: dict[str, list[str]] = {}
    for year, name in sorted(pairs):
        years.setdefault(name, []).append(str(year))
    return "; ".join(_run(case, name, ",".join(of_set)) for name, of_set in years.items())


def _never_published(case: Case, incomplete: Mapping[Result, Sequence[Path]]) -> list[Diagnosis]:
    """One for each result that a run left half made: releases are made without it."""
    return [
        Diagnosis(
            "resultater_ufullstendige",
            "hint",
            f"uttrekk {year}, {name}",
            "resultater som aldri er publisert, og som mangler tabeller",
            "En kjøring feilet eller ble brutt av på veien. Utgivelser lages uten dem, og de hindrer ingen andre. Kjør "
            f"`{_run(case, name, str(year))}` for å få dem med, eller fjern dem med kommandoen.",
            f"rm {' '.join(shlex.quote(str(file)) for file in files)}",
        )
        for (year, name), files in incomplete.items()
    ]


def _run(case: Case, rules: str, years: str) -> str:
    return case.command(f"run --rules {shlex.quote(rules)} --uttrekk {years}")


def _wrong(case: Case, engine: Engine, declared: Table, file: Path) -> tuple[str, str] | None:
    """(kode, what was found) of a file; None when it is in order."""
    import duckdb

    faults = column_faults(engine.connection, declared, file)
    if faults:
        columns = opplisting(one.column for one in faults if one.column)
        other = f"andre kolonner, eller kolonner av andre typer, enn de deklarerte: {columns}"
        return "lager_ikke_som_deklarert", other if columns else "; ".join(one.found for one in faults)
    try:
        report = read_audit_report(case.lake.report(file))
    except PermanentError as error:
        return "lager_uten_rapport", f"ingen lesbar rapport fra kontrollen av filen ({error})"
    if report.fil_sha256 == sha256_of(file):
        return None
    try:
        every = ", ".join(f'"{name}"' for name in declared.column_names)
        rows = "read_parquet(?, hive_partitioning = false)"
        query = f"SELECT count(*), bit_xor(hash({every})) FROM {rows}"  # noqa: S608 (declared names)
        ((count, _),) = engine.connection.execute(query, [str(file)]).fetchall()
    except duckdb.Error as error:
        return "lager_uleselig", f"en fil som ikke kan leses ({str(error).splitlines()[0]})"
    rows_now = f"{count} rader; da var det {report.rader}" if count != report.rader else f"like mange rader, {count}"
    return "lager_endret", f"en fil med annen sha256 enn den som ble kontrollert ({rows_now})"


def _again(case: Case, declared: Table, file: Path) -> str:
    if declared.partition_by != RESULT_PARTITION:
        return case.run_again()
    return case.command(f"run{rerun_options(case.lake, [file])[file]}")
