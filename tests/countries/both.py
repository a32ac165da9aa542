"""Both computations of a country, from the files to the decision, and where they differ.

Belongs here: calling them. Does not belong here: drawing (`country`), or any expectation.

`python -m tests.countries.both 17 23` tells of the countries 17 and 23 and of their differences.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.engine import Engine, Lake, open_engine
from oppfolging_pipeline.identification.etterregning.sammenligning import Avvik, sammenlign
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.observasjon import combine
from tests.countries.country import Country, draw_country
from tests.support.decision import Inputs, decide_again, decide_by_steps

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Outcome:
    """What came of a country: the differences, what the second computation decided, and what was refused."""

    country: Country
    differences: tuple[Avvik, ...] = ()
    tables: Mapping[str, pd.DataFrame] | None = None
    refused: str | None = None

    @property
    def fault(self) -> str | None:
        """What is wrong, for a person; None when nothing is."""
        if self.refused is None and not self.differences:
            return None
        lines = [f"country {self.country.seed}:", *(f"  {line}" for line in self.country.told)]
        lines += [f"  refused: {self.refused}"] * (self.refused is not None)
        lines += [f"  {one.tabell}: {one.tekst}" for one in self.differences[:12]]
        return "\n".join([*lines, f"  {len(self.differences)} differences"])


def both(seed: int) -> Outcome:
    """Both computations of the country of that number."""
    country = draw_country(seed)
    with open_engine() as engine, tempfile.TemporaryDirectory() as folder:
        try:
            inputs = Inputs(_lake(engine, country, Path(folder)), _request(country))
            again = decide_again(inputs, country.prioritet)
            steps = decide_by_steps(engine, inputs, country.register, Lake(Path(folder) / "steg"), country.prioritet)
        except InvalidInput as refusal:
            return Outcome(country, refused=str(refusal))
        return Outcome(country, tuple(sammenlign(again, steps)), again.tabeller)


def _request(country: Country) -> Request:
    return Request(country.uttrekksaar, country.rule_set, default_catalog())


def _lake(engine: Engine, country: Country, folder: Path) -> Lake:
    """The observations and the register, as the assets leave them."""
    lake = Lake(folder / "lager")
    combine(country.files, country.register, default_catalog(), engine.connection, country.corrections)
    engine.connection.execute("ALTER TABLE observasjon RENAME TO satt_sammen")
    staged = [
        engine.write(
            engine.run(f"SELECT * FROM satt_sammen WHERE kilde = '{kilde}' AND skoleaar = '{skoleaar}'"),
            "observasjon", lake, {"kilde": kilde, "skoleaar": skoleaar},
        )
        for kilde, skoleaar in engine.connection.execute(
            "SELECT DISTINCT kilde, skoleaar FROM satt_sammen ORDER BY ALL"
        ).fetchall()
    ]  # fmt: skip
    lake.commit([*staged, engine.write(country.register.rader(), "kommune", lake)])
    return lake


if __name__ == "__main__":
    for number in map(int, sys.argv[1:]):
        outcome = both(number)
        print(outcome.fault or f"country {number}: both agree")  # noqa: T201 (a command line)
