"""Taking a release out of reach: its file goes, and the manifest keeps that it was withdrawn, when and why.

Belongs here: the order of the steps, so that a reader never finds a part and a killed withdrawal is completed by the
next one. Does not belong here: which releases should go (`skjermet_siden`), or the writer's lock (the caller holds it).

First the manifest says it; then the published file is replaced or removed, and the earlier file is. From the first step
on no run takes the release for the published one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import move_into_place, sha256_of
from oppfolging_pipeline.publish import manifest as manifests
from oppfolging_pipeline.publish.kontrollside import PAGE_FILE, write_release_page
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE, Manifest, ReleaseRecord


def withdraw(
    folder: Path, utgivelse: str, why: str, now: datetime, unfit: Collection[str] = ()
) -> ReleaseRecord | None:
    """Withdraw a release of `folder`. Where it was the published one, the newest kept release that is not among
    `unfit` takes its place, else nothing. Returns the release that is then published, None when there is none.

    Raises `PermanentError` for a release that the home does not know.
    """
    known = manifests.reconcile(folder, manifests.read_manifest(folder))
    releases = {record.utgivelse: record for record in known.manifest.utgivelser}
    if utgivelse not in releases:
        listed = ", ".join(releases) or "ingen"
        raise PermanentError(f"Fant ingen utgivelse {utgivelse} i hjemmet; ventet en av: {listed}.")
    gone = releases[utgivelse]
    if gone.trukket is None:
        gone = gone.model_copy(update={"trukket": now.astimezone(UTC), "trukket_fordi": why, "fil": None})
    releases[utgivelse] = gone
    _write(folder, releases)
    published = folder / PUBLISHED_FILE
    current = known.current
    if published.exists() and sha256_of(published) == gone.sha256:
        current = _replace(folder, [one for one in releases.values() if one.utgivelse not in unfit])
        if current is not None:
            releases[current.utgivelse] = current
            _write(folder, releases)
    (folder / manifests.archived_name(gone)).unlink(missing_ok=True)
    if current is not None:
        write_release_page(folder)
    else:
        (folder / PAGE_FILE).unlink(missing_ok=True)
    return current


def _replace(folder: Path, releases: Collection[ReleaseRecord]) -> ReleaseRecord | None:
    """Put the newest of the kept earlier files, whole as it was published, in the place of the published one."""
    published = folder / PUBLISHED_FILE
    kept = [one for one in releases if one.fil not in (None, PUBLISHED_FILE)]
    for record in reversed(kept):
        earlier = folder / manifests.archived_name(record)
        if earlier.is_file() and sha256_of(earlier) == record.sha256:
            staged = published.with_name(f"{PUBLISHED_FILE}.next")
            staged.unlink(missing_ok=True)
            try:
                os.link(earlier, staged)
            except OSError:
                shutil.copyfile(earlier, staged)
            move_into_place(staged, published)
            earlier.unlink()
            return record.model_copy(update={"fil": PUBLISHED_FILE})
    published.unlink()
    return None


def _write(folder: Path, releases: dict[str, ReleaseRecord]) -> None:
    manifests.write_manifest(folder, Manifest(utgivelser=tuple(releases.values())))
