"""Releases that show what the source has shielded or withdrawn since: found in every file that is kept.

Belongs here: holding kept releases against what the sources said last, and what is said of them: how many figures, and
of which indicators and school years; never which units. Does not belong here: what a published figure may be
(`loefte`), or taking a release out of reach (`withdraw`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.publish.database import CATALOG, open_read_only
from oppfolging_pipeline.publish.loefte import BORTE, SKJERMET, beyond_the_source, newest_in, published_figures
from oppfolging_pipeline.publish.manifest import Known, ReleaseRecord
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.ledger import with_zone
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.recognise import read_file
from oppfolging_pipeline.staging import intake
from oppfolging_pipeline.staging.brukte_sett import set_of
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.observasjon import FileFigures
from oppfolging_pipeline.staging.utsagn import newest_statements

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Lake, Relation

_SERIES_NAMED = 6
NOTHING_NEEDED: Behov = frozenset()  # a cell that is not there stops nobody here
_COLUMNS = "uttrekksaar, indikatorsett, indikator, trinn, skoleaar, verdi, antall, beregnet"


@dataclass(frozen=True)
class ShownSince:
    """A kept release that shows figures which the source has shielded (`skjermet`) or withdrawn (`borte`) since; the
    numbers of them, and their indicators and school years."""

    record: ReleaseRecord
    skjermet: int
    borte: int
    serier: tuple[str, ...]

    @property
    def tekst(self) -> str:
        """What it shows, in Norwegian."""
        counts = [
            f"{number} tall som kilden siden har {what}"
            for number, what in ((self.skjermet, "skjermet"), (self.borte, "trukket tilbake"))
            if number
        ]
        more = f" og {len(self.serier) - _SERIES_NAMED} til" if len(self.serier) > _SERIES_NAMED else ""
        return f"{' og '.join(counts)} ({', '.join(self.serier[:_SERIES_NAMED])}{more})"


def shown_since(
    engine: Engine, folder: Path, known: Known, utsagn: Relation, register: Register, catalog: Catalog
) -> list[ShownSince]:
    """The kept releases of `folder` that show such figures, oldest first. `utsagn`: what the sources said last.

    A file that is none of the manifest's, or cannot be read, is told of elsewhere, and not read here.
    """
    found = []
    for record in known.manifest.utgivelser:
        if record.fil is None:
            continue
        figures = _figures(engine, folder / record.fil)
        pairs = figures.unique("uttrekksaar, indikatorsett").fetchall() if figures is not None else []
        own = _sets(folder / record.fil) if figures is not None else {}
        requests = [
            Request(year, rule_set, catalog)
            for year, name in sorted(pairs)
            if (rule_set := set_of(own.get(name), name, catalog)) is not None
        ]
        if figures is None or not requests:
            continue
        beyond = beyond_the_source(engine, figures, utsagn, requests, register)
        rows = beyond.filter(f"grunn IN ('{SKJERMET}', '{BORTE}')").project("grunn, indikator, skoleaar").fetchall()
        if rows:
            reasons = [row[0] for row in rows]
            series = tuple(sorted({f"{indikator} {skoleaar}" for _, indikator, skoleaar in rows}))
            found.append(ShownSince(record, reasons.count(SKJERMET), reasons.count(BORTE), series))
    return found


def said_last(engine: Engine, lake: Lake, archive: Archive, catalog: Catalog) -> Relation | None:
    """What the sources said last to all that the home has accepted: the table of the newest run, and what has been
    fetched since. None before the first intake.

    Raises `PermanentError` or `InvalidInput` when a content is gone or can no longer be read.
    """
    everything, heard_by = archive.everything(), archive.newest_accepted()
    if everything is None:
        return None
    files = lake.files("siste_utsagn")
    before = None
    if files and not lake.not_as_audited(files):
        before = newest_in(engine.read(files, "siste_utsagn"))
    heard = heard_by.id if before is not None and heard_by is not None else 0
    # One that no run could read is told of, and left out, by the run that did not need it: it says nothing.
    of_figures = {sha256 for sha256, reading in archive.readings().items() if reading.kilde != "register"}
    since = [
        one for one in everything.snapshots if max(one.intake, one.brought_by) > heard and one.sha256 in of_figures
    ]
    figures = []
    for one in since:
        one.verify()
        content = read_file(one.path, one.file, engine.connection, catalog, NOTHING_NEEDED)
        if isinstance(content, ParsedFile):
            came = date_in_norway(with_zone(one.archived_at))
            figures.append(FileFigures(content, one.sha256, one.file, one.intake, one.brought_by, came))
    if not figures:
        return before
    return newest_statements(engine, figures, before=None if before is None else (before, heard))


def found_in_home(
    engine: Engine, folder: Path, known: Known, lake: Lake, archive: Archive, catalog: Catalog
) -> list[ShownSince]:
    """As `shown_since`, of a home as it lies there, published in `folder`; nothing before its first intake."""
    if not any(record.fil for record in known.manifest.utgivelser):
        return []
    utsagn, everything = said_last(engine, lake, archive, catalog), archive.everything()
    if utsagn is None or everything is None:
        return []
    return shown_since(engine, folder, known, utsagn, intake.read_register(everything), catalog)


def release_note(found: Sequence[ShownSince]) -> str | None:
    """What the next release says of earlier ones, in Norwegian; None when there is nothing to say."""
    return " ".join(f"Utgivelse {one.record.utgivelse} viser {one.tekst}." for one in found) or None


def _sets(file: Path) -> dict[str, str]:
    """The rule sets that a release carries in full, by name; none in one of an earlier contract."""
    with closing(open_read_only(file)) as connection:
        there = {row[0] for row in connection.execute(f"DESCRIBE {CATALOG}.dim.indikatorsett").fetchall()}
        if "innhold" not in there:
            return {}
        return dict(connection.execute(f"SELECT indikatorsett, innhold FROM {CATALOG}.dim.indikatorsett").fetchall())  # noqa: S608 (one name)


def _figures(engine: Engine, file: Path) -> Relation | None:
    """The published figures of a release, of whatever contract; None where the file cannot be read."""
    import duckdb

    try:
        with closing(open_read_only(file)) as connection:
            tables = []
            for name in ("mart.vurdering_kommune", "intern.vurdering_skole"):
                there = {row[0] for row in connection.execute(f"DESCRIBE {CATALOG}.{name}").fetchall()}
                unit = "kommunenr" if "kommunenr" in there and "orgnr" not in there else "orgnr"
                marked = "rettelse" if "rettelse" in there else "CAST(NULL AS VARCHAR) AS rettelse"
                tables.append(
                    connection.execute(
                        f"SELECT {_COLUMNS}, {unit}, {marked} FROM {CATALOG}.{name} "  # noqa: S608 (two names)
                        "WHERE verdi IS NOT NULL OR antall IS NOT NULL"
                    ).to_arrow_table()
                )
    except duckdb.Error:
        return None
    kommuner, skoler = (engine.arrow(one) for one in tables)
    return published_figures(engine, kommuner, skoler)
