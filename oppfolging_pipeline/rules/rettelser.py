"""The corrections of known errors in the sources: the typed model of `corrections.yaml`, and which are in force.

Belongs here: the list as a whole. Does not belong here: what one correction may say (`rettelse`), or applying it
(`staging.rettelser`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources

from pydantic import ValidationInfo, field_validator

from oppfolging_pipeline.core.yaml_document import load_document, refusal, refuse, validate
from oppfolging_pipeline.rules.canonical import canonical_json
from oppfolging_pipeline.rules.catalog import Catalog, default_catalog
from oppfolging_pipeline.rules.parameter import Regel, refuse_carried, refuse_doubled
from oppfolging_pipeline.rules.rettelse import FILE, Rettelse


class Rettelsesliste(Regel):
    """Every known error, each under an id of its own; one cell has one correction at a time."""

    rettelser: tuple[Rettelse, ...] = ()

    @field_validator("rettelser")
    @classmethod
    def _each_id_and_cell_once(cls, rettelser: tuple[Rettelse, ...], info: ValidationInfo) -> tuple[Rettelse, ...]:
        carried: tuple[Rettelse, ...] = (info.context or {}).get("carried", ())
        refuse_doubled([each.id for each in rettelser], "each id once", lambda index: (index, "id"))
        refuse_carried([each.id for each in rettelser], [each.id for each in carried], lambda index: (index, "id"))
        refuse(
            refusal(
                found=f"'{each.key}' for the second time",
                expected="one correction of a cell at a time",
                action="Remove one of them, or end the first (opphoert) when the second begins.",
                at=(index,),
            )
            for index, each in enumerate(rettelser)
            if any(each.cell == before.cell and each.meets(before) for before in (*carried, *rettelser[:index]))
        )
        return rettelser

    def in_force(self, day: date) -> tuple[Rettelse, ...]:
        """Those that apply to what is known that day."""
        return tuple(each for each in self.rettelser if each.in_force(day))

    def with_own(self, own: Rettelsesliste) -> Rettelsesliste:
        """These, and those of a home's own list that was read beside them."""
        return Rettelsesliste(rettelser=(*self.rettelser, *own.rettelser))

    def by_id(self) -> dict[str, Rettelse]:
        """The corrections by their id."""
        return {each.id: each for each in self.rettelser}


def load_corrections_text(
    text: str, file: str, catalog: Catalog | None = None, carried: Rettelsesliste | None = None
) -> Rettelsesliste:
    """Corrections from the text of a YAML document; `file` is the name that faults carry. `carried`: those that they
    stand beside, and may not have the id or, on the same days, the cell of.

    Raises `InvalidInput` with every fault: row, key, found, expected, action.
    """
    context = {"catalog": catalog or default_catalog(), "carried": carried.rettelser if carried else (), "file": file}
    return validate(load_document(text, file), Rettelsesliste, context=context)


@cache
def default_corrections() -> Rettelsesliste:
    """The corrections that the project carries."""
    file = resources.files(__package__).joinpath(FILE)
    return load_corrections_text(file.read_text(encoding="utf-8"), file.name)


def sha256_of_those_in_force(rettelser: Sequence[Rettelse]) -> str:
    """The digest of corrections as they were known while they were in force: whatever their order, and whether or not
    they have ended since."""
    texts = sorted(canonical_json(each.model_copy(update={"opphoert": None})) for each in rettelser)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
