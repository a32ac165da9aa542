"""The typed model of an indicator set: what a set decides, each value with its source.

Belongs here: the shape of a set, and everything that makes a set impossible. Does not belong here: reading files
(`loader`), facts about the statistics (`catalog`), or computing anything from figures (`indicators`).

A set is validated against a catalogue handed in as `context={"catalog": …}`; without one, the catalogue that the
project carries. Where Udir is the source of a rule, the set says so in `kilde`.
"""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.skoleaar import window
from oppfolging_pipeline.core.yaml_document import refusal, refuse, shown
from oppfolging_pipeline.rules.brudd import breaks_of
from oppfolging_pipeline.rules.canonical import canonical_json, flattened
from oppfolging_pipeline.rules.indikator import SettIndikator, catalog_of
from oppfolging_pipeline.rules.parameter import (
    Heltall,
    Kjennetegn,
    Parameter,
    Regel,
    Tall,
    Tekst,
    plain_number,
    refuse_doubled,
)

Positivt = Annotated[Heltall, Field(gt=0)]
Prosent = Annotated[Tall, Field(ge=0, le=100)]
Null = Annotated[Literal[0], BeforeValidator(plain_number)]

ANY_BREAK = "any_break"
"""In the context of a validation: the breaks that the set was written beside are not known."""


def _kalt(tekst: str) -> Any:
    """A value that must stand, called so where people read what differs between two sets."""
    return Field(description=tekst)


# Every order ends with the number: no two municipalities share it, so no order leaves anything to chance.
ENTYDIG = "lavest_kommunenr"
Likhetsregel1 = Literal["flest_celler_forbi_absolutt", "flest_mulige_poeng", "lavest_kommunenr"]
Kriterium2 = Literal["statsforvalterens_prioritet", "storst_spredning"]
Likhetsregel2 = Literal["vurdert_foran_ikke_vurdert", "hoyest_andel", "lavest_kommunenr"]


def _ends_with_the_number(rules: tuple[str, ...]) -> tuple[str, ...]:
    refuse_doubled(rules, "each rule once", lambda index: (index,))
    if rules[-1] != ENTYDIG:
        expected = f"'{ENTYDIG}' as the last rule"
        refuse([refusal(found=shown(rules[-1]), expected=expected, action="Add it.", at=(len(rules) - 1,))])
    return rules


VedLikhet1 = Annotated[tuple[Likhetsregel1, ...], Field(min_length=1), AfterValidator(_ends_with_the_number)]
VedLikhet2 = Annotated[tuple[Likhetsregel2, ...], Field(min_length=1), AfterValidator(_ends_with_the_number)]


class Poeng(Regel):
    """Points for a figure worse than the national limit and, instead, for one worse than the absolute limit."""

    nasjonal: Parameter[Positivt] = _kalt("poeng for et tall dårligere enn den nasjonale grensen")
    absolutt: Parameter[Positivt] = _kalt("poeng for et tall dårligere enn den absolutte grensen")

    @field_validator("absolutt")
    @classmethod
    def _worse_never_gives_fewer(cls, absolutt: Parameter[Positivt], info: ValidationInfo) -> Parameter[Positivt]:
        nasjonal = info.data.get("nasjonal")
        if nasjonal is not None and absolutt.verdi < nasjonal.verdi:
            expected = f"at least the points of nasjonal, {nasjonal.verdi}"
            action = "Worse than the absolute limit cannot give fewer points."
            refuse([refusal(found=shown(absolutt.verdi), expected=expected, action=action, at=("verdi",))])
        return absolutt


class Kategori1(Regel):
    """Municipalities by their own share. `naer_grensen` is in percentage points from changing side of the cut;
    `ved_likhet` decides between equal shares, rule by rule."""

    antall: Parameter[Positivt] = _kalt("kommuner i kategori 1")
    naer_grensen: Parameter[Prosent] = _kalt("prosentpoeng fra å skifte side som er nær grensen")
    ved_likhet: Parameter[VedLikhet1] = _kalt("hva som avgjør mellom like andeler i kategori 1")


class Spredning(Regel):
    """How the spread between a municipality's schools is measured, and the level (percentage points) it must reach."""

    maal: Parameter[Literal["standardavvik", "maks_min"]] = _kalt("hvordan spredningen mellom skolene måles")
    nivaa: Parameter[Prosent] = _kalt("spredningen en kandidat i kategori 2 må ha, i prosentpoeng")


class Kategori2(Regel):
    """Municipalities by the spread between their schools. `ovre_andel` is in percent of all assessed schools.

    Candidates are ordered by `rekkefolge`, criterion by criterion, and those that are equal in all of it by
    `ved_likhet`. `ikke_vurdert_kan_vaere_kandidat`: also a municipality whose own figures are too few to assess it.
    """

    antall: Parameter[Annotated[Heltall, Field(ge=0)]] = _kalt("kommuner i kategori 2")
    min_skoler: Parameter[Annotated[Heltall, Field(ge=2)]] = _kalt("vurderte skoler en kandidat må ha")
    spredning: Spredning
    ovre_andel: Parameter[Annotated[Tall, Field(gt=0, le=100)]] = _kalt("prosent av skolene som er den øvre delen")
    ikke_vurdert_kan_vaere_kandidat: Parameter[Annotated[bool, Field(strict=True)]] = _kalt(
        "om en kommune som ikke er vurdert, kan være kandidat"
    )
    rekkefolge: Parameter[tuple[Kriterium2, ...]] = _kalt("hva kandidatene ordnes etter")
    ved_likhet: Parameter[VedLikhet2] = _kalt("hva som avgjør mellom like kandidater")

    @field_validator("rekkefolge")
    @classmethod
    def _by_spread(cls, rekkefolge: Parameter[tuple[str, ...]]) -> Parameter[tuple[str, ...]]:
        refuse_doubled(rekkefolge.verdi, "each criterion once", lambda index: ("verdi", index))
        if "storst_spredning" not in rekkefolge.verdi:
            found, expected = ", ".join(rekkefolge.verdi) or "nothing", "'storst_spredning' among the criteria"
            refuse([refusal(found=found, expected=expected, action="Add it.", at=("verdi",))])
        return rekkefolge

    @field_validator("ved_likhet")
    @classmethod
    def _only_shares_that_there_are(
        cls, ved_likhet: Parameter[tuple[str, ...]], info: ValidationInfo
    ) -> Parameter[tuple[str, ...]]:
        rules, unassessed = ved_likhet.verdi, info.data.get("ikke_vurdert_kan_vaere_kandidat")
        if unassessed is None or not unassessed.verdi or "hoyest_andel" not in rules:
            return ved_likhet
        place = rules.index("hoyest_andel")
        if "vurdert_foran_ikke_vurdert" not in rules[:place]:
            expected = "'vurdert_foran_ikke_vurdert' before it: a municipality that is not assessed has no share"
            found, action = shown("hoyest_andel"), "Add it, or let only assessed ones be candidates."
            refuse([refusal(found=found, expected=expected, action=action, at=("verdi", place))])
        return ved_likhet


class RuleSet(Regel):
    """An indicator set. Its identity is `sha256`: comments and the order of keys are not part of it.

    `brudd`: the breaks that its window may span, by the ids of `breaks.yaml`.
    """

    navn: Kjennetegn
    tittel: Tekst = _kalt("settets tittel")
    offisielt: Annotated[bool, Field(strict=True)] = _kalt("om settet kaller seg offisielt")
    merknad: Annotated[Tekst | None, Field(default=None, description="settets merknad")]
    antall_aar: Parameter[Positivt] = _kalt("skoleår i vinduet")
    indikatorer: Annotated[tuple[SettIndikator, ...], Field(min_length=1)]
    forsinkelse: dict[str, Parameter[Annotated[Heltall, Field(ge=0)]]] = _kalt("skoleår kilden ligger etter")
    poeng: Poeng
    poenggrunnlag: Parameter[Literal["per_aar"]] = _kalt("hva poengene gis for")
    nasjonal_grense: Parameter[Literal["publisert", "beregn"]] = _kalt("hvor den nasjonale grensen kommer fra")
    min_dekning: Parameter[Annotated[Tall, Field(gt=0, le=1)]] = _kalt("den minste dekningen som vurderes")
    min_aar: Parameter[Positivt] = _kalt("det minste antallet år med tall som vurderes")
    eierform: Parameter[Literal["alle"]] = _kalt("eierformen tallene gjelder")
    min_elever: Parameter[Null] = _kalt("det minste antallet elever bak et tall")
    tidligere_deltakere: Parameter[Literal["vurderes_paa_nytt"]] = _kalt("hva som gjøres med tidligere deltakere")
    identifikasjonsdato: Parameter[str] = _kalt("dagen det identifiseres, måned og dag")
    brudd: Parameter[tuple[str, ...]] = _kalt("brudd i tidsserien som vinduet kan gå over")
    kategori1: Kategori1
    kategori2: Kategori2

    @field_validator("indikatorer")
    @classmethod
    def _one_measure_each(cls, indikatorer: tuple[SettIndikator, ...]) -> tuple[SettIndikator, ...]:
        keys = [(each.indikator, each.trinn) for each in indikatorer]
        refuse(
            refusal(
                found=f"{key[0]} on trinn {key[1]} for the second time",
                expected="each indicator and grade once, with one measure",
                action="Remove one of them.",
                at=(index,),
            )
            for index, key in enumerate(keys)
            if key in keys[:index]
        )
        return indikatorer

    @field_validator("forsinkelse")
    @classmethod
    def _a_lag_for_each_source(
        cls, forsinkelse: dict[str, Parameter[int]], info: ValidationInfo
    ) -> dict[str, Parameter[int]]:
        catalog = catalog_of(info)
        known = ", ".join(sorted(catalog.kilder))
        faults = [
            refusal(found="an unknown source", expected=f"one of {known}", action="Correct the name.", at=(kilde,))
            for kilde in forsinkelse
            if kilde not in catalog.kilder
        ]
        if "indikatorer" in info.data:
            used = {catalog.indikatorer[each.indikator].kilde for each in info.data["indikatorer"]}
            faults += [
                refusal(found="nothing", expected="the lag of a source in use", action="Add it.", at=(kilde,))
                for kilde in sorted(used - forsinkelse.keys())
            ]
            faults += [
                refusal(
                    found="a source that no indicator uses",
                    expected=f"exactly {', '.join(sorted(used))}",
                    action="Remove it.",
                    at=(kilde,),
                )
                for kilde in forsinkelse
                if kilde in catalog.kilder and kilde not in used
            ]
        refuse(faults)
        return forsinkelse

    @field_validator("min_aar")
    @classmethod
    def _no_more_years_than_there_are(cls, min_aar: Parameter[Positivt], info: ValidationInfo) -> Parameter[Positivt]:
        antall_aar = info.data.get("antall_aar")
        if antall_aar is not None and min_aar.verdi > antall_aar.verdi:
            expected = f"at most antall_aar, {antall_aar.verdi}"
            refuse([refusal(found=shown(min_aar.verdi), expected=expected, action="Lower it.", at=("verdi",))])
        return min_aar

    @field_validator("identifikasjonsdato")
    @classmethod
    def _a_day_of_every_spring(cls, value: Parameter[str]) -> Parameter[str]:
        try:
            # 2001 is no leap year: 02-29 is refused, because the day must exist every year.
            valid = date.fromisoformat(f"2001-{value.verdi}") <= date(2001, 7, 31)
        except ValueError:
            valid = False
        if not valid:
            expected = "a day of the spring that exists every year, written MM-DD, from 01-01 to 07-31"
            refuse([refusal(found=shown(value.verdi), expected=expected, action="Correct the date.", at=("verdi",))])
        return value

    @field_validator("brudd")
    @classmethod
    def _breaks_that_it_can_meet(
        cls, brudd: Parameter[tuple[str, ...]], info: ValidationInfo
    ) -> Parameter[tuple[str, ...]]:
        refuse_doubled(brudd.verdi, "each break once", lambda index: ("verdi", index))
        if (info.context or {}).get(ANY_BREAK):
            return brudd
        known, catalog = breaks_of(info).by_id(), catalog_of(info)
        own = [(one.indikator, one.trinn, one.maal) for one in info.data.get("indikatorer", ())]
        faults = []
        for index, each in enumerate(brudd.verdi):
            if each not in known:
                expected, action = f"one of {', '.join(sorted(known))}", "Correct the id of the break."
            elif own and not any(known[each].concerns(*one, catalog) for one in own):
                expected, action = "a break in figures of the set's own indicators", "Remove it."
            else:
                continue
            faults.append(refusal(found=shown(each), expected=expected, action=action, at=("verdi", index)))
        refuse(faults)
        return brudd

    @property
    def sha256(self) -> str:
        """The set's identity: the digest of its content as canonical JSON. 20 and 20.0 are the same content."""
        return hashlib.sha256(canonical_json(self).encode()).hexdigest()

    def parametre(self) -> list[dict[str, Any]]:
        """Every parameter as `{navn, verdi, kilde, grunn}`, ready for JSON.

        `navn` is dotted (`kategori2.spredning.nivaa`, `indikatorer.lesing.5.vekt`). Integers stay integers; a decimal
        is its exact text. An absolute limit gives two rows, `….absolutt_grense.metode` and `….absolutt_grense.verdi`.
        """
        return flattened(self)

    def vindu(self, kilde: str, uttrekksaar: int) -> list[str]:
        """The school years of a source for an identification in the spring of `uttrekksaar`, oldest first.

        Raises `PermanentError` for a source that the set does not use.
        """
        if kilde not in self.forsinkelse:
            used = ", ".join(sorted(self.forsinkelse))
            raise PermanentError(f"rule set {self.navn}: found the source '{kilde}'; expected one of {used}")
        return window(uttrekksaar, self.forsinkelse[kilde].verdi, self.antall_aar.verdi)

    def identifikasjonsdag(self, uttrekksaar: int) -> date:
        """The day of the identification, whose municipality register is used."""
        return date.fromisoformat(f"{uttrekksaar:04d}-{self.identifikasjonsdato.verdi}")


def absolute_limit_is_on_wrong_side(retning: str, nasjonal: Decimal, absolutt: Decimal) -> bool:
    """Whether the absolute limit is better than the national one, so that 'worse' would mean two things.

    Known only with figures for a limit of method `verdi` or `persentil`. An equal limit is on no wrong side: then each
    figure worse than it gets the points of the absolute limit.
    """
    return absolutt > nasjonal if retning == "hoyere_er_bedre" else absolutt < nasjonal
