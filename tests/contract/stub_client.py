"""Asking the contract server, for the tests of the server itself.

Belongs here: addresses and plain GETs. Does not belong here: the clients of the package, which know nothing of these.
"""

from __future__ import annotations

from typing import Any

import httpx

from tests.udir_stub import StubServer

TEST_5, TEST_8, POENG = "GSK/NasjonaleProever/4/1", "GSK/NasjonaleProever/1/1", "GSK/ResultatG/1/1"
BULLYING = "GSK/EUG/5/5"
WHOLE = "TidID(202412)_EierformID(-10)_KjoennID(-10)"
OF_NO_QUESTION = "TidID(202412)_EierformID(-10)_TrinnID(6_9)"  # the table of participation has no genders


def fetch(url: str, timeout: float = 30.0) -> httpx.Response:
    """The answer, whatever it is; a redirect is not followed."""
    return httpx.get(url, timeout=timeout, trust_env=False)


def report(stub: StubServer, endpoint: str, query: str) -> Any:
    """`data` of the report API."""
    return fetch(f"{stub.rapport_url}/Statistikk/{endpoint}/data?{query}").json()


def values(stub: StubServer, endpoint: str) -> Any:
    """`filterVerdier` of the report API."""
    return fetch(f"{stub.rapport_url}/Statistikk/{endpoint}/filterVerdier").json()


def page(stub: StubServer, kode: str) -> Any:
    """`Rapportside`."""
    return fetch(f"{stub.rapport_url}/Rapportside/{kode}").json()


def rows(stub: StubServer, table: int, query: str) -> Any:
    """`data` of the export API."""
    return fetch(f"{stub.eksport_url}/{table}/data?{query}").json()


def klass(stub: StubServer, query: str) -> Any:
    """An answer of KLASS."""
    return fetch(f"{stub.klass_url}/classifications/{query}").json()
