"""A customer through its gate, and what hangs on it: questions of its page, put together once."""

from django.db.models import Count

from accounts.models import User
from core.prepared import prepared
from customers.merging import with_absorbed
from customers.models import Contact, Customer, CustomerHelper, FollowUp, NextStep
from pipeline.models import Deal

SHOWN_OF_STEP = ["customer", "kind", "text", "due_on", "until", "repeat", "ends", "moved_count", "owner__name"]


@prepared
def seen(reader, pk):
    """The customer, if there is one for him."""
    return with_absorbed(Customer.objects.visible_to(reader.person).select_related("owner", "team")).filter(pk=pk)


@prepared
def colleagues(reader, owner):
    """(key, name) of whoever may be named a helper: not the owner."""
    people = User.objects.visible_to(reader.person).sellers().exclude(pk=owner)
    return people.order_by("pinyin", "pk").values_list("pk", "name")


@prepared
def steps(customer):
    return NextStep.objects.filter(customer=customer).open().select_related("owner").only(*SHOWN_OF_STEP)


@prepared
def logs(customer):
    """How many conversations count."""
    logs = FollowUp.objects.filter(customer=customer, voided_at=None, corrections=None).order_by()
    return logs.values("customer").annotate(n=Count("pk")).values_list("n", flat=True)


@prepared
def contacts(customer):
    return Contact.objects.filter(customer=customer, retired_at=None)


@prepared
def helpers(customer):
    return CustomerHelper.objects.filter(customer=customer).select_related("user").only("customer", "user__name")


@prepared
def deals(customer):
    return Deal.objects.filter(customer=customer).only("customer", "playbook", "stage", "name")
