"""What an audit may read beside the staged files: the lake's other tables, and the facts that checks compare with.

Belongs here: choosing files and facts for a set of staged or committed files. Does not belong here: the facts
themselves (`oppfolging_pipeline.staging.kontrollgrunnlag`), or running checks (`checks.runner`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from assets.resources import HomeResource
from checks.catalogue import Beside, Facts
from oppfolging_pipeline.engine import StagedFile
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging import intake, kontrollgrunnlag
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import all_tables

UTTREKK = ("uttrekksaar", "indikatorsett")
Partition = tuple[str, ...]


def beside(
    home: HomeResource,
    files: Sequence[StagedFile],
    reads: Iterable[str],
    register: Register | None = None,
    gone: Sequence[Path] = (),
) -> Beside:
    """The tables and facts that checks of those files `reads`.

    A table's files are those of the lake, with the audited ones in the place of those that they are to replace; of a
    table with one file for each (uttrekksaar, indikatorsett) only those that are audited. `register` is the one that
    the figures were read against, where it is not yet the home's; `gone` are files of the lake that go when the audited
    ones come, and that nobody is to read.
    """
    asked = set(reads)
    partitions = {home.lake.partition_of(file.target) for file in files if file.table.partition_by == UTTREKK}
    replaced = {file.target: file.staged for file in files}
    tables = {
        key: [
            replaced.get(path, path)
            for path in sorted({*home.lake.files(key), *_targets(files, key)} - set(gone))
            if not partitions or table.partition_by != UTTREKK or home.lake.partition_of(path) in partitions
        ]
        for key, table in all_tables().items()
        if key in asked
    }
    observed = sorted({home.lake.partition_of(path) for path in _observed(home, files) if path not in gone})
    requested = sorted(partitions or {home.lake.partition_of(path) for path in home.lake.files("grense")})
    return Beside(tables, _facts(home, asked - set(tables), observed, requested, register))


def _facts(
    home: HomeResource,
    asked: set[str],
    observed: Sequence[Partition],
    partitions: Sequence[Partition],
    register: Register | None,
) -> dict[str, Facts]:
    catalog = home.catalog
    requests = [Request(int(year), load_rule_set(name, catalog), catalog) for year, name in partitions]
    known = register or (intake.read_register(home.archive.in_force()) if asked & _OF_THE_REGISTER else None)
    return {
        name: Facts(*make(requests, observed, catalog, known), empty_ok=name in _MAY_BE_EMPTY)
        for name, make in _MAKERS.items()
        if name in asked
    }  # fmt: skip


def _asked_for(requests: Sequence[Request]) -> list[tuple[str, str]]:
    """The (kilde, skoleaar) of every window, also those that are in no file."""
    return [(str(part["kilde"]), str(part["skoleaar"])) for one in requests for part in one.partitions()]


_Maker = Callable[[Sequence[Request], Sequence[Partition], Catalog, "Register | None"], kontrollgrunnlag.Grunnlag]


def _of(register: Register | None) -> Register:
    if register is None:
        raise ValueError("facts of the register were asked for without one")
    return register


_MAKERS: Mapping[str, _Maker] = {
    "ventet_enhet": lambda requests, observed, catalog, register: kontrollgrunnlag.ventet_enhet(
        [*((kilde, skoleaar) for kilde, skoleaar in observed), *_asked_for(requests)], _of(register), catalog
    ),
    "utenfor": lambda _, __, ___, register: kontrollgrunnlag.utenfor(_of(register)),
    "katalog_maal": lambda _, __, catalog, ___: kontrollgrunnlag.katalog_maal(catalog),
    "katalog_kilde": lambda _, __, catalog, ___: kontrollgrunnlag.katalog_kilde(catalog),
    "ventet_celle": lambda requests, *_: kontrollgrunnlag.ventet_celle(requests),
    "sett": lambda requests, *_: kontrollgrunnlag.sett(requests),
    "ventet_kommune": lambda requests, _, __, register: kontrollgrunnlag.ventet_kommune(requests, _of(register)),
    "opphav": lambda requests, _, __, register: kontrollgrunnlag.opphav(requests, _of(register)),
}
# A register may know of no code outside the municipalities; every other fact has a row wherever it is asked for.
_MAY_BE_EMPTY = {"utenfor"}
_OF_THE_REGISTER = {"ventet_enhet", "utenfor", "ventet_kommune", "opphav"}


def _observed(home: HomeResource, files: Sequence[StagedFile]) -> list[Path]:
    return [*home.lake.files("observasjon"), *_targets(files, "observasjon")]


def _targets(files: Sequence[StagedFile], key: str) -> list[Path]:
    return [file.target for file in files if file.table.key == key]
