"""A result's word of the set that it was made with, as a run leaves it in a lake.

Belongs here: writing it, audited or not. Does not belong here: assertions.
"""

from __future__ import annotations

from oppfolging_pipeline.core.files import write_atomically
from oppfolging_pipeline.engine import Lake, open_engine
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging.brukte_sett import TABLE, carried_by
from tests.support.audits import report_of


def made_with(lake: Lake, year: int, rule_set: RuleSet, *, audited: bool = True) -> None:
    """Write `regelsett_brukt` of the result, with the report of its audit or without."""
    partition = {"uttrekksaar": year, "indikatorsett": rule_set.navn}
    row = {**partition, **carried_by(rule_set), "observasjoner_sha256": "0" * 64}
    with open_engine() as engine:
        staged = engine.write([row], TABLE, lake, partition)
    staged.target.parent.mkdir(parents=True, exist_ok=True)
    lake.commit([staged])
    if audited:
        write_atomically(lake.report(staged.target), report_of(staged.target))
