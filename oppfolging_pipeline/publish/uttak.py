"""Taking a result out of what is published: its files are put aside, and that it is meant is kept until it is done.

Belongs here: the intention, and moving the files. Does not belong here: making the cohorts and the release anew
(`assets.uttak`), what a release must hold (`consistency`), or the writer's lock (the caller holds it).

First `<home>/tatt_ut/uttak.json` says which result is to go; from then on no release is made of it, and its absence is
no loss. Its files go to a folder of their own beside it, which nobody reads. The intention ends with the first release
that is published without the result, or with a run that makes the result again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import move_into_place, write_atomically
from oppfolging_pipeline.engine import RESULT_PARTITION, Lake
from oppfolging_pipeline.rules.parameter import Kjennetegn
from oppfolging_pipeline.tables.model import all_tables

Result = tuple[int, str]  # uttrekksaar, indikatorsett
FOLDER = "tatt_ut"
FILE = "uttak.json"


class Uttak(BaseModel):
    """A result that is taken out, and when that was asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uttrekksaar: int
    indikatorsett: Kjennetegn  # the folder is called by it
    tidspunkt: AwareDatetime

    @property
    def result(self) -> Result:
        """Which result it is."""
        return self.uttrekksaar, self.indikatorsett

    @property
    def folder(self) -> str:
        """The name of the folder that its files are put in."""
        return f"{self.tidspunkt.astimezone(UTC):%Y%m%dT%H%M%SZ}-{self.uttrekksaar}-{self.indikatorsett}"


class _Intentions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    uttak: tuple[Uttak, ...] = ()


def intended(home: Path) -> tuple[Uttak, ...]:
    """What is being taken out, oldest first; nothing once a release without it is published. Raises `PermanentError`
    when the file cannot be read."""
    path = home / FOLDER / FILE
    try:
        return _Intentions.model_validate_json(path.read_bytes()).uttak
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        found = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise PermanentError(
            f"{path}: found content that does not say which results are being taken out ({found}); expected that. "
            "Remove the file, and give `oppfolging results retire` again."
        ) from error


def intend(home: Path, result: Result, now: datetime) -> Uttak:
    """Keep that the result is to go: what was said before, where it was. The first step."""
    before = intended(home)
    found = next((one for one in before if one.result == result), None)
    if found is None:
        found = Uttak(uttrekksaar=result[0], indikatorsett=result[1], tidspunkt=now)
        _write(home, (*before, found))
    return found


def put_aside(lake: Lake, uttak: Uttak) -> Path:
    """Move every file of the result, and its report, to the folder of its own; the folder. What an earlier attempt has
    moved stays there."""
    home = lake.root.parent
    folder = home / FOLDER / uttak.folder
    partition = dict(zip(RESULT_PARTITION, uttak.result, strict=True))
    write_atomically(folder / FILE, uttak.model_dump_json(indent=1).encode() + b"\n")
    for declared in all_tables().values():
        if declared.partition_by != RESULT_PARTITION:
            continue
        file = lake.target(declared.key, partition)
        for path in (file, lake.report(file)):
            if path.exists():
                move_into_place(path, folder / path.relative_to(home))
    return folder


def settle(lake: Lake) -> None:
    """A release without them is published: what a killed attempt has left is moved too, and the intentions end."""
    home = lake.root.parent
    for uttak in intended(home):
        put_aside(lake, uttak)
    _write(home, ())


def bring_back(home: Path, results: Collection[Result]) -> None:
    """These results have been made again: they are no longer to go."""
    before = intended(home)
    kept = tuple(one for one in before if one.result not in results)
    if kept != before:
        _write(home, kept)


def taken_out(home: Path) -> list[Uttak]:
    """Every result that has been put aside and lies there, oldest first. A folder without its file is nobody's.

    Raises `PermanentError` for one whose file cannot be read.
    """
    found = []
    for path in sorted((home / FOLDER).glob(f"*/{FILE}")):
        try:
            found.append(Uttak.model_validate_json(path.read_bytes()))
        except ValidationError as error:
            raise PermanentError(
                f"{path}: found a file that does not say which result was taken out; expected the one that was written "
                "then. Move the folder away, or bring the file back from a copy of the home."
            ) from error
    return sorted(found, key=lambda one: one.tidspunkt)


def _write(home: Path, uttak: tuple[Uttak, ...]) -> None:
    path = home / FOLDER / FILE
    if uttak:
        write_atomically(path, _Intentions(uttak=uttak).model_dump_json(indent=1).encode() + b"\n")
    else:
        path.unlink(missing_ok=True)
