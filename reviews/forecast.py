"""The forecast: open deals by the month they are expected to close in, whole and weighted by the chance of their stage,
with the part that comes from deals whose date has slipped before (R55), for teams and people.

Likely money is summed deal by deal, each to the cent (reviews/likely.py): a number and the list behind it are equal.
"""

from dataclasses import dataclass, field

from django.db.models import Count, F, Q
from django.db.models.functions import TruncMonth
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.periods import period_of, read_period
from core.words import month as month_words
from pipeline.models import Deal
from reviews.likely import amount_cents, likely_cents, money, worth
from reviews.models import Scope as Kind
from reviews.people import NOBODY
from reviews.scopes import person_of_deal

MONTHS = 6  # this one and the next five, each by itself
PAST, LATER, NEVER = "past", "later", "none"  # before this month, after the last of them, without a day


@dataclass
class Line:
    """One month, team or person: deals, CNY whole and likely, and of the likely what comes from slipped deals."""

    key: object  # a month's code, PAST, LATER, NEVER; the id of a team or person
    label: object = None
    deals: int = 0
    cents: int = 0
    likely_cents: int = 0
    slipped: int = 0
    slipped_cents: int = 0
    this: str = ""  # the running month's code
    months: dict = field(default_factory=dict)  # {month's key: likely cents}

    @property
    def amount(self):
        return money(self.cents)

    @property
    def likely(self):
        return money(self.likely_cents)

    @property
    def slipped_likely(self):
        return money(self.slipped_cents)

    @property
    def slipped_share(self):
        """0–1; None when nothing is likely."""
        return self.slipped_cents / self.likely_cents if self.likely_cents else None

    def add(self, row):
        self.deals += row["deals"]
        self.cents += row["cents"] or 0
        self.likely_cents += row["likely"] or 0
        self.slipped += row["late"]
        self.slipped_cents += row["late_likely"] or 0
        self.months[row["bucket"]] = self.months.get(row["bucket"], 0) + (row["likely"] or 0)

    @property
    def words(self):
        return bucket_words(self.key)

    @property
    def soon(self):
        """Likely of this month with what is overdue, CNY: what the month-start contract calls open."""
        return money(self.months.get(PAST, 0) + self.months.get(self.this, 0))


@dataclass
class Forecast:
    scope: object
    period: object  # the running month
    months: list
    total: Line
    tables: list  # [(kind, [Line…])]


def months_of(on):
    """The codes of the months told one by one."""
    found = [period_of("month", on)]
    while len(found) < MONTHS:
        found.append(found[-1].next())
    return found


def due_in(on, bucket):
    """The condition of one line; None for a bucket that is none."""
    months = months_of(on)
    if bucket == PAST:
        return Q(expected_close__lt=months[0].first)
    if bucket == LATER:
        return Q(expected_close__gt=months[-1].last)
    if bucket == NEVER:
        return Q(expected_close=None)
    month = next((one for one in months if one.code == bucket), None)
    return month and Q(expected_close__range=(month.first, month.last))


def open_deals(scope):
    """The open deals of a scope as they are now."""
    return Deal.objects.open().filter(scope.deals())


def forecast(scope, known, *, on):
    """The forecast of a scope on a day. One query, whatever there is."""
    months = months_of(on)
    rows = (
        open_deals(scope).order_by()
        .annotate(month=TruncMonth("expected_close"), team=F("customer__team"), person=person_of_deal())
        .values("month", "team", "person")
        .annotate(
            deals=Count("pk"), cents=amount_cents(), likely=likely_cents(), late=Count("pk", filter=Q(slips__gt=0)),
            late_likely=likely_cents(filter=Q(slips__gt=0)),
        )
    )
    this = months[0].code
    keys = [PAST, *(month.code for month in months), LATER, NEVER]
    lines, total = {key: Line(key) for key in keys}, Line("all", this=this)
    places = {kind: {} for kind in tables_of(scope)}
    for row in rows:
        row["bucket"] = key_of(row["month"], months)
        lines[row["bucket"]].add(row)
        total.add(row)
        for kind, found in places.items():
            pk = row["team" if kind == Kind.TEAM else "person"] or NOBODY
            found.setdefault(pk, Line(pk, known.named(kind, pk), this=this)).add(row)
    kept = [line for line in lines.values() if line.deals or line.key not in (PAST, LATER, NEVER)]
    tables = [(kind, sorted(found.values(), key=lambda line: (line.key == NOBODY, line.key)))
              for kind, found in places.items()]
    return Forecast(scope, months[0], kept, total, tables)


def tables_of(scope):
    wide = [Kind.TEAM] if scope.kind in (Kind.COMPANY, Kind.DEPARTMENT) else []
    return wide + ([Kind.PERSON] if scope.kind != Kind.PERSON else [])


def key_of(first, months):
    if first is None:
        return NEVER
    if first < months[0].first:
        return PAST
    return LATER if first > months[-1].last else period_of("month", first).code


def bucket_words(bucket):
    """A line's name, in the reader's language."""
    fixed = {PAST: _("Before this month"), LATER: _("Later"), NEVER: _("Without a date"), "all": _("All open deals")}
    return fixed.get(bucket) or month_words(read_period(bucket).first, get_language())


def lines_of(scope, bucket, *, on, slipped=False, place=None):
    """The deals behind one number, the largest first; None for a line that is none. `place` is (kind, id) of a line of
    the tables below, the id NOBODY for what is nobody's."""
    fits = Q() if bucket == "all" else due_in(on, bucket)
    if fits is None:
        return None
    rows = open_deals(scope).filter(fits).order_by(F("amount").desc(nulls_last=True), "pk")
    if place:
        kind, pk = place
        rows = rows.annotate(place=F("customer__team") if kind == Kind.TEAM else person_of_deal())
        rows = rows.filter(place=None if pk == NOBODY else pk)
    return rows.filter(slips__gt=0) if slipped else rows


def amount_and_likely(ids):
    """[(deal, amount, likely, likely)] of a page of deals, in their order."""
    found = {pk: (amount, chance) for pk, amount, chance in
             Deal.objects.filter(pk__in=list(ids)).values_list("pk", "amount", "stage__probability")}
    return [(pk, found[pk][0], worth(*found[pk]), worth(*found[pk])) for pk in ids if pk in found]
