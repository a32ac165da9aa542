"""Breaks in a source's series: the typed model of `breaks.yaml`.

Belongs here: what a break is, which figures it concerns and when a window spans it. Does not belong here: which breaks
a rule set permits (`model`), or stopping a run (`staging.vindusbrudd`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from oppfolging_pipeline.core.skoleaar import is_skoleaar, start_year
from oppfolging_pipeline.core.yaml_document import load_document, refusal, refuse, shown, validate
from oppfolging_pipeline.rules.catalog import Catalog, default_catalog
from oppfolging_pipeline.rules.indikator import catalog_of
from oppfolging_pipeline.rules.parameter import Heltall, Kjennetegn, Regel, Tekst, refuse_carried, refuse_doubled

Slag = Literal["ny_skala", "avlyst_eksamen", "omdefinering", "trukket_tilbake"]
TRUKKET_TILBAKE: Slag = "trukket_tilbake"

_Some = Field(default=None, min_length=1)


class Brudd(Regel):
    """One break. `indikatorer`, `trinn` and `maal` are None for everything of the source; a missing `fra_skoleaar` or
    `til_skoleaar` (both included) leaves that end open."""

    id: Kjennetegn
    kilde: str
    indikatorer: Annotated[tuple[str, ...] | None, _Some]
    trinn: Annotated[tuple[Heltall, ...] | None, _Some]
    maal: Annotated[tuple[str, ...] | None, _Some]
    slag: Slag
    fra_skoleaar: str | None = None
    til_skoleaar: Annotated[str | None, Field(default=None, validate_default=True)]
    tekst: Tekst
    referanse: Tekst

    @field_validator("kilde")
    @classmethod
    def _in_the_catalogue(cls, kilde: str, info: ValidationInfo) -> str:
        known = catalog_of(info).kilder
        if kilde not in known:
            expected = f"one of {', '.join(sorted(known))}"
            refuse([refusal(found=shown(kilde), expected=expected, action="Correct the name of the source.")])
        return kilde

    @field_validator("indikatorer", "trinn", "maal")
    @classmethod
    def _of_what_stands_before(
        cls, named: tuple[str | int, ...] | None, info: ValidationInfo
    ) -> tuple[str | int, ...] | None:
        before = ("kilde", "indikatorer", "trinn")[: ("indikatorer", "trinn", "maal").index(str(info.field_name)) + 1]
        if named is None or not info.data.keys() >= set(before):
            return named  # what stands before was refused: nobody can tell what belongs to it
        known = _known(catalog_of(info), str(info.field_name), info.data["kilde"], *(info.data[n] for n in before[1:]))
        refuse_doubled([str(one) for one in named], "each once", lambda index: (index,))
        refuse(
            refusal(
                found=shown(one),
                expected=f"one of {', '.join(map(str, known))}, of what is named before it",
                action="Correct it.",
                at=(index,),
            )
            for index, one in enumerate(named)
            if one not in known
        )
        return named

    @field_validator("fra_skoleaar", "til_skoleaar")
    @classmethod
    def _school_years_in_their_order(cls, skoleaar: str | None, info: ValidationInfo) -> str | None:
        if skoleaar is not None and not is_skoleaar(skoleaar):
            expected = "a school year such as 2024-25"
            refuse([refusal(found=shown(skoleaar), expected=expected, action="Correct the school year.")])
        if info.field_name == "fra_skoleaar" or "fra_skoleaar" not in info.data:
            return skoleaar
        first = info.data["fra_skoleaar"]
        if first is None and skoleaar is None:
            expected = "fra_skoleaar, til_skoleaar or both: a break lies somewhere"
            refuse([refusal(found="no school year", expected=expected, action="Write which years are affected.")])
        if first is not None and skoleaar is not None and skoleaar < first:
            expected = f"fra_skoleaar ({first}) or a later one"
            refuse([refusal(found=shown(skoleaar), expected=expected, action="Correct one of them.")])
        return skoleaar

    def concerns(self, indikator: str, trinn: int, maal: str, catalog: Catalog) -> bool:
        """Whether the figures of that indicator, grade and measure are among those that the break is in."""
        return (
            catalog.indikatorer[indikator].kilde == self.kilde
            and (self.indikatorer is None or indikator in self.indikatorer)
            and (self.trinn is None or trinn in self.trinn)
            and (self.maal is None or maal in self.maal)
        )

    def extent(self) -> tuple[object, ...]:
        """What the break is of: its kind, figures and years, whatever it is called and in whatever order they stand."""
        named = (self.indikatorer, self.trinn, self.maal)
        return (self.slag, self.kilde, *(one and frozenset(one) for one in named), self.fra_skoleaar, self.til_skoleaar)

    def affects(self, skoleaar: str) -> bool:
        """Whether the school year is one of the affected ones. Raises `PermanentError` if it is no school year."""
        year = start_year(skoleaar)
        after = self.fra_skoleaar is None or start_year(self.fra_skoleaar) <= year
        return after and (self.til_skoleaar is None or year <= start_year(self.til_skoleaar))

    def spanned_in(self, window: Sequence[str]) -> tuple[str, ...]:
        """The affected school years of the window when it spans the break, else none.

        It does when it holds an affected year beside one that is not; of withdrawn figures when it holds any.
        """
        affected = tuple(skoleaar for skoleaar in window if self.affects(skoleaar))
        whole_series = len(affected) == len(window) and self.slag != TRUKKET_TILBAKE
        return () if whole_series else affected


class SammeSpoersmaal(Regel):
    """A word that an indicator's questions are the same as before, in other words: the figures can be compared. From
    `fra_skoleaar` on it has exactly the questions of `tekster`."""

    indikator: str
    fra_skoleaar: str
    tekster: Annotated[tuple[Tekst, ...], Field(min_length=1)]
    grunn: Tekst
    referanse: Tekst

    @field_validator("indikator")
    @classmethod
    def _with_questions(cls, indikator: str, info: ValidationInfo) -> str:
        known = sorted(key for key, one in catalog_of(info).indikatorer.items() if one.kode is not None)
        if indikator not in known:
            expected = f"an indicator that is made of questions: {', '.join(known)}"
            refuse([refusal(found=shown(indikator), expected=expected, action="Correct its name.")])
        return indikator

    @field_validator("fra_skoleaar")
    @classmethod
    def _a_school_year(cls, skoleaar: str) -> str:
        if not is_skoleaar(skoleaar):
            expected = "a school year such as 2024-25"
            refuse([refusal(found=shown(skoleaar), expected=expected, action="Correct the school year.")])
        return skoleaar


class Bruddliste(Regel):
    """Every break that is known, each once and under an id of its own, and the changes that are none."""

    brudd: tuple[Brudd, ...]
    samme_spoersmaal: tuple[SammeSpoersmaal, ...] = ()

    @field_validator("brudd")
    @classmethod
    def _each_once(cls, brudd: tuple[Brudd, ...], info: ValidationInfo) -> tuple[Brudd, ...]:
        carried: tuple[Brudd, ...] = (info.context or {}).get("carried", ())
        refuse_doubled([each.id for each in brudd], "each id once", lambda index: (index, "id"))
        refuse_carried([each.id for each in brudd], [each.id for each in carried], lambda index: (index, "id"))
        every = [*carried, *brudd]
        extents = [each.extent() for each in every]
        # A set that permits one of two such ids would be stopped by the other.
        refuse(
            refusal(
                found=f"the same figures and years as '{every[extents.index(extent)].id}'",
                expected="each break under one id",
                action="Remove one of them." if extents.index(extent) >= len(carried) else "Remove it.",
                at=(index - len(carried), "id"),
            )
            for index, extent in enumerate(extents)
            if index >= len(carried) and extent in extents[:index]
        )
        return brudd

    def by_id(self) -> dict[str, Brudd]:
        """The breaks by their id."""
        return {each.id: each for each in self.brudd}

    def with_own(self, own: Bruddliste) -> Bruddliste:
        """These, and those of a home's own list that was read beside them."""
        return Bruddliste(
            brudd=(*self.brudd, *own.brudd), samme_spoersmaal=(*self.samme_spoersmaal, *own.samme_spoersmaal)
        )


def load_breaks_text(
    text: str, file: str, catalog: Catalog | None = None, carried: Bruddliste | None = None
) -> Bruddliste:
    """Breaks from the text of a YAML document; `file` is the name that faults carry. `carried`: those that they stand
    beside, and may not have the id or the extent of.

    Raises `InvalidInput` with every fault: row, key, found, expected, action.
    """
    context = {"catalog": catalog or default_catalog(), "carried": carried.brudd if carried else ()}
    return validate(load_document(text, file), Bruddliste, context=context)


@cache
def default_breaks() -> Bruddliste:
    """The breaks that the project carries."""
    file = resources.files(__package__).joinpath("breaks.yaml")
    return load_breaks_text(file.read_text(encoding="utf-8"), file.name)


def breaks_of(info: ValidationInfo) -> Bruddliste:
    """The breaks handed in with the validation, or those that the project carries."""
    handed_in: Bruddliste | None = (info.context or {}).get("breaks")
    return default_breaks() if handed_in is None else handed_in


def _known(
    catalog: Catalog,
    field: str,
    kilde: str,
    indikatorer: tuple[str, ...] | None = None,
    trinn: tuple[int, ...] | None = None,
) -> list[str | int]:
    """What may stand in the field: indicators of the source, their grades, or their measures on those grades."""
    chosen = {
        key: one
        for key, one in catalog.indikatorer.items()
        if one.kilde == kilde and (indikatorer is None or key in indikatorer)
    }
    if field == "indikatorer":
        return sorted(chosen)
    pairs = [(key, one) for key in chosen for one in chosen[key].trinn if trinn is None or one in trinn]
    if field == "trinn":
        return sorted({one for _, one in pairs})
    return sorted({maal for key, one in pairs for maal in catalog.maal_for(key, one)})
