"""What the clients of the live interfaces ask for, and what they get: the seam between them and the network.

Belongs here: a question, its answer, and the protocol that turns one into the other. Does not belong here: HTTP
(`http`), keeping answers (`evidence`), or what the interfaces say (`report_api`, `export_api`, `klass_api`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.sources.answer_shape import too_large
from oppfolging_pipeline.sources.drift import Drift, DriftError
from oppfolging_pipeline.sources.live import live

Part = Literal["rapportside", "filterverdier", "tabeller", "sidedata", "data", "koder", "endringer"]


@dataclass(frozen=True)
class Ask:
    """One request: always a GET of JSON.

    `kilde` is the catalogue's key, or `klass`; `name` is how messages and the archive call the answer, for example
    `nasjonale_prover/2024-25/GSK_NP_Geo_Trinn5.json`; `page` counts from 1 where an answer comes in pages.
    """

    kilde: str
    part: Part
    url: str
    name: str
    skoleaar: str | None = None
    page: int | None = None


@dataclass(frozen=True)
class Answer:
    """A whole answer with status 200, as it is kept: `path` is its content in the archive (see `core.files`).

    `resumed`: it had arrived before, in the same unfinished fetch, and was not asked for again.
    """

    ask: Ask
    sha256: str
    size: int
    path: Path
    resumed: bool = False

    def document(self) -> Any:
        """The answer as JSON; of a key that stands twice the last one counts.

        Raises `DriftError` when it is none, and, before any of it is read, when it is larger than a document may be.
        """
        most = live().http.storste_dokument
        if self.size > most:
            raise too_large(self.ask.name, self.size, most, self.sha256)
        try:
            return json.loads(read_content(self.path))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            place = (
                f"line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else "a byte"
            )
            raise DriftError(
                [
                    Drift(
                        "kritisk",
                        "svar_som_ikke_kan_leses",
                        Finding(
                            file=self.ask.name,
                            found=f"JSON that breaks off at {place}",
                            expected="JSON to the end",
                            action="Fetch again; if it stays so, the interface has changed.",
                        ),
                        self.sha256,
                    )
                ]
            ) from error


class Asker(Protocol):
    """Gets answers, and keeps each before anyone reads it."""

    def ask(self, ask: Ask) -> Answer:
        """The answer. Raises `TransientError` when it did not come, `PermanentError` when it was refused, and
        `DriftError` when something else than JSON came."""
