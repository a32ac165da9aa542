"""The HTTP layer with this machine's clocks, sleep and dice.

Belongs here: handing them in, once. Does not belong here: anything that uses them (`http`).
"""

from __future__ import annotations

import random
import time

from oppfolging_pipeline import __version__
from oppfolging_pipeline.core.clock import Clock, system_clock
from oppfolging_pipeline.core.network import Manners
from oppfolging_pipeline.sources.http import HttpClient
from oppfolging_pipeline.sources.live import Http


def system_http(manners: Manners, declared: Http, now: Clock = system_clock) -> HttpClient:
    """A client that really waits. Jitter between attempts is no secret: ordinary dice do."""
    return HttpClient(manners, declared, __version__, now, time.monotonic, time.sleep, random.random)
