"""Oppfølgingsordningen as a pipeline: the domain and its tools.

Belongs here: everything that knows what a kommune, a skoleaar or a risk point is. Does not belong here: Dagster
(only `definitions` and the packages `assets` and `checks`), Great Expectations (only the runner in `checks`).
"""

__version__ = "0.1.0"
