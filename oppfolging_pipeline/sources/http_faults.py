"""What can be wrong with an answer, or with its not coming: what may pass, what a person must change, and the words.

Belongs here: telling the two apart. Does not belong here: waiting and asking again (`http_retry`).
"""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, PermanentError, shown
from oppfolging_pipeline.sources.drift import Drift, DriftError

if TYPE_CHECKING:
    import httpx

OK = 200
_PASSING = (408, 429)
_SERVER_ERROR = 500
_WORDS = ("melding", "tilleggsinfo")  # of Udir's JSON about a fault
_TEXT = 500  # signs of the source's own words that a message repeats
# Errors of TLS that say nothing of who answered: the connection broke off.
_BROKEN_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


class HttpRefused(PermanentError):
    """The source answered, and the answer is no: asking the same again gives the same. `status` is the answer's."""

    def __init__(self, finding: Finding, status: int) -> None:
        self.status = status
        super().__init__(str(finding))


class Again(Exception):
    """The answer did not come, or asks for patience: `cause` in words, `wait` seconds where the source asked for them.

    Never leaves the HTTP layer: what is left of it is a `TransientError`.
    """

    def __init__(self, cause: str, wait: float | None = None) -> None:
        self.cause = cause
        self.wait = wait
        super().__init__(cause)


def may_pass(status: int) -> bool:
    """Whether an answer with this status is worth asking again: 408, 429 and every 5xx."""
    return status in _PASSING or status >= _SERVER_ERROR


def not_arrived(url: str, error: httpx.HTTPError | httpx.InvalidURL) -> Exception:
    """The error for an answer that did not come whole: `Again`, or `PermanentError` when it never will."""
    import httpx

    if untrusted := _untrusted(error):
        expected = "a certificate that this machine trusts, for this host"
        action = "Check the address and the machine's certificates; TLS is always verified."
        return PermanentError(str(Finding(untrusted, expected, action, file=url)))
    if isinstance(error, httpx.TimeoutException):
        return Again(f"no sign in time ({type(error).__name__})")
    # A body that cannot be unpacked was damaged on the way.
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | httpx.DecodingError):
        return Again(f"{type(error).__name__}: {_tidy(str(error)) or 'the connection broke off'}")
    found = f"{type(error).__name__}: {_tidy(str(error))}"
    return PermanentError(
        str(Finding(found, "an answer by HTTP", "Check the address, and what stands between (a proxy).", file=url))
    )


def refused(url: str, status: int, body: bytes, location: str | None) -> HttpRefused:
    """The error for an answer that is final and not 200. `location`: where a redirect led that is not followed."""
    if location is not None:
        found = f"status {status}, a redirect to {location}"
        expected = "an answer from the same host, or few redirects on it"
        action = "No other host is followed: check where the interface has moved, and set its address."
    else:
        found, expected = f"status {status}{said(body)}", f"status {OK}"
        action = "The request will not be accepted as it is: check the address, or what has changed in the interface."
    return HttpRefused(Finding(found, expected, action, file=url), status)


def not_json(url: str, content_type: str | None, sha256: str) -> DriftError:
    """The error for an answer with status 200 that does not call itself JSON."""
    found = f"content type '{_tidy(content_type)}'" if content_type else "no content type"
    action = "Look at the snapshot: a page in between, or another interface."
    return DriftError(
        [Drift("kritisk", "feil_innholdstype", Finding(found, "application/json", action, file=url), sha256)]
    )


def unusable_environment(url: str, error: Exception) -> PermanentError:
    """The error for proxies or certificates in the environment that no client can be made with. Repeats none."""
    expected = "HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE … that can be used"
    action = "Correct them, or take them out of the environment."
    return PermanentError(str(Finding(f"an environment that gives {type(error).__name__}", expected, action, file=url)))


def too_large(url: str, most: int) -> PermanentError:
    """The error for an answer that goes on beyond the most that is read."""
    action = "Nothing of it was kept. Ask for less at a time, or raise storste_svar in live.yaml."
    return PermanentError(str(Finding(f"an answer of more than {most} bytes", f"at most {most}", action, file=url)))


def said(body: bytes) -> str:
    """`: melding (tilleggsinfo)` from an answer's beginning, when it is Udir's JSON about a fault; else nothing."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(document, dict):
        return ""
    melding, more = (_tidy(text) if isinstance(text := document.get(key), str) else "" for key in _WORDS)
    return (f": {melding}" if melding else "") + (f" ({more})" if more else "")


def _tidy(text: str) -> str:
    """Text of the source as one line without gaps, shorter than a finding would show it."""
    return shown(" ".join(text.split()), _TEXT)


def _untrusted(error: BaseException) -> str | None:
    """What TLS said when it did not trust the other side, or found no TLS there; None for any other error."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"a certificate that cannot be trusted ({_tidy(seen.verify_message)})"
        if isinstance(seen, ssl.SSLError) and not isinstance(seen, _BROKEN_OFF):
            return f"no TLS that can be spoken ({_tidy(seen.reason or str(seen))})"
        seen = seen.__cause__ or seen.__context__
    return None
