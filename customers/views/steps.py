"""Next steps from any page: plan one, move one, close one (S2, S5)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.calendar import Calendar
from core.companions import along
from core.entryforms import saved
from core.keys import deed
from core.lists import answer
from core.periods import today
from customers import steps
from customers.drawing import date_words, words_of_plan
from customers.forms.step import PlanForm, ShiftForm
from customers.models import Customer, NextStep
from customers.offering import next_days
from customers.views.bulk import row_on_list


@deed
def new(request, pk):
    customer = get_object_or_404(Customer.objects.visible_to(request.user).live().select_related("owner"), pk=pk)
    now = timezone.now()
    form = PlanForm(request.POST or None, on=today(now))
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form, customer=customer)
    data = form.cleaned_data
    repeat = {"repeat": "weekly", "until": data["until"], "ends": data["ends"]} if data["repeat"] else {}
    again = {"kind": "waiting"} if data["waiting"] else repeat
    steps.plan(customer, by=request.user, now=now, due_on=data["day"], text=data["next_text"], **again)
    saved(request, "step")
    return _done(request, customer, words_of_plan(data["day"], data["next_text"]))


def _step(request, pk):
    rows = NextStep.objects.visible_to(request.user).open().select_related("customer", "owner")
    return get_object_or_404(rows, pk=pk)


@deed
def shift(request, pk):
    step = _step(request, pk)
    now = timezone.now()
    form = ShiftForm(request.POST or None, on=today(now), initial={"version": step.version})
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form, step=step, customer=step.customer)
    step.version = form.cleaned_data["version"]
    steps.shift(step, form.cleaned_data["day"], by=request.user, now=now)
    said = ngettext(
        "Rescheduled to %(date)s. That is %(n)s time now.", "Rescheduled to %(date)s. That is %(n)s times now.",
        step.moved_count,
    ) % {"date": date_words(step.due_on), "n": step.moved_count}
    return _done(request, step.customer, said, step=step)


@deed
def done(request, pk):
    """Closed without a log: kept, or dropped with how=dropped. GET asks."""
    step = _step(request, pk)
    if request.method != "POST":
        return answer(request, "customers/step_page.html", "customers/_step_done.html", {"step": step})
    now = timezone.now()
    how = "dropped" if request.POST.get("how") == "dropped" else ("kept" if today(now) <= step.due_on else "missed")
    steps.close(step, how, by=request.user, now=now)
    return _done(request, step.customer, _("Closed."), gone=step)


def _ask(request, form, **context):
    days = next_days(Calendar.load(), form.on)
    context |= {"form": form, "days": days, "today_iso": form.on.isoformat()}
    if form.is_bound:
        template = "customers/_step.html" if request.htmx else "customers/step_page.html"
        return render(request, template, context, status=422)
    return answer(request, "customers/step_page.html", "customers/_step.html", context)


def _done(request, customer, said, *, step=None, gone=None):
    if not request.htmx:
        messages.success(request, said)
        return redirect("customer", customer.pk)
    open_steps = list(customer.steps.open().select_related("owner"))
    context = {"customer": customer, "steps": open_steps, "step": step, "gone": gone, "said": said}
    html = render_to_string("customers/_step_saved.html", context, request)
    html += row_on_list(request, customer, now=timezone.now())
    return HttpResponse(html + along("customers.planned", request, customer=customer, step=step))
