"""What somebody should hear (S19): grouped, merged by subject, rendered through the target's own gate."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from activity.addresses import Finish, finish_all, url_of
from activity.models import Notification
from activity.parents import seen
from activity.wording import notice_words

MOST = 200
GONE = "activity.gone"


@dataclass
class Line:
    """One line: the newest message of its subject and kind; `keys` are all it stands for."""

    notice: Notification
    words: str
    url: str = ""
    keys: list = field(default_factory=list)
    finish: Finish | None = None  # what ends it here and now

    @property
    def n(self):
        return len(self.keys)

    @property
    def unread(self):
        return self.notice.read_at is None


def lines_of(user, *, waiting, now):
    """Lines of the messages waiting for somebody, or of those he has read, newest first. Never another's words:
    what is no longer his says so without a name."""
    rows = Notification.objects.visible_to(user).filter(over_at=None, in_bell=True, read_at__isnull=waiting)
    rows = list(rows.select_related("event__by")[: MOST if waiting else 50])
    things = seen(user, {(row.subject_type_id, row.subject_id) for row in rows})
    lines = {}
    asked = {(row.subject_type_id, row.subject_id) for row in rows if waiting and row.group == Notification.Group.ACT}
    ends = finish_all(user, [thing for key, thing in things.items() if key in asked], now=now)
    for row in rows:
        key = (row.group, row.kind, row.subject_type_id, row.subject_id)
        if key not in lines:
            thing = things.get((row.subject_type_id, row.subject_id))
            lines[key] = _line(row, thing, user)
            if row.group == Notification.Group.ACT and thing is not None:
                lines[key].finish = ends.get((type(thing), thing.pk))
        lines[key].keys.append(row.pk)
    return list(lines.values())


def inbox(user, *, now):
    """{"act": lines, "fyi": lines, "read": lines}."""
    waiting = lines_of(user, waiting=True, now=now)
    return {
        "act": [line for line in waiting if line.notice.group == "act"],
        "fyi": [line for line in waiting if line.notice.group == "fyi"],
        "read": lines_of(user, waiting=False, now=now),
    }


def mark(user, keys, *, read, now):
    """Mark one's own messages read or unread; returns how many changed."""
    rows = Notification.objects.visible_to(user).filter(over_at=None)
    # "all" never touches what needs me
    rows = rows.filter(group=Notification.Group.FYI) if keys is None else rows.filter(pk__in=keys)
    return rows.filter(read_at__isnull=read).update(read_at=now if read else None)


def _line(row, subject, user):
    if subject is None:
        return Line(row, _("This is no longer yours to see."))
    return Line(row, notice_words(row, subject, user), url_of(row, subject))
