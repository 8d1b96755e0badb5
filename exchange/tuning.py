"""Built-in fields that may be asked otherwise (S16, R40): hidden, asked only when a record is edited, or chosen from a
list instead of typed. Custom fields have all that in their definition (exchange/defining.py).

Nothing is deleted: a record keeps its value, shows it, exports it, and its form goes on asking for it so that it can be
mended. Imports, filters and columns know the field as before. Every change is an Event, undone within 30 days.

    place("customer", _("Customers"), fields=[BuiltIn("industry", …)], …)     an app plugs its fields in, from apps.py
    tune(form, "customer", new=True)                                          its forms take out what is not asked
"""

from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from activity.recording import record
from core.changing import change
from core.errors import Conflict, Refused
from core.kept import Kept, forget
from exchange.models import AskedField

How = AskedField.How
ASKED = "exchange.asked"
STATE = ("how", "words")
WORDS, LONGEST = 30, 60  # words a list may offer, characters of one


@dataclass(frozen=True)
class BuiltIn:
    """One field: the column, its label, whether its free text may become a list, whether a form of edits asks for it as
    well, the parameters of lists that narrow by it, and the labels of the reports that read it."""

    name: str
    label: object
    is_text: bool = False
    is_edited: bool = True
    filters: tuple = ()
    reports: tuple = ()


@dataclass(frozen=True)
class Place:
    """What has fields. `form` is its entry form, `rows(user)` the records of `model` that a person sees, `made` the
    column of when they were made, `what` the kind of list that shows them (reviews/listing.py), `custom` the JSON
    column of custom fields, `pages` those whose saved filters speak of it, `sheet` its export, `history` its model of
    versions, `holds(name)` sentences that say what still needs a field."""

    of: str
    label: object
    form: str
    model: object
    rows: Callable
    made: str
    what: str
    fields: tuple
    custom: str = ""
    pages: tuple = ()
    sheet: str = ""
    history: object = None
    holds: Callable = field(default=lambda name: [])

    def field(self, name):
        return next((one for one in self.fields if one.name == name), None)


_places = {}
_supposed = ContextVar("supposed", default=None)


def place(of, label, **said):
    """Plug one in; the same name again replaces it."""
    _places[of] = Place(of, label, **said)


def places():
    return list(_places.values())


def place_of(of):
    """Raises KeyError for a name nobody plugged in."""
    return _places[of]


_kept = Kept(lambda: {(one.of, one.name): one for one in AskedField.objects.all()})


def asked_of(of, name):
    """The AskedField of a built-in field; an unsaved one (version 0) while it is asked as built."""
    return _asked().get((of, name)) or AskedField(of=of, name=name, version=0)


def _asked():
    supposed = _supposed.get()
    return _kept.get() if supposed is None else supposed


@contextmanager
def supposing(one):
    """Within it a field is asked as `one` says, unsaved: for the preview of a form."""
    token = _supposed.set(_asked() | {(one.of, one.name): one})
    try:
        yield
    finally:
        _supposed.reset(token)


class ListedField(forms.ChoiceField):
    """A text that is chosen; what the record has already may stay."""

    def __init__(self, words, *, keep, like):
        known = [*words, *([keep] if keep and keep not in words else [])]
        super().__init__(
            choices=[("", "–"), *((word, word) for word in known)], required=like.required, label=like.label
        )
        self.words = words


def tune(form, of, *, new):
    """Take out of a form what it no longer asks, and let it choose where there are words. A field whose record has a
    value, or that was filled in on a page opened before, stays. What a `new` one begins with is only proposed."""
    for one in _asked().values():
        asked = form.fields.get(one.name) if one.of == of else None
        if asked is None:
            continue
        value = form.get_initial_for_field(asked, one.name)
        given = not new and value or form.is_bound and form.data.get(form.add_prefix(one.name))
        if not given and (one.how == How.OFF or one.how == How.LATER and new):
            del form.fields[one.name]
        elif one.words:
            form.fields[one.name] = ListedField(one.words, keep=value, like=asked)


def would_be(of, name, values):
    """The AskedField as it would be with these values, unsaved."""
    known = asked_of(of, name)
    return AskedField(of=of, name=name, **{each: values.get(each, getattr(known, each)) for each in STATE})


def check(of, name, values):
    """Raise ValidationError where a field may not be asked so; the sentences say what needs it."""
    found = place_of(of).field(name)
    if found is None or values.get("how", How.BUILT) not in How.values:
        raise ValidationError(_("There is no such field."))
    if values.get("how") == How.LATER and not found.is_edited:
        raise ValidationError(_("No form of edits asks for it: hide it instead."))
    if values.get("how") == How.OFF and (needs := place_of(of).holds(name)):
        raise ValidationError(needs)
    words = values.get("words", [])
    if words and not found.is_text:
        raise ValidationError(_("Only free text becomes a list."))
    if len(words) > WORDS or any(not word.strip() or len(word) > LONGEST for word in words):
        raise ValidationError(_("A list offers at most 30 words of up to 60 characters."))


def change_asked(of, name, values, *, by, now, expect):
    """Ask for a built-in field otherwise: `values` may hold "how" and "words". Raises ValidationError when something
    needs it, Conflict when it is another version by now (0: as built). Returns the Event, None when nothing differs."""
    check(of, name, values)
    with transaction.atomic():
        one = AskedField.objects.select_for_update().filter(of=of, name=name).first()
        before = state_of(one or AskedField())
        if one is None:
            one = _first(of, name, values, by=by, expect=expect)
            if state_of(one) == before:
                return None
        elif not change(one, by=by, expect=expect, **{each: values[each] for each in STATE if each in values}):
            return None
        _forget()
        label = str(place_of(of).field(name).label)
        return record(ASKED, one, by=by, at=now, name=label, of=of, field=name, before=before, after=state_of(one))


def _first(of, name, values, *, by, expect):
    one = AskedField(of=of, name=name, **{each: values[each] for each in STATE if each in values})
    if expect:
        raise Conflict(one, [])
    try:
        with transaction.atomic():
            one._history_user = by
            one.save(force_insert=True)
    except IntegrityError:
        raise Conflict(one, []) from None
    return one


def state_of(one):
    return {name: getattr(one, name) for name in STATE}


def undo_asked(event, *, by, now):
    """As it was asked before."""
    one = AskedField.objects.select_for_update().filter(pk=event.subject_id).first()
    if one is None or state_of(one) != event.data["after"]:
        raise Refused(_("This field was changed again since."))
    try:
        check(one.of, one.name, event.data["before"])
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages)) from wrong
    change(one, by=by, **event.data["before"])
    _forget()


def _forget():
    forget()
    transaction.on_commit(forget)
