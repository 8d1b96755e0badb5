"""Customers, contacts, follow-ups and next steps for programs: the forms and verbs of their pages."""

from django.utils.translation import gettext as _

from accounts import rights
from core.asked import number
from core.errors import NotAllowed
from core.periods import today
from customers import keeping, steps
from customers.creating import create
from customers.duplicates import alike
from customers.entering import entry_of
from customers.filters import CustomerFilter
from customers.forms.customer import ContactForm, CustomerForm, NewCustomerForm
from customers.forms.log import LogForm
from customers.forms.step import PlanForm, ShiftForm
from customers.logging import held
from customers.logging import log as save_log
from customers.models import Contact, Customer, FollowUp, NextStep
from customers.offering import offer
from salesflow.api import shapes
from salesflow.api.asking import checked, fetch, filled, listed
from salesflow.api.door import Problem
from salesflow.api.filters import ContactFilter, FollowUpFilter, StepFilter


def _sells(call):
    if not rights.may_see_pipeline(call.user):
        raise NotAllowed


def _customers(call):
    return Customer.objects.visible_to(call.user)


def _live(call, pk):
    return fetch(_customers(call).live().select_related("owner", "team"), pk=number(str(pk)) or 0)


def customers(call):
    _sells(call)
    return listed(call, _customers(call).select_related("owner"), shapes.customer, CustomerFilter)


def customer(call, pk):
    return shapes.customer(fetch(_customers(call).select_related("owner"), pk=pk), call.user)


def customer_new(call):
    """With its first contact. One that may be here already is 409 until "sure" is sent."""
    _sells(call)
    sent = dict(call.sent)
    sure = sent.pop("sure", False) is True
    form = checked(NewCustomerForm(filled(NewCustomerForm(user=call.user), sent), user=call.user))
    data = form.cleaned_data
    if not sure and alike(data["name"], call.user, now=call.now, phone=data["phone"]):
        raise Problem(409, _("This customer may be here already. Send “sure”: true to make it all the same."))
    made = create(by=call.user, now=call.now, **form.row())
    return customer(call, made.pk)


def customer_edit(call, pk):
    expect, one = call.version(), fetch(_customers(call), pk=pk)
    data = filled(CustomerForm(instance=one, user=call.user), call.sent)
    form = checked(CustomerForm(data, instance=fetch(_customers(call), pk=pk), user=call.user))
    keeping.edit(form, one, by=call.user, now=call.now, expect=expect)
    return customer(call, pk)


def _contacts(call):
    return Contact.objects.visible_to(call.user).select_related("customer")


def contacts(call):
    _sells(call)
    return listed(call, _contacts(call), shapes.contact, ContactFilter)


def contact(call, pk):
    return shapes.contact(fetch(_contacts(call), pk=pk), call.user)


def contact_new(call):
    sent = dict(call.sent)
    one = _live(call, sent.pop("customer", 0))
    form = checked(ContactForm(filled(ContactForm(), sent)))
    made = keeping.add_contact(one, form.cleaned_data, by=call.user, now=call.now)
    return contact(call, made.pk)


def contact_edit(call, pk):
    expect, one = call.version(), fetch(_contacts(call), pk=pk)
    full = rights.sees_phone(call.user, one.customer) == "full"
    data = filled(ContactForm(instance=one, sees_phone=full), call.sent)
    form = checked(ContactForm(data, instance=fetch(_contacts(call), pk=pk), sees_phone=full))
    keeping.edit_contact(form, one, by=call.user, now=call.now, expect=expect)
    return contact(call, pk)


def _talks(call):
    return FollowUp.objects.visible_to(call.user).select_related("talked_by")


def follow_ups(call):
    _sells(call)
    return listed(call, _talks(call).filter(voided_at=None), shapes.follow_up, FollowUpFilter)


def follow_up(call, pk):
    return shapes.follow_up(fetch(_talks(call), pk=pk), call.user)


def follow_up_new(call):
    """A log: what was said, and what comes next or why nothing does."""
    _sells(call)
    sent = dict(call.sent)
    key = number(str(sent.pop("customer", 0))) or 0
    one = fetch(held(_customers(call).live().select_related("owner")), pk=key)
    choice = offer(one, call.user, now=call.now)
    data = filled(LogForm(offer=choice, now=call.now), sent)
    form = checked(LogForm(data, offer=choice, now=call.now))
    made = save_log(entry_of(form, call.user), by=call.user, now=call.now, is_held=True)
    return follow_up(call, made.pk)


def _steps(call):
    return NextStep.objects.visible_to(call.user).select_related("owner", "customer")


def next_steps(call):
    _sells(call)
    return listed(call, _steps(call), shapes.step, StepFilter)


def next_step(call, pk):
    return shapes.step(fetch(_steps(call), pk=pk), call.user)


def next_step_new(call):
    sent = dict(call.sent)
    one, on = _live(call, sent.pop("customer", 0)), today(call.now)
    form = checked(PlanForm(filled(PlanForm(on=on), sent), on=on))
    data = form.cleaned_data
    repeat = {"repeat": "weekly", "until": data["until"], "ends": data["ends"]} if data["repeat"] else {}
    again = {"kind": "waiting"} if data["waiting"] else repeat
    made = steps.plan(one, by=call.user, now=call.now, due_on=data["day"], text=data["next_text"], **again)
    return next_step(call, made.pk)


def next_step_edit(call, pk):
    """To another day, in the version it was read in."""
    seen, on = call.version(), today(call.now)
    step = fetch(_steps(call).open(), pk=pk)
    data = filled(ShiftForm(on=on), call.sent)
    data["version"] = str(seen)
    form = checked(ShiftForm(data, on=on))
    if step.version != seen:
        clash = {"field": "next_date", "before": None, "now": step.due_on, "yours": form.cleaned_data["day"]}
        raise Problem(409, version=step.version, clashes=[clash])
    steps.shift(step, form.cleaned_data["day"], by=call.user, now=call.now)
    return next_step(call, pk)


def next_step_close(call, pk):
    """Kept or missed by its day; "dropped": true when it is no longer meant."""
    step = fetch(_steps(call).open(), pk=pk)
    how = "dropped" if call.sent.get("dropped") is True else ("kept" if today(call.now) <= step.due_on else "missed")
    steps.close(step, how, by=call.user, now=call.now)
    return next_step(call, pk)
