"""Quiet too long (R31, M12, D23, D24): one rule, one query, one explanation, one job.

`today − quiet_since > limit` in company days: a contact on 1 March is not stale on 4 March and stale on 5 March.
quiet_since is the last contact (talked or sent), else the day the first deal opened. The limit: class, else tag,
else the smallest stage limit of the open deals, else 3 days. Three states of who is over it:

    waiting    a waiting step until a date today or later: not listed
    planned    the earliest own step is today or later, at most 14 days ahead: listed, counted apart, no message
    quiet      neither: listed, flagged, the ladder runs

Lost customers, and won ones without an open deal, are followed only where the class or tag has a limit of its own.
"""

import datetime as dt
import functools
from dataclasses import dataclass, field

from django.db.models import Case, DateField, F, Func, Q, Value, When
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts import switches
from accounts.calendar import Calendar
from customers.facts import MOST_DAYS

DAY = dt.timedelta(days=1)
LIMITS = {
    "class": gettext_lazy("Limit of its class"), "tag": gettext_lazy("Limit of its tag"),
    "stage": gettext_lazy("Limit of its stage"), "default": gettext_lazy("General limit"),
}


class DayByNumber(Func):
    """The day that a whole number stands for, from a table {number: day}. One expression: a Case of ninety takes the
    ORM longer to write than the database to answer."""

    output_field = DateField()

    def __init__(self, number, days):
        super().__init__(number)
        self.days = days

    def as_sql(self, compiler, connection, **_more):
        number, params = compiler.compile(self.source_expressions[0])
        cases = " ".join(f"WHEN {int(each)} THEN %s" for each in self.days)
        days = [connection.ops.adapt_datefield_value(day) for day in self.days.values()]
        return f"CASE {number} {cases} END", [*params, *days]


@dataclass(frozen=True)
class Rule:
    """The limits as set today. Days are calendar days unless `working`."""

    default: int = 3
    working: bool = False
    by_tag: dict = field(default_factory=dict)
    by_class: dict = field(default_factory=dict)
    planned_days: int = 14
    calendar: Calendar = None
    limits: tuple | None = None  # the stage limits in use, when the asker knows them: shorter queries, same answer

    def __hash__(self):  # of what can be hashed: equal rules have it equal
        return hash((self.default, self.working, self.planned_days, self.limits))

    @classmethod
    def load(cls):
        """Two small queries: the switches and the calendar's stamp."""
        return cls.of(switches.everything())

    @classmethod
    def of(cls, now):
        """The rule of {switch: value}: as they are set, or as somebody tries them."""
        return cls(
            default=min(now["stale_days"], MOST_DAYS),
            working=now["stale_working_days"],
            by_tag={tag: min(int(days), MOST_DAYS) for tag, days in now["stale_by_tag"].items()},
            by_class={grade: min(int(days), MOST_DAYS) for grade, days in now["stale_by_class"].items()},
            planned_days=now["planned_days"],
            calendar=Calendar.load(),
        )

    def limit_of(self, customer):
        """(days, where the limit comes from: class, tag, stage or default), or (None, "none") when not followed."""
        if customer.grade in self.by_class:
            return self.by_class[customer.grade], "class"
        if customer.tag in self.by_tag:
            return self.by_tag[customer.tag], "tag"
        if customer.tag == "lost" or (customer.tag == "won" and not customer.open_deals):
            return None, "none"
        if customer.limit_days is not None:
            return customer.limit_days, "stage"
        return self.default, "default"

    def days(self, since, on):
        """Days from `since` (not counted) to `on` (counted): calendar days, or working days by the switch."""
        if not self.working:
            return max((on - since).days, 0)
        return self.calendar.working_days(since + DAY, on) if on > since else 0

    def last_quiet_days(self, on):
        """[the newest day of last contact that is over the limit 0, 1, 2, … MOST_DAYS on the day `on`]."""
        if not self.working:
            return [on - dt.timedelta(days=limit + 1) for limit in range(MOST_DAYS + 1)]
        found, day = [], on
        while len(found) <= MOST_DAYS:
            worked = self.calendar.works(day)
            day -= DAY
            if worked:
                found.append(day)
        return found

    def over(self, on, prefix=""):
        """The condition "over its limit on `on`" of customers reached by `prefix` (nothing, customer__): of their own
        row, so that a list of deals asks it of the rows it joins anyway."""
        last = self.last_quiet_days(on)

        def day(limit):
            return Value(last[min(limit, MOST_DAYS)], output_field=DateField())

        def when(then, **facts):
            return When(**{f"{prefix}{name}": value for name, value in facts.items()}, then=then)

        never = Value(dt.date.min, output_field=DateField())
        cases = [when(day(limit), grade=grade) for grade, limit in self.by_class.items()]
        cases += [when(day(limit), tag=tag) for tag, limit in self.by_tag.items()]
        cases += [when(never, tag="lost"), when(never, tag="won", open_deals=0)]
        cases.append(when(day(self.default), limit_days=None))
        # The general limit is by far the commonest of stages too; the database tries the cases in order.
        limits = range(MOST_DAYS + 1) if self.limits is None else self.limits
        order = sorted(limits, key=lambda limit: (limit != self.default, limit))
        of_stage = DayByNumber(F(f"{prefix}limit_days"), {limit: last[min(limit, MOST_DAYS)] for limit in order})
        last_day = Case(*cases, default=of_stage, output_field=DateField())
        live = {f"{prefix}{name}": None for name in ("archived_at", "pooled_at", "merged_into")}
        since = f"{prefix}quiet_since"
        found = Q(**live) & Q(**{f"{since}__lt": on}) & Q(LessThanOrEqual(F(since), last_day))
        return found if prefix or self.limits is None else found & self._found_by_index(last)

    def _found_by_index(self, last):
        """What is true of everybody over his limit and in an index (customer_quiet): the newest day that any rule says
        of a stage limit. Says nothing new; without it a database tries the rule on every customer."""
        ruled = [last[min(limit, MOST_DAYS)] for limit in [*self.by_class.values(), *self.by_tag.values()]]
        found = Q(limit_days=None, quiet_since__lte=max(last[self.default], *ruled, dt.date.min))
        for limit in self.limits:
            found |= Q(limit_days=limit, quiet_since__lte=max(last[min(limit, MOST_DAYS)], *ruled, dt.date.min))
        return found

    def plan(self, on, prefix=""):
        last = on + dt.timedelta(days=self.planned_days)
        return Q(**{f"{prefix}next_step_on__gte": on, f"{prefix}next_step_on__lte": last})

    def stale(self, on, prefix=""):
        """Over the limit and not waiting: the list "quiet" shows, and what the job's output equals."""
        return self.over(on, prefix) & ~waiting(on, prefix)

    def quiet(self, on, prefix=""):
        """Over the limit without a plan and not waiting: the ones the ladder runs for (D23)."""
        return self.stale(on, prefix) & ~self.plan(on, prefix)

    def quiet_planned(self, on, prefix=""):
        """Over the limit with an own step today or later, at most 14 days ahead: listed, counted apart."""
        return self.stale(on, prefix) & self.plan(on, prefix)


def waiting(on, prefix=""):
    """Somebody waits for the customer until a day today or later."""
    return Q(**{f"{prefix}waiting_until__gte": on})


@dataclass(frozen=True)
class Quiet:
    """Why a customer is, or is not, listed as quiet: the same answer as the query, as facts to say."""

    state: str  # quiet | planned | waiting | fine
    days: int | None
    limit: int | None
    limit_from: str  # class | tag | stage | default | none
    tries: int
    planned_on: dt.date | None
    waiting_until: dt.date | None
    since: dt.date | None
    contacted: bool
    working: bool
    rest_days: int  # days of `days` on which the company rests

    @property
    def listed(self):
        return self.state in ("quiet", "planned")


def state_of(customer, on, rule):
    """The state of one customer on the company day `on`: what the query of `rule` would say of it."""
    limit, limit_from = rule.limit_of(customer)
    since = customer.quiet_since
    days = rule.days(since, on) if since else None
    planned_on = customer.next_step_on
    live = not (customer.archived_at or customer.pooled_at or customer.merged_into_id)
    state = "fine"
    if live and limit is not None and days is not None and since < on and days > limit:
        state = "quiet"
        if customer.waiting_until and customer.waiting_until >= on:
            state = "waiting"
        elif planned_on and on <= planned_on <= on + dt.timedelta(days=rule.planned_days):
            state = "planned"
    return Quiet(
        state, days, limit, limit_from, customer.tries, planned_on, customer.waiting_until, since,
        customer.last_contact_on is not None, rule.working, _rest_days(rule, since, on),
    )


def _rest_days(rule, since, on):
    if since is None or on <= since:
        return 0
    return (on - since).days - rule.calendar.working_days(since + DAY, on)


def words_of(quiet, *, date=str):
    """The strip's sentence (D7 words of decisions §7), or "" when there is nothing to say. `date` writes a day."""
    if quiet.state == "waiting":
        return _("With the customer until %(date)s") % {"date": date(quiet.waiting_until)}
    if not quiet.listed:
        return ""
    if quiet.tries:
        return ngettext(
            "%(n)s days unreached, %(k)s try", "%(n)s days unreached, %(k)s tries", quiet.tries
        ) % {"n": quiet.days, "k": quiet.tries}
    if quiet.state == "planned":
        return ngettext(
            "Quiet %(n)s day · next %(date)s", "Quiet %(n)s days · next %(date)s", quiet.days
        ) % {"n": quiet.days, "date": date(quiet.planned_on)}
    return ngettext("Quiet %(n)s day", "Quiet %(n)s days", quiet.days) % {"n": quiet.days}


def sum_of(quiet, *, date=str):
    """The explanation on hover: from which day, how many days, which limit, which rest days are among them."""
    since = "" if quiet.days is None else date(quiet.since)
    return _sum(
        quiet.days, quiet.contacted, since, quiet.limit, quiet.limit_from, quiet.working, quiet.rest_days,
        get_language(),
    )  # fmt: skip


@functools.lru_cache(maxsize=4000)  # a list says fifty of them, and the same ones the next time
def _sum(days, contacted, since, limit, limit_from, working, rest_days, _language):
    if days is None:
        return _("No deal was opened yet, so nothing counts.")
    if contacted:
        first = _("Last contact on %(date)s.") % {"date": since}
    else:
        first = _("Never contacted; counted from %(date)s, when its first deal opened.") % {"date": since}
    if limit is None:
        return f"{first} " + _("Lost and won customers are not counted.")
    unit = (
        ngettext("%(n)s working day since", "%(n)s working days since", days) if working
        else ngettext("%(n)s day since", "%(n)s days since", days)
    ) % {"n": days}
    parts = [first, _("%(since)s; %(limit)s: %(days)s.") % {
        "since": unit, "limit": LIMITS[limit_from],
        "days": ngettext("%(n)s day", "%(n)s days", limit) % {"n": limit},
    }]
    if rest_days and not working:
        parts.append(
            ngettext("%(n)s of them is a rest day.", "%(n)s of them are rest days.", rest_days) % {"n": rest_days}
        )
    return " ".join(parts)
