"""Saved filters of the customer list (保存筛选): a name for a query string, one's own or the team's."""

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import SavedView
from activity.recording import record
from core.errors import NotAllowed, Refused
from customers.filters import CustomerFilter
from customers.showing import KEPT

PAGE = "customers:list"
MOST = 50  # of one person


def tidy(text):
    """The query string as it is kept: known parameters only, in one order, without the page."""
    data, kept = QueryDict(text[:4000]), QueryDict(mutable=True)
    for name in sorted({*CustomerFilter.base_filters, *KEPT}):
        values = [value for value in data.getlist(name) if value]
        if values:
            kept.setlist(name, sorted(values))
    return kept.urlencode()


def save_view(name, query, *, by, now, shared=False):
    """Keep it; the same name of the same person is replaced. `shared`: his team sees it as well."""
    query = tidy(query)
    if not query or len(query) > 2000:
        raise Refused(_("There is nothing to save: choose a filter or a column first."))
    with transaction.atomic():
        mine = SavedView.objects.filter(page=PAGE, owner=by)
        team = by.team if shared else None
        same = mine.filter(name=name).first()
        if same is None and mine.count() >= MOST:
            raise Refused(_("Fifty saved filters are enough: remove one first."))
        view = same or SavedView(page=PAGE, name=name, owner=by)
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
