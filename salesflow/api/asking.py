"""What every handler does: a page of a list by cursor, and a page's form filled from what a program sent."""

import datetime as dt

from django.db import models
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from core.asked import number
from core.lists import filtered
from core.periods import today
from customers.staleness import Rule
from salesflow.api.door import Problem, invalid

PAGE, MOST = 50, 200


def fetch(rows, **wanted):
    """The one row, or the 404 of what is not his and of what is not there."""
    found = rows.filter(**wanted).first()
    if found is None:
        raise Http404
    return found


def listed(call, rows, shape, filterset=None, *, key="pk", rule=None):
    """{"data": […], "next": cursor or None} of a queryset that starts at its gate, in the order of `key`. Query:
    limit (at most 200), cursor, and the filters of the page's list; one that makes no sense is 422, not left out."""
    given = call.request.GET.copy()
    cursor, limit = given.pop("cursor", ["0"])[-1], given.pop("limit", [str(PAGE)])[-1]
    after, most = number(cursor), number(limit)
    wrong = {"cursor": after if cursor != "0" else 0, "limit": most}
    errors = {name: [_("This makes no sense.")] for name, value in wrong.items() if value is None}
    if filterset is not None:
        call.request.on, call.request.rule = today(call.now), rule or Rule.load()
        rows, filters, dropped = filtered(call.request, rows, filterset, data=given)
        errors |= {name: list(sentences) for name, sentences in dropped.items()}
        known = set(filters.form.fields)
    else:
        known = set()
    errors |= {name: [_("There is no such filter.")] for name in given if not any(_is_of(name, one) for one in known)}
    if errors:
        raise Problem(422, errors=errors)
    most = min(most, MOST)
    found = list(rows.filter(**{f"{key}__gt": after or 0}).order_by(key)[: most + 1])
    more = len(found) > most
    found = found[:most]
    return {"data": [shape(one, call.user) for one in found], "next": getattr(found[-1], key) if more else None}


def _is_of(name, field):
    return name == field or name.startswith(f"{field}_")


def filled(form, sent, *, also=()):
    """The data of `form` (unbound, as its page would open it) with what was sent in place of what stands there; a field
    it does not have is 422. `also` are names the handler reads itself."""
    fields = {("from" if name == "frm" else name): name for name in form.fields}
    unknown = set(sent) - set(fields) - {"version", *also}
    if unknown:
        raise Problem(422, errors={name: [_("There is no such field.")] for name in sorted(unknown)})
    data = QueryDict(mutable=True)
    for said, name in fields.items():
        value = sent[said] if said in sent else form.get_initial_for_field(form.fields[name], name)
        _put(data, said, value)
    return data


def _put(data, name, value):
    if value is None or value is False or value == "":
        return
    if isinstance(value, (list, tuple, models.QuerySet)):
        data.setlist(name, [_words(one, name) for one in value])
    else:
        data[name] = "on" if value is True else _words(value, name)


def _words(value, name):
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dict):
        raise Problem(422, errors={name: [_("This makes no sense.")]})
    return str(value)


def checked(form):
    """A bound form that is valid; else the problem with its sentences."""
    if not form.is_valid():
        raise invalid(form)
    return form
