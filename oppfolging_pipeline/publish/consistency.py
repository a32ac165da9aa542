"""Whether the lake's results belong together: each identification year and rule set, all of it, from one run.

Belongs here: comparisons between result tables, before anything is published. Does not belong here: what one table must
look like (the checks), or building the file (`release`). A run that was killed, or a materialization of some assets
only, can leave new rows of one table beside old rows of another; published together they would contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.tables.model import all_tables

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Lake

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
    and the command that makes it anew: one that is spoiled, or that a killed run left without its report."""
    changed = [
        file
        for declared in all_tables().values()
        if declared.partition_by == RESULT_PARTITION
        for file in lake.not_as_audited(lake.files(declared.key))
    ]
    again = rerun_options(changed)
    if changed:
        raise InvalidInput(
            Finding(
                file=file.relative_to(lake.root.parent).as_posix(),
                found="a file that is not what was audited",
                expected="the bytes whose digest stands in its audit's report",
                action=f"Run `oppfolging run {again[file.stem]}`: it is made anew.",
            )
            for file in changed
        )


RESULT_PARTITION = ("uttrekksaar", "indikatorsett")


def rerun_options(results: Iterable[Path]) -> dict[str, str]:
    """Rule set → the options of the one run that makes those result files anew: all their identification years."""
    years: dict[str, set[str]] = {}
    for file in results:
        years.setdefault(file.stem, set()).add(file.parent.name)
    return {name: f"--rules {name} --uttrekk {','.join(sorted(of_set))}" for name, of_set in sorted(years.items())}


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
