"""A parameter: a value that never stands without where it comes from.

Belongs here: `Parameter`, the reason that a value of ours must have, and the strict scalar types. Does not belong
here: which parameters there are (`model`, `faseplan`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationInfo,
    field_validator,
)

from oppfolging_pipeline.core.yaml_document import refusal, refuse, shown
from oppfolging_pipeline.core.yaml_nodes import Path

EGEN_ANTAKELSE = "egen antakelse"
"""The `kilde` of a value that Udir has not published: the default is ours."""

T = TypeVar("T")


def _one_line(text: str) -> str:
    stripped = text.strip()
    if not stripped or len(stripped.splitlines()) > 1:
        refuse([refusal(found=shown(text), expected="one line of text", action="Write it on one line.")])
    return stripped


def plain_number(value: object) -> object:
    """The value if it is written as a number: pydantic by itself also takes text, a float and true for one."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        expected = "a number such as 30 or 0.5"
        refuse([refusal(found=shown(value), expected=expected, action="Write a plain number without quotes.")])
    return value


def refuse_doubled(keys: Sequence[str], expected: str, at: Callable[[int], Path]) -> None:
    """Refuse every item of a list that has the key of one before it; `at` leads to the item by its place."""
    refuse(
        refusal(found=f"'{key}' for the second time", expected=expected, action="Remove one of them.", at=at(index))
        for index, key in enumerate(keys)
        if key in keys[:index]
    )


def refuse_carried(keys: Sequence[str], carried: Collection[str], at: Callable[[int], Path]) -> None:
    """Refuse every item of a home's own list that has the key of a carried one; `at` as for `refuse_doubled`."""
    refuse(
        refusal(
            found=f"'{key}', which the program carries",
            expected="a name of its own: what is carried is never replaced",
            action="Choose another name.",
            at=at(index),
        )
        for index, key in enumerate(keys)
        if key in carried
    )


Tekst = Annotated[str, AfterValidator(_one_line)]
KJENNETEGN = r"[a-z0-9]+(-[a-z0-9]+)*"
Kjennetegn = Annotated[str, Field(pattern=f"^{KJENNETEGN}$")]
Heltall = Annotated[int, Strict()]
Tall = Annotated[Decimal, BeforeValidator(plain_number)]


class Regel(BaseModel):
    """Base of everything in a rule document: no unknown keys, never changed after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Begrunnet(Regel):
    """Where a value comes from. `grunn` is required, on one line, when `kilde` is `egen antakelse`."""

    kilde: Tekst
    grunn: Tekst | None = Field(default=None, validate_default=True)

    @field_validator("grunn")
    @classmethod
    def _our_own_choice_has_a_reason(cls, grunn: str | None, info: ValidationInfo) -> str | None:
        if grunn is None and str(info.data.get("kilde", "")).casefold() == EGEN_ANTAKELSE:
            expected = f"a reason on one line, because kilde is '{EGEN_ANTAKELSE}'"
            refuse([refusal(found="nothing", expected=expected, action="Say why this value was chosen.")])
        return grunn


class Parameter(Begrunnet, Generic[T]):
    """`{verdi, kilde, grunn}`: a value, where it comes from and, when it is ours, why."""

    verdi: T
