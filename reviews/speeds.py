"""First response and contract approval for every place of a sheet of targets: medians, each from one reading."""

from collections import defaultdict
from decimal import Decimal

from accounts.calendar import Calendar
from reviews.approvals import approval_days, read_approvals
from reviews.models import Scope as Kind
from reviews.models import Target
from reviews.responses import first_response, read_leads

FIRST_RESPONSE, APPROVAL_DAYS = Target.Metric.FIRST_RESPONSE, Target.Metric.APPROVAL_DAYS
SPEEDS = (FIRST_RESPONSE, APPROVAL_DAYS)


class Speeds:
    """of(period, metric, scope): median hours (elapsed clock) or working days, to a tenth; None for nothing.

    Reads the whole period once for each metric that is asked for, for all `scopes` together (reviews/attained.py)."""

    def __init__(self, scopes, period, *, now, teams_below):
        self.scopes, self.period, self.now, self.teams_below = scopes, period, now, teams_below
        self.rows, self.placed = {}, {}

    def of(self, period, metric, scope):
        rows = self._inside(scope, self._placed(period, metric))
        median = first_response(rows, "elapsed").median if metric == FIRST_RESPONSE else approval_days(rows).median
        return None if median is None else Decimal(str(median))

    def _placed(self, period, metric):
        """{("company", 0) or ("team", id) or ("person", id): rows of the period}."""
        key = (period.code, metric)
        if key not in self.placed:
            found = self.placed[key] = defaultdict(list)
            for row in self._rows(metric):
                if period.starts_at <= row.counted_at < period.ends_at:
                    for place in (("company", 0), ("team", row.team), ("person", row.person)):
                        found[place].append(row)
        return self.placed[key]

    def _inside(self, scope, placed):
        if scope.kind != Kind.DEPARTMENT:
            return placed.get((str(scope.kind), scope.id), [])
        return [row for team in self.teams_below.get(scope.id, ()) for row in placed.get(("team", team), [])]

    def _rows(self, metric):
        if metric not in self.rows:
            start, end = self.period.starts_at, min(self.period.ends_at, self.now)
            calendar = Calendar.load()
            self.rows[metric] = (
                read_leads(self.scopes, start, end, now=self.now, calendar=calendar) if metric == FIRST_RESPONSE
                else read_approvals(self.scopes, start, end, calendar=calendar)
            )
        return self.rows[metric]
