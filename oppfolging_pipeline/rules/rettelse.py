"""One correction of a known error in a source, of one cell: the typed model of an entry of `corrections.yaml`.

Belongs here: what a correction may say, and the days on which it is in force. Does not belong here: the list of them
(`rettelser`), applying one, or whether the source still says what it expects (`staging.rettelser`).

An entry is never deleted. It is in force from the day that the error became known (`registrert`) until the day from
which the source has it right itself (`opphoert`, not included): a decision of a day in between can then be made again.
One that ends on the day that it was registered was never in force.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator

from oppfolging_pipeline.core.skoleaar import first_day, is_skoleaar
from oppfolging_pipeline.core.yaml_document import refusal, refuse, shown
from oppfolging_pipeline.rules.catalog import Maal
from oppfolging_pipeline.rules.indikator import catalog_of
from oppfolging_pipeline.rules.parameter import Heltall, Kjennetegn, Regel, Tekst
from oppfolging_pipeline.rules.rettelse_tall import Forvent, Settes

FILE = "corrections.yaml"
"""The list that the program carries; a home may have one of its own beside it."""

Handling = Literal["utelat", "overstyr", "merk"]
Nivaa = Literal["nasjonalt", "fylke", "kommune", "skole"]

ONLY_WHOLE: tuple[Nivaa, ...] = ("nasjonalt", "fylke")
"""The levels whose figures are never missing: limits and the checks between levels rest on them."""

_CODE = {"nasjonalt": r"I", "fylke": r"\d{2}", "kommune": r"\d{4}", "skole": r"\d{9}"}


class Rettelse(Regel):
    """One correction of one cell, a row of `observasjon` by its grain.

    An override replaces a figure that is shown: what is shielded or missing is never given one, and what is shielded
    is never left out: as missing it would no longer keep back what it can be worked out from.
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
    opphoert: str | None = None
    _fil: str = PrivateAttr(default=FILE)

    def model_post_init(self, context: Any) -> None:
        """Remember the list that the entry stands in: whoever is to correct it must find it."""
        self._fil = (context or {}).get("file", FILE)

    @property
    def fil(self) -> str:
        """The file that the entry stands in."""
        return self._fil

    @property
    def egen(self) -> bool:
        """Whether it is the home's own, and not carried."""
        return self._fil != FILE

    @field_validator("id")
    @classmethod
    def _without_a_number_of_a_school(cls, name: str) -> str:
        if re.search(r"\d{9}", name):
            expected = "an id without an organisation number: it is published"
            refuse([refusal(found=shown(name), expected=expected, action="Choose another id.")])
        return name

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

    @field_validator("handling")
    @classmethod
    def _a_whole_country_is_not_left_out(cls, handling: Handling, info: ValidationInfo) -> Handling:
        if handling == "utelat" and info.data.get("nivaa") in ONLY_WHOLE:
            expected = "overstyr or merk: no run goes on without the figures of the nation and of every county"
            refuse([refusal(found="'utelat'", expected=expected, action="Replace the figure, or flag it.")])
        return handling

    @field_validator("forvent")
    @classmethod
    def _a_figure_that_can_be_read(cls, forvent: Forvent, info: ValidationInfo) -> Forvent:
        _in_range(forvent.verdi, info)
        if forvent.verdistatus != "vist" and info.data.get("handling") == "utelat":
            shielded = forvent.verdistatus == "skjermet"
            why = "a missing one would no longer count as shielded" if shielded else "it is left out"
            action = "Flag the cell (merk), or remove the correction." if shielded else "Remove the correction."
            expected = f"a figure that the source shows, because {why}"
            refuse([refusal(found=shown(forvent.verdistatus), expected=expected, action=action, at=("verdistatus",))])
        if forvent.verdistatus == "skjermet" and re.search(r"\d", info.data.get("id", "")):
            expected = "an id without any number, because the figure is shielded and the id is published"
            refuse([refusal(found="a number in the id", expected=expected, action="Choose another id.")])
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
            shown_as = forvent.verdi if settes_til.verdi is None else settes_til.verdi
            if settes_til.antall == 0 and forvent.verdistatus != "mangler" and not _may_be_of_nobody(shown_as, info):
                expected = f"1 or more: a figure that is {forvent.verdistatus} is of somebody"
                action = "Correct it, or leave a shown figure out (utelat)."
                refuse([refusal(found="0", expected=expected, action=action, at=("antall",))])
        return settes_til

    @field_validator("grunn")
    @classmethod
    def _no_number_of_what_is_shielded(cls, grunn: str, info: ValidationInfo) -> str:
        forvent = info.data.get("forvent")
        if forvent is not None and forvent.verdistatus == "skjermet" and re.search(r"\d", grunn):
            expected = "a reason without any number, because the figure is shielded and the reason is published"
            refuse([refusal(found="a number", expected=expected, action="Say it in words.")])
        return grunn

    @field_validator("registrert")
    @classmethod
    def _a_day_when_the_figure_could_be_known(cls, registrert: str, info: ValidationInfo) -> str:
        day, skoleaar = _day(registrert), info.data.get("skoleaar")
        if skoleaar is not None and day < (first := first_day(skoleaar)):
            expected = f"{first} or later: no figure of {skoleaar} was known before that school year"
            refuse([refusal(found=shown(registrert), expected=expected, action="Correct the date or the school year.")])
        return registrert

    @field_validator("opphoert")
    @classmethod
    def _ends_after_it_began(cls, opphoert: str | None, info: ValidationInfo) -> str | None:
        if opphoert is not None:
            day, registrert = _day(opphoert), info.data.get("registrert")
            if registrert is not None and day < _day(registrert):
                expected = f"{registrert}, when it was registered (then it was never in force), or a later day"
                refuse([refusal(found=shown(opphoert), expected=expected, action="Correct one of the dates.")])
        return opphoert

    @property
    def fra(self) -> date:
        """The first day that it is in force."""
        return date.fromisoformat(self.registrert)

    @property
    def til(self) -> date | None:
        """The first day that it is no longer in force; None while it is."""
        return None if self.opphoert is None else date.fromisoformat(self.opphoert)

    def in_force(self, day: date) -> bool:
        """Whether it applies to what is known that day."""
        return self.fra <= day and (self.til is None or day < self.til)

    def meets(self, other: Rettelse) -> bool:
        """Whether there is a day that both are in force."""
        first = max(self.fra, other.fra)
        return self.in_force(first) and other.in_force(first)

    @property
    def cell(self) -> tuple[str, str, str, str, str, str, int]:
        """The grain of `observasjon`: kilde, skoleaar, nivaa, enhet, indikator, maal, trinn."""
        return self.kilde, self.skoleaar, self.nivaa, self.enhet, self.indikator, self.maal, self.trinn

    @property
    def replaces_pupils(self) -> bool:
        """Whether it puts another number of pupils in the place of the source's."""
        return self.settes_til is not None and self.settes_til.antall is not None

    @property
    def replaces_only_pupils(self) -> bool:
        """Whether the figure stands as the source has it, with another number of pupils."""
        return self.replaces_pupils and self.settes_til is not None and self.settes_til.verdi is None

    @property
    def key(self) -> str:
        """The cell in words, as other messages name it."""
        return " ".join(map(str, self.cell))


def _day(text: str) -> date:
    try:
        valid = date.fromisoformat(text).isoformat() == text
    except ValueError:
        valid = False
    if not valid:
        refuse([refusal(found=shown(text), expected="a date, written 2024-05-31", action="Correct the date.")])
    return date.fromisoformat(text)


def _one_of(value: str | int, known: list[str] | list[int]) -> None:
    if value not in known:
        expected = f"one of {', '.join(map(str, known))}"
        refuse([refusal(found=shown(value), expected=expected, action="Correct it.")])


def _may_be_of_nobody(verdi: Decimal | None, info: ValidationInfo) -> bool:
    """Whether nought may stand beside the figure: a share of nought, where the count is those whom it counts."""
    maal: Maal | None = catalog_of(info).maal.get(info.data.get("maal", ""))
    return maal is not None and not maal.veies_med_antall and verdi == 0


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
