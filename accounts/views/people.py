"""/setup/people: who works here, in which role; invite, change, let go (S18)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import changing, inviting
from accounts.confirming import confirmed
from accounts.filters import PersonFilter
from accounts.forms.people import LeavingForm, PersonForm
from accounts.leaving import open_things
from accounts.models import User
from accounts.rights import for_admins
from accounts.tables import PersonTable
from core.asked import VERSION, number
from core.keys import deed
from core.lists import answer, listing
from core.reaching import address_for_others


@for_admins
def people(request):
    rows = User.objects.visible_to(request.user).select_related("department", "team")
    found = listing(
        request, User.objects.visible_to(request.user), filterset_class=PersonFilter, table_class=PersonTable,
        rows_from=rows,
    )  # fmt: skip
    return answer(request, "accounts/people.html", "accounts/_people.html", {"listing": found})


@for_admins
@deed
def new(request):
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["role"] == User.Role.ADMIN:
            confirmed(request)
        user = changing.add_person(by=request.user, now=timezone.now(), **form.cleaned_data)
        return _show_link(request, user)
    return render(request, "accounts/person.html", {"form": form}, status=422 if form.errors else 200)


@for_admins
@deed
def edit(request, pk):
    person = _person(request, pk)
    form = PersonForm(request.POST or None, instance=_person(request, pk))
    if request.method == "POST" and form.is_valid():
        if {"role", "username", "email", "mobile"} & set(form.changed_data):  # rights, and where links go
            confirmed(request)
        changing.save_person(form, person, by=request.user, now=timezone.now(), expect=_version(request))
        messages.success(request, _("Saved"))
        return redirect("setup_people")
    context = {"form": form, "person": person, "events_of": person}
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@for_admins
@require_POST
@deed
def invite(request, pk):
    confirmed(request)
    return _show_link(request, _person(request, pk))


@for_admins
@deed
def deactivate(request, pk):
    person = _person(request, pk)
    waiting = open_things(person)
    form = LeavingForm(request.POST or None, takers=_takers(request, person), needed=bool(waiting))
    if request.method == "POST" and form.is_valid():
        taker = form.cleaned_data["to"]
        moved = changing.deactivate(person, taker, by=request.user, now=timezone.now(), expect=_version(request))
        text = ngettext("{name} is deactivated, {n} thing handed over", "{name} is deactivated, {n} things handed over",
                        moved)  # fmt: skip
        messages.success(request, text.format(name=person.name, n=moved))
        return redirect("setup_people")
    context = {"form": form, "person": person, "waiting": waiting}
    return render(request, "accounts/leaving.html", context, status=422 if form.errors else 200)


@for_admins
@require_POST
@deed
def reactivate(request, pk):
    person = _person(request, pk)
    changing.reactivate(person, by=request.user, now=timezone.now())
    messages.success(request, _("{name} is active again and signs in anew").format(name=person.name))
    return redirect("setup_people")


@for_admins
@require_POST
@deed
def sign_out(request, pk):
    person = _person(request, pk)
    changing.end_sessions(person, by=request.user, now=timezone.now())
    messages.success(request, _("{name} is signed out on all devices").format(name=person.name))
    return redirect("setup_person", pk=pk)


def _person(request, pk):
    return get_object_or_404(User.objects.visible_to(request.user), pk=pk)


def _version(request):
    return number(request.POST.get("version"), VERSION) or 0


def _takers(request, person):
    """Who can take over: sellers from sellers, the same department for support, admins from admins."""
    others = User.objects.visible_to(request.user).active().exclude(pk=person.pk).order_by("pinyin", "pk")
    if person.sells:
        return others.filter(role__in=["rep", "manager"])
    return others.filter(department=person.department_id) if person.is_support else others.filter(role=person.role)


def _show_link(request, user):
    """The one-time link, shown this once: only its hash is kept."""
    token = inviting.invite(user, by=request.user, now=timezone.now())
    link = address_for_others(request, reverse("invite", args=[token]))
    return render(request, "accounts/invited.html", {"person": user, "link": link, "days": inviting.LIFE.days})
