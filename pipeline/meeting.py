"""A team's weekly meeting: found, started over a frozen agenda, led from item to item, ended (M4, R29, R30)."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import switches
from accounts.calendar import Calendar
from accounts.models import User
from activity.recording import record
from core.errors import Refused
from core.periods import at, period_of, today
from customers import steps
from pipeline import agenda
from pipeline.models import Deal, Meeting, MeetingPage

WEEK = dt.timedelta(days=7)
FARTHEST = 5  # weeks looked ahead for the next meeting


def leads(user, team):
    """Whoever answers for the team runs its meeting; everybody else takes part."""
    return user.is_admin or (user.is_manager and team.pk in user.teams_led())


def meeting_of(team, week):
    """The meeting of a team in a week, or an unsaved one that nobody has started."""
    return Meeting.objects.filter(team=team, week=week).first() or Meeting(team=team, week=week)


def before(meeting):
    """The last meeting of the team before this week's, or None."""
    earlier = Meeting.objects.filter(team=meeting.team_id, week__lt=meeting.week, started_at__isnull=False)
    return earlier.order_by("-week").first()


def since(meeting, now):
    """From when "this week" counts: the moment the team last met, at most four weeks ago; else a week ago."""
    last = before(meeting)
    return max(last.as_of, now - 4 * WEEK) if last else now - WEEK


def next_time(now):
    """When the teams meet next by the setting (aware, company time), on the next working day where that day is a day
    off; None without a fixed day."""
    rules, calendar = switches.everything(), Calendar.load()
    if not rules["meeting_day"]:
        return None
    first, clock = period_of("week", today(now)).first, dt.time.fromisoformat(rules["meeting_at"])
    for week in range(FARTHEST):
        day = first + week * WEEK + dt.timedelta(days=rules["meeting_day"] - 1)
        moment = at(day if calendar.works(day) else calendar.next_working_day(day), clock)
        if moment >= now:
            return moment
    return None


def kept(meeting):
    """The row of a meeting that was only looked at so far. Two at once meet at the constraint."""
    if meeting.pk:
        return meeting
    try:
        with transaction.atomic():
            return Meeting.objects.create(team=meeting.team, week=meeting.week)
    except IntegrityError:
        return Meeting.objects.get(team=meeting.team, week=meeting.week)


def people_of(team):
    return User.objects.sellers().filter(team=team).order_by("pinyin", "pk")


def start(meeting, *, by, now, attendees):
    """Freeze the agenda and begin; a meeting of the team that nobody ended ends with it. Refused when somebody else has
    begun it."""
    with transaction.atomic():
        meeting = kept(meeting)
        open_ones = Meeting.objects.filter(team=meeting.team_id, started_at__isnull=False, ended_at=None)
        for forgotten in open_ones.filter(week__lt=meeting.week):  # over with its day, whoever notices it when
            open_ones.filter(pk=forgotten.pk).update(ended_at=forgotten.ends_at)
        frozen = agenda.freeze(meeting.team, since=since(meeting, now), now=now, before=before(meeting))
        rows = Meeting.objects.filter(pk=meeting.pk, started_at=None)
        begun = rows.update(
            started_at=now, as_of=now, agenda=frozen, attendees=sorted({person.pk for person in attendees}),
            leader=by, current=0, current_at=now, shown=[0],
        )
        if begun != 1:
            holder = Meeting.objects.select_related("leader").get(pk=meeting.pk).leader
            raise Refused(_("%(name)s has begun this meeting.") % {"name": holder}, holder=holder)
        meeting.refresh_from_db()
        record("pipeline.meeting_started", meeting, by=by, at=now, team=meeting.team.name, week=meeting.week)
    return meeting


def show(meeting, place, *, now):
    """Put an item on the screen: followers see it at their next look."""
    with transaction.atomic():
        row = _running(meeting, now)
        if not 0 <= place < max(len(row.agenda.get("items", [])), 1):
            raise Refused(_("The agenda has no such item."))
        row.current, row.current_at, row.shown = place, now, sorted({*row.shown, place})
        row.save(update_fields=["current", "current_at", "shown"])
    return row


def attend(meeting, people, *, now):
    """Who is there; changed while it runs."""
    with transaction.atomic():
        row = _running(meeting, now)
        row.attendees = sorted({person.pk for person in people})
        row.save(update_fields=["attendees"])
    return row


def end(meeting, *, by, now):
    with transaction.atomic():
        row = _running(meeting, now)
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        record("pipeline.meeting_ended", row, by=by, at=now, team=row.team.name, week=row.week)
    return row


class SaidMeanwhile(Refused):
    """Somebody else wrote into this part since it was shown (REL1); `text` is what stands there now."""

    def __init__(self, text):
        words = _("This was changed meanwhile. It says now: %(text)s. Save again to replace it.")
        super().__init__(words % {"text": text or "–"})
        self.text = text


def ask_support(meeting, user, text, *, shown, now):
    """What a person needs, said for his own part before the meeting or in it. `shown` is the text his page was opened
    with. Refused when the meeting is over; SaidMeanwhile when the text is another by now."""
    with transaction.atomic():
        meeting = kept(meeting)
        row, text = Meeting.objects.select_for_update().get(pk=meeting.pk), text[:300].strip()
        if row.started_at and not row.runs(now):
            raise Refused(_("This meeting is over; decide on the customer's page."))
        there = row.pages.filter(user=user).values_list("support", flat=True).first() or ""
        if there not in (shown.strip(), text):
            raise SaidMeanwhile(there)
        MeetingPage.objects.update_or_create(
            meeting=meeting, user=user, defaults={"support": text, "said_at": now}
        )
    return meeting


def add_step(meeting, person, said, *, by, now):
    """A next step on a person's part: `said` has customer, text, due_on. Refused when the meeting is over."""
    if meeting.started_at and not meeting.runs(now):
        raise Refused(_("This meeting is over; decide on the customer's page."))
    return steps.plan(said["customer"], by=by, now=now, owner=person, due_on=said["due_on"], text=said["text"])


def tick(meeting, item, *, now):
    """A note of an earlier meeting was done (or not after all), said in `meeting` while it runs."""
    with transaction.atomic():
        _running(meeting, now)
        item.kept_at = None if item.kept_at else now
        item.save(update_fields=["kept_at"])
    return item


def _running(meeting, now):
    row = Meeting.objects.select_for_update().filter(pk=meeting.pk).first()
    if row is None or not row.runs(now):
        raise Refused(_("This meeting is not running."))
    return row


def places_for(user, meeting):
    """The places of the agenda this person may read: all for who leads the team; while it runs, what has been on the
    screen and his own part; before and after it, only his own part, and of it only the deals that are still his."""
    items = meeting.agenda.get("items", [])
    if leads(user, meeting.team):
        return list(range(len(items)))
    mine = [n for n, item in enumerate(items) if item["user"] == user.pk]
    if meeting.is_running:
        return sorted({*mine, *[n for n in meeting.shown if n < len(items)]})
    keys = [items[n]["deal"] for n in mine if items[n]["kind"] == "deal"]
    seen = set(Deal.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    return [n for n in mine if items[n]["kind"] != "deal" or items[n]["deal"] in seen]


def page_of(meeting, user, *, now):
    """A person's page: as frozen, or as it stands while nobody has begun."""
    if meeting.started_at is None:
        return agenda.pages_of([user], meeting.team, since=since(meeting, now), now=now)[user.pk]
    items = meeting.agenda.get("items", [])
    return next((item for item in items if item["kind"] == "rep" and item["user"] == user.pk), None)


def late_plans(meeting, user):
    """Next steps of his made since the agenda was frozen: what was added in the meeting."""
    if meeting.as_of is None:
        return []
    return list(agenda.plans_of([user], meeting.team_id, today(meeting.as_of), after=meeting.as_of))
