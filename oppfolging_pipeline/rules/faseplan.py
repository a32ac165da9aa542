"""The typed model of the effort period (`faseplan.yaml`): phases, reports and deadlines.

Belongs here: the plan's shape and what makes a plan impossible. Does not belong here: dates of a cohort
(`cohorts.faseplan`).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import InitErrorDetails

from oppfolging_pipeline.core.yaml_document import load_document, refusal, refuse, shown, validate
from oppfolging_pipeline.rules.parameter import Heltall, Parameter, Regel, Tekst

Positivt = Annotated[Heltall, Field(gt=0)]
TAKING_PART = frozenset({"takket ja", "deltar", "fullført"})
"""The values of `deltakelse` under which a municipality is in a phase and owes reports."""
HALVAAR_PER_AAR = 2
"""Autumn and spring: what a school year is, not a choice."""


class Fase(Regel):
    """A phase: its terms, and what is to be done in each of them."""

    fase: Literal["Forfase", "Gjennomføringsfase"]
    halvaar: Parameter[tuple[Positivt, ...]]
    aktiviteter: Annotated[tuple[Tekst, ...], Field(min_length=1)]


class Rapport(Regel):
    """A report: the term at whose end it falls due, and those who each send one."""

    rapport_nr: Positivt
    navn: Tekst
    etter_halvaar: Parameter[Positivt]
    avsendere: Parameter[Annotated[tuple[Literal["kommune", "veileder", "statsforvalter"], ...], Field(min_length=1)]]


class Faseplan(Regel):
    """The whole period. Every term belongs to exactly one phase; a term has at most one report."""

    varighet_aar: Parameter[Positivt]
    faser: tuple[Fase, ...]
    rapporter: tuple[Rapport, ...]
    frist: Parameter[Literal["halvaarets_siste_dag"]]
    forfaller_dager: Parameter[Annotated[Heltall, Field(ge=0)]]

    @field_validator("faser")
    @classmethod
    def _every_term_in_one_phase(cls, faser: tuple[Fase, ...], info: ValidationInfo) -> tuple[Fase, ...]:
        terms = [term for fase in faser for term in fase.halvaar.verdi]
        varighet = info.data.get("varighet_aar")
        if varighet is not None and terms != list(range(1, varighet.verdi * HALVAAR_PER_AAR + 1)):
            expected = f"the terms 1 to {varighet.verdi * HALVAAR_PER_AAR}, each once and in order"
            found = ", ".join(map(str, terms)) or "no terms"
            refuse([refusal(found=found, expected=expected, action="Correct the terms of the phases.")])
        return faser

    @field_validator("rapporter")
    @classmethod
    def _one_report_at_a_time(cls, rapporter: tuple[Rapport, ...], info: ValidationInfo) -> tuple[Rapport, ...]:
        last = max((term for fase in info.data.get("faser", ()) for term in fase.halvaar.verdi), default=None)
        numbers = [each.rapport_nr for each in rapporter]
        terms = [each.etter_halvaar.verdi for each in rapporter]
        faults = []
        for index, each in enumerate(rapporter):
            senders = each.avsendere.verdi
            if each.rapport_nr in numbers[:index]:
                faults.append(_fault(each.rapport_nr, "each report number once", (index, "rapport_nr")))
            if terms[index] in terms[:index] or (last is not None and terms[index] > last):
                expected = f"a term of the period (1 to {last}) that no other report falls due after"
                faults.append(_fault(terms[index], expected, (index, "etter_halvaar", "verdi")))
            if len(set(senders)) < len(senders):
                faults.append(_fault(senders, "each sender once", (index, "avsendere", "verdi")))
        refuse(faults)
        return rapporter

    def fase_i(self, halvaar_nr: int) -> Fase:
        """The phase of a term of the period."""
        return next(fase for fase in self.faser if halvaar_nr in fase.halvaar.verdi)

    def rapport_etter(self, halvaar_nr: int) -> Rapport | None:
        """The report that falls due at the end of the term, if any."""
        return next((each for each in self.rapporter if each.etter_halvaar.verdi == halvaar_nr), None)

    @property
    def halvaar(self) -> range:
        """The numbers of the terms, 1 to 6 for three years."""
        return range(1, self.varighet_aar.verdi * HALVAAR_PER_AAR + 1)


def _fault(found: object, expected: str, at: tuple[str | int, ...]) -> InitErrorDetails:
    return refusal(found=shown(found), expected=expected, action="Correct it.", at=at)


def load_faseplan_text(text: str, file: str) -> Faseplan:
    """A plan from the text of a YAML document. Raises `InvalidInput` with every fault."""
    return validate(load_document(text, file), Faseplan)


@cache
def default_faseplan() -> Faseplan:
    """The plan that the project carries."""
    file = resources.files(__package__).joinpath("faseplan.yaml")
    return load_faseplan_text(file.read_text(encoding="utf-8"), file.name)
