"""What the published dimensions must say: the facts that the checks of those tables compare with.

Belongs here: catalogue, rule sets and offices as plain rows. Does not belong here: comparing (the suites of `checks`),
or making the tables (`marts`): what came from there could not contradict them.

Each function gives the columns with their SQL types, and the rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging.kontrollgrunnlag import Grunnlag
from oppfolging_pipeline.tables.model import table


def katalog_indikator(catalog: Catalog) -> Grunnlag:
    """Every indicator, measure and grade of the catalogue, as `dim_indikator` tells of them."""
    columns = {column.name: column.type for column in table("dim_indikator").columns}
    return columns, [
        (key, indikator.navn, indikator.kilde, maal, trinn, of.retning, of.enhet, of.desimaler)
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
    """The counties of each statsforvalter, one row for each."""
    return {"statsforvalter": "VARCHAR", "fylkesnr": "VARCHAR"}, [
        (one.statsforvalter, one.fylkesnr) for one in register.embeter
    ]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
