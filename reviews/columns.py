"""The columns of a sheet of targets: what is aimed at, of which period, and how its cells are typed and said."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from core import words
from core.periods import period_of
from exchange import parsing
from exchange.problems import Wrong, gettext_noop
from reviews.aiming import SUMS, WHOLE
from reviews.books import Books
from reviews.models import Target

Metric = Target.Metric
NEGATIVE = gettext_noop("A target is not negative")
NO_NUMBER = gettext_noop("Enter a number")
NOT_WHOLE = gettext_noop("Enter a whole number")
OVER_ALL = gettext_noop("A conversion is at most 100 %")
SHEETS = ("sums", "rates")  # of a month: what adds up, and what does not


@dataclass(frozen=True)
class Column:
    period: object
    metric: str
    detail: str
    label: str
    stage: object = None  # StageFact of a conversion

    @property
    def key(self):
        return f"{self.period.code}~{self.metric}~{self.detail}"

    @property
    def name(self):
        """How it is asked for in a query string, as offered() names it."""
        return f"{self.metric}-{self.detail}" if self.detail else str(self.metric)

    @property
    def summed(self):
        return self.metric in SUMS

    @property
    def is_money(self):
        return self.metric == Metric.SIGNED

    @property
    def unit(self):
        return {
            Metric.SIGNED: "CNY", Metric.RATE: "%", Metric.FIRST_RESPONSE: pgettext("unit", "hours"),
            Metric.APPROVAL_DAYS: pgettext("unit", "working days"),
        }.get(self.metric, "")

    def read(self, text):
        """What was typed or pasted, as a number, None when empty. Raises ValueError with the sentence for the cell."""
        try:
            return self.take(text)
        except Wrong as wrong:
            raise ValueError(str(wrong)) from wrong

    def take(self, text):
        """The same for a cell of a workbook: raises Wrong."""
        text = text.strip()
        try:
            value = parsing.money(text.removesuffix("%").strip() if self.metric == Metric.RATE else text)
        except Wrong as wrong:
            if wrong.message == parsing.LARGE_AMOUNT:
                raise
            raise Wrong(NEGATIVE if text.startswith(("-", "−")) else NO_NUMBER) from wrong
        if value is not None and self.metric in WHOLE and value != value.to_integral_value():
            raise Wrong(NOT_WHOLE)
        if value is not None and self.metric == Metric.RATE and value > 100:
            raise Wrong(OVER_ALL)
        return value

    def typed(self, value):
        """A number as one types it: no separators, no needless zeros."""
        if value is None:
            return ""
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def said(self, value):
        """A number as it is read: ¥450,000 · 12 · 35%."""
        if value is None:
            return words.NOTHING
        if self.is_money:
            return words.money_full(value)
        return f"{self.typed(value)}%" if self.metric == Metric.RATE else self.typed(value)

    def brief(self, value):
        """The same, short."""
        return words.money(value, get_language()) if self.is_money else self.said(value)

    def attained(self, actual, target):
        """The share 0–1 of a target that adds up; of a rate none: it is read beside it."""
        return float(actual) / float(target) if self.summed and actual is not None and target else None

    def actual_said(self, actual):
        if actual is None:
            return words.NOTHING
        return words.percent(actual) if self.metric == Metric.RATE else self.brief(Decimal(actual))


def labels():
    """{metric: its name}, in the order they are offered."""
    return {
        Metric.SIGNED: _("Signed amount"), Metric.NEW_CUSTOMERS: _("New customers"), Metric.WON: _("Deals won"),
        Metric.FIRST_RESPONSE: _("First response"), Metric.APPROVAL_DAYS: _("Contract approval"),
    }


def offered(stages, kept=()):
    """[(key, label, metric, detail, stage)] of everything that can be aimed at. `kept` are the details of targets there
    are: of a stage that went out of use since they stay on their sheet."""
    found = [(str(metric), label, metric, "", None) for metric, label in labels().items()]
    books = Books.load()
    for stage in stages:
        if stage.is_open and (stage.live or str(stage.id) in kept):
            label = (stage.label_en if (get_language() or "").startswith("en") else "") or stage.label
            label = books.label(stage.id, label)
            if not stage.live:
                label = _("%(stage)s (out of use)") % {"stage": label}
            found.append((f"rate-{stage.id}", _("From %(stage)s on") % {"stage": label}, Metric.RATE, str(stage.id),
                          stage))
    return found


def columns_of(period, view, stages, kept=()):
    """The columns of a month by its sheet (sums, rates), or of a quarter and its months by one metric."""
    choices = offered(stages, kept)
    if period.kind == "month":
        return [
            Column(period, metric, detail, label, stage) for _key, label, metric, detail, stage in choices
            if (metric in SUMS) == (view != "rates")
        ]
    _key, label, metric, detail, stage = next((one for one in choices if one[0] == view), choices[0])
    first = Column(period, metric, detail, period.code, stage)
    return [first, *(Column(m, metric, detail, words.month(m.first, get_language()), stage) for m in months_in(period))]


def months_in(quarter):
    """The three months of a quarter."""
    return [period_of("month", quarter.first.replace(month=quarter.first.month + n)) for n in range(3)]
