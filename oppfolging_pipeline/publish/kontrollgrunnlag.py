"""What the published dimensions and origins must say: the facts that the checks of those tables compare with.

Belongs here: catalogue, rule sets, offices and the archive's ledger as plain rows. Does not belong here: comparing (the
suites of `checks`), or making the tables (`marts`): what came from there could not contradict them.

Each function gives the columns with their SQL types, and the rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from oppfolging_pipeline.publish.innhold import IKKE_EKTE, REGISTER
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.register.reference import carried_content
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.ledger import utc
from oppfolging_pipeline.sources.live import live
from oppfolging_pipeline.staging.kontrollgrunnlag import Grunnlag
from oppfolging_pipeline.tables.model import table


def katalog_indikator(catalog: Catalog) -> Grunnlag:
    """Every indicator, measure and grade of the catalogue, as `dim_indikator` tells of them."""
    columns = {column.name: column.type for column in table("dim_indikator").columns}
    return columns, [
        (key, indikator.navn, indikator.kilde, maal, trinn, of.retning, of.antall_er, of.enhet, of.desimaler)
        for key, indikator in catalog.indikatorer.items()
        for trinn in indikator.trinn
        for maal in catalog.maal_for(key, trinn)
        for of in (catalog.maal[maal],)
    ]


def regelsett(rule_sets: Iterable[RuleSet]) -> Grunnlag:
    """What each set is called, its version and whether it is the scheme's own."""
    columns = {
        "indikatorsett": "VARCHAR", "navn": "VARCHAR", "sha256": "VARCHAR", "offisielt": "BOOLEAN",
        "merknad": "VARCHAR",
    }  # fmt: skip
    found = {one.navn: (one.navn, one.tittel, one.sha256, one.offisielt, one.merknad) for one in rule_sets}
    return columns, list(found.values())


def regelsett_parameter(rule_sets: Iterable[RuleSet]) -> Grunnlag:
    """Every parameter of each set, its value as text (a list as JSON without spaces)."""
    columns = {
        "indikatorsett": "VARCHAR", "parameter": "VARCHAR", "verdi": "VARCHAR", "kilde": "VARCHAR", "grunn": "VARCHAR",
    }  # fmt: skip
    return columns, [
        (navn, one["navn"], _text(one["verdi"]), one["kilde"], one["grunn"])
        for navn, rule_set in {one.navn: one for one in rule_sets}.items()
        for one in rule_set.parametre()
    ]


def embete(register: Register) -> Grunnlag:
    """Every county that a statsforvalter has, or has had until `gyldig_til`, one row for each."""
    return {"statsforvalter": "VARCHAR", "fylkesnr": "VARCHAR", "gyldig_til": "DATE"}, [
        (one.statsforvalter, one.fylkesnr, one.gyldig_til) for one in register.embeter
    ]


def innhold_i_arkivet(archive: Archive, catalog: Catalog) -> Grunnlag:
    """Every content that results may stand on, as the ledger knows it, and the register that is carried.

    `lisenser` are those that it may stand under: what is invented under no other than that it is, another under its
    source's own or the one that it was answered under. `arkivert` is when it first came in, `senest` the newest time
    that the ledger knows of, after which nothing can have come in: both UTC, null for the carried register, which never
    came in.
    """
    columns = {
        "sha256": "VARCHAR", "kilde": "VARCHAR", "innholdstype": "VARCHAR", "periode": "VARCHAR", "rader": "INTEGER",
        "lisenser": "VARCHAR[]", "arkivert": "TIMESTAMP", "senest": "TIMESTAMP",
    }  # fmt: skip
    of_kilde = {kilde: each.lisens for kilde, each in catalog.kilder.items()} | {REGISTER: live().klass.lisens}
    carried, answered = carried_content(), Evidence(archive).licences()
    snapshots = archive.snapshots()
    not_real, newest = _not_real(archive), archive.newest_time()
    rows: list[tuple[object, ...]] = [
        (
            one.sha256, one.kilde, one.kind, one.period, one.rows,
            [not_real] if not_real else sorted({of_kilde[one.kilde], *answered.get(one.sha256, ())}),
            snapshots[one.sha256].archived_at, newest and utc(newest),
        )
        for one in archive.readings().values()
        if one.kilde in of_kilde  # one of a source that is no longer there is no result's
    ]  # fmt: skip
    of_program = (
        carried.sha256, REGISTER, "medfølgende register", None, carried.rader, [of_kilde[REGISTER]], None, None,
    )  # fmt: skip
    return columns, [*rows, of_program]


def _not_real(archive: Archive) -> str | None:
    origin = archive.origin()
    return IKKE_EKTE.get(origin) if origin else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
