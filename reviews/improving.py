"""Improvements (R42): something is done about a number of a closed month, and the next months say what became of it.

The figure is a share: of what entered a stage in the month, what was on by its end ("in_month"); of the customers that
got a tag, those that have reached the next one. Before is the month it was found in, after is each frozen month since,
up to twelve. Fisher's exact test says which side of chance all months since together are on.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from activity.recording import record
from core.changing import change
from core.errors import NotAllowed, Refused
from reviews.chance import Count, fisher, together
from reviews.models import Improvement, Review
from reviews.models import Scope as Kind
from reviews.scopes import teams_below

MONTHS = 12
DOUBT = 0.05  # two-sided: below it the change is more than chance


@dataclass(frozen=True)
class Course:
    """An improvement with its figure before, and [(month, Count)] since, the oldest first."""

    improvement: Improvement
    before: Count | None
    since: list

    @property
    def after(self):
        return together([count for _code, count in self.since]) if self.since else None

    @property
    def chance(self):
        """The probability that nothing changed, two-sided; None before there is anything to compare."""
        if not self.since or not self.before or not self.before.entered or not self.after.entered:
            return None
        return min(1.0, 2 * min(fisher(self.after, self.before), fisher(self.before, self.after)))

    @property
    def beyond(self):
        """"better" or "worse" beyond chance, else ""."""
        if self.chance is None or self.chance > DOUBT:
            return ""
        return "better" if self.after.share > self.before.share else "worse"


def count_in(figures, improvement):
    """The Count a month's figures have of what an improvement is measured by; None where they have none."""
    if improvement.metric == Improvement.Metric.TAG:
        lines = [line for line in figures.get("tags", ()) if line["from"] == improvement.detail]
        return Count(lines[0]["entered"], lines[0]["reached"]) if lines else None
    lines = [line for line in figures.get("in_month", ()) if str(line["stage"]) == improvement.detail]
    return Count(lines[0]["entered"], lines[0]["on"]) if lines else None


def courses(improvements):
    """A Course for each. One query."""
    improvements = list(improvements)
    first = min((one.period for one in improvements), default="")
    places = {one.scope_id for one in improvements}
    rows = Review.objects.frozen().filter(kind="month", period__gte=first, scope_id__in=places)
    frozen = {}
    for scope, pk, code, rates, tags in rows.order_by("period").values_list(
        "scope", "scope_id", "period", "figures__in_month", "figures__tags"
    ):
        frozen.setdefault((scope, pk), []).append((code, {"in_month": rates or (), "tags": tags or ()}))
    found = []
    for one in improvements:
        counts = [(code, count_in(figures, one)) for code, figures in frozen.get((one.scope, one.scope_id), ())]
        counts = [(code, count) for code, count in counts if count and count.entered]
        since = [(code, count) for code, count in counts if code > one.period][:MONTHS]
        found.append(Course(one, dict(counts).get(one.period), since))
    return found


def owners(user, scope, known):
    """Who may answer for an improvement of a scope: who sells there, who leads there, and the writer himself."""
    inside = User.objects.active().filter(role__in=["rep", "manager"])
    if scope.kind == Kind.COMPANY:
        return inside
    teams = {scope.id}
    if scope.kind == Kind.DEPARTMENT:
        teams = teams_below(known)[scope.id]
    elif scope.kind == Kind.PERSON:
        own = User.objects.filter(pk=scope.id).values("team")
        return inside.filter(pk=scope.id) | inside.filter(leads_teams__in=own) | inside.filter(pk=user.pk)
    return inside.filter(team__in=teams) | inside.filter(leads_teams__in=teams) | inside.filter(pk=user.pk)


def plan(reading, *, metric, detail, text, owner, due_on, by, now):
    """Begin an improvement of a closed month's figure. Raises NotAllowed for who may not write there, Refused while
    the month runs."""
    if not reading.may_write:
        raise NotAllowed
    if reading.running:
        raise Refused(_("The month is still running. An improvement starts from a closed month."))
    improvement = Improvement.objects.create(
        period=reading.period.code, scope=reading.scope.kind, scope_id=reading.scope.id, metric=metric, detail=detail,
        text=text, owner=owner, due_on=due_on, made_by=by, made_at=now,
    )
    improvement.history.update(history_user=by)
    record("reviews.planned", improvement, by=by, at=now, tell=[owner], act=True, text=text, due=due_on.isoformat())
    return improvement


def may_close(user, improvement):
    """Its owner, and whoever manages where it is."""
    return improvement.owner_id == user.pk or user.is_admin or user.is_manager


def close(improvement, state, outcome, *, by, now, expect):
    """Say what became of it. Raises NotAllowed, Conflict."""
    if not may_close(by, improvement):
        raise NotAllowed
    over = {"state": state, "closed_at": now if state != Improvement.State.OPEN else None}
    if change(improvement, by=by, expect=expect, outcome=outcome, **over):
        record("reviews.improved", improvement, by=by, at=now, tell=[improvement.made_by, improvement.owner],
               text=improvement.text, state=state, outcome=outcome)

