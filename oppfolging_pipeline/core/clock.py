"""The only place where the time of day is read.

Belongs here: the clock that is handed in. Does not belong here: any rule; rules take a date as an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
_NORWAY = ZoneInfo("Europe/Oslo")


def in_norway(moment: datetime) -> datetime:
    """The same moment by the clock in Norway."""
    return moment.astimezone(_NORWAY)


def date_in_norway(now: datetime) -> date:
    """The date that it is in Norway: deadlines and phases are Norwegian days."""
    return in_norway(now).date()


def end_of_day_in_norway(day: date) -> datetime:
    """The last instant of a Norwegian day, in UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), _NORWAY)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def system_clock() -> datetime:
    """The time now, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
