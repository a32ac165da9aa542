"""One indicator of a set: the statistic, its weight and its absolute lower limit.

Belongs here: what can be refused about one indicator, alone and against the catalogue. Does not belong here: what
holds between the indicators of a set (`model`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from oppfolging_pipeline.core.yaml_document import refusal, refuse, shown
from oppfolging_pipeline.rules.catalog import Catalog, Indikator, default_catalog
from oppfolging_pipeline.rules.parameter import Begrunnet, Heltall, Parameter, Regel, Tall, Tekst

Metode = Literal["verdi", "avvik", "persentil"]

MAX_DECIMALS = 3
"""The decimals of the published columns for figures and limits."""


class AbsoluttGrense(Begrunnet):
    """The absolute lower limit: a fixed number, so far on the worse side of the national limit (in the measure's
    unit), or a percentile of the municipalities' shown figures counted from the worse side."""

    metode: Metode
    verdi: Tall

    @field_validator("verdi")
    @classmethod
    def _on_the_worse_side(cls, verdi: Decimal, info: ValidationInfo) -> Decimal:
        metode = info.data.get("metode")
        exponent = verdi.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent > MAX_DECIMALS:
            expected = f"at most {MAX_DECIMALS} decimals, as limits are published with"
            refuse([refusal(found=shown(verdi), expected=expected, action="Round the limit.")])
        if metode == "avvik" and verdi <= 0:
            expected = "more than 0: the absolute limit lies on the worse side of the national limit"
            refuse([refusal(found=shown(verdi), expected=expected, action="Write the distance without a sign.")])
        if metode == "persentil" and not 0 < verdi < 50:
            expected = "between 0 and 50: the percentile counts from the worse side"
            refuse([refusal(found=shown(verdi), expected=expected, action="Correct the percentile.")])
        return verdi


class SettIndikator(Regel):
    """An indicator × grade of a set, with the one measure that is used for it."""

    indikator: str
    maal: str = Field(description="målet")
    trinn: Heltall
    omraade: Tekst = Field(description="området")
    vekt: Parameter[Annotated[Heltall, Field(gt=0)]] = Field(description="vekten")
    absolutt_grense: AbsoluttGrense

    @field_validator("indikator")
    @classmethod
    def _in_the_catalogue(cls, indikator: str, info: ValidationInfo) -> str:
        known = catalog_of(info).indikatorer
        if indikator not in known:
            expected = f"one of {', '.join(sorted(known))}"
            refuse([refusal(found=shown(indikator), expected=expected, action="Correct the name of the indicator.")])
        return indikator

    @field_validator("maal")
    @classmethod
    def _a_measure_of_the_indicator(cls, maal: str, info: ValidationInfo) -> str:
        fact = _indikator(info)
        if fact is not None and maal not in fact.maal:
            expected = f"a measure of {fact.navn}: {' or '.join(fact.maal)}"
            refuse([refusal(found=shown(maal), expected=expected, action="Correct the name of the measure.")])
        if fact is not None and catalog_of(info).maal[maal].retning == "ingen":
            expected = "a measure of which higher or lower is better"
            refuse([refusal(found=shown(maal), expected=expected, action="Weigh another measure.")])
        return maal

    @field_validator("trinn")
    @classmethod
    def _a_grade_of_the_indicator(cls, trinn: int, info: ValidationInfo) -> int:
        fact = _indikator(info)
        if fact is not None and trinn not in fact.trinn:
            expected = f"a grade of {fact.navn}: {' or '.join(map(str, fact.trinn))}"
            refuse([refusal(found=shown(trinn), expected=expected, action="Correct the grade.")])
        maal = catalog_of(info).maal.get(info.data.get("maal", ""))
        if maal is not None and maal.trinn is not None and trinn not in maal.trinn:
            expected = f"a grade with {maal.navn}: {' or '.join(map(str, maal.trinn))}"
            refuse([refusal(found=shown(trinn), expected=expected, action="Correct the grade or the measure.")])
        return trinn

    @field_validator("absolutt_grense")
    @classmethod
    def _inside_the_range(cls, grense: AbsoluttGrense, info: ValidationInfo) -> AbsoluttGrense:
        maal = catalog_of(info).maal.get(info.data.get("maal", ""))
        if maal is not None and grense.metode == "verdi" and not maal.min <= grense.verdi <= maal.maks:
            expected = f"a number from {maal.min:g} to {maal.maks:g} ({maal.enhet})"
            refuse([refusal(found=shown(grense.verdi), expected=expected, action="Correct it.", at=("verdi",))])
        return grense


def catalog_of(info: ValidationInfo) -> Catalog:
    """The catalogue handed in with the validation, or the one that the project carries."""
    found: Catalog = (info.context or {}).get("catalog") or default_catalog()
    return found


def _indikator(info: ValidationInfo) -> Indikator | None:
    return catalog_of(info).indikatorer.get(info.data.get("indikator", ""))
