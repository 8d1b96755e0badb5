"""The quick log (S3): drawer, sheet and full page are one form; its first box takes a name or a whole line (M14)."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.asked import number
from core.companions import along
from core.entryforms import saved
from core.errors import NotAllowed
from core.keys import deed
from core.lists import answer
from core.periods import today
from customers import in_a_row
from customers.attaching import attach_all, problems_of
from customers.datewords import plan_in
from customers.drawing import saved_parts, words_of_plan
from customers.entering import entry_of
from customers.forms.log import TIMES, LogForm
from customers.implying import offers
from customers.logging import held
from customers.logging import log as save_log
from customers.models import Customer
from customers.offering import last_methods, offer, recent_customers
from customers.saying import told
from customers.searching import found
from customers.views import line as lines
from customers.views.bulk import row_on_list


@deed
def log(request):
    """GET: the form, or the choice of a customer; POST: the deed."""
    if request.user.is_support:
        raise NotAllowed(_("Follow-ups are logged by sales."))
    key = number(request.POST.get("customer") or request.GET.get("customer"))
    if key is None:
        return pick(request)
    customers = Customer.objects.visible_to(request.user).live()
    if request.method == "POST":
        talked = customers if request.user.sells else customers.select_related("owner")  # then it was the owner
        return save(request, get_object_or_404(held(talked), pk=key))
    return ask(request, get_object_or_404(customers.select_related("owner"), pk=key))


def pick(request):
    """Whom was it with? Five recent customers, a search, and the whole log in one line; Enter reads the line."""
    typed = request.GET.get("q", "")[: lines.LONGEST].replace("\x00", "")
    line, go = told(typed, on=today()), bool(request.GET.get("go") and typed.strip())
    if go and line.is_told:
        return lines.check(request, typed)
    condition = found(typed[:60], request.user)
    customers = []
    if condition is not None:
        visible = Customer.objects.visible_to(request.user).live().select_related("owner")
        customers = list(visible.filter(condition).order_by("-last_contact_at")[:8])
    recent = condition is None or (line.is_told and not customers)  # the line is kept, whoever is chosen
    customers = customers if not recent else recent_customers(request.user)
    if go and (condition is None or len(customers) < 2):
        return lines.check(request, typed)
    context = {"customers": customers, "typed": typed, "step": "pick", "line": line if line.is_told else None,
               "recent": recent, **in_a_row.kept(request.GET, request.GET.get("how", ""))}
    return answer(request, "customers/log_page.html", "customers/_log_pick.html", context)


def ask(request, customer):
    now = timezone.now()
    given = request.GET
    choice = offer(customer, request.user, now=now, owed=number(given.get("owed")), step=number(given.get("step")))
    form = LogForm(offer=choice, now=now, initial=_initial(given, choice, now, request.user))
    return answer(request, "customers/log_page.html", "customers/_log.html", _context(form, choice))


def save(request, customer):
    now = timezone.now()
    choice = offer(customer, request.user, now=now, owed=number(request.POST.get("owed")))
    form = LogForm(request.POST, offer=choice, now=now)
    if request.POST.get("then") == "more":
        return more(request, form)
    uploads, full = request.FILES.getlist("files"), "full" in request.POST
    for problem in problems_of(uploads):
        form.add_error(None, problem)
    if not form.is_valid():
        return _again(request, form, choice, full=full)
    follow_up = save_log(entry_of(form, request.user), by=request.user, now=now, is_held=True)
    files, problems = attach_all(follow_up, uploads, by=request.user, now=now)
    for problem in problems:
        form.add_error(None, problem)
    if problems:
        return _again(request, form, choice, full=full)  # @deed: nothing of it was written
    if not form.cleaned_data["kept_at"]:  # else it was begun another time
        saved(request, "log")
    then, kept = request.POST.get("then", ""), in_a_row.kept_of(request.POST)
    if request.htmx and not full:
        again = {"customers": recent_customers(request.user), "recent": True, **kept} if then == "again" else None
        html = saved_parts(request, follow_up, choice, again=again, stage=then == "stage")
        html += render_to_string("customers/_logged_files.html", {"files": files}, request) if files else ""
        html += row_on_list(request, customer, now=now)
        return HttpResponse(html + along("customers.logged", request, follow_up=follow_up, customer=customer))
    messages.success(request, words_of_plan(form.cleaned_data["next_on"], form.cleaned_data["next_text"]))
    if then == "again":
        return _go(request, reverse("customers:log") + kept["kept_query"].replace("&", "?", 1))
    if then == "stage" and len(choice.deals) == 1:
        return _go(request, reverse("pipeline:move", args=[choice.deals[0][0]]))
    return _go(request, reverse("customer", args=[customer.pk]) + f"#ev-{follow_up.pk}")


def more(request, form):
    """The full form, filled with what a log line said so far; nothing is saved."""
    several = ("methods", "topics", "answered", "steps")
    given = {name: request.POST.getlist(name) if name in several else request.POST.get(name) for name in form.fields}
    filled = LogForm(offer=form.offer, now=form.now, initial=given)
    template = "customers/_log.html" if request.htmx else "customers/log_page.html"
    return render(request, template, _context(filled, form.offer))


def _again(request, form, choice, *, full):
    template = "customers/_log.html" if request.htmx else "customers/log_page.html"
    return render(request, template, _context(form, choice) | {"full": full}, status=422)


def _go(request, address):
    """To the next page; the full page's form is posted by htmx, so that a lost connection keeps it on the device."""
    if not request.htmx:
        return redirect(address)
    response = HttpResponse()
    response["HX-Redirect"], response["HX-Trigger"] = address, "log-saved"  # the device lets its draft go
    return response


def _initial(given, choice, now, user):
    main, called = next(iter(choice.contacts), None), choice.owed.contact_id if choice.owed else None
    how = given.get("how") or (choice.owed.how if choice.owed else "")
    methods = [code for code in (how.split(",") if how else last_methods(user)) if code in choice.choices.methods]
    time = given.get("time") if given.get("time") in dict(TIMES) else "now"
    return {
        "contact": number(given.get("contact")) or called or (main.pk if main else None),
        "methods": methods or [next(iter(choice.choices.methods), "")], "at": given.get("at", ""),
        "time": "tap" if choice.late else time, "steps": choice.ticked, "purpose": choice.purpose,
        "outcome": given.get("outcome") if given.get("outcome") in ("sent", "no_answer") else "talked",
        "owed": choice.owed.pk if choice.owed else None, "draft_started_at": now,
        "deal": number(given.get("deal")), "client_uuid": uuid.uuid4(), "source": "form",
    }


def _context(form, choice):
    picked = {name: form[name].value() for name in ("methods", "topics", "answered", "steps")}
    picked = {name: [str(each) for each in value or []] for name, value in picked.items()}
    text = str(form["text"].value() or "")
    plan = plan_in(text, form.on, choice.calendar)
    shown, more, said = choice.topics_for(text)
    return {"form": form, "topics": shown, "more_topics": more, "said": said,
            "offer": choice, "customer": choice.customer, "picked": picked, "step": "ask",
            "tag_offers": offers(choice.customer.tag), "today_iso": form.on.isoformat(),
            "own_days": own_days(form, choice, plan[0].day if plan else None)}


def own_days(form, choice, said):
    """The date chips before the offered ones: what the text says, and a day chosen before. [(day, is in the text)]."""
    days = [(said, True)] if said else []
    try:
        chosen = dt.date.fromisoformat(form["next"].value() or "")
        days += [(chosen, False)] if chosen != said else []
    except ValueError:
        pass
    return [(day, in_text) for day, in_text in days if day not in choice.days]
