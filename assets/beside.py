"""What an audit may read beside the staged files: the lake's other tables, and the facts that checks compare with.

Belongs here: choosing files and facts for a set of staged or committed files. Does not belong here: the facts
themselves (`kontrollgrunnlag` of `oppfolging_pipeline.staging`, `cohorts` and `publish`), or running checks
(`checks.runner`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assets.resources import HomeResource
from checks.catalogue import Beside, Facts
from oppfolging_pipeline.cohorts import kontrollgrunnlag as puljegrunnlag
from oppfolging_pipeline.engine import StagedFile
from oppfolging_pipeline.publish import kontrollgrunnlag as dimensjonsgrunnlag
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.oppsett import Oppsett
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.origins import is_invented
from oppfolging_pipeline.staging import intake, kontrollgrunnlag
from oppfolging_pipeline.staging.brukte_sett import Result, set_for
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import all_tables

UTTREKK = ("uttrekksaar", "indikatorsett")
Partition = tuple[str, ...]


def beside(
    home: HomeResource,
    files: Sequence[StagedFile],
    reads: Iterable[str],
    register: Register | None = None,
    per: date | None = None,
    gone: Sequence[Path] = (),
) -> Beside:
    """The tables and facts that checks of those files `reads`.

    A table's files are those of the lake, with the audited ones in the place of those that they are to replace; of a
    table with one file for each (uttrekksaar, indikatorsett) only those that are audited. `register` is the one that
    the figures were read against, where it is not yet the home's; `per` is the as-of date of the audited rows, where it
    is known: of committed ones it is not; `gone` are files of the lake that go when the audited
    ones come, and that nobody is to read. Results that are not audited themselves are those that a release is of.
    """
    asked = set(reads)
    partitions = {home.lake.partition_of(file.target) for file in files if file.table.partition_by == UTTREKK}
    replaced = {file.target: file.staged for file in files}
    lake = home.lake if partitions else home.complete
    tables = {
        key: [
            replaced.get(path, path)
            for path in sorted({*lake.files(key), *_targets(files, key)} - set(gone))
            if not partitions or table.partition_by != UTTREKK or home.lake.partition_of(path) in partitions
        ]
        for key, table in all_tables().items()
        if key in asked
    }
    observed = sorted({home.lake.partition_of(path) for path in _observed(home, files) if path not in gone})
    requested = sorted(partitions or {lake.partition_of(path) for path in lake.files("grense")})
    made = _sets_of_the_run(home, files)
    return Beside(tables, _facts(home, asked - set(tables), observed, requested, made, register, per))


def _sets_of_the_run(home: HomeResource, files: Sequence[StagedFile]) -> dict[Result, RuleSet]:
    """The set of each result whose files are audited before they are put in place: the one that they are made with now.
    What its result carries in the lake may be of another version."""
    staged = [file for file in files if file.table.partition_by == UTTREKK and file.staged != file.target]
    results = {home.lake.partition_of(file.target) for file in staged}
    oppsett = home.oppsett
    return {(int(year), name): oppsett.rule_set(name) for year, name in results}


def _facts(
    home: HomeResource,
    asked: set[str],
    observed: Sequence[Partition],
    partitions: Sequence[Partition],
    made: Mapping[Result, RuleSet],
    register: Register | None,
    per: date | None,
) -> dict[str, Facts]:
    catalog, oppsett = home.catalog, home.oppsett
    results = [(int(year), name) for year, name in partitions]
    sets = home.sets_used(home.lake) if any(one not in made for one in results) else {}
    requests = [Request(one[0], made.get(one) or set_for(one, sets), catalog) for one in results]
    read = register or (intake.read_register(home.archive.in_force()) if asked & _OF_THE_REGISTER else None)
    known = Known(requests, observed, catalog, oppsett, per, read, home.archive, home.settings.regelsett)
    return {
        name: Facts(*make(known), empty_ok=name in _MAY_BE_EMPTY) for name, make in _MAKERS.items() if name in asked
    }


@dataclass(frozen=True)
class Known:
    """What facts are made of: the requests and the (kilde, skoleaar) of the audited files, and what is declared.

    `valgt` is the set that the home has asked for by name. `per` is the as-of date; None where nobody knows it, as of
    committed rows: a fact that is of a day is then of every day that may be it.
    """

    requests: Sequence[Request]
    observed: Sequence[Partition]
    catalog: Catalog
    oppsett: Oppsett
    per: date | None
    _register: Register | None
    archive: Archive
    valgt: str | None = None

    @property
    def register(self) -> Register:
        """The register that the figures were read against."""
        if self._register is None:
            raise ValueError("facts of the register were asked for without one")
        return self._register

    @property
    def asked_for(self) -> list[tuple[str, str]]:
        """The (kilde, skoleaar) of every window, also those that are in no file."""
        return [(str(part["kilde"]), str(part["skoleaar"])) for one in self.requests for part in one.partitions()]


_MAKERS: Mapping[str, Callable[[Known], kontrollgrunnlag.Grunnlag]] = {
    "ventet_enhet": lambda known: kontrollgrunnlag.ventet_enhet(
        [*((kilde, skoleaar) for kilde, skoleaar in known.observed), *known.asked_for], known.register, known.catalog
    ),
    "samme_enhet": lambda known: kontrollgrunnlag.samme_enhet(known.observed, known.register, known.catalog),
    "utenfor": lambda known: kontrollgrunnlag.utenfor(known.register),
    "katalog_maal": lambda known: kontrollgrunnlag.katalog_maal(known.catalog),
    "katalog_kilde": lambda known: kontrollgrunnlag.katalog_kilde(known.catalog),
    "brudd_celle": lambda known: kontrollgrunnlag.brudd_celle(known.oppsett.brudd, known.catalog),
    "vindusbrudd": lambda known: kontrollgrunnlag.vindusbrudd(known.requests, known.oppsett.brudd, known.catalog),
    "rettet_antall": lambda known: kontrollgrunnlag.rettet_antall(known.oppsett.rettelser),
    "rettet_bare_antall": lambda known: kontrollgrunnlag.rettet_bare_antall(known.oppsett.rettelser),
    "utelatt_tall": lambda known: kontrollgrunnlag.utelatt_tall(known.oppsett.rettelser),
    "ventet_celle": lambda known: kontrollgrunnlag.ventet_celle(known.requests),
    "sett": lambda known: kontrollgrunnlag.sett(known.requests),
    "merking": lambda known: kontrollgrunnlag.merking(known.requests, eksempel=is_invented(known.archive.origin())),
    "ventet_kommune": lambda known: kontrollgrunnlag.ventet_kommune(known.requests, known.register),
    "opphav": lambda known: kontrollgrunnlag.opphav(known.requests, known.register),
    "puljesett": lambda known: puljegrunnlag.puljesett(known.requests, known.valgt),
    "etterfolger": lambda known: puljegrunnlag.etterfolger(known.requests, known.register, known.per),
    "sett_fra_dag": lambda known: puljegrunnlag.sett_fra_dag(known.per),
    "halvaarsplan": lambda known: puljegrunnlag.halvaarsplan(known.oppsett.faseplan),
    "rapportplan": lambda known: puljegrunnlag.rapportplan(known.oppsett.faseplan),
    "registerrad": lambda known: kontrollgrunnlag.registerrad(known.register),
    "embete": lambda known: dimensjonsgrunnlag.embete(known.register),
    "katalog_indikator": lambda known: dimensjonsgrunnlag.katalog_indikator(known.catalog),
    "regelsett": lambda known: dimensjonsgrunnlag.regelsett(one.rule_set for one in known.requests),
    "regelsett_parameter": lambda known: dimensjonsgrunnlag.regelsett_parameter(one.rule_set for one in known.requests),
    "innhold_i_arkivet": lambda known: dimensjonsgrunnlag.innhold_i_arkivet(known.archive, known.catalog),
}
# A register may know of no code outside the municipalities, no break and no correction may be known, and no window may
# span a break; every other fact has a row wherever it is asked for.
_MAY_BE_EMPTY = {"utenfor", "brudd_celle", "vindusbrudd", "rettet_antall", "rettet_bare_antall", "utelatt_tall"}
_OF_THE_REGISTER = {
    "ventet_enhet",
    "samme_enhet",
    "utenfor",
    "ventet_kommune",
    "opphav",
    "etterfolger",
    "registerrad",
    "embete",
}


def _observed(home: HomeResource, files: Sequence[StagedFile]) -> list[Path]:
    return [*home.lake.files("observasjon"), *_targets(files, "observasjon")]


def _targets(files: Sequence[StagedFile], key: str) -> list[Path]:
    return [file.target for file in files if file.table.key == key]
