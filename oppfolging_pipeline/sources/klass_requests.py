"""The requests for KLASS's lists.

Belongs here: how an address of KLASS is put together, for a fetch that asks and for a message that says what to ask
for. Does not belong here: asking (`klass_api`), or reading what comes (`klass_files`).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from oppfolging_pipeline.core.network import Addresses
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.sources.live import live

What = Literal["codes", "changes"]


def request(base_url: str, classification: int, what: What, first_day: date, until: date | None = None) -> str:
    """The address of codes with their validity, or of changes, from `first_day` to the day before `until` (None: to
    the last day that KLASS knows of). The other way to ask, `codesAt`, gives the codes of one day without validity."""
    end = "" if until is None else f"&to={until.isoformat()}"
    return f"{base_url}/classifications/{classification}/{what}.json?from={first_day.isoformat()}{end}"


def municipalities(what: What) -> str:
    """The address of the municipalities' codes or changes in all of the register's time."""
    return request(Addresses.klass, live().klass.kommuner, what, carried_register().foerste_dag)


def counties() -> str:
    """The address of the counties' codes in all of the register's time."""
    return request(Addresses.klass, live().klass.fylker, "codes", carried_register().foerste_dag)
