"""Jobs of the reviews: shells around closing and the opening of a month."""

from django.utils import timezone

from core.jobs import job
from reviews.closing import close_missed, close_period
from reviews.lagging import tell_lagging
from reviews.mining import mine_due
from reviews.opening import take_opening


@job("build_weekly_review", long=True)
def build_weekly_review(row):
    """One week when asked for by `week` (2024-W10), else all that were missed."""
    week = row.args.get("week")
    if week:
        return close_period("week", week, progress=row.progress)
    return close_missed("week", progress=row.progress)


@job("build_monthly_review", long=True)
def build_monthly_review(row):
    """One month when asked for by `month` (2024-03), else all that were missed and the opening of the new one."""
    month = row.args.get("month")
    if month:
        return close_period("month", month, progress=row.progress)
    opening = take_opening()
    return close_missed("month", progress=row.progress) | {"opening": opening["taken"]}


@job("mine_themes", long=True)
def mine_themes(row):
    """The themes of the running week, and those of closed weeks that have none yet."""
    return mine_due(now=timezone.now(), progress=row.progress)


@job("take_opening")
def opening(row):
    """The opening pipeline of the running month, by hand; the monthly slot does it by itself."""
    return take_opening()


@job("tell_lagging")
def lagging(row):
    """Monday's: managers hear of teams far behind the time that has passed."""
    return {"teams": tell_lagging(now=timezone.now())}
