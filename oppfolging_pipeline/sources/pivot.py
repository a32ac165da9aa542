"""An answer of Udir's report API, taken apart: columns from a header in levels, rows with their path and code.

Belongs here: the shape that every pivot has, whatever stands in its rows. Does not belong here: geography in the rows
and their figures (`pivot_file`), or what was asked for (`report_check`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from pydantic import BaseModel, Field, TypeAdapter

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN, shaped
from oppfolging_pipeline.sources.drift import Drift, DriftCollector, DriftError

_HEAD = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"metadata"\s*:')


class _Label(BaseModel):
    name: str
    columnCount: int = Field(ge=1)


class _Metadata(BaseModel):
    rowHierarchy: list[str]
    columns: list[list[_Label]]


class _Item(BaseModel):
    navn: str
    id: str
    data: list[str]
    kode: str | None = None


class _Document(BaseModel):
    metadata: _Metadata
    rows: list[_Item]


_DOCUMENT = TypeAdapter(_Document)


@dataclass(frozen=True)
class PivotRow:
    """A row: its number in `rows` counted from 1, its path of internal ids, and a text for each column."""

    nummer: int
    sti: tuple[str, ...]
    kode: str
    navn: str
    celler: tuple[str, ...]


@dataclass(frozen=True)
class Pivot:
    """A pivot. `hierarki`: what the rows are, level by level; `kolonner`: for each column its name on every level of
    the header. Names have no spaces around them. A combination that does not exist has neither columns nor rows."""

    hierarki: tuple[str, ...]
    kolonner: tuple[tuple[str, ...], ...]
    rader: tuple[PivotRow, ...]


def looks_like_pivot(head: bytes) -> bool:
    """Whether the first bytes are those of a pivot."""
    return _HEAD.match(head) is not None


def decode_pivot(content: bytes, file: str) -> Pivot:
    """The pivot in a file's bytes. Raises `DriftError` for what is no JSON, and as `read_pivot`."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        finding = Finding(file=file, found=f"no JSON ({error})", expected="JSON to the end", action=ASK_AGAIN)
        raise DriftError([Drift("kritisk", "svar_som_ikke_kan_leses", finding)]) from error
    return read_pivot(document, file)


def read_pivot(document: object, file: str, sha256: str | None = None) -> Pivot:
    """The pivot in an answer of the report API; `file` and `sha256` name it in faults.

    Raises `DriftError` with everything that is not as it should be: another shape, rows with other cells than there are
    columns (`svar_som_ikke_kan_leses`), levels of the header that hold different numbers of columns
    (`overskrift_uleselig`), rows without a code (`kolonne_mangler`).
    """
    answer = shaped(_DOCUMENT, document, file, sha256)
    found = DriftCollector()
    levels = [
        [label.name.strip() for label in level for _ in range(label.columnCount)] for level in answer.metadata.columns
    ]
    if len({len(level) for level in levels}) > 1:
        counted = "; ".join(f"{len(level)} under {', '.join(dict.fromkeys(level))}" for level in levels)
        finding = Finding(
            file=file,
            key="metadata.columns",
            found=f"levels of the header with different numbers of columns ({counted})",
            expected="the same number on every level",
            action=ASK_AGAIN,
        )
        found.critical("overskrift_uleselig", finding, sha256)
        found.raise_if_critical()
    columns = tuple(zip(*levels, strict=True))
    _first_of(
        [n for n, item in enumerate(answer.rows, start=1) if item.kode is None],
        "kolonne_mangler",
        Finding(file=file, column="kode", found="no code", expected="one", action="Ask with inkluderKoder=true."),
        found,
        sha256,
    )
    _first_of(
        [n for n, item in enumerate(answer.rows, start=1) if len(item.data) != len(columns)],
        "svar_som_ikke_kan_leses",
        Finding(file=file, found="other cells", expected=f"{len(columns)}, as in the header", action=ASK_AGAIN),
        found,
        sha256,
    )
    found.raise_if_critical()
    return Pivot(
        tuple(name.strip() for name in answer.metadata.rowHierarchy),
        columns,
        tuple(
            PivotRow(number, tuple(item.id.split(".")), (item.kode or "").strip(), item.navn.strip(), tuple(item.data))
            for number, item in enumerate(answer.rows, start=1)
        ),
    )


def _first_of(rows: list[int], kode: str, finding: Finding, found: DriftCollector, sha256: str | None) -> None:
    """One drift for all rows with the same fault, at the first of them: it may be every row there is."""
    if rows:
        told = replace(finding, row=rows[0], found=f"{finding.found} in {len(rows)} rows")
        found.critical(kode, told, sha256)
