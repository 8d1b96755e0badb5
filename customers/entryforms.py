"""The forms of customers whose size and time an admin watches (R21): quick log, new customer, next step."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.rights import may_see_pipeline
from core.entryforms import entry_form
from core.periods import today
from customers.forms.customer import NewCustomerForm
from customers.forms.log import LogForm
from customers.forms.step import PlanForm
from customers.offering import offer_to_nobody


def _log(data, *, user, now):
    return LogForm(data, offer=offer_to_nobody(user, now=now), now=now)


def _customer(data, *, user, now):
    return NewCustomerForm(data, user=user)


def _step(data, *, user, now):
    return PlanForm(data, on=today(now))


def plug():
    """From apps.py. The budgets are what ux §3.3 aims at: the log is the one that must be quick."""
    entry_form("log", _("Quick log"), _log, required=3, seconds=30, opens=may_see_pipeline)
    entry_form("step", pgettext_lazy("form", "Next step"), _step, required=2, seconds=20, opens=may_see_pipeline)
    entry_form("customer", _("New customer"), _customer, required=3, seconds=60, opens=may_see_pipeline)
