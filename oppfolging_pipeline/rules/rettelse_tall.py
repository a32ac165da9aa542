"""The figures of a correction: what the source says today, and what is put in its place.

Belongs here: the two parts of an entry that hold figures, each by itself. Does not belong here: how they fit each other
and the rest of the entry (`rettelse`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from oppfolging_pipeline.core.yaml_document import refusal, refuse, shown
from oppfolging_pipeline.rules.parameter import Heltall, Regel, Tall

Elever = Annotated[Heltall, Field(ge=0, le=2**31 - 1)]  # what the declared column holds


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
