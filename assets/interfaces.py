"""The resource that reaches the live interfaces.

Belongs here: a thin wrapper, so that a test or a trial can point it elsewhere. Does not belong here: asking
(`oppfolging_pipeline.sources`).
"""

from __future__ import annotations

import os

import dagster as dg

from oppfolging_pipeline.core.clock import Clock, system_clock
from oppfolging_pipeline.core.network import Addresses, Manners
from oppfolging_pipeline.settings import read_settings
from oppfolging_pipeline.sources.http import HttpClient
from oppfolging_pipeline.sources.live import Live, live
from oppfolging_pipeline.sources.system_http import system_http


class InterfacesResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Udir's two interfaces and KLASS. Empty fields are read from the environment."""

    rapport: str = ""
    eksport: str = ""
    klass: str = ""
    pause: str = ""

    @property
    def addresses(self) -> Addresses:
        """Where the interfaces are."""
        return self._settings()[0]

    @property
    def declared(self) -> Live:
        """What is declared of the interfaces."""
        return live()

    def client(self, now: Clock = system_clock) -> HttpClient:
        """A client to be used as a context manager. `now` dates its requests."""
        return system_http(self._settings()[1], self.declared.http, now)

    def brief_client(self) -> HttpClient:
        """A client for a quick look: it asks once and does not wait long."""
        quick = self.declared.http.model_copy(update=self.declared.blikk.model_dump())
        return system_http(self._settings()[1], quick)

    def _settings(self) -> tuple[Addresses, Manners]:
        own = {
            "OPPFOLGING_UDIR_RAPPORT_URL": self.rapport,
            "OPPFOLGING_UDIR_EKSPORT_URL": self.eksport,
            "OPPFOLGING_KLASS_URL": self.klass,
            "OPPFOLGING_PAUSE": self.pause,
        }
        settings = read_settings({**os.environ, **{name: value for name, value in own.items() if value}})
        return settings.addresses, settings.manners
