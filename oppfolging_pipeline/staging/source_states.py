"""The state of each source: what is here, how old it is, how the last fetch went, and what to do.

Belongs here: putting what the archive remembers into one row a source. Does not belong here: fetching, refusing an
older basis (`basis`), or how the rows are shown (`cli_fetch_output`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.fetching import FAILED, REGISTER
from oppfolging_pipeline.sources.source_memory import SourceState
from oppfolging_pipeline.staging.basis import OlderBasis, older_bases

_STATE = {
    "hentet": "i orden",
    "uendret": "i orden, uendret sist",
    "stoppet": "stoppet",
    "ikke_naadd": "ikke nådd",
    "ikke_publisert": "skoleåret er ikke publisert",
}


@dataclass(frozen=True)
class SourceRow:
    """One source. `alder_dager`: days since what is in force was read; None where there is nothing."""

    kilde: str
    nyeste_skoleaar: str | None
    alder_dager: int | None
    siste_henting: datetime | None
    tilstand: str
    gjor: str
    melding: str | None


def source_states(archive: Archive, catalog: Catalog, now: datetime) -> list[SourceRow]:
    """A row for each source of figures and for the register. Reads the ledger only: no network, nothing written."""
    evidence = Evidence(archive)
    attempts = evidence.last_attempts()
    years = evidence.newest_years()
    read = archive.last_read()
    older = {basis.kilde: basis for basis in older_bases(archive, catalog.kilder)}
    rows = []
    for kilde in (*catalog.kilder, REGISTER):
        read_at = read.get("register" if kilde == REGISTER else kilde)
        state, do, told = _state(kilde, read_at, attempts.get(kilde), older.get(kilde))
        asked_at = attempts[kilde].attempted_at if kilde in attempts else None
        age = None if read_at is None else (now - read_at).days
        rows.append(SourceRow(kilde, years.get(kilde), age, asked_at, state, do, told))
    return rows


def _state(
    kilde: str, read_at: datetime | None, attempt: SourceState | None, older: OlderBasis | None
) -> tuple[str, str, str | None]:
    """State, what to do, and what the source said."""
    again = f"oppfolging fetch --source {kilde}"
    if older is not None:
        newest = max(older.failed, key=lambda unit: unit.asked_at)
        do = f"{again}; eller oppfolging run --tillat-eldre" if read_at else again
        return f"{_STATE[newest.state]} {older.skoleaar}".strip(), do, newest.message
    if attempt is None:
        here = "fra filer" if read_at else ("følger med programmet" if kilde == REGISTER else "ingen tall")
        return f"aldri hentet ({here})", again, None
    if attempt.state in FAILED:
        return "i orden (lest etter siste henting)", "", None
    return _STATE[attempt.state], "", None
