"""An `Asker` that answers from recorded contents, for the clients of the live interfaces.

Belongs here: handing out what a test has prepared, and remembering what was asked. Does not belong here: HTTP, or the
answers themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from oppfolging_pipeline.sources.asking import Answer, Ask


class RecordedAsker:
    """Gives the content that stands under the asked address; an exception that stands there is raised instead.

    `asks` are the questions in order. An address that the test has not prepared is a fault of the client.
    """

    def __init__(self, answers: Mapping[str, bytes | Exception], folder: Path) -> None:
        self.answers = dict(answers)
        self.folder = folder
        self.asks: list[Ask] = []

    @property
    def urls(self) -> list[str]:
        """The addresses that were asked, in order."""
        return [ask.url for ask in self.asks]

    def ask(self, ask: Ask) -> Answer:
        self.asks.append(ask)
        prepared = "\n  ".join(self.answers)
        assert ask.url in self.answers, f"nobody expected {ask.url}; prepared are\n  {prepared}"
        content = self.answers[ask.url]
        if isinstance(content, Exception):
            raise content
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.folder / sha256
        path.write_bytes(content)
        return Answer(ask, sha256, len(content), path)
