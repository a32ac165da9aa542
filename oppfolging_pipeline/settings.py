"""Settings: where data live, where the sources are and how they are asked, from the environment, validated.

Belongs here: reading and validating `OPPFOLGING_…`. Does not belong here: any parameter of a rule (the rule sets).
Every variable is documented in `.env.example`; a test holds the two together. No finding repeats a value that may be
secret: an address, the ledger's URL, the contact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isfinite
from pathlib import Path

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.core.network import Addresses, Manners, address_fault
from oppfolging_pipeline.rules.catalog import Catalog, default_catalog

PREFIX = "OPPFOLGING_"
VARIABLES = {
    "OPPFOLGING_HOME": "The folder with the pipeline's data: archive, lake and published file. Default: ./data",
    "OPPFOLGING_INBOX": (
        "The folder with files downloaded from Udir. Without it: the home's archive, else the invented example country."
    ),
    "OPPFOLGING_REGELSETT": (
        "The home's rule set: that of a run that names none, and the one that forms the cohorts. "
        "Default: the only one that calls itself official."
    ),
    "OPPFOLGING_MESTRINGSNIVAA_KOLONNE": (
        "Regular expression for the columns with the share on a mestringsnivå; {nivaa} stands for the level's number. "
        "Default: the catalogue's."
    ),
    "OPPFOLGING_UDIR_RAPPORT_URL": "Udir's report API. https; plain http for an address on this machine only.",
    "OPPFOLGING_UDIR_EKSPORT_URL": "Udir's export API.",
    "OPPFOLGING_KLASS_URL": "Statistics Norway's KLASS.",
    "OPPFOLGING_PAUSE": "Seconds between the starts of two requests, 0 to 60. Default: 0.25",
    "OPPFOLGING_TIDSAVBRUDD": "Seconds that one step of a request may take. Default: 120",
    "OPPFOLGING_KONTAKT": "Whom the sources can write to, sent in the User-Agent. Default: nobody",
    "OPPFOLGING_PROTOKOLL_URL": "SQLAlchemy URL of the ledger. May hold a password. Default: SQLite in the home",
}
LEVEL = "{nivaa}"
_LEVEL_MEASURE = re.compile(r"andel_mestringsnivaa_(\d+)")
_LONGEST_PAUSE = 60.0


@dataclass(frozen=True)
class Settings:
    """Validated settings. `inbox` is None for the example country, `protokoll_url` for a ledger in the home,
    and `regelsett` for the official set."""

    home: Path
    inbox: Path | None
    regelsett: str | None
    catalog: Catalog
    addresses: Addresses
    manners: Manners
    protokoll_url: str | None = field(repr=False)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from an environment that is handed in. Raises `InvalidInput` with every fault."""
    faults = FindingCollector()
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in VARIABLES:
            action = "Correct its name or take it out of the environment."
            faults.add(Finding("an unknown variable", ", ".join(VARIABLES), action, key=name))
    catalog = _catalog(environment, faults)
    addresses = _addresses(environment, faults)
    manners = Manners(
        _kontakt(environment, faults),
        _seconds(environment, faults, "OPPFOLGING_PAUSE", Manners.pause, least=0, most=_LONGEST_PAUSE),
        _seconds(environment, faults, "OPPFOLGING_TIDSAVBRUDD", Manners.tidsavbrudd, above=0),
    )
    protokoll_url = _protokoll_url(environment, faults)
    faults.raise_if_any()
    inbox = environment.get("OPPFOLGING_INBOX")
    return Settings(
        home=Path(environment.get("OPPFOLGING_HOME") or "data").absolute(),
        inbox=Path(inbox).absolute() if inbox else None,
        regelsett=(environment.get("OPPFOLGING_REGELSETT") or "").strip() or None,
        catalog=catalog,
        addresses=addresses,
        manners=manners,
        protokoll_url=protokoll_url,
    )


def _catalog(environment: Mapping[str, str], faults: FindingCollector) -> Catalog:
    """The catalogue, with the user's pattern for the column of each mestringsnivå where one is set."""
    name = "OPPFOLGING_MESTRINGSNIVAA_KOLONNE"
    catalog = default_catalog()
    pattern = environment.get(name)
    if not pattern:
        return catalog
    expected, action = f"a regular expression that holds {LEVEL}", "Correct the pattern."
    if LEVEL not in pattern:
        faults.add(Finding(f"'{pattern}' without {LEVEL}", expected, action, key=name))
        return catalog
    try:
        re.compile(pattern.replace(LEVEL, "1"))
    except re.error as error:
        faults.add(Finding(f"'{pattern}' ({error})", expected, action, key=name))
        return catalog
    for maal in catalog.maal:
        if match := _LEVEL_MEASURE.fullmatch(maal):
            catalog = catalog.with_column_pattern(maal, pattern.replace(LEVEL, match[1]))
    return catalog


def _addresses(environment: Mapping[str, str], faults: FindingCollector) -> Addresses:
    given = {
        "OPPFOLGING_UDIR_RAPPORT_URL": environment.get("OPPFOLGING_UDIR_RAPPORT_URL") or Addresses.rapport,
        "OPPFOLGING_UDIR_EKSPORT_URL": environment.get("OPPFOLGING_UDIR_EKSPORT_URL") or Addresses.eksport,
        "OPPFOLGING_KLASS_URL": environment.get("OPPFOLGING_KLASS_URL") or Addresses.klass,
    }
    for name, address in given.items():
        if found := address_fault(address):
            expected = "https://host/path, or http:// for a host on this machine; no user, password, query or fragment"
            faults.add(Finding(found, expected, "Correct the address.", key=name))
    return Addresses(*(address.rstrip("/") for address in given.values()))


def _kontakt(environment: Mapping[str, str], faults: FindingCollector) -> str | None:
    name = "OPPFOLGING_KONTAKT"
    kontakt = (environment.get(name) or "").strip(" ")
    if not (kontakt.isascii() and kontakt.isprintable()):
        faults.add(Finding("signs that no header may hold", "printable ASCII", "Write it without them.", key=name))
    return kontakt or None


def _seconds(
    environment: Mapping[str, str],
    faults: FindingCollector,
    name: str,
    default: float,
    *,
    least: float = 0,
    above: float = -inf,
    most: float = inf,
) -> float:
    text = environment.get(name)
    if not text:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = inf
    if isfinite(seconds) and above < seconds and least <= seconds <= most:
        return seconds
    expected = f"seconds above {above:g}" if isfinite(above) else f"seconds from {least:g} to {most:g}"
    faults.add(Finding(f"'{text}'", expected, "Correct the number.", key=name))
    return default


def _protokoll_url(environment: Mapping[str, str], faults: FindingCollector) -> str | None:
    name = "OPPFOLGING_PROTOKOLL_URL"
    url = environment.get(name) or None
    # SQLAlchemy reads it where the ledger is opened; here only that it is a URL at all.
    if url and not re.match(r"[a-z][\w+]*://", url, re.ASCII):
        expected = "a SQLAlchemy URL, for example postgresql+psycopg://user@host/name"
        faults.add(Finding("text that is no such URL (not shown)", expected, "Correct the URL.", key=name))
    return url
