"""The quick log (S3): drawer, sheet and full page are one form; its first box takes a name or a whole line (M14)."""

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.companions import along
from core.errors import NotAllowed
from core.keys import deed
from core.lists import answer
from core.periods import today
from customers.datewords import plan_in
from customers.drawing import saved_parts, words_of_plan
from customers.entering import entry_of
from customers.forms.log import LogForm
from customers.logging import log as save_log
from customers.models import Customer
from customers.offering import offer, recent_customers
from customers.saying import told
from customers.searching import found
from customers.views import line as lines


@deed
def log(request):
    """GET: the form, or the choice of a customer; POST: the deed."""
    if request.user.is_support:
        raise NotAllowed(_("Follow-ups are logged by sales."))
    number = _number(request.POST.get("customer") or request.GET.get("customer"))
    if number is None:
        return pick(request)
    customer = get_object_or_404(
        Customer.objects.visible_to(request.user).live().select_related("owner"), pk=number
    )
    return save(request, customer) if request.method == "POST" else ask(request, customer)


def pick(request):
    """Whom was it with? Five recent customers, a search, and the whole log in one line; Enter reads the line."""
    typed = request.GET.get("q", "")[: lines.LONGEST].replace("\x00", "")
    line, go = told(typed, on=today()), bool(request.GET.get("go") and typed.strip())
    if go and line.is_told:
        return lines.check(request, typed)
    condition = found(typed[:60], request.user)
    customers = []
    if condition is not None:
        visible = Customer.objects.visible_to(request.user).live()
        customers = list(visible.filter(condition).order_by("-last_contact_at")[:8])
    recent = condition is None or (line.is_told and not customers)  # the line is kept, whoever is chosen
    customers = customers if not recent else recent_customers(request.user)
    if go and (condition is None or len(customers) < 2):
        return lines.check(request, typed)
    context = {"customers": customers, "typed": typed, "step": "pick", "line": line if line.is_told else None,
               "recent": recent}
    return answer(request, "customers/log_page.html", "customers/_log_pick.html", context)


def ask(request, customer):
    now = timezone.now()
    given = request.GET
    choice = offer(customer, request.user, now=now, owed=_number(given.get("owed")), step=_number(given.get("step")))
    form = LogForm(offer=choice, now=now, initial=_initial(given, choice, now))
    return answer(request, "customers/log_page.html", "customers/_log.html", _context(form, choice))


def save(request, customer):
    now = timezone.now()
    choice = offer(customer, request.user, now=now, owed=_number(request.POST.get("owed")))
    form = LogForm(request.POST, offer=choice, now=now)
    if request.POST.get("then") == "more":
        return more(request, form)
    if not form.is_valid():
        template = "customers/_log.html" if request.htmx else "customers/log_page.html"
        return render(request, template, _context(form, choice), status=422)
    follow_up = save_log(entry_of(form, request.user), by=request.user, now=now)
    then = request.POST.get("then", "")
    if request.htmx:
        again = {"customers": recent_customers(request.user), "recent": True} if then == "again" else None
        html = saved_parts(request, follow_up, choice, again=again, stage=then == "stage")
        return HttpResponse(html + along("customers.logged", request, follow_up=follow_up, customer=customer))
    messages.success(request, words_of_plan(form.cleaned_data["next_on"], form.cleaned_data["next_text"]))
    if then == "again":
        return redirect("customers:log")
    if then == "stage" and len(choice.deals) == 1:
        return redirect("pipeline:move", choice.deals[0][0])
    return redirect(reverse("customer", args=[customer.pk]) + f"#ev-{follow_up.pk}")


def more(request, form):
    """The full form, filled with what a log line said so far; nothing is saved."""
    several = ("methods", "topics", "steps")
    given = {name: request.POST.getlist(name) if name in several else request.POST.get(name) for name in form.fields}
    filled = LogForm(offer=form.offer, now=form.now, initial=given)
    template = "customers/_log.html" if request.htmx else "customers/log_page.html"
    return render(request, template, _context(filled, form.offer))


def _initial(given, choice, now):
    main = next(iter(choice.contacts), None)
    how = given.get("how") or (choice.owed.how if choice.owed else "")
    return {
        "contact": _number(given.get("contact")) or (main.pk if main else None),
        "methods": [how] if how in choice.choices.methods else [next(iter(choice.choices.methods), "")],
        "time": "tap" if choice.late else "now", "steps": choice.ticked, "purpose": choice.purpose,
        "outcome": given.get("outcome") if given.get("outcome") in ("sent", "no_answer") else "talked",
        "owed": choice.owed.pk if choice.owed else None, "draft_started_at": now,
        "deal": _number(given.get("deal")), "source": "form",
    }


def _context(form, choice):
    picked = {name: form[name].value() for name in ("methods", "topics", "steps")}
    picked = {name: [str(each) for each in value or []] for name, value in picked.items()}
    plan = plan_in(str(form["text"].value() or ""), form.on, choice.calendar)
    return {"form": form, "offer": choice, "customer": choice.customer, "picked": picked, "step": "ask",
            "today_iso": form.on.isoformat(), "own_days": own_days(form, choice, plan[0].day if plan else None)}


def own_days(form, choice, said):
    """The date chips before the offered ones: what the text says, and a day chosen before. [(day, is in the text)]."""
    days = [(said, True)] if said else []
    try:
        chosen = dt.date.fromisoformat(form["next"].value() or "")
        days += [(chosen, False)] if chosen != said else []
    except ValueError:
        pass
    return [(day, in_text) for day, in_text in days if day not in choice.days]


def _number(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
