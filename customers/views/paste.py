"""A chat or mail thread pasted in (R1, S3): read, shown conversation by conversation, and saved after the check."""

import datetime as dt

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core.asked import number
from core.errors import NotAllowed
from core.keys import deed
from core.text import controls
from customers import choices
from customers.conversations import LONGEST, MOST, SILENCE
from customers.forms.paste import PartForm
from customers.mails import is_nested
from customers.models import Customer
from customers.offering import recent_customers, talkers
from customers.pasting import KEEPS, THERE, look, save
from customers.searching import found


@require_http_methods(["GET", "HEAD", "POST"])
def paste(request):
    """GET: the box. With a text: the check page, or the question whose it is. Nothing is written by reading."""
    sellers(request)
    text = request.POST.get("text", "")
    customer = _customer(request)
    if not text.strip():
        return _box(request, text, customer)
    problem = _problem(text)
    if problem:
        return _box(request, text, customer, problem=problem, status=422)
    now = timezone.now().replace(second=0, microsecond=0)  # as read_at goes back: both readings agree
    shown = look(text, request.user, now=now, customer=customer)
    if shown.customer is None or (customer is None and request.POST.get("q", "").strip()):
        return _whose(request, text, shown)
    return _check(request, text, shown, _forms(request, shown, now), now)


@require_POST
@deed
def paste_save(request):
    """The checked conversations become follow-ups; what is wrong comes back with everything that was changed."""
    sellers(request)
    now, text = timezone.now(), request.POST.get("text", "")
    read_at = _read_at(request.POST.get("read_at", ""), now)
    customer = get_object_or_404(_mine(request.user), pk=number(request.POST.get("customer")))
    problem = _problem(text) or ("" if text.strip() else _("Paste the chat first."))
    if problem:
        return _box(request, text, customer, problem=problem, status=422)
    shown = look(text, request.user, now=read_at, customer=customer)
    forms = _forms(request, shown, now, request.POST)
    if _other(request.POST, shown):
        why = _("The text reads differently now. Look at it again.")
        return _check(request, text, shown, forms, read_at, problem=why, status=422)
    if any(_moved(request.POST, row) for row in shown.rows):
        why = _("This was changed meanwhile.")
        return _check(request, text, shown, forms, read_at, problem=why, status=422)
    given = [form for form in forms if form.is_bound]
    valid = [form.is_valid() for form in given]
    taken = [form for form in given if form.is_valid() and form.is_taken]
    if not all(valid) or not (taken or all(row.fate == THERE for row in shown.rows)):
        why = "" if not all(valid) else _("Take at least one conversation.")
        return _check(request, text, shown, forms, read_at, problem=why, status=422)
    named = request.POST.get("talked_by", "")
    talker = next((one for one in talkers(request.user, customer) if str(one.pk) == named), None)
    if named and talker is None:
        return _check(request, text, shown, forms, read_at, problem=_("Choose who it is entered for."), status=422)
    parts = [(form.row, form.cleaned_data | {"talker": talker}) for form in taken]
    made, _late = save(parts, by=request.user, now=now, method=shown.method, kind=shown.thread.kind)
    said = ngettext("%(n)s conversation added.", "%(n)s conversations added.", len(made)) % {"n": len(made)}
    messages.success(request, said if made else _("All of it was there already."))
    owner = made[0].customer_id if made else customer.pk
    return redirect(reverse("customer", args=[owner]) + (f"#ev-{made[-1].pk}" if made else ""))


def sellers(request):
    if request.user.is_support:
        raise NotAllowed(_("Follow-ups are logged by sales."))


def _mine(user):
    return Customer.objects.visible_to(user).live().select_related("owner")


def _customer(request):
    """The one chosen, by the page it came from or by a button; None when the thread itself must say it."""
    given = request.POST.get("customer") or request.GET.get("customer")
    return get_object_or_404(_mine(request.user), pk=number(given)) if given else None


def _problem(text):
    if len(text) > LONGEST:
        return _("This is longer than %(n)s characters: paste a part of it.") % {"n": LONGEST}
    if is_nested(text):
        return _("This mail holds too many parts inside parts. Open it and paste the words it shows.")
    return _("This text holds characters that cannot be shown.") if controls(text) else ""


def _box(request, text, customer, *, problem="", status=200):
    context = {"text": text, "customer": customer, "problem": problem, "longest": LONGEST, "step": "box"}
    return render(request, "customers/paste.html", context, status=status)


def _whose(request, text, shown):
    """Several fit, or none: the person says it; the text stays."""
    typed = request.POST.get("q", "")[:60].replace("\x00", "")
    condition = found(typed, request.user)
    named = shown.candidates
    if condition is not None:
        named = list(_mine(request.user).filter(condition).order_by("-last_contact_at")[:8])
    recent = [] if named or condition is not None else recent_customers(request.user)
    context = {"text": text, "thread": shown.thread, "named": named, "recent": recent, "typed": typed, "step": "whose",
               "longest": LONGEST}
    return render(request, "customers/paste.html", context)


def _forms(request, shown, now, post=None):
    rows = [row for row in shown.rows if row.part]
    wanted = {number(post.get(f"{row.ref}-customer")) for row in rows} - {None} if post else set()
    around = [shown.customer, *shown.others, *recent_customers(request.user)]
    customers = {one.pk: one for one in around} | _mine(request.user).in_bulk(wanted)
    made = []
    for row in rows:
        bound = post is not None and f"{row.ref}-text" in post and not _moved(post, row)
        given = {"data": post} if bound else {"initial": _initial(row, shown.customer)}
        made.append(PartForm(row=row, customers=customers, topics=shown.topics, now=now, **given))
    return made


def _other(post, shown):
    """Whether the form speaks of conversations that are not in the text any more."""
    refs = {row.ref for row in shown.rows}
    return any(name.endswith("-text") and name.removesuffix("-text") not in refs for name in post)


def _moved(post, row):
    """Whether messages of a row came in since its page was made: its text would tell them a second time."""
    known = post.get(f"{row.ref}-known") or "0"
    return row.part is not None and f"{row.ref}-text" in post and known != str(row.known)


def _initial(row, customer):
    plan = row.plan or (None, None, "")
    return {
        "known": row.known, "take": True, "customer": customer.pk, "at": row.part.end, "text": row.part.text(),
        "outcome": row.outcome,
        "topics": [topic.pk for topic in row.topics], "plan": bool(row.plan), "next_on": plan[0], "next_time": plan[1],
        "next_text": plan[2],
    }


def _check(request, text, shown, forms, read_at, *, problem="", status=200):
    by_ref = {form.row.ref: form for form in forms}
    context = {
        "text": text, "customer": shown.customer, "thread": shown.thread, "look": shown, "step": "check",
        "read_at": read_at.replace(second=0, microsecond=0).isoformat(), "problem": problem, "forms": forms,
        "longest": LONGEST,
        "parts": [(row, by_ref.get(row.ref)) for row in shown.rows], "most": MOST,
        "hours": SILENCE // dt.timedelta(hours=1), "talkers": talkers(request.user, shown.customer),
        "talked_by": number(request.POST.get("talked_by")),
        "method": choices.load().methods.get(shown.method), "fresh": sum(row.fate != THERE for row in shown.rows),
    }
    return render(request, "customers/paste.html", context, status=status)


def _read_at(words, now):
    """When it was pasted, so that 昨天 stays the same day while the page is open."""
    try:
        moment = parse_datetime(words)
    except ValueError:
        moment = None
    return moment if moment and moment.tzinfo and now - KEEPS <= moment <= now else now
