"""End-of-day update (下班前更新): every open deal of a person looked at once a day (R26, D26)."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction

from accounts.calendar import Calendar, leave_of
from activity.recording import record
from core import periods
from customers.staleness import Rule, state_of
from customers.tagbar import bar_from
from pipeline import actions, marking
from pipeline.models import DayClose, DayMark, Deal

DAY = dt.timedelta(days=1)
MONEY_FIRST = ("-amount", "id")


@dataclass
class Day:
    """A person's open deals on a company day in three groups: `done` (logged, moved or marked today), `on_plan` (a
    next step or a wait until a later day, and not quiet; one button confirms them all) and `look` (to look at, one by
    one)."""

    user: object
    on: object
    done: list = field(default_factory=list)
    on_plan: list = field(default_factory=list)
    look: list = field(default_factory=list)

    @property
    def total(self):
        return len(self.done) + len(self.on_plan) + len(self.look)

    @property
    def left(self):
        return len(self.on_plan) + len(self.look)

    @property
    def is_done(self):
        return not self.left

    def narrowed(self, data):
        """What the page lists of it with the tags of a query string, and their chips (R22); the day itself is whole."""
        groups = {"look": self.look, "on_plan": self.on_plan, "done": self.done}
        bar = bar_from(data, [deal.customer.tag for deals in groups.values() for deal in deals])
        shown = {name: [d for d in deals if bar.fits(d.customer.tag)] for name, deals in groups.items()}
        return shown | {"day": self, "bar": bar}


def deals_of(user):
    """The open deals a person answers for: his as owner, else as sales rep."""
    deals = Deal.objects.visible_to(user).open()
    return (deals.filter(owner=user) | deals.filter(owner=None, rep=user)).select_related("customer", "stage")


def day_of(user, on, *, opened_before=None):
    """The three groups, most money first. Each deal carries `quiet` (its customer's state). Three queries.

    `opened_before` leaves out later deals when a day of the past is asked for."""
    deals = deals_of(user).filter(opened_at__lt=opened_before) if opened_before else deals_of(user)
    return grouped(user, on, deals.order_by(*MONEY_FIRST), looked_at(user, on))


def looked_at(user, on):
    """Keys of his open deals that were logged, moved or marked on the day `on`."""
    return DayMark.objects.filter(deal__in=deals_of(user).values("pk"), day=on).values_list("deal_id", flat=True)


def grouped(user, on, deals, looked):
    """The Day of these deals, of which those with the keys `looked` are done."""
    day, rule, looked = Day(user, on), Rule.load(), set(looked)
    for deal in deals:
        deal.quiet = state_of(deal.customer, on, rule)
        ahead = [deal.customer.next_step_on, deal.customer.waiting_until]
        if deal.pk in looked:
            day.done.append(deal)
        elif any(date and date > on for date in ahead) and deal.quiet.state != "quiet":
            day.on_plan.append(deal)
        else:
            day.look.append(deal)
    return day


def mark(deals, how, by, now, *, line=""):
    """Mark deals of the day as "same" (no change), "action" (with one line of key action) or "bulk", and close the day
    when nothing is left. One event for the list."""
    on = periods.today(now)
    with transaction.atomic():
        if line:
            actions.add_line_many([actions.Line(deal, on, line) for deal in deals], by=by, now=now)
        marking.mark(deals, how, by=by, now=now, day=on)
        if len(deals) == 1:
            record("pipeline.updated", deals[0], by=by, at=now, about=deals[0].customer_id, how=how, line=line,
                   customer=deals[0].customer.name)
        elif deals:
            record("pipeline.updated_many", by, by=by, at=now, how=how, count=len(deals), deals=[d.pk for d in deals])
        return close_if_done(by, now=now)


def close_if_done(user, *, now):
    """The day is closed the moment its last open deal was looked at. Returns the Day."""
    day = day_of(user, periods.today(now))
    if day.is_done:
        DayClose.objects.update_or_create(
            user=user, day=day.on, defaults={"closed_at": now, "open_deals": day.total, "left_over": 0}
        )
    return day


def record_misses(users, on):
    """For the job: who did not look at everything on a working day he was there; a recorded close stays. What was
    opened after that day is no miss of it. Returns the rows."""
    if not Calendar.load().works(on):
        return []
    users = [user for user in users if leave_of(user, on) is None]
    closed = set(DayClose.objects.filter(day=on, user__in=users).values_list("user_id", flat=True))
    missed = []
    for user in users:
        day = day_of(user, on, opened_before=periods.day_start(on + DAY)) if user.pk not in closed else None
        if day and day.left:
            missed.append(DayClose(user=user, day=on, open_deals=day.total, left_over=day.left))
    return DayClose.objects.bulk_create(missed, ignore_conflicts=True)
