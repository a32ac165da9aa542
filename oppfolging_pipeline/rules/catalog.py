"""The typed model of the catalogue (`catalog.yaml`): sources, measures and indicators as facts.

Belongs here: what can be asked for. Does not belong here: weights and limits (`model`).
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

Retning = Literal["hoyere_er_bedre", "lavere_er_bedre", "ingen"]
AntallEr = Literal["besvart", "teller"]


class _Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kilde(_Fact):
    """A source of figures.

    `kommuner_uten_tall` and `skoler_uten_tall`: the greatest share of the units of a cell that may have no figure at
    all, neither shown nor shielded. `kommuner_skjermet` and `skoler_skjermet`: the greatest share of the figures that
    there are that may be shielded.
    """

    navn: str
    referansedato: str = Field(pattern=r"^\d{2}-\d{2}$")
    kommuner_uten_rad: int = Field(ge=0)
    kommuner_med_skolegap: int = Field(ge=0)
    kommuner_uten_tall: float = Field(gt=0, lt=1)
    skoler_uten_tall: float = Field(gt=0, lt=1)
    kommuner_skjermet: float = Field(gt=0, lt=1)
    skoler_skjermet: float = Field(gt=0, lt=1)
    lisens: str


class Toleranse(_Fact):
    """How far figures of a measure may lie from what bears them out, in the measure's own unit.

    `landet_fra_aar_til_aar`: the country's change between two neighbouring school years. `fylke_fra_aar_til_aar`: a
    county's, beside the country's. `landet_mot_kommunene` and `fylke_mot_kommunene`: from the mean of the
    municipalities, weighted by participants.
    """

    landet_fra_aar_til_aar: float = Field(gt=0)
    fylke_fra_aar_til_aar: float = Field(gt=0)
    landet_mot_kommunene: float = Field(gt=0)
    fylke_mot_kommunene: float = Field(gt=0)


class Maal(_Fact):
    """A measure: what the number is, which way is better, and the range that it can lie in.

    `ventet_min` and `ventet_maks`: the narrower range that figures of units are expected in; None where it is the same.
    `trinn`: the grades that have it; None for every grade of the indicator. `toleranse` has no default: a measure
    without one would pass every comparison.
    """

    navn: str
    kolonne: str
    retning: Retning
    desimaler: int = Field(ge=0, le=3)
    min: float
    maks: float
    ventet_min: float | None = None
    ventet_maks: float | None = None
    enhet: str
    toleranse: Toleranse
    antall_er: AntallEr = "besvart"
    vekt_fra: str | None = None
    trinn: tuple[int, ...] | None = None


class Indikator(_Fact):
    """A statistic of a source. `kode` is the source's own code where it has one.

    `samme_proeve`: the grades, lowest first, whose pupils take one and the same test on one scale.
    """

    navn: str
    kilde: str
    trinn: tuple[int, ...]
    maal: tuple[str, ...]
    kildenavn: tuple[str, ...]
    kode: str | None = None
    samme_proeve: tuple[int, ...] = ()

    def samme_proeve_som(self, trinn: int) -> int | None:
        """The next grade below that takes the same test as this one; None where none does."""
        lower = [grade for grade in self.samme_proeve if grade < trinn and trinn in self.samme_proeve]
        return max(lower, default=None)


class Kolonner(_Fact):
    """Column patterns of a download: the number of pupils, and columns that are known and not used."""

    antall: str
    uten_bruk: tuple[str, ...]


class Catalog(_Fact):
    """Everything that a rule set may refer to, and how the sources name it."""

    kolonner: Kolonner

    kilder: dict[str, Kilde]
    maal: dict[str, Maal]
    indikatorer: dict[str, Indikator]

    @model_validator(mode="after")
    def _references_exist(self) -> Catalog:
        for key, indikator in self.indikatorer.items():
            if indikator.kilde not in self.kilder:
                raise ValueError(f"indikatorer.{key}: unknown kilde {indikator.kilde}")
            for maal in indikator.maal:
                if maal not in self.maal:
                    raise ValueError(f"indikatorer.{key}: unknown maal {maal}")
            if unknown := set(indikator.samme_proeve) - set(indikator.trinn):
                raise ValueError(
                    f"indikatorer.{key}: samme_proeve names trinn {sorted(unknown)}, which it does not have"
                )
        return self

    def trinn_of_kilde(self, kilde: str) -> frozenset[int]:
        """Every grade that some indicator of the source has."""
        return frozenset(trinn for i in self.indikatorer.values() if i.kilde == kilde for trinn in i.trinn)

    def maal_for(self, indikator: str, trinn: int) -> tuple[str, ...]:
        """The measures that the indicator has on a grade."""
        of_all = self.indikatorer[indikator].maal
        return tuple(key for key in of_all if (grades := self.maal[key].trinn) is None or trinn in grades)

    def maal_of_column(self, indikator: str, trinn: int, heading: str) -> str | None:
        """The measure of the indicator on a grade whose column pattern matches the heading, or None."""
        for key in self.maal_for(indikator, trinn):
            if re.search(self.maal[key].kolonne, heading):
                return key
        return None

    def with_column_pattern(self, maal: str, pattern: str) -> Catalog:
        """The same catalogue with another column pattern for one measure (a setting of the user's)."""
        changed = self.maal[maal].model_copy(update={"kolonne": pattern})
        return self.model_copy(update={"maal": {**self.maal, maal: changed}})


@cache
def default_catalog() -> Catalog:
    """The catalogue that the project carries."""
    text = resources.files(__package__).joinpath("catalog.yaml").read_text(encoding="utf-8")
    return Catalog.model_validate(yaml.safe_load(text))
