"""Who was not here, or wrote nothing down, in the running week (S10): nobody is accused of a week on leave."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max

from accounts import switches
from accounts.models import Team, User
from accounts.presence import Presence, fairness_notes, presence_of
from core.periods import day_start, period_of, today
from customers.models import Customer, FollowUp
from exchange.models import ExportFile
from exchange.sheets import exported_sheets

MOST_TAKEN = 100


@dataclass(frozen=True)
class Line:
    """`logged` conversations were written down this week, `last_logged` is when the last of all was, `customers` he
    owns; `week` and `month` are his Presence so far."""

    person: object
    logged: int
    last_logged: dt.datetime | None
    customers: int
    week: Presence
    month: Presence
    was_here: bool

    @property
    def on_leave(self):
        """All working days of the week so far, one at least."""
        return bool(self.week.days) and not self.week.there

    @property
    def missed(self):
        """"here" who has not signed in, "log" who has and wrote nothing down, else nothing; a manager without
        customers of his own need not."""
        if self.on_leave or self.logged or not (self.person.is_rep or self.customers):
            return ""
        return "log" if self.was_here else "here"


@dataclass(frozen=True)
class WeekHere:
    period: object
    team: object
    teams: list
    lines: list
    notes: list
    taken: list | None  # what was taken out as a file; None: not listed to managers

    @property
    def missing(self):
        return [line for line in self.lines if line.missed]

    @property
    def away(self):
        return [line.person for line in self.lines if line.on_leave]


def week_here(user, now, *, team=None):
    """The people of the teams somebody leads, or of one of them, by team and name; a fixed number of queries."""
    on = today(now)
    period = period_of("week", on)
    teams = list(Team.objects.visible_to(user).filter(is_active=True))
    chosen = [one for one in teams if team and one.pk == team] or teams
    people = User.objects.visible_to(user).sellers().filter(team__in=chosen).select_related("team")
    people = sorted(people, key=lambda person: (person.team.name, person.team_id, person.name))
    ids = [person.pk for person in people]
    talks = FollowUp.objects.visible_to(user).counted().filter(talked_by__in=ids).order_by()
    logged = dict(
        talks.filter(entered_at__gte=period.starts_at).values_list("talked_by").annotate(n=Count("pk"))
    )
    last = dict(
        talks.filter(entered_at__gte=day_start(on - dt.timedelta(days=90))).values_list("talked_by")
        .annotate(at=Max("entered_at"))
    )
    owned = dict(
        Customer.objects.visible_to(user).live().filter(owner__in=ids).order_by().values_list("owner")
        .annotate(n=Count("pk"))
    )
    week, month = presence_of(people, period.first, on), presence_of(people, on.replace(day=1), on)
    lines = [
        Line(person, logged.get(person.pk, 0), last.get(person.pk), owned.get(person.pk, 0), week[person.pk],
             month[person.pk], person.seen_at is not None and person.seen_at >= period.starts_at)
        for person in people
    ]
    one = chosen[0] if len(chosen) == 1 else None
    taken = taken_out(user, period, ids) if user.is_manager and switches.get("export_listed") else None
    return WeekHere(period, one, teams, lines, fairness_notes(people, on.replace(day=1), on), taken)


def taken_out(user, period, ids):
    """[(who, list, rows, when)] the people with these ids exported in the period, the newest first: that they did, not
    what is in it. Two queries at most."""
    titles = {sheet.slug: sheet.title for sheet in exported_sheets()}
    rows = ExportFile.objects.listed_to(user).filter(owner__in=ids, made_at__gte=period.starts_at)
    return [
        (row.owner, titles.get(row.sheet, row.name), row.rows, row.made_at)
        for row in rows.select_related("owner")[:MOST_TAKEN]
    ]
