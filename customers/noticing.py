"""What this floor tells people, and when it is over (S19; activity/topics.py)."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from activity.addresses import leads
from activity.topics import SELLS, joins, over, topic
from customers.beside import NUDGED
from customers.ladder import RAISED, TOLD
from customers.models import Customer, CustomerHelper, FollowUp, NextStep, Owed
from customers.owing import LATE


def plug():
    topic("owed", _("A conversation is not logged in time"), [LATE], bell=False, roles=SELLS)
    topic("quiet", _("A customer of mine became quiet"), [TOLD], roles=SELLS)
    topic("quiet_team", _("A customer of my team stays quiet"), [RAISED], mail="day", roles=("manager",))
    topic("pool", _("My customers are about to go to the pool"), ["customers.pool_soon"], mail="day", roles=SELLS)
    joins("given", "customers.assigned", "customers.step_given", "customers.helper_added", "customers.joined")
    joins("mention", "customers.commented", NUDGED)
    leads(Customer, lambda customer: reverse("customer", args=[customer.pk]))
    for model in (FollowUp, NextStep, Owed):
        leads(model, lambda one: reverse("customer", args=[one.customer_id]))
    over(["customers.assigned"], lambda now: ~Exists(_subject(Customer).filter(owner=OuterRef("recipient"))))
    over(["customers.helper_added"], lambda now: ~Exists(_helped()))
    over(["customers.step_given"], lambda now: ~Exists(_open_step()))
    over([TOLD, RAISED], lambda now: ~Exists(_subject(Customer).filter(flagged_on__isnull=False)))
    over(["customers.pool_soon"], lambda now: ~Exists(_subject(Customer).filter(pool_told_on__isnull=False)))
    over([NUDGED], _spoken_since)
    over([LATE], lambda now: ~Exists(Owed.objects.open().filter(pk=OuterRef("subject_id"))))


def _subject(model):
    return model._base_manager.filter(pk=OuterRef("subject_id"))


def _helped():
    return CustomerHelper.objects.filter(customer=OuterRef("subject_id"), user=OuterRef("recipient"))


def _open_step():
    return _subject(NextStep).filter(closed_at=None, owner=OuterRef("recipient"))


def _spoken_since(_now):
    """The one who was reminded has logged a conversation with the customer since."""
    kinds = {"app_label": "customers", "model": "customer"}
    about_customer = Q(**{f"subject_type__{name}": value for name, value in kinds.items()})
    logged = FollowUp.objects.filter(
        customer=OuterRef("subject_id"), talked_by=OuterRef("recipient"), entered_at__gt=OuterRef("at")
    )
    return about_customer & Exists(logged)
