"""Evidence: every answer that came, with what was asked, when, in which campaign, and how each school year ended.

Belongs here: writing campaigns, answers, units and drift in the ledger, and finding them again. Does not belong here:
getting answers (`conversation`), their bytes (`contents`), or what is remembered between campaigns (`source_memory`).

A campaign is everything that is asked for under one key until it is whole. One that was broken off is gone on with:
what has arrived is not asked for again. Times are handed in, and come back in UTC.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from oppfolging_pipeline.sources.asking import Answer, Ask
from oppfolging_pipeline.sources.contents import Kept
from oppfolging_pipeline.sources.drift import Drift
from oppfolging_pipeline.sources.http import KEPT_HEADERS, Reply
from oppfolging_pipeline.sources.intake_rows import register_snapshot
from oppfolging_pipeline.sources.ledger import utc, with_zone
from oppfolging_pipeline.sources.ledger_tables import ANSWER, DRIFT, FETCH, FETCH_UNIT
from oppfolging_pipeline.sources.source_memory import SourceMemory, UnitState

_CONTENT_PARTS = ("data", "koder", "endringer")  # of an interface's parts: what figures and the register stand in


@dataclass(frozen=True)
class Campaign:
    """A campaign that is going on. `resumed`: it was begun earlier; `run_id` is the run that goes on with it."""

    id: int
    started_at: datetime
    resumed: bool
    run_id: str | None = None


@dataclass(frozen=True)
class AnswerRecord:
    """What is known of how a content came: one request of it. `run_id` is the run that asked."""

    kilde: str
    url: str
    requested_at: datetime
    status: int
    headers: Mapping[str, str]
    licence: str
    fetch_id: int
    run_id: str | None


class Evidence(SourceMemory):
    """The evidence of one home. Whoever writes holds the writer lock."""

    def begin(
        self, key: str, now: datetime, code_version: str, run_id: str | None, resume_after: timedelta
    ) -> Campaign:
        """Go on with the newest campaign of this key that has not ended and was started at most `resume_after` ago, or
        begin a new one. What a process that was killed left half written is removed."""
        self._archive.contents.sweep()
        with self._ledger.writing() as ledger:
            row = ledger.execute(
                sa.select(FETCH.c.id, FETCH.c.started_at)
                .where(FETCH.c.key == key, FETCH.c.ended_at.is_(None), FETCH.c.started_at >= utc(now - resume_after))
                .order_by(FETCH.c.id.desc())
                .limit(1)
            ).first()
            if row is not None:
                return Campaign(row.id, with_zone(row.started_at), resumed=True, run_id=run_id)
            begun = FETCH.insert().values(key=key, started_at=utc(now), code_version=code_version, run_id=run_id)
            fetch_id: int = ledger.execute(begun.returning(FETCH.c.id)).scalar_one()
        return Campaign(fetch_id, now, resumed=False, run_id=run_id)

    def keep(self, campaign: Campaign, ask: Ask, kept: Kept, reply: Reply, licence: str, *, usable: bool) -> Answer:
        """Record an answer whose content is in the store. Only one that is `usable` is ever taken for arrived."""
        with self._ledger.writing() as ledger:
            register_snapshot(ledger, kept.sha256, ask.name, kept.size, reply.requested_at)
            ledger.execute(
                ANSWER.insert().values(
                    fetch_id=campaign.id,
                    kilde=ask.kilde,
                    part=ask.part,
                    skoleaar=ask.skoleaar,
                    page=ask.page,
                    name=ask.name,
                    url=ask.url,
                    sha256=kept.sha256,
                    size=kept.size,
                    status=reply.status,
                    headers=json.dumps({name: reply.headers[name] for name in KEPT_HEADERS if name in reply.headers}),
                    licence=licence,
                    requested_at=utc(reply.requested_at),
                    seconds=reply.seconds,
                    attempts=reply.attempts,
                    usable=usable,
                    run_id=campaign.run_id,
                )
            )
        return Answer(ask, kept.sha256, kept.size, kept.path)

    def arrived(self, campaign: Campaign, url: str, since: datetime) -> Answer | None:
        """The newest usable answer of this campaign to that URL, requested at `since` or later and whole in the store;
        None when it must be asked for."""
        usable = (ANSWER.c.fetch_id == campaign.id) & (ANSWER.c.url == url) & ANSWER.c.usable
        usable &= ANSWER.c.requested_at >= utc(since)
        with self._ledger.reading() as ledger:
            row = ledger.execute(sa.select(ANSWER).where(usable).order_by(ANSWER.c.id.desc()).limit(1)).first()
        contents = self._archive.contents
        if row is None or not contents.has(row.sha256):
            return None
        ask = Ask(**{field.name: getattr(row, field.name) for field in fields(Ask)})
        return Answer(ask, row.sha256, row.size, contents.path_of(row.sha256), resumed=True)

    def refuse(self, campaign: Campaign, sha256s: Collection[str]) -> None:
        """Mark answers of this campaign as not usable: they stay as evidence, and are asked for again."""
        refused = (ANSWER.c.fetch_id == campaign.id) & ANSWER.c.sha256.in_(sha256s)
        with self._ledger.writing() as ledger:
            ledger.execute(ANSWER.update().where(refused).values(usable=False))

    def unit_ended(
        self,
        campaign: Campaign,
        kilde: str,
        skoleaar: str,
        state: UnitState,
        now: datetime,
        intake_id: int | None = None,
        rows: int | None = None,
        message: str | None = None,
    ) -> None:
        """How a school year of a source went (an empty `skoleaar`: the source as a whole). What was said of it before
        stays, as what happened then."""
        with self._ledger.writing() as ledger:
            ledger.execute(
                FETCH_UNIT.insert().values(
                    fetch_id=campaign.id,
                    kilde=kilde,
                    skoleaar=skoleaar,
                    state=state,
                    ended_at=utc(now),
                    intake_id=intake_id,
                    rows=rows,
                    message=message,
                )
            )

    def unit_states(self, campaign: Campaign) -> dict[tuple[str, str], UnitState]:
        """(kilde, skoleaar) → how it stands in this campaign, for those that were begun."""
        of_campaign = sa.select(FETCH_UNIT).where(FETCH_UNIT.c.fetch_id == campaign.id).order_by(FETCH_UNIT.c.id)
        with self._ledger.reading() as ledger:
            rows = ledger.execute(of_campaign).all()
        return {(row.kilde, row.skoleaar): row.state for row in rows}

    def unit_contents(self, campaign: Campaign, kilde: str, skoleaar: str) -> tuple[int, tuple[str, ...]]:
        """Rows of a unit that was accepted in this campaign, and the digests of its answers in the order they came."""
        unit = (FETCH_UNIT.c.fetch_id == campaign.id, FETCH_UNIT.c.kilde == kilde, FETCH_UNIT.c.skoleaar == skoleaar)
        year = ANSWER.c.skoleaar == skoleaar if skoleaar else ANSWER.c.skoleaar.is_(None)
        data = (ANSWER.c.fetch_id == campaign.id, ANSWER.c.kilde == kilde, year, ANSWER.c.part.in_(_CONTENT_PARTS))
        with self._ledger.reading() as ledger:
            newest = sa.select(FETCH_UNIT.c.rows).where(*unit).order_by(FETCH_UNIT.c.id.desc()).limit(1)
            rows = ledger.execute(newest).scalar()
            digests = ledger.execute(sa.select(ANSWER.c.sha256).where(*data, ANSWER.c.usable).order_by(ANSWER.c.id))
            return rows or 0, tuple(dict.fromkeys(digests.scalars()))

    def drifts(self, campaign: Campaign, kilde: str, skoleaar: str, drifts: Iterable[Drift]) -> None:
        """Record what has moved, each once in a campaign: one that is gone on with sees the same again."""
        with self._ledger.writing() as ledger:
            for drift in drifts:
                row = _drift_row(campaign, kilde, skoleaar, drift)
                same = [DRIFT.c[name].is_(None) if value is None else DRIFT.c[name] == value for name, value in row]
                if ledger.execute(sa.select(DRIFT.c.id).where(*same)).first() is None:
                    ledger.execute(DRIFT.insert().values(**dict(row)))

    def end(self, campaign: Campaign, now: datetime) -> None:
        """The campaign is over: the next one of its key begins anew."""
        with self._ledger.writing() as ledger:
            ledger.execute(FETCH.update().where(FETCH.c.id == campaign.id).values(ended_at=utc(now)))

    def answers_of(self, sha256: str) -> list[AnswerRecord]:
        """Every request that this content answered, oldest first: how a figure is traced to where it came from."""
        with self._ledger.reading() as ledger:
            rows = ledger.execute(sa.select(ANSWER).where(ANSWER.c.sha256 == sha256).order_by(ANSWER.c.id)).all()
        return [
            AnswerRecord(
                row.kilde,
                row.url,
                with_zone(row.requested_at),
                row.status,
                json.loads(row.headers),
                row.licence,
                row.fetch_id,
                row.run_id,
            )
            for row in rows
        ]

    def licences(self) -> dict[str, set[str]]:
        """The licences that each content has been answered under, by digest; none of a content that came as a file."""
        found: dict[str, set[str]] = {}
        with self._ledger.reading() as ledger:
            pairs = sa.select(ANSWER.c.sha256, ANSWER.c.licence).where(ANSWER.c.sha256.is_not(None)).distinct()
            for sha256, licence in ledger.execute(pairs):
                found.setdefault(sha256, set()).add(licence)
        return found


def _drift_row(campaign: Campaign, kilde: str, skoleaar: str, drift: Drift) -> list[tuple[str, Any]]:
    finding = drift.finding
    return [
        ("fetch_id", campaign.id),
        ("kilde", kilde),
        ("skoleaar", skoleaar),
        ("severity", drift.alvorlighet),
        ("kode", drift.kode),
        ("found", finding.found),
        ("expected", finding.expected),
        ("action", finding.action),
        ("place", str(finding).partition(": found ")[0]),
        ("sha256", drift.sha256),
    ]
