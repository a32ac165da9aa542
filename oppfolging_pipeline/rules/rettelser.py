"""Corrections of known errors in a source, one cell each: the typed model of `corrections.yaml`.

Belongs here: what a correction may say. Does not belong here: applying it, or whether the source still says what it
expects (`staging.rettelser`).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from oppfolging_pipeline.core.skoleaar import is_skoleaar
from oppfolging_pipeline.core.yaml_document import load_document, refusal, refuse, shown, validate
from oppfolging_pipeline.rules.catalog import Catalog, Maal, default_catalog
from oppfolging_pipeline.rules.indikator import catalog_of
from oppfolging_pipeline.rules.parameter import Heltall, Kjennetegn, Regel, Tall, Tekst, refuse_doubled

Handling = Literal["utelat", "overstyr", "merk"]
Nivaa = Literal["nasjonalt", "fylke", "kommune", "skole"]
Elever = Annotated[Heltall, Field(ge=0, le=2**31 - 1)]  # what the declared column holds

_CODE = {"nasjonalt": r"I", "fylke": r"\d{2}", "kommune": r"\d{4}", "skole": r"\d{9}"}


class Settes(Regel):
    """What an override puts in the place of the source's figure, of its number of pupils, or of both."""

    verdi: Tall | None = None
    antall: Annotated[Elever | None, Field(default=None, validate_default=True)]

    @field_validator("antall")
    @classmethod
    def _something(cls, antall: int | None, info: ValidationInfo) -> int | None:
        if antall is None and info.data.get("verdi", 0) is None:
            refuse([refusal(found="nothing", expected="verdi, antall or both", action="Write what is right.")])
        return antall


class Forvent(Regel):
    """What the source says today. `verdi` stands exactly when `verdistatus` is `vist`, `antall` when it is shown."""

    verdistatus: Literal["vist", "skjermet", "mangler"]
    verdi: Annotated[Tall | None, Field(default=None, validate_default=True)]
    antall: Elever | None = None

    @field_validator("verdi")
    @classmethod
    def _only_what_is_shown(cls, verdi: Decimal | None, info: ValidationInfo) -> Decimal | None:
        status = info.data.get("verdistatus")
        if status is not None and (status == "vist") != (verdi is not None):
            expected = "the figure that the source shows" if verdi is None else f"no figure, because it is {status}"
            refuse([refusal(found=shown(verdi), expected=expected, action="Write what the source says today.")])
        return verdi


class Rettelse(Regel):
    """One correction of one cell, a row of `observasjon` by its grain.

    An override replaces a figure that is shown: what is shielded or missing is never given one.
    """

    id: Kjennetegn
    kilde: str
    skoleaar: str
    nivaa: Nivaa
    enhet: str
    indikator: str
    trinn: Heltall
    maal: str
    handling: Handling
    forvent: Forvent
    settes_til: Annotated[Settes | None, Field(default=None, validate_default=True)]
    grunn: Tekst
    referanse: Tekst
    registrert: str

    @field_validator("skoleaar")
    @classmethod
    def _a_school_year(cls, skoleaar: str) -> str:
        if not is_skoleaar(skoleaar):
            expected = "a school year such as 2024-25"
            refuse([refusal(found=shown(skoleaar), expected=expected, action="Correct the school year.")])
        return skoleaar

    @field_validator("enhet")
    @classmethod
    def _a_code_of_its_level(cls, enhet: str, info: ValidationInfo) -> str:
        nivaa = info.data.get("nivaa")
        if nivaa is not None and not re.fullmatch(_CODE[nivaa], enhet, re.ASCII):
            expected = f"the code of a unit of level {nivaa} ({_CODE[nivaa]})"
            refuse([refusal(found=shown(enhet), expected=expected, action="Correct the code or the level.")])
        return enhet

    @field_validator("indikator")
    @classmethod
    def _an_indicator_of_the_source(cls, indikator: str, info: ValidationInfo) -> str:
        kilde, known = info.data.get("kilde"), catalog_of(info).indikatorer
        if kilde is not None:
            _one_of(indikator, sorted(key for key, one in known.items() if one.kilde == kilde))
        return indikator

    @field_validator("kilde")
    @classmethod
    def _a_source(cls, kilde: str, info: ValidationInfo) -> str:
        _one_of(kilde, sorted(catalog_of(info).kilder))
        return kilde

    @field_validator("trinn")
    @classmethod
    def _a_grade_of_the_indicator(cls, trinn: int, info: ValidationInfo) -> int:
        fact = catalog_of(info).indikatorer.get(info.data.get("indikator", ""))
        if fact is not None:
            _one_of(trinn, list(fact.trinn))
        return trinn

    @field_validator("maal")
    @classmethod
    def _a_measure_on_the_grade(cls, maal: str, info: ValidationInfo) -> str:
        if info.data.keys() >= {"indikator", "trinn"}:
            _one_of(maal, list(catalog_of(info).maal_for(info.data["indikator"], info.data["trinn"])))
        return maal

    @field_validator("forvent")
    @classmethod
    def _a_figure_that_can_be_read(cls, forvent: Forvent, info: ValidationInfo) -> Forvent:
        _in_range(forvent.verdi, info)
        if forvent.verdistatus == "mangler" and info.data.get("handling") == "utelat":
            expected = "a figure that the source has, because it is left out"
            refuse(
                [refusal(found="'mangler'", expected=expected, action="Remove the correction.", at=("verdistatus",))]
            )
        return forvent

    @field_validator("settes_til")
    @classmethod
    def _in_the_place_of_what_is_shown(cls, settes_til: Settes | None, info: ValidationInfo) -> Settes | None:
        handling, forvent = info.data.get("handling"), info.data.get("forvent")
        if handling is not None and (handling == "overstyr") != (settes_til is not None):
            expected = "what is right" if settes_til is None else f"nothing, because handling is {handling}"
            action = "Write what is put in its place, or correct the handling."
            refuse([refusal(found=shown(settes_til and dict(settes_til)), expected=expected, action=action)])
        if settes_til is None:
            return None
        _in_range(settes_til.verdi, info)
        if forvent is not None:
            refuse(
                refusal(
                    found=shown(right),
                    expected="nothing: only a figure that the source shows can be replaced, and by another one",
                    action="Remove it.",
                    at=(name,),
                )
                for name, right, today in (
                    ("verdi", settes_til.verdi, forvent.verdi),
                    ("antall", settes_til.antall, forvent.antall),
                )
                if right is not None and (today is None or right == today)
            )
        return settes_til

    @field_validator("registrert")
    @classmethod
    def _a_date(cls, registrert: str) -> str:
        try:
            valid = date.fromisoformat(registrert).isoformat() == registrert
        except ValueError:
            valid = False
        if not valid:
            expected = "a date, written 2024-05-31"
            refuse([refusal(found=shown(registrert), expected=expected, action="Correct the date.")])
        return registrert

    @property
    def cell(self) -> tuple[str, str, str, str, str, str, int]:
        """The grain of `observasjon`: kilde, skoleaar, nivaa, enhet, indikator, maal, trinn."""
        return self.kilde, self.skoleaar, self.nivaa, self.enhet, self.indikator, self.maal, self.trinn

    @property
    def key(self) -> str:
        """The cell in words, as other messages name it."""
        return " ".join(map(str, self.cell))


class Rettelsesliste(Regel):
    """Every known error, each under an id of its own; one cell has one correction."""

    rettelser: tuple[Rettelse, ...] = ()

    @field_validator("rettelser")
    @classmethod
    def _each_id_and_cell_once(cls, rettelser: tuple[Rettelse, ...]) -> tuple[Rettelse, ...]:
        refuse_doubled([each.id for each in rettelser], "each id once", lambda index: (index, "id"))
        refuse_doubled([each.key for each in rettelser], "one correction for one cell", lambda index: (index,))
        return rettelser

    def by_id(self) -> dict[str, Rettelse]:
        """The corrections by their id."""
        return {each.id: each for each in self.rettelser}


def load_corrections_text(text: str, file: str, catalog: Catalog | None = None) -> Rettelsesliste:
    """Corrections from the text of a YAML document; `file` is the name that faults carry.

    Raises `InvalidInput` with every fault: row, key, found, expected, action.
    """
    return validate(load_document(text, file), Rettelsesliste, context={"catalog": catalog or default_catalog()})


@cache
def default_corrections() -> Rettelsesliste:
    """The corrections that the project carries."""
    file = resources.files(__package__).joinpath("corrections.yaml")
    return load_corrections_text(file.read_text(encoding="utf-8"), file.name)


def _one_of(value: str | int, known: list[str] | list[int]) -> None:
    if value not in known:
        expected = f"one of {', '.join(map(str, known))}"
        refuse([refusal(found=shown(value), expected=expected, action="Correct it.")])


def _in_range(verdi: Decimal | None, info: ValidationInfo) -> None:
    """Refuse a figure that no cell of the measure can hold: outside its range, or with more decimals."""
    maal: Maal | None = catalog_of(info).maal.get(info.data.get("maal", ""))
    if verdi is None or maal is None:
        return
    exponent = verdi.as_tuple().exponent
    fits = isinstance(exponent, int) and -exponent <= maal.desimaler and maal.min <= verdi <= maal.maks
    if not fits:
        expected = f"a number from {maal.min:g} to {maal.maks:g} with at most {maal.desimaler} decimals"
        refuse([refusal(found=shown(verdi), expected=expected, action="Correct it.", at=("verdi",))])
