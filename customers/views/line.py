"""The ten-second log line (M14): a line is read, its parts are shown, and the log's own form saves them."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.asked import number
from core.errors import NotAllowed
from core.lists import answer
from core.periods import today
from customers.datewords import plan_in
from customers.dictionary import implied
from customers.forms.log import LogForm
from customers.line import LONGEST
from customers.models import Contact, Customer
from customers.naming import names_of
from customers.offering import offer, recent_customers
from customers.saying import offered_by, understand


@require_safe
def line(request):
    """GET text [customer] [contact]: the check page, the choice between customers, or the full form of a bare name."""
    if request.user.is_support:
        raise NotAllowed(_("Follow-ups are logged by sales."))
    text = request.GET.get("text", "")[:LONGEST].replace("\x00", "").strip()
    return check(request, text) if text else redirect("customers:log")


def check(request, text):
    now = timezone.now()
    visible = Customer.objects.visible_to(request.user).live().select_related("owner")
    given = request.GET.get("customer", "")
    chosen = get_object_or_404(visible, pk=number(given)) if given else None
    names = names_of(visible.filter(pk=chosen.pk)) if chosen else None
    told = understand(text, request.user, on=today(now), names=names)
    customer = chosen or visible.filter(pk=told.who.customer).first()
    if customer is None:
        context = {"line": told, "step": "who", "choices": _choices(told, visible, request.user), "text": text,
                   "recent": recent_customers(request.user)}
        return answer(request, "customers/log_page.html", "customers/_line_who.html", context)
    contact = _contact(request, told, customer)
    if {part.kind for part in told.parts} <= {"customer", "contact"} and not chosen and _only_a_name(told):
        return redirect(reverse("customers:log") + "?" + urlencode({"customer": customer.pk, "contact": contact or ""}))
    choice = offer(customer, request.user, now=now)
    form = LogForm(offer=choice, now=now, initial=_initial(told, choice, contact, now))
    context = {
        "line": told, "step": "line", "text": text, "form": form, "offer": choice, "customer": customer,
        "own_days": _own_days(told, choice), "today_iso": form.on.isoformat(),
        "topics": [topic for topic in choice.topics if topic.pk in told.topics],
        "hinted": [topic for topic in choice.topics if topic.pk in offered_by(told)],
        "ready": bool(told.step and not told.step.waiting) or told.outcome != "talked",
        "picked": {"methods": told.methods, "topics": [str(pk) for pk in told.topics], "steps": []},
    }
    return answer(request, "customers/log_page.html", "customers/_line_check.html", context)


@require_safe
def dates(request):
    """GET text: the date it says as a chip of the next step, and the needs and objections it implies (M8); asked while
    a log is typed. Nothing of it is read from the customer."""
    if request.user.is_support:
        raise NotAllowed(_("Follow-ups are logged by sales."))
    text = request.GET.get("text", "")[-LONGEST:].replace("\x00", "")
    plan = plan_in(text, today())
    context = {"day": plan[0].day, "words": plan[1]} if plan else {"day": None}
    return render(request, "customers/_said.html", context | {"topics": implied(text)})


def _choices(told, visible, user):
    """The customers a line may mean, each with its contact when one was named: [(customer, contact or None)]."""
    customers = visible.in_bulk([pk for pk, _contact_pk in told.who.choices])
    contacts = Contact.objects.visible_to(user).in_bulk([pk for _customer_pk, pk in told.who.choices if pk])
    return [(customers[pk], contacts.get(contact)) for pk, contact in told.who.choices if pk in customers]


def _contact(request, told, customer):
    given = number(request.GET.get("contact"))
    return told.who.contact if given is None else given


def _only_a_name(told):
    named = sum(part.end - part.start for part in told.parts)
    return named >= len("".join(told.text.split()))


def _own_days(told, choice):
    return [(told.step.day, True)] if told.step and not told.step.waiting and told.step.day not in choice.days else []


def _initial(told, choice, contact, now):
    """The fields of the log's form as the line says them."""
    step = told.step
    waits = bool(step and step.waiting)
    return {
        "contact": contact, "methods": told.methods, "time": told.when or "now", "text": told.rest,
        "outcome": told.outcome, "topics": told.topics, "tag": told.tag if told.tag != choice.customer.tag else "",
        "next": "none" if waits else step.day.isoformat() if step else "", "reason": "waiting" if waits else "",
        "wait_until": step.day if waits else None, "next_text": step.text if step else "",
        "next_time": step.time if step and not waits else None, "purpose": choice.purpose, "source": "line",
        "draft_started_at": now,
    }
