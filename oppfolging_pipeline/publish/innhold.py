"""What each content is that results stand on: where it came from, when, how much it is, and under which licence.

Belongs here: putting together what the archive, its ledger and the carried register say of a content. Does not belong
here: which contents a result stands on (the lake says that), or what stands in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from oppfolging_pipeline.register.reference import carried_content
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Reading, Snapshot
from oppfolging_pipeline.sources.evidence import AnswerRecord, Evidence
from oppfolging_pipeline.sources.ledger import utc
from oppfolging_pipeline.sources.live import live
from oppfolging_pipeline.sources.origins import Origin, is_invented

Opprinnelse = Literal["fil", "hentet", "eksempel", "lokal", "program"]

REGISTER = "register"
# What is no published figure says so wherever a licence is read, whatever the source's own licence is.
IKKE_EKTE: Mapping[Origin, str] = {
    "eksempel": "Oppdiktet. Ingen tall, navn eller koder er ekte.",
    "lokal": "Hentet fra en prøvetjener: tall for et oppdiktet land, ikke publiserte tall.",
}


@dataclass(frozen=True)
class Innhold:
    """One content. `navn` is what it came as; `hentet` is UTC without a zone: when it was first asked for, or for a
    file when it was archived. The carried register has none, only the month in `foresporsel`."""

    sha256: str
    navn: str
    kilde: str
    innholdstype: str
    foresporsel: str
    periode: str | None
    hentet: datetime | None
    rader: int
    opprinnelse: Opprinnelse
    lisens: str

    def row(self) -> dict[str, Any]:
        """The row of the declared table `datagrunnlag`."""
        return {name: value for name, value in asdict(self).items() if name not in ("navn", "opprinnelse")}


def contents(digests: Iterable[str], archive: Archive, catalog: Catalog) -> dict[str, Innhold]:
    """The contents by digest, in the order of the digests' text.

    A digest that is neither an accepted content of the archive nor the register that is carried is left out: it is of
    another version of the program, or of another home.
    """
    evidence, snapshots, readings = Evidence(archive), archive.snapshots(), archive.readings()
    origin = archive.in_force().origin
    found = {}
    for sha256 in sorted(digests):
        if sha256 == carried_content().sha256:
            found[sha256] = _carried()
        elif sha256 in readings:
            answers = [answer for answer in evidence.answers_of(sha256) if answer.status == _OK]
            found[sha256] = _archived(snapshots[sha256], readings[sha256], answers, origin, catalog)
    return found


_OK = 200


def _carried() -> Innhold:
    content = carried_content()
    return Innhold(
        content.sha256, "registeret i programmet", REGISTER, "medfølgende register", content.beskrivelse, None, None,
        content.rader, "program", live().klass.lisens,
    )  # fmt: skip


def _archived(
    snapshot: Snapshot, reading: Reading, answers: list[AnswerRecord], home_origin: Origin, catalog: Catalog
) -> Innhold:
    # An answer that came again unchanged is one content: what it says has been known since the first time.
    first = answers[0] if answers else None
    lisens = live().klass.lisens if reading.kilde == REGISTER else catalog.kilder[reading.kilde].lisens
    opprinnelse: Opprinnelse = "hentet" if first else "fil"
    if is_invented(home_origin):
        opprinnelse, lisens = ("eksempel" if home_origin == "eksempel" else "lokal"), IKKE_EKTE[home_origin]
    elif first:
        lisens = first.licence
    return Innhold(
        sha256=snapshot.sha256,
        navn=snapshot.file,
        kilde=reading.kilde,
        innholdstype=reading.kind,
        foresporsel=f"GET {first.url}" if first else snapshot.file,
        periode=reading.period,
        hentet=utc(first.requested_at) if first else snapshot.archived_at,
        rader=reading.rows,
        opprinnelse=opprinnelse,
        lisens=lisens,
    )
