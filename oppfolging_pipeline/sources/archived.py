"""What the archive gives: contents, what they were read as, and intakes of them.

Belongs here: these records. Does not belong here: finding them (`archive`), or which goes before which
(`archive_order`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from oppfolging_pipeline.sources.contents import ContentStore
from oppfolging_pipeline.sources.origins import Origin

OWN_SETTINGS = "./oppsett/"
"""How the name of a content begins that is one of the home's own settings: no file of an inbox is called so."""


@dataclass(frozen=True)
class Reading:
    """What an archived content was read as: its kind, source, the school years it covers and its number of rows."""

    sha256: str
    kind: str
    kilde: str
    period: str | None
    rows: int


@dataclass(frozen=True)
class Snapshot:
    """One archived content. `file` is its name, relative to the inbox, or what was asked for.

    The snapshots of an intake have the names that they last came with, as the user knows them; those of the whole
    archive the names that they first came with. `intake` is the newest intake that brought the content as news (see
    `archive_order`), `brought_by` the newest that brought it at all, and `accepted` whether any that brought it was
    read without fault. `size` is in bytes; `archived_at` is UTC, without a zone.
    """

    sha256: str
    file: str
    size: int
    archived_at: datetime
    contents: ContentStore = field(repr=False)
    intake: int = 0
    brought_by: int = 0
    accepted: bool = False

    @property
    def of_own_settings(self) -> bool:
        """Whether it is one of the home's own settings: it goes before what came from anywhere else."""
        return self.file.startswith(OWN_SETTINGS)

    @property
    def path(self) -> Path:
        """Its place, for `core.files.open_content`. Raises `PermanentError` when it is gone."""
        return self.contents.path_of(self.sha256)

    def verify(self) -> None:
        """Raise `InvalidInput` when the content is not what came in."""
        self.contents.verify(self.sha256, self.file)


@dataclass(frozen=True)
class Intake:
    """An intake and everything that it is read together with.

    `snapshots` are its own and those of every intake accepted before it: what came in later goes before what came in
    earlier, cell by cell, so the archive alone says what is in force. With `known_at` (an instant) only intakes
    archived by then are read. The invented country (`eksempel`) is whole in each intake. The home's own settings are
    those of this intake alone: what has been taken out of the folder is in force no longer.
    """

    id: int
    origin: Origin
    snapshots: tuple[Snapshot, ...]
    known_at: datetime | None = None

    @property
    def own(self) -> tuple[Snapshot, ...]:
        """The snapshots that came in with this intake and did not lie there already."""
        return tuple(snapshot for snapshot in self.snapshots if snapshot.intake == self.id)
