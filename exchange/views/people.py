"""People from a list in Excel, checked, then added with a one-time link each; who has not signed in yet (S24)."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.hirechecking import check
from accounts.hiring import hire
from accounts.inviting import LIFE, invite
from accounts.models import User
from accounts.rights import for_admins
from core.keys import deed
from core.reaching import address_for_others
from exchange.forms import PeopleForm
from exchange.peoplelist import read_list
from exchange.problems import Unreadable


@for_admins
@never_cache
@deed
def paste(request):
    """GET: the box. POST: the check (422, since nothing was saved); with `add`, the people and their links."""
    form = PeopleForm(request.POST or None)
    context = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            listed = read_list(form.cleaned_data["text"])
        except Unreadable as problem:
            form.add_error("text", str(problem))
        else:
            plan = check(listed.rows)
            if "add" in request.POST and (not plan.wrong or form.cleaned_data["only_good"]) and plan.good:
                return _links(request, hire(plan, by=request.user, now=timezone.now(), only_good=True))
            context |= {"plan": plan, "listed": listed}
    return render(request, "exchange/people_paste.html", context, status=422 if request.method == "POST" else 200)


@for_admins
@never_cache
@deed
def waiting(request):
    """Who has not signed in yet. POST: a new one-time link for each of them, those made before are dead."""
    people = User.objects.visible_to(request.user).waiting().select_related("department", "team")
    if request.method == "POST":
        now = timezone.now()
        return _links(request, [(user, invite(user, by=request.user, now=now)) for user in people])
    return render(request, "exchange/people_waiting.html", {"people": people})


def _links(request, made):
    """The one-time links, shown this once: only their hashes are kept."""
    people = [
        {"user": user, "link": address_for_others(request, reverse("invite", args=[token]))} for user, token in made
    ]
    response = render(request, "exchange/people_made.html", {"people": people, "days": LIFE.days})
    response.shown_once = True
    return response
