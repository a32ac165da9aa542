"""The checks of the releases that a home keeps, read back from their files.

Belongs here: `drift.kontroll` of the published file and of the earlier ones, in whichever version of the contract.
Does not belong here: what the report makes of them (`kontrollrapport`).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from oppfolging_pipeline.core.outcome import Outcome
from oppfolging_pipeline.publish.database import open_read_only
from oppfolging_pipeline.publish.kontrollrapport import CheckedRelease
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE, ReleaseRecord, read_manifest
from oppfolging_pipeline.rules.merking import Merking, merking_av_uttrekk

# The column came with contract 1.2: a file of an earlier version is understood without it.
_ADDED = "antall_avvik"


def read_checked_releases(folder: Path) -> tuple[CheckedRelease, ...]:
    """Every release whose file is kept in `folder`, oldest first; the published one is the last.

    A file that cannot be read gives a release without outcomes. Raises `PermanentError` when the manifest cannot be
    read.
    """
    kept = [record for record in read_manifest(folder).utgivelser if record.fil]
    return tuple(
        CheckedRelease(record, _outcomes(file, record), _first_words(file))
        for record in sorted(kept, key=lambda record: (record.fil == PUBLISHED_FILE, record.versjon))
        for file in (folder / str(record.fil),)
    )


def _first_words(file: Path) -> str:
    """What the release says of itself first; nothing for one of before the columns, and one that cannot be read."""
    import duckdb

    results = "SELECT DISTINCT uttrekksaar, indikatorsett, offisielt, eksempel FROM mart.rangering_kommune"
    try:
        with closing(open_read_only(file)) as connection:
            rows = connection.execute(results).fetchall()
    except duckdb.Error:
        return ""
    return merking_av_uttrekk((year, Merking(*of_result)) for year, *of_result in rows)


def _outcomes(file: Path, record: ReleaseRecord) -> tuple[Outcome, ...] | None:
    import duckdb

    try:
        with closing(open_read_only(file)) as connection:
            there = {row[0] for row in connection.execute("DESCRIBE drift.kontroll").fetchall()}
            added = _ADDED if _ADDED in there else f"NULL AS {_ADDED}"
            rows = connection.execute(
                "SELECT tabell, kontroll, resultat = 'bestått', alvorlighet, avvik, veiledning, varighet, "  # noqa: S608
                f"{added} FROM drift.kontroll WHERE utgivelse = ? ORDER BY tabell, kontroll",
                [record.utgivelse],
            ).fetchall()
    except duckdb.Error:
        return None  # the page says of this release that it cannot be read
    return tuple(
        Outcome(
            tabell=row[0],
            kontroll=row[1],
            passed=row[2],
            alvorlighet=row[3],
            avvik=tuple(row[4]),
            veiledning=row[5],
            varighet=row[6],
            antall_avvik=row[7],
        )
        for row in rows
    )
