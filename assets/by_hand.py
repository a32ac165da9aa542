"""The suites by hand: the tables that lie in the lake are audited once more, and nothing is changed.

Belongs here: choosing the committed files of a table and gathering what came of its suite. Does not belong here: what
an audit is (`audited`), or how the answer is laid out (`oppfolging_pipeline.cli_check`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assets import etterregning, loefte
from assets.audited import ToAudit, audit
from assets.resources import HomeResource
from checks.errors import CheckError, without_figures
from checks.suite_files import suite_of
from oppfolging_pipeline.cohorts.dagen import TABELLER, sett_fra
from oppfolging_pipeline.core.errors import OppfolgingError, PermanentError
from oppfolging_pipeline.core.outcome import Outcome
from oppfolging_pipeline.engine import RESULT_PARTITION, Engine, StagedFile
from oppfolging_pipeline.publish.andre_tall import of_other_figures
from oppfolging_pipeline.publish.uttak import Result
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging.brukte_sett import set_for
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import all_tables, table


@dataclass(frozen=True)
class TableAudit:
    """What came of one table's suite, over its files in the lake. `feil` says why it could not be run: `utfall` is then
    empty. `av_andre_tall` are the results (uttrekksaar, indikatorsett) that were left out of what is compared with the
    observations, for they were made of others; `fremmede` files in the table's folder that are none of its parts."""

    tabell: str
    filer: int
    rader: int | None
    utfall: tuple[Outcome, ...] = ()
    feil: str | None = None
    av_andre_tall: tuple[Result, ...] = ()
    fremmede: tuple[Path, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the suite was run, and nothing critical failed."""
        return self.feil is None and not any(outcome.stops for outcome in self.utfall)


def tables_with_a_suite() -> dict[str, str]:
    """The names of the tables that have a suite, each with the name that it is published under."""
    return {key: declared.qualified_name for key, declared in all_tables().items() if suite_of(key).checks}


def audit_by_hand(home: HomeResource, keys: Sequence[str]) -> Iterator[TableAudit]:
    """Audit the committed files of those tables, one table at a time, as the home's only writer.

    The second computation of the decision belongs to the suite of `identifisert_kommune`, the promise on shielding to
    that of `vurdering_kommune`. What a run alone knows (how many rows its inputs make) is not asked again; what is as
    of a day is held against the day that it was made for; what is compared with the observations is asked of results
    that were made of those in the lake alone. Raises `PermanentError` when the lake holds no table at all, and
    `TransientError` when another process writes to the home.
    """
    if not any(home.lake.files(key) for key in keys):
        raise PermanentError(
            f"{home.root}: found nothing to check in the lake; expected the tables of a run. "
            "Run `oppfolging run` with the same --home first."
        )
    with home.writing() as engine:
        sets = home.sets_used(home.lake)
        others = tuple(of_other_figures(engine, home.lake, home.catalog, sets))
        for key in keys:
            yield replace(_audit_table(home, engine, key, others, sets), fremmede=tuple(home.lake.strays(key)))


def _audit_table(
    home: HomeResource, engine: Engine, key: str, others: Sequence[Result], sets: Mapping[Result, RuleSet]
) -> TableAudit:
    paths, rows = home.lake.files(key), None
    left_out = [path for path in paths if table(key).partition_by == RESULT_PARTITION and _result(home, path) in others]
    suite = suite_of(key)
    compared = key == etterregning.TABLE or any("observasjon" in one.reads for one in (*suite.checks, *suite.helpers))
    told = tuple(sorted(_result(home, path) for path in left_out)) if compared else ()
    if told and key != etterregning.TABLE:  # of that one only the second computation looks at observations
        paths = [path for path in paths if path not in left_out]
        if not paths:
            return TableAudit(key, 0, 0, av_andre_tall=told)
    try:
        files = [StagedFile(table(key), path, path, _rows(engine, path, key)) for path in paths]
        if not files:
            raise CheckError(f"{key}: found no file in the lake; expected one to check. Run `oppfolging run` first.")
        rows = sum(file.rows for file in files)
        per = sett_fra(home.lake, key) if key in TABELLER else None
        (outcomes,) = audit(home, [ToAudit(tuple(files))], per=per)
        if key == etterregning.TABLE and len(left_out) < len(paths):
            results = [_result(home, path) for path in paths if path not in left_out]
            asked = [Request(one[0], set_for(one, sets), home.catalog) for one in results]
            outcomes = [*outcomes, etterregning.second_computation(home.lake, [(one, {}) for one in asked])]
        if key == loefte.TABLE and all(home.lake.files(name) for name in ("vurdering_skole", "siste_utsagn")):
            figures = (engine.read(home.lake.files(name), name) for name in (key, "vurdering_skole"))
            outcomes = [*outcomes, loefte.kept(home, engine, home.complete, *figures)[0]]
    except OppfolgingError as error:
        return TableAudit(key, len(paths), rows, feil=str(error), av_andre_tall=told)
    return TableAudit(key, len(paths), rows, tuple(outcomes), av_andre_tall=told)


def _rows(engine: Engine, path: Path, key: str) -> int:
    import duckdb

    try:  # read as it lies there, audited or not: that is what is asked about
        count = engine.connection.read_parquet(str(path), hive_partitioning=False).count("*").fetchone()
    except duckdb.Error as error:
        raise CheckError(f"{key}: found a file that cannot be read ({without_figures(str(error))})") from error
    return int(count[0]) if count else 0


def _result(home: HomeResource, path: Path) -> Result:
    year, name = home.lake.partition_of(path)
    return int(year), name
