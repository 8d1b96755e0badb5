"""How the entry forms do: fields they ask, seconds from opening to saving, saves, each against its budget (R21)."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count

from accounts import switches
from core.entryforms import EntryForm, entry_forms
from exchange.models import FormUse

DAYS = 30  # the figures are of so many days
KEPT_DAYS = 370  # a quarter that has just closed, and what a change in the one before it did (reviews/decided.py)


def note(name, seconds, *, now, touched=()):
    """One save: the form, how long it took and how long each field had the focus, and nobody's name."""
    FormUse.objects.create(form=name, at=now, seconds=seconds, touched=list(touched))


def forget_old(now):
    """The nightly job: what no page asks for any more goes."""
    return FormUse.objects.filter(at__lt=now - dt.timedelta(days=KEPT_DAYS)).delete()[0]


@dataclass
class Standing:
    """One form as it is now: the labels of the fields it insists on, the median seconds (None: nobody saved it), how
    many saves, and the budget."""

    form: EntryForm
    asked: list
    seconds: int | None
    saves: int
    budget: dict = field(default_factory=dict)

    @property
    def fields_over(self):
        return max(len(self.asked) - self.budget["required"], 0)

    @property
    def seconds_over(self):
        return max((self.seconds or 0) - self.budget["seconds"], 0)


def standings(uses, *, user, now):
    """Every entry form with its Standing, over `uses` (a queryset of FormUse) of the last DAYS days; two queries and
    what the forms themselves ask of setup, however many saves there are."""
    spread = spreads(uses.filter(at__gte=now - dt.timedelta(days=DAYS)))
    kept = budgets()
    return [
        Standing(one, one.asked(user=user, now=now), *middle(spread.get(one.name, [])), kept[one.name])
        for one in entry_forms()
    ]


def spreads(uses):
    """{form: [(seconds, how often)] in order} of saves, one query."""
    found = {}
    counted = uses.order_by("form", "seconds").values_list("form", "seconds").annotate(n=Count("pk"))
    for name, seconds, n in counted:
        found.setdefault(name, []).append((seconds, n))
    return found


def middle(spread):
    """(median, how many) of [(seconds, how often)] in order; between two middle ones the mean, rounded up at a half."""
    total = sum(n for _seconds, n in spread)
    if not total:
        return None, 0
    lower = _at(spread, (total - 1) // 2)
    return (lower + _at(spread, total // 2) + 1) // 2, total


def _at(spread, place):
    for seconds, n in spread:
        place -= n
        if place < 0:
            return seconds
    raise IndexError(place)


def budgets():
    """{form: {"required", "seconds"}}: as set by an admin, else as the form was plugged in."""
    kept = switches.get("form_budgets")
    return {
        one.name: {"required": one.required, "seconds": one.seconds} | kept.get(one.name, {}) for one in entry_forms()
    }


def set_budgets(wanted, *, by, now, expect):
    """Keep what an admin set. Raises Conflict when somebody else did since version `expect` (0: nobody had)."""
    switches.set("form_budgets", wanted, by=by, now=now, expect=expect)
