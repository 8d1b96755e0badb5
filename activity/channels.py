"""How one person hears of one topic, and when: his own choice, else the company's, else the topic's default (S19).

Mail goes out at once or with the morning's; topics of the working day wait for it, and nobody is mailed in his quiet
hours. The bell makes no noise and is not held back.
"""

import datetime as dt
from dataclasses import dataclass

from accounts import switches
from accounts.calendar import Calendar
from activity.topics import topic_of
from core.changing import change
from core.periods import at, today, zone

NIGHT = (dt.time(20, 0), dt.time(8, 0))


@dataclass
class Channels:
    """The company's choices, read once for many messages."""

    defaults: dict  # {topic: {"bell": bool, "mail": str}}
    night: tuple
    morning: dt.time
    _calendar: Calendar | None = None

    @classmethod
    def load(cls):
        said = switches.everything()
        night = tuple(dt.time.fromisoformat(text) for text in said["quiet_hours"]) or NIGHT
        return cls(said["notices"], night, dt.time.fromisoformat(said["morning_at"]))

    def company(self, topic):
        """(bell, mail) where a person has not chosen."""
        said = self.defaults.get(topic.name, {})
        return said.get("bell", topic.bell), said.get("mail", topic.mail)

    def of(self, person, topic):
        """(does the bell ring, "" | "now" | "day") for a person."""
        bell, mail = self.company(topic)
        own = person.notices.get(topic.name, {})
        return own.get("bell", bell), own.get("mail", mail) if person.mail_reminders and person.email else ""

    def ways(self, person, kind, group, now):
        """(does the bell ring, when to mail or None) of a message written now."""
        topic = topic_of(kind, group)
        if topic is None:
            return True, None
        bell, mail = self.of(person, topic)
        return bell, self._moment(person, topic, now) if mail == "now" else self.morning_of(person, now, mail)

    def _moment(self, person, topic, now):
        """Now, or when work goes on."""
        if topic.hours and not self.calendar.is_working_time(now):
            return self.calendar.add_working_minutes(now, 1) - dt.timedelta(minutes=1)
        return now

    def morning_of(self, person, now, mail="day"):
        """The next morning of a working day, at the time he wants it."""
        if not mail:
            return None
        hour, day = person.morning_at or self.morning, today(now)
        if self.calendar.works(day) and now < at(day, hour):
            return at(day, hour)
        return at(self.calendar.next_working_day(day), hour)

    def is_quiet(self, person, now):
        """Whether it is night for him. The same time twice: never."""
        start, end = person.quiet_from or self.night[0], person.quiet_until or self.night[1]
        clock = now.astimezone(zone()).time()
        return start <= clock < end if start <= end else clock >= start or clock < end

    @property
    def calendar(self):
        self._calendar = self._calendar or Calendar.load()
        return self._calendar


def choose(person, said, *, by, expect, **times):
    """Keep what a person wants to hear, only where it differs from the company's: {topic: (bell, mail)}. Times are
    quiet_from, quiet_until, morning_at. Raises Conflict."""
    channels, kept = Channels.load(), {}
    for topic, (bell, mail) in said.items():
        usual = channels.company(topic)
        own = {name: value for name, value, was in zip(("bell", "mail"), (bell, mail), usual, strict=True)
               if value != was}  # fmt: skip
        if own:
            kept[topic.name] = own
    return change(person, by=by, expect=expect, notices=kept, **times)


def choose_for_all(said, *, by, now, expect, night, morning):
    """The company's choices: {topic: (bell, mail)}, only where they differ from the product's."""
    kept = {topic.name: {"bell": bell, "mail": mail} for topic, (bell, mail) in said.items()
            if (bell, mail) != (topic.bell, topic.mail)}  # fmt: skip
    switches.set("notices", kept, by=by, now=now, expect=expect)
    switches.set("quiet_hours", [f"{time:%H:%M}" for time in night], by=by, now=now)
    switches.set("morning_at", f"{morning:%H:%M}", by=by, now=now)
