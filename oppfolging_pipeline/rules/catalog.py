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
# What the number of pupils that a source gives beside a figure counts: those who answered, or those of them that a
# share says how many there are of (its numerator).
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
    municipalities that are shown, weighted by participants. No measure has them whose count is no weight (see
    `Maal.veies_med_antall`): its shielding follows the figure, so that the shown ones are not like the others.
    """

    landet_fra_aar_til_aar: float = Field(gt=0)
    fylke_fra_aar_til_aar: float = Field(gt=0)
    landet_mot_kommunene: float | None = Field(default=None, gt=0)
    fylke_mot_kommunene: float | None = Field(default=None, gt=0)


class Maal(_Fact):
    """A measure: what the number is, which way is better, and the range that it can lie in.

    `ventet_min` and `ventet_maks`: the narrower range that figures of units are expected in; None where it is the same.
    `trinn`: the grades that have it; None for every grade of the indicator. `toleranse` has no default: a measure
    without one would pass every comparison. `antall_er`: what the number of pupils beside it counts. `snitt_over`: whom
    the figure is a mean over, those who answered or those who were invited. `vekt_fra`: the indicator whose count is
    the figure's weight, for a measure whose own count is a numerator.
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
    antall_er: AntallEr
    snitt_over: Literal["besvart", "invitert"] = "besvart"
    vekt_fra: str | None = None
    trinn: tuple[int, ...] | None = None

    @property
    def veies_med_antall(self) -> bool:
        """Whether the figure of a whole is the mean of its parts' figures, weighted by their counts. If not, the count
        is the numerator of the figure."""
        return self.antall_er == self.snitt_over

    @model_validator(mode="after")
    def _count_is_told(self) -> Maal:
        if (self.antall_er == "teller") != (self.vekt_fra is not None):
            raise ValueError("vekt_fra must stand where antall_er is teller, and nowhere else")
        means = (self.toleranse.landet_mot_kommunene, self.toleranse.fylke_mot_kommunene)
        if any((bound is not None) != self.veies_med_antall for bound in means):
            raise ValueError(
                "toleranse: landet_mot_kommunene and fylke_mot_kommunene must stand where the count is the weight of "
                "the figure, and nowhere else"
            )
        return self


class Indikator(_Fact):
    """A statistic of a source. `kode` is the source's own code where it has one.

    `samme_proeve`: the grades, lowest first, whose pupils take one and the same test on one scale. `valgfri`: nothing
    stops where it is not there.
    """

    navn: str
    kilde: str
    trinn: tuple[int, ...]
    maal: tuple[str, ...]
    kildenavn: tuple[str, ...]
    kode: str | None = None
    samme_proeve: tuple[int, ...] = ()
    valgfri: bool = False

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
            for maal in indikator.maal:
                self._weight_is_there(key, maal)
        return self

    def _weight_is_there(self, key: str, maal: str) -> None:
        """The weight is a count of those who answered, of the same source and of every grade of the indicator."""
        name = self.maal[maal].vekt_fra
        if name is None:
            return
        weight, own = self.indikatorer.get(name), self.indikatorer[key]
        if weight is None or weight.kilde != own.kilde or not set(own.trinn) <= set(weight.trinn):
            raise ValueError(f"maal.{maal}: vekt_fra {name} is no indicator of {own.kilde} with trinn {own.trinn}")
        if len(weight.maal) != 1 or self.maal[weight.maal[0]].antall_er != "besvart":
            raise ValueError(f"maal.{maal}: vekt_fra {name} must have one measure, whose antall_er is besvart")

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
