"""A team whose signed money is far behind the time that has passed: its manager hears on Monday morning (S19, D28)."""

import datetime as dt

from accounts.calendar import Calendar
from accounts.models import Team
from activity.recording import notify
from core.periods import today
from reviews.goals import goal_of
from reviews.scopes import Scope, read_stages

KIND = "reviews.lagging"
FAR = 0.15  # of the target: 40 % attained when 55 % of the working days are gone
HOLDS = dt.timedelta(days=7)  # the next Monday says it anew


def tell_lagging(*, now):
    """One message a team and week, to its manager. Returns how many teams are far behind; four queries a team."""
    stages, calendar, found = read_stages(), Calendar.load(), 0
    year, week, _day = today(now).isocalendar()
    for team in Team.objects.filter(is_active=True, manager__isnull=False).select_related("manager"):
        goal = goal_of(Scope("team", team.pk, team.name), now=now, stages=stages, calendar=calendar)
        if goal.attained is None or goal.time - goal.attained < FAR:
            continue
        found += 1
        notify(
            KIND, team, tell=[team.manager], at=now, key=f"lagging {team.pk} {year}-W{week:02}", team=team.name,
            team_en=team.name_en, attained=round(goal.attained * 100), elapsed=round(goal.time * 100),
            period=goal.period.code,
        )  # fmt: skip
    return found
