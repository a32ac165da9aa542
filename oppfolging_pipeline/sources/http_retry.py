"""Asking again: which pause, how often, and when it is enough.

Belongs here: the patience of one client. Does not belong here: what is worth asking again (`http_faults`), or the
request (`http`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, NoReturn, TypeVar

from oppfolging_pipeline.core.errors import Finding, TransientError
from oppfolging_pipeline.sources.http_faults import Again
from oppfolging_pipeline.sources.live import Http

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")


class Patience:
    """How often one client asks again: bounded for each request, and for all of them together.

    `sleep` takes seconds; `random` gives a number from 0 to 1.
    """

    def __init__(self, declared: Http, sleep: Callable[[float], None], random: Callable[[], float]) -> None:
        self._declared = declared
        self._sleep = sleep
        self._random = random
        self._left = declared.forsok_i_alt
        self._counting = Lock()

    def insist(self, url: str, attempt: Callable[[int], T]) -> T:
        """What `attempt(number)` gives; it is made again while it raises `Again`, counted from 1.

        Raises `TransientError` when it is enough, and whatever else the attempt raises at once.
        """
        from tenacity import Retrying, retry_if_exception_type

        number = count(1)
        retrying = Retrying(
            stop=self._is_enough,
            wait=self._wait,
            retry=retry_if_exception_type(Again),
            sleep=self._sleep,
            retry_error_callback=partial(self._give_up, url),
        )
        return retrying(lambda: attempt(next(number)))

    def _wait(self, state: RetryCallState) -> float:
        """Doubling, with up to as much again at random, so that many clients do not come back at once."""
        doubled = self._declared.ventetid * 2.0 ** min(state.attempt_number - 1, 60)
        wait = min(doubled * (1 + self._random()), self._declared.lengste_ventetid)
        return max(wait, _reason(state).wait or 0.0)

    def _is_enough(self, state: RetryCallState) -> bool:
        if self._asks_too_much(state) or state.attempt_number >= self._declared.forsok:
            return True
        with self._counting:
            if self._left == 0:
                return True
            self._left -= 1
        return False

    def _asks_too_much(self, state: RetryCallState) -> bool:
        return (_reason(state).wait or 0.0) > self._declared.lengste_ventetid

    def _give_up(self, url: str, state: RetryCallState) -> NoReturn:
        reason = _reason(state)
        made = f"{state.attempt_number} attempt{'s' if state.attempt_number > 1 else ''}"
        found = f"no answer in {made}; the last: {reason.cause}"
        expected = "status 200 with a whole answer"
        action = "Try again later: what has arrived whole is not asked for again."
        if self._asks_too_much(state):
            found = f"{reason.cause}, which asks to wait {reason.wait:.0f} s (after {made})"
            expected = f"a wait of at most {self._declared.lengste_ventetid:g} s"
            action = f"Try again in {reason.wait:.0f} s: what has arrived whole is not asked for again."
        elif state.attempt_number < self._declared.forsok:
            found += f" (the {self._declared.forsok_i_alt} repeated attempts of this fetch are used up)"
        raise TransientError(str(Finding(found, expected, action, file=url))) from reason


def retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for: a number, or an HTTP date seen from `now`. None when it says neither."""
    text = (text or "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds())


def _reason(state: RetryCallState) -> Again:
    reason = state.outcome.exception() if state.outcome else None
    if not isinstance(reason, Again):
        raise TypeError("asked again without a reason")
    return reason
