"""The form of collaboration whose size and time an admin watches (R21): a new request."""

from django.utils.translation import gettext_lazy as _

from collaboration.asking import About, first_words
from collaboration.forms.new import RequestForm, kinds_for
from core.entryforms import entry_form


def _request(data, *, user, now):
    """As it opens from the queue, about no customer, with the first kind chosen."""
    kind = kinds_for(user).first()
    return RequestForm(data, initial=first_words(kind, About(), {}, user=user), by=user, kind=kind, now=now)


def plug():
    """From apps.py."""
    entry_form("request", _("New request"), _request, required=4, seconds=60)
