"""Whether the lake's results belong together: each identification year and rule set, all of it, from one run.

Belongs here: comparisons between result tables, before anything is published. Does not belong here: what one table must
look like (the checks), or building the file (`release`). A run that was killed, or a materialization of some assets
only, can leave new rows of one table beside old rows of another; published together they would contradict each other.
What a home has published is never left out because its files have gone: every release holds all of it.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.engine import RESULT_PARTITION, Lake, rerun_options
from oppfolging_pipeline.publish.database import open_read_only
from oppfolging_pipeline.publish.manifest import MANIFEST_FILE, PUBLISHED_FILE
from oppfolging_pipeline.publish.marts import MADE_HERE
from oppfolging_pipeline.publish.parquet_sources import column_faults
from oppfolging_pipeline.publish.uttak import Result, intended
from oppfolging_pipeline.tables.model import all_tables

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine

RESULTS = (
    "grense", "regelsett_brukt", "innhold_brukt", "sporing", "grunnlag", "harmonisert", "vurdering", "andel",
    "rangering_kommune", "rangering_skole", "identifisert_kommune",
)  # fmt: skip
_MAY_BE_EMPTY = ("kandidat_kategori2",)
_WITH_A_FILE = ("rettet_celle", "rettelse")  # of every result, with no row when it stands on no correction

# Each query gives the (uttrekksaar, indikatorsett) of rows in one table that the other does not bear out.
_COMPARISONS = {
    "vurdering and grense": """
        SELECT DISTINCT uttrekksaar, indikatorsett FROM vurdering v
        ANTI JOIN grense g
          USING (uttrekksaar, indikatorsett, indikator, trinn, skoleaar, nasjonal_grense, absolutt_grense)
    """,
    "vurdering and harmonisert": """
        SELECT DISTINCT uttrekksaar, indikatorsett FROM (
          SELECT uttrekksaar, indikatorsett, nivaa, enhet, indikator, trinn, skoleaar, verdi, verdistatus FROM vurdering
          EXCEPT
          SELECT uttrekksaar, indikatorsett, nivaa, enhet, indikator, trinn, skoleaar, verdi, verdistatus
          FROM harmonisert)
    """,
    "andel and vurdering": """
        SELECT DISTINCT uttrekksaar, indikatorsett FROM (
          SELECT uttrekksaar, indikatorsett, nivaa, enhet, risikopoeng, mulige_risikopoeng FROM andel
          EXCEPT
          SELECT uttrekksaar, indikatorsett, nivaa, enhet, coalesce(sum(risikopoeng), 0), sum(mulige_risikopoeng)
          FROM vurdering GROUP BY ALL)
    """,
    "rangering_kommune and andel": """
        SELECT DISTINCT uttrekksaar, indikatorsett FROM (
          SELECT uttrekksaar, indikatorsett, kommunenr, risikopoeng, mulige_risikopoeng FROM rangering_kommune
          EXCEPT
          SELECT uttrekksaar, indikatorsett, enhet, risikopoeng, mulige_risikopoeng FROM andel WHERE nivaa = 'kommune')
    """,
    "rangering_skole and andel": """
        SELECT DISTINCT uttrekksaar, indikatorsett FROM (
          SELECT uttrekksaar, indikatorsett, orgnr, kommunenr, risikopoeng, mulige_risikopoeng FROM rangering_skole
          EXCEPT
          SELECT uttrekksaar, indikatorsett, enhet, kommunenr, risikopoeng, mulige_risikopoeng FROM andel
          WHERE nivaa = 'skole')
    """,
    "identifisert_kommune and rangering_kommune": """
        WITH i AS (SELECT uttrekksaar, indikatorsett, kommunenr, kategori, risikopoeng, mulige_risikopoeng, begrunnelse
                   FROM identifisert_kommune),
        r AS (SELECT uttrekksaar, indikatorsett, kommunenr, kategori, risikopoeng, mulige_risikopoeng, begrunnelse
              FROM rangering_kommune WHERE kategori IS NOT NULL)
        SELECT DISTINCT uttrekksaar, indikatorsett FROM ((FROM i EXCEPT FROM r) UNION ALL (FROM r EXCEPT FROM i))
    """,
    "kandidat_kategori2 and rangering_kommune": """
        WITH k AS (SELECT uttrekksaar, indikatorsett, kommunenr, andel_risikopoeng FROM kandidat_kategori2 WHERE valgt),
        r AS (SELECT uttrekksaar, indikatorsett, kommunenr, andel_risikopoeng FROM rangering_kommune WHERE kategori = 2)
        SELECT DISTINCT uttrekksaar, indikatorsett FROM ((FROM k EXCEPT FROM r) UNION ALL (FROM r EXCEPT FROM k))
    """,
}


def require_audited_results(lake: Lake) -> None:
    """Raise `InvalidInput` that names every file of an identification year and rule set that is not what was audited,
    and the run that makes it anew."""
    lake.require_audited([file for key in _of_results() for file in lake.files(key)])


def require_audited_tables(lake: Lake) -> None:
    """Raise as `require_audited_results` does, of every table that a release is made of: what is published is what
    passed its audit, whichever asset was asked for."""
    lake.require_audited([file for key in all_tables() if key not in MADE_HERE for file in lake.files(key)])


def require_declared_results(engine: Engine, lake: Lake) -> None:
    """Raise `InvalidInput` that names every file of results whose columns are not those of the table as it is declared
    now, such as one of an earlier version, and the run that makes it anew."""
    faults = {
        file: found
        for key in _of_results()
        for file in lake.files(key)
        if (found := column_faults(engine.connection, all_tables()[key], file))
    }
    if faults:
        again = rerun_options(lake, list(faults))
        raise InvalidInput(
            Finding(
                file=file.relative_to(lake.root.parent).as_posix(),
                column=one.column,
                found=one.found,
                expected=one.expected,
                action=f"Run `oppfolging run{again[file]}`: it is made anew. Results of an earlier version are so.",
            )
            for file, found in faults.items()
            for one in found
        )


def require_all_results(lake: Lake, published: Path) -> None:
    """Raise `InvalidInput` that names every identification year and rule set of the published file that lacks tables in
    the lake: the release would leave it out, and say nothing of it. One that is being taken out is meant to go."""
    released = released_results(published)
    retired = {one.result for one in intended(published.parent)}
    missing = {pair: keys for pair, keys in missing_results(lake, released).items() if pair not in retired}
    again = rerun_options(lake, [lake.target(RESULTS[0], _partition(pair)) for pair in missing])
    if missing:
        raise InvalidInput(
            Finding(
                key=f"uttrekk {pair[0]}, {pair[1]}",
                found=f"no file of {', '.join(keys)} in the lake",
                expected="every result that this home has published",
                action=f"Run `oppfolging run{again[lake.target(RESULTS[0], _partition(pair))]}`: it is made anew."
                + ("" if released is not None else " If it was never published, remove it from lager/ and kontroll/."),
            )
            for pair, keys in sorted(missing.items())
        )


def complete_results(lake: Lake, published: Path) -> Lake:
    """The lake as a release is made of it: without the results that `incomplete_results` names, and those that are
    being taken out."""
    retired = [one.result for one in intended(published.parent)]
    return Lake(lake.root, [*incomplete_results(lake, published), *retired])


def incomplete_results(lake: Lake, published: Path) -> dict[Result, list[Path]]:
    """(uttrekksaar, indikatorsett) → its files and reports, of those that lack tables in the lake and were never
    published: of runs that failed or were killed on the way. They hold up no other."""
    missing = missing_results(lake, None)
    released = released_results(published) if missing else set()
    if released is None:
        return {}  # nobody knows: none is left out
    files: dict[Result, list[Path]] = {pair: [] for pair in sorted(missing) if pair not in released}
    for key in _of_results():
        for file in sorted({*lake.files(key), *lake.reported(key)}):
            if _result(lake, file) in files:
                there = [path for path in (file, lake.report(file)) if path.exists()]
                files[_result(lake, file)] += there
    return files


def known_results(lake: Lake, published: Path) -> set[Result]:
    """(uttrekksaar, indikatorsett) of everything that the lake has a file or a report of, or that is published."""
    there = {_result(lake, file) for key in _of_results() for file in (*lake.files(key), *lake.reported(key))}
    return there | (released_results(published) or set())


def missing_results(lake: Lake, released: Collection[Result] | None) -> dict[Result, list[str]]:
    """(uttrekksaar, indikatorsett) → the tables that it has no file of; of every one that was released. Where nobody
    knows which were (None), of all that any table has a file or a report of."""
    keys = (*RESULTS, *_MAY_BE_EMPTY)
    there = {key: {_result(lake, file) for file in lake.files(key)} for key in keys}
    known = released
    if known is None:
        known = {_result(lake, file) for key in _of_results() for file in (*lake.files(key), *lake.reported(key))}
    missing = {pair: [key for key in keys if pair not in there[key]] for pair in known}
    return {pair: lacking for pair, lacking in missing.items() if lacking}


def released_results(published: Path) -> set[Result] | None:
    """(uttrekksaar, indikatorsett) of everything in the published file of that folder; None when there has been one
    that is gone or cannot be read: then nobody knows."""
    import duckdb

    pairs = "SELECT DISTINCT uttrekksaar, indikatorsett FROM mart.rangering_kommune"
    if not (published / PUBLISHED_FILE).is_file():
        return None if (published / MANIFEST_FILE).exists() else set()
    try:
        with closing(open_read_only(published / PUBLISHED_FILE)) as connection:
            return {(int(year), str(name)) for year, name in connection.execute(pairs).fetchall()}
    except duckdb.Error:
        return None


def _of_results() -> list[str]:
    return [key for key, declared in all_tables().items() if declared.partition_by == RESULT_PARTITION]


def _result(lake: Lake, file: Path) -> Result:
    year, name = lake.partition_of(file)
    return int(year), name


def _partition(pair: Result) -> dict[str, object]:
    return dict(zip(RESULT_PARTITION, pair, strict=True))


def require_consistent_results(engine: Engine, lake: Lake) -> None:
    """Raise `InvalidInput` that names every identification year and rule set whose results do not belong together."""
    wrong = inconsistent_results(engine, lake)
    if wrong:
        raise InvalidInput(
            Finding(
                key=f"uttrekk {year}, {name}",
                found="; ".join(sorted(faults)),
                expected="all results of one identification year and rule set from one run",
                action=f"Run again with --uttrekk {year} --rules {name}.",
            )
            for (year, name), faults in sorted(wrong.items())
        )


def inconsistent_results(engine: Engine, lake: Lake) -> dict[tuple[int, str], list[str]]:
    """(uttrekksaar, indikatorsett) → what of its results does not belong together; only those where something does not.

    Raises `PermanentError` when one of the tables has no file at all.
    """
    inputs = {key: engine.read(lake.files(key), key) for key in (*RESULTS, *_MAY_BE_EMPTY)}
    wrong: dict[tuple[int, str], list[str]] = {}
    present = {key: set(inputs[key].unique("uttrekksaar, indikatorsett").fetchall()) for key in RESULTS}
    for key, pairs in present.items():
        for pair in set().union(*present.values()) - pairs:
            wrong.setdefault(pair, []).append(f"no rows of {key}")
    for key in _WITH_A_FILE:
        there = {lake.partition_of(file) for file in lake.files(key)}
        for year, name in set().union(*present.values()):
            if (str(year), name) not in there:
                wrong.setdefault((year, name), []).append(f"no file of {key}")
    for what, query in _COMPARISONS.items():
        for pair in engine.run(query, None, **inputs).fetchall():
            wrong.setdefault(pair, []).append(f"{what} that differ")
    return wrong
