"""The quarterly page (S16, M9): what it shows, to whom. Admins change fields from it; managers read it, over the
records they see; how long forms take stays with the admins (exchange/querysets.py)."""

import datetime as dt
from dataclasses import dataclass, field

from accounts.models import User
from core.entryforms import EntryForm, entry_forms
from core.periods import Period, read_period, today
from exchange import formuse, useless
from exchange.models import FormUse, UselessNote
from reviews import besides
from reviews.advising import DEEDS, advise
from reviews.decided import decisions
from reviews.narrowing import first_record
from reviews.scopes import scopes_of
from reviews.usage import uses

ENOUGH = dt.timedelta(days=30)  # of data; fewer say nothing (ux S16)


class NoSuchQuarter(LookupError):
    """No quarter of this name, or one that is still to come."""


@dataclass
class Quarter:
    """The quarter somebody reads. `ready_on` is the day there is enough data, None when there is; past the quarter's
    end, this quarter never has enough."""

    period: Period
    user: User
    now: dt.datetime
    first: dt.datetime | None = None  # when data begins
    ready_on: dt.date | None = None

    @property
    def previous(self):
        return self.period.previous()

    @property
    def next(self):
        """The quarter after it; None for the running one."""
        return self.period.next() if self.period.closed(self.now) else None

    @property
    def running(self):
        return not self.period.closed(self.now)

    @property
    def comes(self):
        """Whether the day there is enough data lies in this quarter."""
        return self.ready_on is not None and self.ready_on <= self.period.last

    @property
    def may_change(self):
        return self.user.is_admin


def read_quarter(user, code, *, now):
    """Raises NoSuchQuarter."""
    try:
        period = read_period(code)
    except ValueError:
        raise NoSuchQuarter(code) from None
    if period.kind != "quarter" or period.starts_at > now:
        raise NoSuchQuarter(code)
    quarter = Quarter(period, user, now, first_record(user, now))
    ready = max(quarter.first, period.starts_at) + ENOUGH
    if ready > min(now, period.ends_at):
        quarter.ready_on = today(ready)
    return quarter


@dataclass
class FormLine:
    """One form in the quarter: saves, median seconds, those of the quarter before, the fields it insists on now, all it
    shows, and its budget."""

    form: EntryForm
    saves: int
    seconds: int | None
    before: int | None
    asked: list
    shown: dict
    budget: dict
    notes: list = field(default_factory=list)  # (label, how many, words) of fields that have no line of their own

    @property
    def fields_over(self):
        return max(len(self.asked) - self.budget["required"], 0)

    @property
    def seconds_over(self):
        return max((self.seconds or 0) - self.budget["seconds"], 0)


def page_of(quarter):
    """The context of the page. Little of it is read while there is not enough data."""
    context = {"quarter": quarter, "period": quarter.period}
    if quarter.ready_on:
        return context
    user, period, now = quarter.user, quarter.period, quarter.now
    notes = useless.told(UselessNote.objects.visible_to(user), period.code)
    found = uses(user, period, now=now, notes=notes, first=quarter.first)
    for use in found:
        use.advice = advise(use)
        use.deed = DEEDS[use.advice.do] if use.advice else ""
    groups, told = {}, {(use.place.form, use.name) for use in found}
    for use in found:
        groups.setdefault(use.place.of, (use.place, []))[1].append(use)
    unticked, unworn = besides.unused_labels(user, period)
    return context | {
        "groups": list(groups.values()), "advised": [use for use in found if use.advice],
        "forms": form_lines(quarter, {key: said for key, said in notes.items() if key not in told}),
        "passed": [one for one in besides.stages(user, period, now=now) if not one.long],
        "unticked": unticked, "unworn": unworn,
        "phrases": besides.phrases(user, period), "untaught": besides.untaught(period, scopes_of(user)[0]),
        "decisions": decisions(user, period, now=now),
    }  # fmt: skip


def form_lines(quarter, notes):
    """Every entry form of the quarter; `notes` are those of fields that have no line on the page. The seconds are None
    for whom they are not meant."""
    user, period = quarter.user, quarter.period
    timed = FormUse.objects.visible_to(user)
    now, before = (
        formuse.spreads(timed.filter(at__gte=one.starts_at, at__lt=one.ends_at)) for one in (period, period.previous())
    )
    budgets, lines = formuse.budgets(), []
    for form in entry_forms():
        seconds, saves = formuse.middle(now.get(form.name, []))
        shown = form.labels(user=user, now=quarter.now)
        line = FormLine(
            form, saves, seconds, formuse.middle(before.get(form.name, []))[0],
            form.asked(user=user, now=quarter.now), shown, budgets[form.name],
        )  # fmt: skip
        mine = {field: said for (of, field), said in notes.items() if of == form.name}
        line.notes = [
            (shown.get(name, name), len(said), [words for words in said if words])
            for name, said in sorted(mine.items())
        ]
        lines.append(line)
    return lines
