"""The error of the checks.

Belongs here: `CheckError`. Does not belong here: a verdict on data (`oppfolging_pipeline.core.outcome`).
"""

from __future__ import annotations

from oppfolging_pipeline.core.errors import PermanentError


class CheckError(PermanentError):
    """A check could not be run: it says nothing about the data, and nothing may pass on it."""
