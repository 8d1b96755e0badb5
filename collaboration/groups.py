"""What a group chat hears of requests by its robot (S19, B44): a department at once what comes in, the asker's team at
once what comes back, the rest once a morning.

Everybody in the group reads it, so it says number, kind, day and people, never a customer, a title or an amount; the
link opens for each who follows it what he may see. A job a message: it is looked at again before it is sent, and what
no longer lies there is not said.
"""

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.calendar import Calendar
from activity import robots
from activity.models import Robot
from activity.webhooks import Unsendable
from collaboration import rights
from collaboration.cards import place_words
from collaboration.models import CollaborationRequest
from core.jobs import JobProblem, enqueue
from core.kept import Kept
from core.words import day

COMES_IN = ("raised", "resubmitted", "insisted", "handed_over", "released", "approved")
COMES_BACK = ("sent_back", "refused")

_listening = Kept(lambda: list(Robot.objects.filter(tells_requests=True).select_related("team", "department")))


def tell_group(verb, request, event, *, now):
    """A job for each robot that is to speak of this deed, at once or when work goes on."""
    if verb not in COMES_IN + COMES_BACK:
        return
    calendar = Calendar.load() if _listening.get() else None
    for robot in _listening.get():
        if lies_there(robot, request, verb):
            due = now if calendar.is_working_time(now) else calendar.add_working_minutes(now, 1)
            enqueue(
                "tell_group", key=f"group {robot.pk} event {event.pk}", due_at=due, now=now, robot=robot.pk,
                request=request.pk, verb=verb,
            )  # fmt: skip


def lies_there(robot, request, verb):
    """Does what the deed was about still lie with the robot's own people?"""
    if verb in COMES_BACK:
        return robot.team_id is not None and request.asker_team_id == robot.team_id and (
            request.state in ("waiting", "refused")
        )
    if robot.department_id is None or request.state not in ("submitted", "accepted"):
        return False
    places = [request.department]
    if request.kind.is_approval:
        places = [step.department for step in rights.steps_of(request, state="waiting") if step.department]
    elif request.state != "submitted":
        return False
    return any(place.path.startswith(robot.department.path) for place in places)


def post(robot_id, request_id, verb, *, now, **how):
    """Send it. Raises JobProblem, which has it tried again and puts it on the page of jobs."""
    robot = Robot.objects.select_related("team", "department").filter(pk=robot_id, tells_requests=True).first()
    request = CollaborationRequest.objects.with_faces().filter(pk=request_id).first() if robot else None
    if request is None or not lies_there(robot, request, verb):
        return {"sent": 0}
    with translation.override(settings.LANGUAGE_CODE):
        title, lines, link = message(request, verb)
    try:
        robots.send(robot, title, lines, link, now=now, **how)
    except Unsendable as problem:
        raise JobProblem(problem.words) from None
    return {"sent": 1}


def message(request, verb):
    """(title, lines, (words of the link, its address)) in the language in force."""
    back = verb in COMES_BACK
    state = request.get_state_display() if back else request.state_words
    title = f"{request.code} {request.kind.words} · {state}"
    whom = request.asker.name if request.asker else request.asker_words
    lines = [_("%(name)s: it came back to you") % {"name": whom} if back else _("from %(name)s") % {"name": whom}]
    if request.needed_by and not back:
        on = day(request.needed_by, request.asked_at.date(), translation.get_language())
        lines.append(f"{_('Needed by')} {on} · {_('Priority')} {request.get_priority_display()}")
    return title, lines, (_("Open %(code)s") % {"code": request.code}, _address(request.get_absolute_url()))


def morning_of(department, *, now):
    """The morning's: what is to accept, what is late, and how much each person has in progress."""
    rows = CollaborationRequest.objects.filter(department__path__startswith=department.path)
    coming = rows.filter(state="submitted").aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    lines = [_("To accept: %(n)s, of these late: %(late)s") % coming]
    taken = rows.filter(state="accepted", person__isnull=False).values("person__name").order_by("person__pinyin")
    for row in taken.annotate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now))):
        lines.append(_("%(name)s: %(n)s in progress, of these late: %(late)s") % (row | {"name": row["person__name"]}))
    back = rows.filter(state__in=["waiting", "countered", "delivered"]).count()
    if back:
        lines.append(_("With those who asked: %(n)s") % {"n": back})
    title = f"{place_words(department)} · {pgettext('group', 'Requests')}"
    return title, lines, (_("Open the queue"), _address(reverse("collaboration:queue")))


def _address(path):
    return f"{settings.SITE_URL.rstrip('/')}{path}"
