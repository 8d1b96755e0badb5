"""Customers over their limit on the last day of a period, or today in a running one (D23): one rule, staleness.py."""

import datetime as dt

from django.db.models import Count

from accounts.calendar import Calendar
from core.periods import today
from customers.models import Customer
from customers.staleness import Rule
from pipeline.playbooks import Playbooks


def stale_rule(settings):
    """The rule from settings already read; the calendar only when working days count."""
    working = settings["stale_working_days"]
    return Rule(
        default=settings["stale_days"], working=working,
        by_tag={tag: int(days) for tag, days in settings["stale_by_tag"].items()},
        by_class={grade: int(days) for grade, days in settings["stale_by_class"].items()},
        planned_days=settings["planned_days"], calendar=Calendar.load() if working else None,
        limits=Playbooks.load().limits,
    )


def stale_day(period, as_of):
    return min(period.last, today(as_of))


def over_limit(scope, on, rule):
    """Customers over their limit who do not wait for the customer, from what is known now."""
    return Customer.objects.filter(rule.stale(on), scope.customers())


def stale_figures(scope, period, as_of, settings):
    """{"on", "quiet", "planned"}. One query."""
    rule, on = stale_rule(settings), stale_day(period, as_of)
    numbers = over_limit(scope, on, rule).aggregate(all=Count("pk"), planned=Count("pk", filter=rule.plan(on)))
    return {"on": on.isoformat(), "quiet": numbers["all"] - numbers["planned"], "planned": numbers["planned"]}


def stale_customers(scope, period, as_of, settings, *, planned):
    rule, on = stale_rule(settings), stale_day(period, as_of)
    rows = over_limit(scope, on, rule)
    return rows.filter(rule.plan(on)) if planned else rows.exclude(rule.plan(on))


def stale_ids(scope, period, as_of, settings):
    """{"quiet": [customer ids], "planned": […]}, longest quiet first."""
    rule, on = stale_rule(settings), stale_day(period, as_of)
    rows = over_limit(scope, on, rule).order_by("quiet_since", "pk").values_list("pk", "next_step_on")
    found, last = {"quiet": [], "planned": []}, on + dt.timedelta(days=rule.planned_days)
    for pk, step_on in rows:
        found["planned" if step_on and on <= step_on <= last else "quiet"].append(pk)  # as rule.plan(on) asks
    return found
