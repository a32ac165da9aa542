"""The published tables that are not working tables already: marts of points, dimensions, and where figures come from.

Belongs here: selecting and naming what is published. Does not belong here: computing anything that decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.core.outcome import read_audit_report
from oppfolging_pipeline.core.skoleaar import first_day, last_day
from oppfolging_pipeline.publish.innhold import contents
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.canonical import as_yaml
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.loader import rule_set_names
from oppfolging_pipeline.rules.merking import merking_av_rad, merking_av_uttrekk
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.oppsett import EgenFil
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.staging import intake
from oppfolging_pipeline.staging.brukte_sett import Result
from oppfolging_pipeline.staging.rettet_grunnlag import SEPARATOR
from oppfolging_pipeline.tables.model import all_tables, published_tables

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Lake, Relation, StagedFile

Row = dict[str, Any]

# Published tables that are working tables under another key, and those that are made here.
MADE_HERE = (
    "vurdering_kommune", "vurdering_skole", "dim_indikator", "dim_indikatorsett", "dim_skoleaar", "dim_statsforvalter",
    "datagrunnlag", "oppsett",
)  # fmt: skip
_SAME_ROWS = {"dim_kommune": "kommune", "dim_skole": "skole"}


def rule_sets_used(used: Mapping[Result, RuleSet]) -> list[RuleSet]:
    """The rule sets of the home's results, by name, from the set of each (`staging.brukte_sett`).

    Raises `InvalidInput` when results were made with two versions of a set: one release must not hold both under one
    name.
    """
    newest = {name: rule_set for (_, name), rule_set in sorted(used.items())}
    faults = FindingCollector()
    faults.extend(
        Finding(
            key=f"uttrekk {year}, {name}",
            found=f"results made with version {rule_set.sha256[:12]} of the rule set",
            expected=f"version {newest[name].sha256[:12]}, as its newest results",
            action=f"Run again with --rules {name} --uttrekk {year}.",
        )
        for (year, name), rule_set in used.items()
        if rule_set.sha256 != newest[name].sha256
    )
    faults.raise_if_any()
    return [newest[name] for name in sorted(newest)]


def stage(
    engine: Engine,
    lake: Lake,
    archive: Archive,
    catalog: Catalog,
    rule_sets: Sequence[RuleSet],
    egne_filer: Sequence[EgenFil],
) -> list[StagedFile]:
    """Stage the published tables that are made here, from the lake, the archive and the home's own settings."""
    points = engine.read(lake.files("vurdering"), "vurdering")
    observations = engine.read(lake.files("observasjon"), "observasjon")
    years = [skoleaar for (skoleaar,) in observations.unique("skoleaar").fetchall()]
    register = intake.read_register(archive.in_force())
    corrected = engine.read(lake.files("rettet_celle"), "rettet_celle")
    made: dict[str, Relation | list[Row]] = {
        "vurdering_kommune": vurdering_kommune(
            engine, points, engine.read(lake.files("rangering_kommune"), "rangering_kommune"), corrected
        ),
        "vurdering_skole": vurdering_skole(
            engine,
            points,
            engine.read(lake.files("rangering_skole"), "rangering_skole"),
            corrected,
        ),
        "dim_indikator": dim_indikator(catalog),
        "dim_indikatorsett": dim_indikatorsett(rule_sets),
        "dim_skoleaar": dim_skoleaar(years),
        "dim_statsforvalter": dim_statsforvalter(register),
        "datagrunnlag": datagrunnlag(engine, lake, archive, catalog),
        "oppsett": [asdict(one) for one in egne_filer],
    }
    return [engine.write(made[key], key, lake) for key in MADE_HERE]


def first_words(engine: Engine, lake: Lake) -> str | None:
    """What a release says of itself first: that its figures are invented, and which results are not of the scheme's own
    set; None where there is nothing to say. It follows from the results alone: the same results make no new release."""
    rows = engine.read(lake.files("rangering_kommune"), "rangering_kommune")
    found = engine.fetch(rows.project("uttrekksaar, indikatorsett, offisielt, eksempel").distinct())
    return merking_av_uttrekk((row["uttrekksaar"], merking_av_rad(row)) for row in found) or None


def basis(engine: Engine, lake: Lake) -> tuple[date | None, str | None]:
    """What a release says of the basis of its results: the last day that any of them knows of (None where one knows of
    everything), and what a reader must know.

    One release may hold results of several runs: those that know of another day than the rest are named.
    """
    rows = engine.fetch(engine.read(lake.files("grunnlag"), "grunnlag").order("uttrekksaar, indikatorsett"))
    days = {row["kjent_per"] for row in rows}
    notes = []
    for row in rows:
        name = f"Uttrekk {row['uttrekksaar']} ({row['indikatorsett']})"
        if row["kjent_per"] and len(days) > 1:
            notes.append(f"{name} bygger bare på det som var kjent {row['kjent_per']}.")
        if row["merknad"]:
            notes.append(f"{name}: {row['merknad']}")
    return None if None in days else max(days), " ".join(notes) or None


def sources(engine: Engine, lake: Lake) -> dict[str, list[Path]]:
    """The Parquet files of every published table but `utgivelse`, which the release writes itself.

    `kontroll` is of the tables that are there: a report whose table has gone is published with nothing.
    """
    files = {
        declared.key: lake.files(_SAME_ROWS.get(declared.key, declared.key))
        for declared in published_tables()
        if declared.key not in ("utgivelse", "kontroll")
    }
    rows = kontroll(lake, [file for key in sorted(all_tables()) for file in lake.files(key)])
    staged = engine.write(rows, "kontroll", lake, without=("utgivelse",))
    return {**files, "kontroll": [staged.staged]}


def vurdering_kommune(engine: Engine, vurdering: Relation, rangering: Relation, rettet: Relation) -> Relation:
    """The declared table `vurdering_kommune`; `rettet` is `rettet_celle`."""
    return engine.run(
        "SELECT v.*, r.kommunenavn, r.offisielt, r.eksempel FROM rettet_vurdering v "
        "JOIN rangering r USING (uttrekksaar, indikatorsett, kommunenr) WHERE v.nivaa = 'kommune'",
        rettet_vurdering=_with_corrections(engine, vurdering, rettet),
        rangering=rangering,
    )


def vurdering_skole(engine: Engine, vurdering: Relation, rangering: Relation, rettet: Relation) -> Relation:
    """The declared table `vurdering_skole`; `rettet` is `rettet_celle`."""
    return engine.run(
        "SELECT v.*, r.orgnr, r.skolenavn FROM rettet_vurdering v JOIN rangering r "
        "ON v.uttrekksaar = r.uttrekksaar AND v.indikatorsett = r.indikatorsett AND v.enhet = r.orgnr "
        "WHERE v.nivaa = 'skole'",
        rettet_vurdering=_with_corrections(engine, vurdering, rettet),
        rangering=rangering,
    )


def _with_corrections(engine: Engine, vurdering: Relation, rettet: Relation) -> Relation:
    """The rows of `vurdering` with the ids of the corrections that each stands on, in `rettelse`."""
    return engine.run(
        f"""
        SELECT v.*, f.rettelse FROM vurdering v LEFT JOIN (
          SELECT uttrekksaar, indikatorsett, nivaa, enhet, indikator, trinn, skoleaar,
            string_agg(rettelse, '{SEPARATOR}' ORDER BY rettelse) AS rettelse
          FROM rettet GROUP BY ALL
        ) f USING (uttrekksaar, indikatorsett, nivaa, enhet, indikator, trinn, skoleaar)""",  # noqa: S608 (a constant)
        vurdering=vurdering,
        rettet=rettet,
    )


def dim_indikator(catalog: Catalog) -> list[Row]:
    """The declared table `dim_indikator`."""
    return [
        {
            "indikator": key,
            "navn": indikator.navn,
            "kilde": indikator.kilde,
            "maal": maal,
            "trinn": trinn,
            "retning": catalog.maal[maal].retning,
            "antall_er": catalog.maal[maal].antall_er,
            "enhet_for_verdi": catalog.maal[maal].enhet,
            "desimaler": catalog.maal[maal].desimaler,
        }
        for key, indikator in catalog.indikatorer.items()
        for trinn in indikator.trinn
        for maal in catalog.maal_for(key, trinn)
    ]


def dim_indikatorsett(rule_sets: Iterable[RuleSet]) -> list[Row]:
    """The declared table `dim_indikatorsett`."""
    return [
        {
            "indikatorsett": rule_set.navn,
            "navn": rule_set.tittel,
            "sha256": rule_set.sha256,
            "offisielt": rule_set.offisielt,
            "eget": rule_set.navn not in rule_set_names(),
            "merknad": rule_set.merknad,
            "parametre": json.dumps(rule_set.parametre(), ensure_ascii=False, default=str),
            "innhold": as_yaml(rule_set),
        }
        for rule_set in rule_sets
    ]


def dim_skoleaar(skoleaar: Iterable[str]) -> list[Row]:
    """The declared table `dim_skoleaar`."""
    return [
        {"skoleaar": aar, "forste_dag": first_day(aar), "siste_dag": last_day(aar)} for aar in sorted(set(skoleaar))
    ]


def dim_statsforvalter(register: Register) -> list[Row]:
    """The declared table `dim_statsforvalter`."""
    return [
        {"statsforvalter": name, "fylker": list(counties), "gyldig_til": gyldig_til}
        for name, (counties, gyldig_til) in sorted(register.statsforvaltere().items())
    ]


def datagrunnlag(engine: Engine, lake: Lake, archive: Archive, catalog: Catalog) -> list[Row]:
    """The declared table `datagrunnlag`: one row per content that the release stands on, by digest.

    Raises `InvalidInput` when a result stands on a content that is neither in the archive nor carried: its register
    was another than the one that is published with it.
    """
    used = engine.fetch(engine.read(lake.files("innhold_brukt"), "innhold_brukt").order("indikatorsett, uttrekksaar"))
    found = contents({row["sha256"] for row in used}, archive, catalog)
    faults = FindingCollector()
    faults.extend(
        Finding(
            key=f"uttrekk {row['uttrekksaar']}, {row['indikatorsett']}",
            found=f"results made of a content ({row['sha256'][:12]}) that is neither in the archive nor carried",
            expected="contents of this home's archive, and the register that this version of the program carries",
            action=f"Run again with --rules {row['indikatorsett']} --uttrekk {row['uttrekksaar']}.",
        )
        for row in used
        if row["sha256"] not in found
    )
    faults.raise_if_any()
    return [content.row() for content in found.values()]


def kontroll(lake: Lake, files: Sequence[Path]) -> list[Row]:
    """Rows of `kontroll` (without `utgivelse`) from the audit reports of those files of the lake.

    The partitions of one run are audited together; each carries its name in the check, with the common verdict. Of a
    verdict that is of cells which could be worked out only their number is told.
    Raises `InvalidInput` when a report cannot be read.
    """
    rows = []
    for file in files:
        partition = lake.partition_of(file)
        suffix = "" if partition == ("alt",) else f" ({', '.join(partition)})"
        for outcome in read_audit_report(lake.report(file)).utfall:
            rows.append(
                {
                    "tabell": outcome.tabell,
                    "kontroll": f"{outcome.kontroll}{suffix}",
                    "resultat": "bestått" if outcome.passed else "ikke bestått",
                    "alvorlighet": outcome.alvorlighet,
                    "avvik": [] if outcome.bare_antall else list(outcome.avvik),
                    "veiledning": outcome.veiledning,
                    "varighet": outcome.varighet,
                    "antall_avvik": outcome.antall_avvik,
                }
            )
    return rows
