"""What the interfaces answer instead of figures.

Belongs here: the error bodies. Does not belong here: faults that a test has switched on (`faults`).
"""

from __future__ import annotations

import json

_MORE = "Vennligst se API-dokumentasjonen på https://statistikkportalen.udir.no/api/rapportering/swagger"


class Refused(Exception):
    """An answer of Udir's with an error status and the body that goes with it."""

    def __init__(self, status: int, feiltype: str, melding: str) -> None:
        super().__init__(melding)
        self.status = status
        self.body = json.dumps(
            {"kode": status, "feiltype": feiltype, "melding": melding, "tilleggsinfo": _MORE},
            ensure_ascii=False,
            separators=(",", ":"),
        )


class NotThere(Exception):
    """KLASS's own errors: a status and a text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.body = json.dumps({"status": status, "error": text})
