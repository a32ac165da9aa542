"""Settings: where data live, from the environment, validated.

Belongs here: reading and validating `OPPFOLGING_…`. Does not belong here: any parameter of a rule (the rule sets).
Every variable is documented in `.env.example`; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.rules.catalog import Catalog, default_catalog

PREFIX = "OPPFOLGING_"
VARIABLES = {
    "OPPFOLGING_HOME": "The folder with the pipeline's data: archive, lake and published file. Default: ./data",
    "OPPFOLGING_INBOX": "The folder with files downloaded from Udir. Without it the invented example country is used.",
    "OPPFOLGING_MESTRINGSNIVAA_1_KOLONNE": (
        "Regular expression for the download's column with the share on mestringsnivå 1. Default: the catalogue's."
    ),
}


@dataclass(frozen=True)
class Settings:
    """Validated settings. `inbox` is None for the example country."""

    home: Path
    inbox: Path | None
    catalog: Catalog


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from an environment that is handed in. Raises `InvalidInput` with every fault."""
    faults = FindingCollector()
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in VARIABLES:
            faults.add(
                Finding(
                    key=name,
                    found="an unknown variable",
                    expected=", ".join(VARIABLES),
                    action="Correct its name or take it out of the environment.",
                )
            )
    catalog = default_catalog()
    pattern = environment.get("OPPFOLGING_MESTRINGSNIVAA_1_KOLONNE")
    if pattern:
        try:
            re.compile(pattern)
            catalog = catalog.with_column_pattern("andel_mestringsnivaa_1", pattern)
        except re.error as error:
            faults.add(
                Finding(
                    key="OPPFOLGING_MESTRINGSNIVAA_1_KOLONNE",
                    found=f"'{pattern}' ({error})",
                    expected="a regular expression",
                    action="Correct the pattern.",
                )
            )
    faults.raise_if_any()
    inbox = environment.get("OPPFOLGING_INBOX")
    return Settings(
        home=Path(environment.get("OPPFOLGING_HOME") or "data").absolute(),
        inbox=Path(inbox).absolute() if inbox else None,
        catalog=catalog,
    )
