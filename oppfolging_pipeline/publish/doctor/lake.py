"""Questions to the lake: files that are not what was audited, cannot be read or are not as declared, and results that
do not belong together.

Belongs here: the working tables. Does not belong here: the published file (`published`), or whether rows are right.
"""

from __future__ import annotations

from pathlib import Path

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import sha256_of
from oppfolging_pipeline.core.outcome import read_audit_report
from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.publish.consistency import RESULT_PARTITION, RESULTS, inconsistent_results, rerun_options
from oppfolging_pipeline.publish.doctor.diagnosis import Case, Diagnosis
from oppfolging_pipeline.publish.parquet_sources import column_faults
from oppfolging_pipeline.tables.model import Table, all_tables

_MEANING = (
    "Utgivelsen er hel, men det den neste bygges av, er ikke til å stole på. Kjøringer bruker ikke filen, og "
    "kommandoen lager den på nytt."
)


def files(case: Case) -> list[Diagnosis]:
    """Files of the lake that are not what they were when they were audited, or not as declared."""
    found = []
    for declared in all_tables().values():
        for file in case.lake.files(declared.key):
            wrong = _wrong(case, declared, file)
            if wrong is not None:
                kode, what = wrong
                found.append(Diagnosis(kode, "feil", str(file), what, _MEANING, _again(case, declared, file)))
    return found


def results(case: Case) -> list[Diagnosis]:
    """Identification years and rule sets whose results are not all of one run."""
    lake = case.lake
    there = [file for key in RESULTS for file in lake.files(key)]
    if not there:
        return []
    lacking = [key for key in RESULTS if not lake.files(key)]
    if lacking:
        wrong = {(int(file.parent.name), file.stem): [f"ingen {', '.join(lacking)}"] for file in there}
    elif any(lake.not_as_audited(there)):
        return []  # told file by file: what they hold is not to be compared
    else:
        with open_engine() as engine:
            wrong = inconsistent_results(engine, lake)
    return [
        Diagnosis(
            "resultater_ulike",
            "feil",
            f"uttrekk {year}, {name}",
            f"resultater som ikke hører sammen: {'; '.join(sorted(faults))}",
            "Tabellene er av ulike kjøringer, som oftest fordi en kjøring ble brutt av. Ingenting publiseres før de er "
            "av den samme.",
            case.command(f"run --rules {name} --uttrekk {year}"),
        )
        for (year, name), faults in sorted(wrong.items())
    ]


def _wrong(case: Case, declared: Table, file: Path) -> tuple[str, str] | None:
    """(kode, what was found) of a file; None when it is in order."""
    import duckdb

    with open_engine() as engine:
        faults = column_faults(engine.connection, declared, file)
        if faults:
            return "lager_ikke_som_deklarert", "; ".join(f"{one.column or ''} {one.found}".strip() for one in faults)
        try:
            report = read_audit_report(case.lake.report(file))
        except PermanentError as error:
            return "lager_uten_rapport", f"ingen lesbar rapport fra kontrollen av filen ({error})"
        if report.fil_sha256 == sha256_of(file):
            return None
        try:
            every = ", ".join(f'"{name}"' for name in declared.column_names)
            rows = "read_parquet(?, hive_partitioning = false)"
            engine.connection.execute(f"SELECT bit_xor(hash({every})) FROM {rows}", [str(file)]).fetchall()  # noqa: S608
        except duckdb.Error as error:
            return "lager_uleselig", f"en fil som ikke kan leses ({str(error).splitlines()[0]})"
    if report.fil_sha256 is None:
        return None
    return "lager_endret", "en fil med annen sha256 enn den som ble kontrollert"


def _again(case: Case, declared: Table, file: Path) -> str:
    if declared.partition_by == RESULT_PARTITION:
        (options,) = rerun_options([file]).values()
        return case.command(f"run {options}")
    return case.run_again()
