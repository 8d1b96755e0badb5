"""What a manager does from a line of his team home, in place: remind, come along, comment, one rep's lines (S10)."""

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import rights
from accounts.gates import only
from accounts.models import Team, User
from core.asked import number
from core.errors import NotAllowed
from core.keys import deed
from core.periods import today
from customers import beside, correcting
from customers.forms.log import CommentForm
from customers.models import Customer
from customers.staleness import Rule
from pipeline.answering import say
from pipeline.models import Deal
from salesflow import reprows
from salesflow.forms import NudgeForm
from salesflow.oneslines import Subject, lines_of

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
@deed
@only(rights.may_see_team)
def nudge(request):
    """GET: the sentence as it would go out, to be changed. POST: it goes out, once a day."""
    about = subject_of(request)
    if not about.allowed(request.user):
        raise NotAllowed
    now = timezone.now()
    form = NudgeForm(request.POST or None, initial={"text": about.sentence(now)})
    if request.method == "GET" or not form.is_valid():
        return dialog(request, "team/_nudge.html", {"form": form, "about": about}, bad=form.is_bound)
    beside.nudge(
        about.thing, about.person, form.cleaned_data["text"], customer=about.customer, by=request.user, now=now
    )
    return done(request, _("%(name)s was reminded") % {"name": about.person.name})


@require_http_methods(["GET", "POST"])
@deed
@only(rights.may_see_team)
def join(request):
    """Come along at a customer: as a helper, with the next step there is."""
    about = subject_of(request)
    if about.customer is None:
        raise Http404
    if not request.user.sells or not rights.may_assign(request.user, about.customer):
        raise NotAllowed
    if request.method == "GET":
        return dialog(request, "team/_join.html", {"about": about, "step": about.next_step()})
    beside.come_along(about.customer, by=request.user, now=timezone.now())
    return done(request, _("You come along at %(name)s") % {"name": about.customer.name})


@require_http_methods(["GET", "POST"])
@deed
@only(rights.may_see_team)
def comment(request):
    """A word on the last conversation with a customer, from his line: shown there and told to who had it (R24)."""
    about = subject_of(request)
    talk = about.last_talk(request.user)
    if talk is None:
        raise Http404
    if not correcting.may_comment(talk, request.user):
        raise NotAllowed
    form = CommentForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return dialog(request, "team/_comment.html", {"form": form, "about": about, "talk": talk}, bad=form.is_bound)
    said = form.cleaned_data
    correcting.comment(talk, said["text"], by=request.user, now=timezone.now(), private=said["private"])
    return done(request, _("Comment saved"))


@require_GET
@only(rights.may_see_team)
def rep(request, pk):
    """One rep's quiet customers and planned steps, each with what the manager can do; with ?of= the rows behind one of
    his four numbers."""
    mine = Team.objects.visible_to(request.user)
    person = get_object_or_404(User.objects.visible_to(request.user).sellers().filter(team__in=mine), pk=pk)
    if (name := request.GET.get("of", "")) in reprows.ORDER:
        return behind_number(request, person, [person], person.team_id, name, reverse("team_rep", args=[pk]))
    return dialog(request, "team/_rep.html", {"lines": lines_of(person, request.user, timezone.now())})


@require_GET
@only(rights.may_see_team)
def sums(request, pk):
    """The rows behind one of the four numbers of a team: those of all its people."""
    team = get_object_or_404(Team.objects.visible_to(request.user).filter(is_active=True), pk=pk)
    if (name := request.GET.get("of", "")) not in reprows.ORDER:
        raise Http404
    people = User.objects.visible_to(request.user).sellers().filter(team=team)
    return behind_number(request, team, people, team.pk, name, reverse("team_sums", args=[pk]))


def behind_number(request, whose, people, team, name, url):
    rows = reprows.behind(request.user, people, team, today(timezone.now()), Rule.load(), name)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return dialog(request, "team/_rep_rows.html", {"whose": whose, "of": name, "page": page, "url": url})


def subject_of(request):
    """?deal=, ?customer= or ?rep=, through its own gate."""
    given = request.POST if request.method == "POST" else request.GET
    for name, rows in (
        ("deal", Deal.objects.visible_to(request.user).select_related("customer__owner", "owner", "rep")),
        ("customer", Customer.objects.visible_to(request.user).select_related("owner")),
        ("rep", User.objects.visible_to(request.user).sellers()),
    ):
        if (pk := number(given.get(name, ""))) is not None:
            about = Subject(name, get_object_or_404(rows, pk=pk))
            if about.person is None or (name == "rep" and not about.allowed(request.user)):
                raise Http404
            return about
    raise Http404


def dialog(request, template, context, *, bad=False):
    status = 422 if bad else 200
    if request.htmx and not request.htmx.boosted:
        return render(request, template, context, status=status)
    context |= {"part": template, "plain": True}
    return render(request, "pipeline/dialog_page.html", context, status=status)


def done(request, words):
    if not request.htmx:
        messages.success(request, words)
        return redirect("team")
    response = HttpResponse(say(request, words))
    response["HX-Trigger"] = json.dumps({"close-dialog": {}, "redraw": {}})
    response["HX-Reswap"] = "none"
    return response
