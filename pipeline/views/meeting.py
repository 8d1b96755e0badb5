"""/team/meeting/2024-W10: the weekly meeting over its frozen agenda, rep by rep and deal by deal (S11, M4)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gates import only
from accounts.models import Team, User
from accounts.rights import may_see_pipeline
from core.asked import number
from core.errors import NotAllowed, Refused
from core.keys import deed
from core.lists import answer
from core.periods import period_of, read_period, today
from pipeline import meeting as verbs
from pipeline.deciding import decide, known
from pipeline.forms_meeting import PartStepForm, SupportForm
from pipeline.minutes import as_text, as_workbook, minutes_of
from pipeline.models import Deal, MeetingItem
from pipeline.onscreen import screen_of


def find(request, code, *, leading=False):
    """The meeting of the week, of the team asked for (?team=), else of the person's own. 404: no such week, a week
    after the next, a team that is not his; 403 when only whoever leads the team may do it."""
    try:
        week = read_period(code)
    except ValueError:
        raise Http404 from None
    if week.kind != "week" or week.code != code or week.first > period_of("week", today()).next().first:
        raise Http404
    teams = list(Team.objects.visible_to(request.user).filter(is_active=True).order_by("pk"))
    wanted = number(request.POST.get("team") or request.GET.get("team"))
    own = [team for team in teams if team.pk == (wanted or request.user.team_id)]
    if (wanted and not own) or not teams:
        raise Http404
    team = (own or teams)[0]
    if leading and not verbs.leads(request.user, team):
        raise NotAllowed
    row = verbs.meeting_of(team, code)
    row.team, row.period, row.teams = team, week, teams
    return row


def address(row, name="meeting", **query):
    return reverse(f"pipeline:{name}", args=[row.week]) + f"?{urlencode({'team': row.team_id} | query)}"


def show_page(request, row, *, now, place=None, form=None, status=200, said=""):
    screen = screen_of(request.user, row, now=now, place=place, form=form)
    is_now = row.period == period_of("week", today(now))
    context = {
        "meeting": row, "screen": screen, "item": screen.item, "said": said, "week": row.period, "team": row.team,
        "before": verbs.before(row),
        "is_now": is_now, "may_start": screen.leads and row.started_at is None and is_now,
        "waiting": not screen.leads and row.started_at is None and is_now,  # his screen finds it when it begins
        "mine": request.user.team_id == row.team_id and request.user.sells, "now": now,
    }  # fmt: skip
    response = answer(request, "pipeline/meeting.html", "pipeline/_meeting.html", context)
    response.status_code = status
    return response


@require_GET
@only(may_see_pipeline)
def home(request):
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse("pipeline:meeting", args=[period_of("week", today()).code]) + query)


@require_GET
@only(may_see_pipeline)
def meeting(request, code):
    """The page. A follower's look (?seen=) is answered with nothing while nothing changed."""
    row, now = find(request, code), timezone.now()
    place = number(request.GET.get("item"))
    if "seen" in request.GET and screen_of(request.user, row, now=now).stamp == request.GET["seen"]:
        return HttpResponse(status=204)
    return show_page(request, row, now=now, place=place)


@require_POST
@deed
@only(may_see_pipeline)
def start(request, code):
    row = find(request, code, leading=True)
    if row.period != period_of("week", today()):
        raise Refused(_("A meeting is held in its own week."))
    there = User.objects.visible_to(request.user).sellers().filter(pk__in=numbers(request, "here"))
    verbs.start(row, by=request.user, now=timezone.now(), attendees=there)
    return redirect(address(row))


@require_POST
@deed
@only(may_see_pipeline)
def show(request, code):
    """The next item, the one before, or any of the agenda, on everybody's screen."""
    row, now = find(request, code, leading=True), timezone.now()
    place = number(request.POST.get("item"))
    fresh = verbs.show(row, -1 if place is None else place, now=now)
    fresh.team, fresh.period, fresh.teams = row.team, row.period, row.teams
    return show_page(request, fresh, now=now) if request.htmx else redirect(address(row))


@require_POST
@deed
@only(may_see_pipeline)
def decide_item(request, code):
    """One decision, carried out by its verb. What was refused says why, above the form with what was typed."""
    row, now = find(request, code, leading=True), timezone.now()
    kind, place = known(request.POST.get("decision", "")), number(request.POST.get("item"))
    items = row.agenda.get("items", [])
    if kind is None or place is None or place >= len(items) or items[place]["kind"] == "promises":
        raise Http404
    deal, about = subject_of(request, items[place])
    if (deal is None and not kind.alone) or not kind.allowed(request.user, deal):
        raise NotAllowed
    form = kind.form(request.POST, deal=deal, user=request.user, now=now, auto_id=f"id_{kind.kind}_%s")
    if not form.is_valid():
        return show_page(request, row, now=now, place=place, form=form, status=422)
    try:
        decide(row, kind.kind, deal, form.cleaned_data, by=request.user, now=now, about=about)
    except Refused as refused:
        return show_page(request, row, now=now, place=place, form=form, status=409, said=refused.message)
    except ValidationError as missing:
        form.add_error(None, missing.messages)
        return show_page(request, row, now=now, place=place, form=form, status=422)
    return show_page(request, row, now=now, place=place) if request.htmx else redirect(address(row, item=place))


def subject_of(request, item):
    """(the deal, None) or (None, the person) that an item of the agenda is about; 404 when it is no longer his."""
    if item["kind"] == "rep":
        return None, get_object_or_404(User.objects.visible_to(request.user), pk=item["user"])
    rows = Deal.objects.visible_to(request.user).select_related("customer__owner", "stage", "owner", "rep")
    return get_object_or_404(rows, pk=item["deal"]), None


@require_POST
@deed
@only(may_see_pipeline)
def attend(request, code):
    row = find(request, code, leading=True)
    there = User.objects.visible_to(request.user).sellers().filter(pk__in=numbers(request, "here"))
    verbs.attend(row, there, now=timezone.now())
    return redirect(address(row))


def numbers(request, name):
    return [n for n in map(number, request.POST.getlist(name)[:300]) if n is not None]


@require_POST
@deed
@only(may_see_pipeline)
def end(request, code):
    row = find(request, code, leading=True)
    verbs.end(row, by=request.user, now=timezone.now())
    return redirect(address(row, "meeting_minutes"))


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def rep(request, code, pk):
    """A person's part: done, planned, and what he needs, filled by him or whoever leads, before or in it."""
    row, person, now = *part_in(request, code, pk), timezone.now()
    if request.method == "GET":
        page = row.pages.filter(user=person).first() if row.pk else None
        said = page.support if page else ""
        return show_part(request, row, person, now=now, support=said, shown=said)
    form, shown = SupportForm(request.POST), request.POST.get("shown", "")
    typed = {"now": now, "support": form.data.get("support", "")}
    if not form.is_valid():
        return show_part(request, row, person, **typed, shown=shown, problem=form.errors["support"][0], status=422)
    support = form.cleaned_data["support"]
    try:
        verbs.ask_support(row, person, support, shown=shown, now=now)
    except verbs.SaidMeanwhile as other:
        return show_part(request, row, person, **typed, shown=other.text, problem=other.message, status=409)
    there = reverse("pipeline:meeting_rep", args=[row.week, pk]) + f"?team={row.team_id}"
    return redirect(address(row) if request.POST.get("back") else there)


def part_in(request, code, pk):
    """(the meeting, the person) of a part this reader may fill: his own, or any for whoever leads the team."""
    row = find(request, code)
    leading = verbs.leads(request.user, row.team)
    people = [person for person in verbs.people_of(row.team) if leading or person.pk == request.user.pk]
    person = next((one for one in people if one.pk == pk), None)
    if person is None:
        raise Http404
    return row, person


@require_POST
@deed
@only(may_see_pipeline)
def rep_step(request, code, pk):
    """A next step of his own, added on his part, before the meeting or in it."""
    row, person = part_in(request, code, pk)
    form = PartStepForm(request.POST, person=person, team=row.team, now=timezone.now())
    if not form.is_valid():
        said = row.pages.filter(user=person).values_list("support", flat=True).first() or "" if row.pk else ""
        return show_part(
            request, row, person, now=timezone.now(), support=said, shown=said, form=form, status=422
        )
    verbs.add_step(row, person, form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, _("Next step planned"))
    there = reverse("pipeline:meeting_rep", args=[row.week, pk]) + f"?team={row.team_id}"
    return redirect(address(row) if request.POST.get("back") else there)


def show_part(request, row, person, *, now, support, shown, problem="", form=None, status=200):
    """`support` stands in the field, `shown` is the stored text the reader knows of."""
    form = form or PartStepForm(person=person, team=row.team, now=now)
    context = {
        "meeting": row, "week": row.period, "team": row.team, "person": person, "part": part_of(row, person, now),
        "support": support, "shown": shown, "late_plans": verbs.late_plans(row, person.pk), "problem": problem,
        "step_form": form,
    }
    return render(request, "pipeline/meeting_rep.html", context, status=status)


def part_of(row, person, now):
    part = verbs.page_of(row, person, now=now)
    return verbs.agenda.thaw(part) if part else None


def written(request, row):
    """The minutes as this person may read them; 404 before anything was decided or begun."""
    if row.started_at is None:
        raise Http404
    rows = MeetingItem.objects.visible_to(request.user).filter(meeting=row).select_related("owner", "deal__customer")
    return minutes_of(row, items=list(rows), places=verbs.places_for(request.user, row))


@require_GET
@only(may_see_pipeline)
def minutes(request, code):
    row = find(request, code)
    found = written(request, row)
    context = {
        "meeting": row, "week": row.period, "team": row.team, "minutes": found, "text": as_text(found),
    }
    return render(request, "pipeline/minutes.html", context)


@require_POST
@deed
@only(may_see_pipeline)
def minutes_file(request, code):
    row = find(request, code)
    found = written(request, row)
    response = HttpResponse(
        as_workbook(found), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response.shown_once = True  # a file is not kept with its key
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{found.title}.xlsx")
    return response


@require_POST
@deed
@only(may_see_pipeline)
def tick(request, code, pk):
    """A note promised last time is done, or not after all."""
    row = find(request, code, leading=True)
    item = get_object_or_404(
        MeetingItem.objects.visible_to(request.user), pk=pk, kind="note", meeting__team=row.team_id
    )
    verbs.tick(row, item, now=timezone.now())
    return redirect(address(row))
