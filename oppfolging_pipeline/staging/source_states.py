"""The state of each source: what is here, how old it is, how the last fetch went, and what to do.

Belongs here: putting what the archive remembers into one row a source. Does not belong here: fetching, refusing an
older basis (`basis`), or how the rows are shown (`cli_fetch_output`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.fetching import FAILED, REGISTER
from oppfolging_pipeline.sources.origins import WHOLE
from oppfolging_pipeline.sources.source_memory import SourceState, in_readings
from oppfolging_pipeline.staging.basis import OlderBasis, older_bases

_STATE = {
    "hentet": "i orden",
    "uendret": "i orden, uendret sist",
    "stoppet": "stoppet",
    "ikke_naadd": "ikke nådd",
    "paabegynt": "avbrutt",
    "ikke_publisert": "skoleåret er ikke publisert",
}


@dataclass(frozen=True)
class SourceRow:
    """One source. `alder_dager`: days since it was last read or confirmed unchanged; None where there is nothing."""

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
    read = archive.read()
    older = {basis.kilde: basis for basis in older_bases(archive)}
    # A home of the invented country refuses what is fetched: figures of both never stand together.
    elsewhere = " --home EN_ANNEN_MAPPE" if archive.origin() == WHOLE else ""
    rows = []
    for kilde in (*catalog.kilder, REGISTER):
        attempt = attempts.get(kilde)
        times = [one.at for one in read if one.kilde == in_readings(kilde)]
        state, do, told = _state(kilde, bool(times), attempt, older.get(kilde), elsewhere)
        if attempt is not None and attempt.fetched_at is not None:
            times.append(attempt.fetched_at)
        age = (now - max(times)).days if times else None
        asked_at = attempt.attempted_at if attempt else None
        rows.append(SourceRow(kilde, years.get(kilde), age, asked_at, state, do, told))
    return rows


def _state(
    kilde: str, is_read: bool, attempt: SourceState | None, older: OlderBasis | None, elsewhere: str
) -> tuple[str, str, str | None]:
    """State, what to do, and what the source said. `elsewhere`: the option that names another home, where this one
    takes nothing that is fetched."""
    if older is not None:
        newest = max(older.failed, key=lambda unit: unit.asked_at)
        do = f"{older.fetch}; eller oppfolging run --tillat-eldre" if any(older.used) else older.fetch
        return f"{_STATE[newest.state]} {opplisting(older.skoleaar)}".strip(), do, newest.message
    if attempt is None:
        here = "fra filer" if is_read else ("følger med programmet" if kilde == REGISTER else "ingen tall")
        return f"aldri hentet ({here})", f"oppfolging fetch --source {kilde}{elsewhere}", None
    if attempt.state in (*FAILED, "paabegynt"):
        return "i orden (lest etter siste henting)", "", None
    return _STATE[attempt.state], "", None
