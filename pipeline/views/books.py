"""Playbooks: a deal goes over to another one, the next deal after a win, and Setup → Playbooks (R7, R8)."""

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gates import only
from accounts.rights import may_see_pipeline, may_set_up
from core.asked import VERSION, number
from core.companions import along
from core.keys import deed
from customers.models import Customer
from pipeline import books, copying, switching
from pipeline.answering import say
from pipeline.following import follow_win, plans_of
from pipeline.forms_books import AfterWinForm, EmptyForm, PlaybookForm, SwitchForm
from pipeline.models import Deal, Playbook
from pipeline.playbooks import Playbooks
from pipeline.setting import book_rows


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def switch(request, pk):
    """A deal goes over to another playbook: which of its stages, asked once with the last answer chosen."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer", "stage"), pk=pk)
    others = [book for book in books.in_use(request.user) if book.pk != deal.playbook_id]
    if not others or not deal.stage.is_open:
        raise Http404
    form = SwitchForm(request.POST or None, deal=deal, others=others)
    if request.method == "GET" or not form.is_valid():
        return dialog(request, "_switch", {"form": form, "deal": deal}, status=422 if form.is_bound else 200)
    to = form.cleaned_data["to"]
    said = {"reason": form.cleaned_data["reason"], "expected": form.cleaned_data["frm"]}
    try:
        switching.switch_many(
            [deal], to.playbook, {deal.stage_id: to}, by=request.user, now=timezone.now(), **said
        )
    except ValidationError as wrong:
        form.add_error("to", wrong.message_dict["to"])
        return dialog(request, "_switch", {"form": form, "deal": deal}, status=422)
    deal.refresh_from_db()
    words = _("%(name)s is now in %(playbook)s: %(stage)s") % {
        "name": deal.customer.name, "playbook": to.playbook, "stage": to,
    }  # fmt: skip
    return done(request, deal, words)


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def after_win(request, customer):
    """The next deal of a customer who bought once, with what is due after the win as next steps (R7)."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer)
    book = books.offered_after_win(customer, request.user)
    if book is None:
        raise Http404
    form = AfterWinForm(request.POST or None, plans=plans_of(customer, book, now=timezone.now()))
    if request.method == "GET" or not form.is_valid():
        context = {"form": form, "customer": customer, "book": book}
        return dialog(request, "_after_win", context, status=422 if form.is_bound else 200)
    deal = follow_win(customer, book, form.chosen(), by=request.user, now=timezone.now())
    return done(request, deal, _("Deal opened: %(name)s") % {"name": deal.name})


def dialog(request, name, context, *, status=200):
    if request.htmx and not request.htmx.boosted:
        return render(request, f"pipeline/{name}.html", context, status=status)
    context |= {"part": f"pipeline/{name}.html", "plain": True}
    return render(request, "pipeline/dialog_page.html", context, status=status)


def done(request, deal, words):
    if not request.htmx:
        messages.success(request, words)
        return redirect("pipeline:deal", deal.pk)
    response = HttpResponse(say(request, words) + along("pipeline.changed", request, deal=deal))
    response["HX-Trigger"] = json.dumps({"close-dialog": {}, "moved": {"deal": deal.pk}, "redraw": {}})
    response["HX-Reswap"] = "none"
    return response


@require_http_methods(["GET"])
@only(may_set_up)
def playbooks(request):
    return render(request, "pipeline/playbooks.html", {"rows": book_rows(Playbooks.read())})


@require_http_methods(["GET", "POST"])
@deed
@only(may_set_up)
def playbook(request, pk):
    found = get_object_or_404(Playbook.objects.visible_to(request.user), pk=pk)
    form = PlaybookForm(request.POST or None, playbook=found)
    if request.method == "POST" and form.is_valid():
        try:
            books.save_playbook(
                found, by=request.user, now=timezone.now(), expect=version_of(request, found), **form.values()
            )
            messages.success(request, _("Saved"))
            return redirect("setup_playbooks")
        except ValidationError as wrong:
            for name, sentences in wrong.message_dict.items():
                form.add_error(name, sentences)
    context = {"form": form, "playbook": found}
    return render(request, "pipeline/playbook.html", context, status=422 if form.is_bound else 200)


def version_of(request, found):
    seen = number(request.POST.get("version"), VERSION)
    return found.version if seen is None else seen


@require_POST
@deed
@only(may_set_up)
def copy(request, pk):
    """A playbook of its own with the same stages, off at first; its page opens to name it."""
    found = get_object_or_404(Playbook.objects.visible_to(request.user), pk=pk)
    made = copying.copy_playbook(found, by=request.user, now=timezone.now())
    messages.success(request, _("Copied. Name it, change its stages, then switch it on."))
    return redirect("setup_playbook", made.pk)


@require_POST
@deed
@only(may_set_up)
def turn(request, pk):
    """On or off. Off while open deals are in it leads to the page that takes them over."""
    found = get_object_or_404(Playbook.objects.visible_to(request.user), pk=pk)
    if request.POST.get("on") == "1":
        books.turn_on(found, by=request.user, now=timezone.now())
        messages.success(request, _("%(playbook)s is on.") % {"playbook": found})
        return redirect("setup_playbooks")
    if not found.is_default and switching.load_by_stage(found):
        return redirect("setup_playbook_empty", found.pk)
    books.turn_off(found, by=request.user, now=timezone.now())
    messages.success(request, _("%(playbook)s is off.") % {"playbook": found})
    return redirect("setup_playbooks")


@require_http_methods(["GET", "POST"])
@deed
@only(may_set_up)
def empty(request, pk):
    """Every open deal of a playbook goes over to another one, stage by stage; then it is switched off."""
    found = get_object_or_404(Playbook.objects.visible_to(request.user), pk=pk)
    load = switching.load_by_stage(found)
    others = [book for book in Playbooks.read().active if book.pk != found.pk]
    if found.is_default or not found.is_active or not load:
        return redirect("setup_playbooks")
    into = next((book for book in others if book.code == request.GET.get("into")), others[0])
    form = EmptyForm(request.POST or None, load=load, into=into)
    if request.method == "POST" and form.is_valid():
        count = switching.empty(found, into, form.mapping(), by=request.user, now=timezone.now())
        books.turn_off(found, by=request.user, now=timezone.now())
        words = ngettext(
            "%(n)d deal went over to %(into)s. %(playbook)s is off.",
            "%(n)d deals went over to %(into)s. %(playbook)s is off.", count,
        )  # fmt: skip
        messages.success(request, words % {"n": count, "into": into, "playbook": found})
        return redirect("setup_playbooks")
    context = {"form": form, "playbook": found, "into": into, "others": others, "load": load,
               "url": reverse("setup_playbook_empty", args=[pk])}  # fmt: skip
    return render(request, "pipeline/playbook_empty.html", context, status=422 if form.is_bound else 200)
