"""The forms of pipeline whose size and time an admin watches (R21): a new deal, the end-of-day update."""

from django.utils.translation import gettext_lazy as _

from accounts.rights import may_see_pipeline
from core.entryforms import entry_form
from customers.models import Customer
from pipeline.forms import DealForm, UpdateForm
from pipeline.playbooks import Playbooks


def _deal(data, *, user, now):
    """As it opens at the first stage of the playbook every customer begins with."""
    first = next(stage for stage in Playbooks.load().default.line if stage.is_open)
    initial = {"rep": user.pk, "owner": user.pk}
    return DealForm(data, user=user, customer=Customer(owner=user), stage=first, initial=initial)


def _update(data, *, user, now):
    return UpdateForm(data)


def plug():
    """From apps.py."""
    entry_form("deal", _("New deal"), _deal, required=2, seconds=60, opens=may_see_pipeline)
    entry_form("update", _("End-of-day update"), _update, required=1, seconds=120, opens=may_see_pipeline)
