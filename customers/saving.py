"""Saved filters (保存筛选): a name for a query string of a list, one's own or the team's."""

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import SavedView
from activity.recording import record
from core.errors import NotAllowed, Refused
from customers.custom import OF
from customers.filters import CustomerFilter
from customers.showing import KEPT
from exchange.defined import load
from exchange.ownfilters import parameters

PAGE = "customers:list"
NAMES = frozenset({*CustomerFilter.base_filters, *KEPT})  # what a saved filter of the customer list holds
MOST = 50  # of one person


def tidy(text, names=None):
    """The query string as it is kept: known parameters only, in one order, without the page. `names` are those of the
    list; without them the customer list's, with its custom fields."""
    names = NAMES | parameters(load().every.get(OF, ())) if names is None else names
    data, kept = QueryDict(text[:4000]), QueryDict(mutable=True)
    for name in sorted(names):
        values = [value for value in data.getlist(name) if value]
        if values:
            kept.setlist(name, sorted(values))
    return kept.urlencode()


def save_view(name, query, *, by, now, shared=False, page=PAGE, names=None):
    """Keep it; the same name of the same person is replaced. `shared`: his team sees it as well. `page` is the URL name
    of the list, `names` the parameters it knows."""
    query = tidy(query, names)
    if not query or len(query) > 2000:
        raise Refused(_("There is nothing to save: choose a filter or a column first."))
    with transaction.atomic():
        mine = SavedView.objects.filter(page=page, owner=by)
        team = by.team if shared else None
        same = mine.filter(name=name).first()
        if same is None and mine.count() >= MOST:
            raise Refused(_("Fifty saved filters are enough: remove one first."))
        view = same or SavedView(page=page, name=name, owner=by)
        view.query, view.team = query, team
        view.save()
        record("customers.view_saved", view, by=by, at=now, name=name, shared=bool(team))
    return view


def remove_view(view, *, by, now):
    """Only its owner, whoever else sees it."""
    if view.owner_id != by.pk:
        raise NotAllowed(_("Only who saved a filter removes it."))
    with transaction.atomic():
        record("customers.view_removed", view, by=by, at=now, name=view.name)
        view.delete()
