"""Statistics Norway's KLASS: the register's municipalities, counties and changes for a range of days.

Belongs here: the three questions, and whether each answer is the list that was asked for. Does not belong here: reading
the lists (`klass_files`), or whether they fit each other (`register`).

`ssb-klass-python` is not used: its address is a constant of the module, it sends requests without a timeout, and it
hands out tables instead of the bytes that are kept as evidence.
"""

from __future__ import annotations

from datetime import date, timedelta

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.sources import klass_files, klass_requests, live
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN
from oppfolging_pipeline.sources.asking import Answer, Ask, Asker, Part
from oppfolging_pipeline.sources.drift import DriftCollector

KILDE = "klass"


class KlassClient:
    """The client of the register. `calls`: how many calls a fetch takes."""

    calls = 3

    def __init__(self, base_url: str, declared: live.Klass) -> None:
        self._base = base_url
        self._declared = declared

    def fetch(self, asker: Asker, first_day: date, as_of: date) -> tuple[Answer, ...]:
        """Municipalities, their changes and counties from `first_day` to `as_of`, both included.

        Raises `DriftError` with everything that makes an answer another than the list that was asked for
        (`svar_som_ikke_kan_leses`).
        """
        until = as_of + timedelta(days=1)  # KLASS does not include the day that it is asked to
        kommuner, fylker = self._declared.kommuner, self._declared.fylker
        asked: tuple[tuple[Part, klass_files.KlassKind, int, klass_requests.What], ...] = (
            ("koder", "kommune_koder", kommuner, "codes"),
            ("endringer", "kommune_endringer", kommuner, "changes"),
            ("koder", "fylke_koder", fylker, "codes"),
        )
        found = DriftCollector()
        answers = []
        for part, kind, classification, what in asked:
            url = klass_requests.request(self._base, classification, what, first_day, until)
            answer = asker.ask(Ask(KILDE, part, url, f"{KILDE}/{kind}.json"))
            answers.append(answer)
            for finding in _faults(answer, kind):
                found.critical("svar_som_ikke_kan_leses", finding, answer.sha256)
        found.raise_if_critical()
        return tuple(answers)


def _faults(answer: Answer, kind: klass_files.KlassKind) -> tuple[Finding, ...]:
    try:
        read = klass_files.parse(read_content(answer.path), answer.ask.name)
    except InvalidInput as invalid:
        return invalid.findings
    if read.kind != kind:
        return (Finding(file=answer.ask.name, found=f"a list of {read.kind}", expected=kind, action=ASK_AGAIN),)
    return ()
