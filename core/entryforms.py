"""The forms people enter things with: how much each asks, and how long one takes from opening to saving (R21).

An app plugs its forms in from apps.py, its views say `saved(request, name)`, an upper app listens with `on_saved`. The
time of opening is signed into the form's key (core/keys.py), so that it cannot be made up. Nothing is kept of who
saved or what was typed. How long a field had the focus the browser sends along (static/js/spent.js): names of fields
and whole seconds, nothing else.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils import timezone

from core.keys import opened_at

SITTING = 30 * 60  # seconds: who saves later than that was away in between
SPENT = re.compile(r"([a-z][a-z0-9_]{0,39}):(\d{1,5})", re.ASCII)
TURNS = 300  # of the focus in one form that are read

_entry_forms, _listeners = {}, []


@dataclass(frozen=True)
class EntryForm:
    """`name` as its key says it ({% form_key name %}), `label` for the admin, `blank(data, user=, now=)` gives the form
    as it opens (data None) or filled, `required` and `seconds` are the budget until an admin sets another;
    `opens(user)` says who fills it in."""

    name: str
    label: str
    blank: Callable
    required: int
    seconds: int
    opens: Callable = lambda user: True

    def labels(self, *, user, now):
        """{field: label} of what it shows somebody who opens it, in its order."""
        blank = self.blank(None, user=user, now=now)
        return {field.name: str(field.label) for field in blank.visible_fields()}

    def asked(self, *, user, now):
        """The labels of the fields without which the form, saved as it opened, is refused."""
        filled = self.blank(untouched(self.blank(None, user=user, now=now)), user=user, now=now)
        return [str(filled.fields[name].label) for name in filled.errors if name in filled.fields]


def untouched(form):
    """What a browser would send of a form in which nothing was typed or chosen."""
    data = QueryDict(mutable=True)
    for field in form:
        value, widget = field.value(), field.field.widget
        if value in (None, "") and isinstance(widget, forms.Select) and not widget.allow_multiple_selected:
            value = next((choice for choice, _label in widget.choices), None)  # a list shows its first line
        several = value if isinstance(value, list | tuple) else [value]
        data.setlist(field.html_name, [str(one) for one in several if one not in (None, "", False)])
    return data


def entry_form(name, label, blank, *, required, seconds, opens=lambda user: True):
    """Plug one in; the same name again replaces it."""
    _entry_forms[name] = EntryForm(name, label, blank, required, seconds, opens)


def entry_forms():
    """Every one, in the order they were plugged in."""
    return list(_entry_forms.values())


def on_saved(function):
    """Socket: function(name, seconds, now=, touched=) when a form was saved within a sitting; `touched` are [field,
    seconds it had the focus], [] from a browser without scripts."""
    if function not in _listeners:
        _listeners.append(function)
    return function


def saved(request, name):
    """For the view that has just saved what this form said. Not for drafts, and not for what a device sends later."""
    request.form_saved = True
    opened = opened_at(request.POST.get("key", ""), request.user.pk)
    seconds = None if opened is None else int(time.time()) - opened
    if seconds is not None and 0 <= seconds <= SITTING:
        for function in _listeners:
            function(name, seconds, now=timezone.now(), touched=spent(request.POST.get("spent", ""), seconds))


def spent(text, most):
    """[[field, whole seconds]] out of "name:40,phone:112,name:9," (tenths of a second, each time it had the focus).
    What is not of that shape, or longer than the whole, is left out."""
    tenths = {}
    for part in text.split(",", TURNS)[:TURNS]:
        if pair := SPENT.fullmatch(part):
            tenths[pair[1]] = tenths.get(pair[1], 0) + int(pair[2])
    whole = [[name, (time + 5) // 10] for name, time in tenths.items()]
    return [[name, seconds] for name, seconds in whole if 0 < seconds <= most]


def opened_before(request, form_name):
    """When this form was first opened, if it is shown again before it was saved: it was refused, or another choice in
    it asks for other fields. None for one that opens now."""
    if request is None or form_name not in _entry_forms or getattr(request, "form_saved", False):
        return None
    key = (request.POST if request.method == "POST" else request.GET).get("key", "")
    return opened_at(key, request.user.pk) if key.rpartition(".")[2] == form_name else None
