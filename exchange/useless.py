"""“This field is of no use”: anybody says so of a form he fills in, once a field and quarter, and may take it back
(S16). Admins and managers read how many and in which words, never who."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from core.periods import period_of, today
from exchange.models import UselessNote


@dataclass(frozen=True)
class Line:
    """One field of a form as its page shows it: the form's name of it, the label, and one's own note of the quarter."""

    field: str
    label: str
    note: object


def quarter_of(now):
    """The code of the company's quarter: 2024-Q1."""
    return period_of("quarter", today(now)).code


def lines(form, *, user, now):
    """Every field an EntryForm shows `user`, with what he said of it this quarter."""
    mine = UselessNote.objects.filter(by=user, form=form.name, quarter=quarter_of(now)).standing()
    said = {note.field: note for note in mine}
    return [Line(name, label, said.get(name)) for name, label in form.labels(user=user, now=now).items() if label]


def say_useless(form, field, words, *, by, now):
    """Keep one note. Said twice, the first one stands: returns it."""
    try:
        with transaction.atomic():
            return UselessNote.objects.create(
                form=form.name, field=field, quarter=quarter_of(now), by=by, words=words, at=now
            )
    except IntegrityError:
        return UselessNote.objects.standing().get(form=form.name, field=field, quarter=quarter_of(now), by=by)


def take_back(note, *, now):
    """It counts no more. Raises Refused when it was taken back already."""
    if UselessNote.objects.filter(pk=note.pk, taken_back_at=None).update(taken_back_at=now) != 1:
        raise Refused(_("You took that back already."))


def told(notes, quarter):
    """{(form, field): [words of each who said so, "" for none, newest first]} of a quarter, one query; `notes` is what
    the reader may see."""
    found = {}
    rows = notes.standing().filter(quarter=quarter).order_by("-at", "-pk")
    for form, field, words in rows.values_list("form", "field", "words"):
        found.setdefault((form, field), []).append(words)
    return found
