"""My day (S2): what a rep does now, and whether he may go home. Every list is his own; every count is of its list."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from accounts import switches
from accounts.calendar import Calendar
from accounts.readers import Reader
from collaboration.clocks import clock_of
from core.periods import day_start, period_of, today
from customers import pooling
from customers.drawing import date_words
from customers.models import Customer, NextStep, Owed
from customers.staleness import Rule, state_of, sum_of
from customers.tagbar import TagBar, bar_from
from pipeline import agreement
from pipeline.models import Deal
from pipeline.updating import Day, grouped
from salesflow import ofmyday
from salesflow.reprows import row_of

MOST = 20  # rows a section shows; its count is of all
CLOSING = dt.timedelta(hours=1)  # before the end of the working day
TIDY = 5  # imported customers to tidy up a day (D24)


@dataclass
class Section:
    """A list and how many there are in all."""

    rows: list
    count: int

    @property
    def more(self):
        return self.count - len(self.rows)


@dataclass
class MyDay:
    user: object
    on: dt.date
    now: dt.datetime
    bar: TagBar
    limit: int  # minutes within which a conversation is written down
    owed: Section
    due: Section
    overdue: int
    quiet: Section
    planned: int
    tidy: Section
    asked: Section  # requests that wait for him: as many as the navigation says
    waiting: Section  # his requests that others hold
    update: Day
    month: dict
    ends_at: dt.datetime
    closing: bool  # the last hour of the day: on the phone the update comes first
    week: list  # (day, own steps planned for it) of this week, less empty rest days
    hot: list
    row: object = None  # his row on his manager's team home
    to_judge: int = 0  # deals of the stage agreement check, while it is on
    pool_soon: int = 0  # of his, go to the pool unless he talks to them


def my_day(user, now, data=None):
    """Everything the page shows, in a fixed number of queries. `data` is the query string: its tags narrow the lists of
    customers, steps, talks and requests (R22)."""
    on, rule = today(now), Rule.load()
    in_time = switches.in_time()
    mine = Customer.objects.visible_to(user).filter(owner=user).live()
    owed = list(Owed.objects.visible_to(user).open().select_related("customer", "contact"))
    for talk in owed:
        talk.late = bool(talk.ended_at and now - talk.ended_at > in_time)
    sunday = on + dt.timedelta(days=6 - on.weekday())
    steps = NextStep.objects.visible_to(user).open().filter(owner=user, kind="ours", due_on__lte=sunday)
    steps = list(steps.select_related("customer").order_by("due_on", "due_time", "id"))
    due = [step for step in steps if step.due_on <= on]
    reader = Reader.of(user, on)
    quiet = list(ofmyday.quiet(reader, str(on), rule))
    for customer in quiet:
        customer.quiet = state_of(customer, on, rule)
        customer.quiet_sum = sum_of(customer.quiet, date=date_words)
    tidy = list(mine.filter(alarms_from__gt=on, next_step_on=None).order_by("-open_amount", "id"))
    asked, waiting = _requests(reader, now)
    nothing, calendar = not (owed or due or quiet), Calendar.load()
    ends_at = calendar.end_of_day(on)
    bar = bar_from(data, [_tag_of(row) for row in [*owed, *due, *quiet, *tidy, *asked, *waiting]])
    owed, due, quiet, tidy, asked, waiting = (
        [row for row in rows if bar.fits(_tag_of(row))] for rows in (owed, due, quiet, tidy, asked, waiting)
    )
    return MyDay(
        user=user, on=on, now=now, bar=bar, limit=switches.get("in_time_minutes"), owed=_section(owed),
        due=_section(due), overdue=sum(step.due_on < on for step in due), quiet=_section(quiet),
        planned=sum(ofmyday.planned(reader, str(on), rule)), tidy=Section(_to_drop(tidy[:TIDY], user), len(tidy)),
        asked=_section(asked), waiting=_section(waiting), month=month_so_far(reader, on),
        update=grouped(user, on, ofmyday.deals(reader), ofmyday.looked_at(reader, on)), ends_at=ends_at,
        closing=now >= ends_at - CLOSING, week=_week(steps, on, calendar),
        hot=_worth_a_call(mine, on) if nothing else [],
        pool_soon=_pool_soon(mine, on), row=row_of(user, on, rule), to_judge=agreement.left(user, on),
    )


def counts_of(user, on, rule):
    """(to log, due, quiet): the numbers at the head of his day, in three small queries."""
    due = NextStep.objects.visible_to(user).open().filter(owner=user, kind="ours", due_on__lte=on)
    mine = Customer.objects.visible_to(user).filter(owner=user).live()
    return Owed.objects.visible_to(user).open().count(), due.count(), mine.quiet(on, rule).count()


def month_so_far(reader, on):
    """Signed this month against the target: amounts in CNY, shares of 1; time by working days (D28)."""
    period = period_of("month", on)
    amount, target = next(iter(ofmyday.signed_and_target(reader, period.first, period.last, period.code)))
    amount = amount or Decimal(0)
    calendar = Calendar.load()
    days = calendar.working_days(period.first, period.last) or 1
    return {
        "period": period, "won": amount, "target": target,
        "attained": amount / target if target else None,
        "elapsed": calendar.working_days(period.first, on) / days,
    }


def first_run(reader):
    """The three items that tick themselves for a new rep (D54); empty after his first end-of-day update."""
    row = next(iter(ofmyday.begun(reader)))
    return [] if row[0] else [("customer", row[1]), ("log", row[2]), ("update", False)]


def _to_drop(customers, user):
    """The same, each with its open deal: to drop it is to lose it, with a reason. No query when there is none."""
    rows = Deal.objects.visible_to(user).open().filter(customer__in=customers) if customers else []
    deals = {deal.customer_id: deal.pk for deal in rows}
    for customer in customers:
        customer.deal_to_drop = deals.get(customer.pk)
    return customers


def _week(steps, on, calendar):
    planned = Counter(step.due_on for step in steps)
    monday = on - dt.timedelta(days=on.weekday())
    days = [monday + dt.timedelta(days=n) for n in range(7)]
    return [(day, planned[day]) for day in days if planned[day] or day == on or calendar.works(day)]


def _requests(reader, now):
    """(requests that wait for him, those of his that others hold), soonest first, each with its running clock."""
    on = today(now)
    found = list(ofmyday.requests(reader, str(on), day_start(on)))
    calendar = Calendar.load() if found else None
    for item in found:
        item.clock = clock_of(item, now, calendar)
    return [item for item in found if item.is_mine], [item for item in found if not item.is_mine]


def _tag_of(row):
    """The tag of what a row is about: a customer, what hangs on one, or a request `with_tag`."""
    if hasattr(row, "seen_tag"):
        return row.seen_tag
    return row.tag if isinstance(row, Customer) else row.customer.tag


def _section(rows):
    return Section(rows[:MOST], len(rows))


def _worth_a_call(mine, on):
    """Three high-intent customers not spoken to this week, most money first: for a day with nothing due."""
    week = on - dt.timedelta(days=7)
    return list(mine.filter(tag="hot", last_contact_on__lt=week).order_by("-open_amount", "id")[:3])


def _pool_soon(mine, on):
    """How many of his customers he was warned of; no query while the pool is off."""
    if not switches.get("pool"):
        return 0
    rules = pooling.Rules.load()
    return mine.filter(pk__in=pooling.told(pooling.soon(rules, on)).values("pk")).count()
