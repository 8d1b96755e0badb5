"""Who did what, when and from where (REL21): the audit page of admins. What happened is the Event, with the names used
then (D21); what it was before and after: salesflow/beforeafter.py. Neither is ever changed.
"""

import datetime as dt
from dataclasses import dataclass
from html import unescape

import django_filters
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from activity.models import Event
from activity.wording import event_words
from core.periods import day_end, day_start, zone
from core.widgets import Day
from customers.models import Customer

PARTS = [
    ("customers", _("Customers")), ("pipeline", _("Deals")), ("collaboration", _("Requests")),
    ("reviews", _("Reviews and targets")), ("exchange", pgettext_lazy("audit", "Imports")),
    ("activity", _("Files and group robots")), ("accounts", _("People and setup")),
]  # fmt: skip
HEADS = [
    (pgettext_lazy("audit", "When"), 20), (pgettext_lazy("audit", "Who"), 14), (pgettext_lazy("audit", "What"), 60),
    (pgettext_lazy("audit", "About"), 26), (pgettext_lazy("audit", "Deed"), 26),
    (pgettext_lazy("audit", "From where"), 18),
]  # fmt: skip
DAYS = [MinValueValidator(dt.date(1990, 1, 1)), MaxValueValidator(dt.date(2200, 1, 1))]  # moments in every zone
CHUNK, MOST_WRITTEN = 1_000, 100_000


class AuditFilter(django_filters.FilterSet):
    by = django_filters.ModelChoiceFilter(
        queryset=User.objects.order_by("pinyin", "pk"), label=pgettext_lazy("audit", "Who"), empty_label=_("Everybody")
    )
    part = django_filters.ChoiceFilter(
        choices=PARTS, label=pgettext_lazy("audit", "What"), empty_label=_("Everything"), method="of_part"
    )
    since = django_filters.DateFilter(
        label=pgettext_lazy("audit", "From"), method="from_day", widget=Day, validators=DAYS
    )
    until = django_filters.DateFilter(
        label=pgettext_lazy("audit", "To"), method="to_day", widget=Day, validators=DAYS
    )
    customer = django_filters.NumberFilter(field_name="about_customer_id", min_value=1, max_value=2**31)

    class Meta:
        model = Event
        fields = ["by", "part", "since", "until", "customer"]

    def of_part(self, queryset, name, value):
        return queryset.filter(verb__startswith=f"{value}.")

    def from_day(self, queryset, name, value):
        return queryset.filter(at__gte=day_start(value))

    def to_day(self, queryset, name, value):
        return queryset.filter(at__lte=day_end(value))


@dataclass(frozen=True)
class Line:
    """One event as it is shown: the sentence, the customer it is about (None: none, or gone), what else it is about."""

    event: Event
    words: str
    customer: Customer | None
    subject: object


def events():
    """Whole rows for a page of events."""
    return Event.objects.select_related("by", "undone_by", "subject_type").prefetch_related("subject")


def lines_of(found, viewer):
    """Lines for Events that somebody may see; customers are named through the viewer's own gate. One query."""
    about = {event.about_customer_id for event in found if event.about_customer_id}
    customers = Customer.objects.visible_to(viewer).only("name").in_bulk(about)
    return [
        Line(event, event_words(event, viewer), customers.get(event.about_customer_id), _subject_of(event))
        for event in found
    ]


def _subject_of(event):
    """What it was done to, where the customer does not say it already."""
    subject = event.subject
    return None if subject is None or isinstance(subject, Customer) or event.about_customer_id else subject


def write(rows, viewer, target):
    """The events as a workbook into a binary file, the newest first, at most MOST_WRITTEN. Returns how many. Times are
    company time; what looks like a formula stays text."""
    import xlsxwriter  # only here: web start-up does not pay for it (D43)

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    sheet, bold = book.add_worksheet(str(_("Audit"))[:31]), book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for column, (head, width) in enumerate(HEADS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, str(head), bold)
    row, keys = 0, list(rows.values_list("pk", flat=True)[:MOST_WRITTEN])
    for start in range(0, len(keys), CHUNK):
        found = events().in_bulk(keys[start : start + CHUNK])
        for line in lines_of([found[pk] for pk in keys[start : start + CHUNK] if pk in found], viewer):
            row += 1
            event = line.event
            sheet.write_datetime(row, 0, event.at.astimezone(zone()).replace(tzinfo=None), moment)
            about = line.customer or line.subject or ""
            for column, text in enumerate((event.by or "SalesFlow", strip_tags(line.words), about,
                                           event.verb, event.from_address or ""), start=1):
                sheet.write_string(row, column, unescape(str(text))[:32_767])
    sheet.freeze_panes(1, 0)
    book.close()
    return row
