"""What the review page needs beyond the figures: words, links, quotes."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.periods import period_of, today
from core.words import listed
from customers.models import Need
from reviews.answers import in_use, may_write
from reviews.correcting import above
from reviews.fairness import with_fairness
from reviews.forms import ReasonForm, TextsForm
from reviews.telling import OFF_PAPER
from reviews.tellingmonth import density
from reviews.tellingweek import FEW
from reviews.themes import shelf_of
from reviews.writing import as_text, correction_of, heads_of, sections_of, span_of, texts_of, title_of, version_of


def rows_address(reading):
    """The page of the lists behind this review's numbers."""
    asked = {"period": reading.period.code, "scope": reading.scope.code}
    asked |= {"as_of": today(reading.now).isoformat()} if reading.past else {}
    asked |= {"playbook": reading.books.code} if reading.books.code else {}  # for the way back
    asked |= {} if reading.is_newest else {"edition": reading.number}
    return f"{reverse('reviews:rows')}?{urlencode(asked)}"


def page_context(reading):
    heads, sections = heads_of(reading), sections_of(reading)
    return {
        "reading": reading, "title": title_of(reading), "span": span_of(reading), "heads": heads,
        "sections": with_fairness(sections, reading), "rows_url": rows_address(reading),
        "off_paper": OFF_PAPER if reading.kind == "month" else (), "dense": density(sections),
        "text": as_text(reading, heads, sections), "notes": notes(reading),
        "few": reading.sells and reading.kind == "week" and 0 < reading.figures["talks"]["total"] < FEW,
        "none": reading.sells and reading.kind == "week" and not reading.figures["talks"]["total"],
        "form": TextsForm(instance=reading.review), "again": ReasonForm(initial={"seen": reading.number}),
        "texts": texts_of(reading), "version": version_of(reading), "correction": correction_of(reading),
        "other": other_kind(reading), "contains": listed(above(reading), get_language()),
    }


def other_kind(reading):
    """Where the other kind of review of about the same days is."""
    kind = "month" if reading.kind == "week" else "week"
    day = reading.period.first if kind == "month" else min(reading.period.last, reading.now.date())
    return {"kind": kind, "code": period_of(kind, day).code}


def notes(reading):
    """What a reader must know about these numbers."""
    said = []
    if reading.past:
        return said
    if reading.edition:
        said.append(_("Counted again after the period closed. The versions before it stand beside it, unchanged."))
    elif reading.frozen:
        said.append(_("Frozen when the period closed; later changes do not change it."))
    elif reading.running:
        said.append(_("This period is still running: the numbers are those of this moment."))
    else:
        said.append(_("This period is over but not frozen yet: the numbers are those of this moment."))
    if reading.kind == "month" and reading.sells and reading.starts_late:
        said.append(_("First month on record: the opening and the change on the month before are partial."))
    return said


def examples(reading, user):
    """{topic row's need id: (the words said, the customer)} of a week, through the reader's gate."""
    if not reading.sells or reading.kind != "week":
        return {}
    ids = [pk for kind in ("needs", "objections") for line in reading.figures[kind] for pk in line["examples"]]
    rows = Need.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "text", "customer__name")
    return {pk: (text, name) for pk, text, name in rows}


def gated(reading, user):
    """What only the reader's own gate may show: quotes of customers; of a week the team's answers to its objections,
    as they are today."""
    found = {"quotes": examples(reading, user)}
    if reading.sells and reading.kind == "week" and not reading.past:
        found |= {"answers": in_use(), "may_answer": may_write(user), "shelf": shelf_of(reading.themes, user)}
    return found
