"""One line of the beat table and its arithmetic: which slots of it were due, and which comes next.

The table itself is `salesflow/schedule.py`; settings hand it down as `settings.SCHEDULE`. A slot is a moment at
which a line is due, in the company's zone; its Job row is unique by (name, slot), so telling it twice, from two
beats, or again after an outage is harmless (REL5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from celery.schedules import crontab

FAR = 62  # days looked through for a slot: two months hold every line of the table


@dataclass(frozen=True, kw_only=True)
class Line:
    name: str  # the registered job
    reason: str  # why it runs, for the page that shows the table
    at: tuple[str, ...] = ()  # times of day, "08:45"
    every: int = 0  # or: minutes between two runs, a divisor of 60
    weekday: int | None = None  # Monday is 0
    day: int | None = None  # of the month
    late: timedelta = timedelta(days=1)  # a slot missed for longer is let go
    catch_up: int = 1  # after an outage: this many of the newest missed slots are made up for

    def times(self) -> list[time]:
        if self.every:
            return [time(hour, minute) for hour in range(24) for minute in range(0, 60, self.every)]
        return sorted(time.fromisoformat(text) for text in self.at)

    def falls_on(self, day: date) -> bool:
        return self.weekday in (None, day.weekday()) and self.day in (None, day.day)

    def back_from(self, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """The slots due at `now` or before, newest first."""
        today = now.astimezone(zone).date()
        for days in range(FAR):
            day = today - timedelta(days=days)
            if self.falls_on(day):
                for at in reversed(self.times()):
                    slot = datetime.combine(day, at, zone)
                    if slot.astimezone(UTC) <= now:
                        yield slot

    def next_after(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        today = now.astimezone(zone).date()
        for days in range(FAR):
            day = today + timedelta(days=days)
            if self.falls_on(day):
                for at in self.times():
                    slot = datetime.combine(day, at, zone)
                    if slot.astimezone(UTC) > now:
                        return slot
        return None

    def key(self, slot: datetime) -> str:
        return f"{self.name} {slot.astimezone(UTC):%Y-%m-%dT%H:%MZ}"

    def missing(self, now: datetime, zone: ZoneInfo, known: str) -> list[datetime]:
        """The due slots after the newest `known` key, oldest first; on a new machine only the newest slot."""
        found = []
        for slot in self.back_from(now, zone):
            if self.key(slot) <= known or now - slot.astimezone(UTC) > self.late:
                break
            found.append(slot)
            if len(found) == (self.catch_up if known else 1):
                break
        return found[::-1]

    def beat_entries(self) -> dict[str, dict]:
        """The same line as Celery beat reads it: it only rings `core.tasks.slot`, which writes the rows."""
        days = {"day_of_week": "*" if self.weekday is None else str((self.weekday + 1) % 7)}
        days["day_of_month"] = "*" if self.day is None else str(self.day)
        bell = {"task": "core.tasks.slot", "args": (self.name,)}
        bell["options"] = {"expires": self.every * 60 or 3600}  # a backlog of bells must not ring for hours
        if self.every:
            minutes = ",".join(str(minute) for minute in range(0, 60, self.every))
            return {self.name: bell | {"schedule": crontab(minute=minutes, **days)}}
        return {
            f"{self.name} {at:%H:%M}": bell | {"schedule": crontab(minute=str(at.minute), hour=str(at.hour), **days)}
            for at in self.times()
        }
