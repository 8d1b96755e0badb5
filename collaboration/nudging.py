"""催一下: whoever asked reminds whoever holds his request now, once a day (S2). It moves no state and no clock.

The line is written by the product, in the language of who gets it. It asks them to act, so it ends by itself when the
request moves on (telling.tell); the customer's timeline and the event keep who was reminded.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from activity.models import Event
from collaboration import rights, telling
from collaboration.cards import place_words
from collaboration.life import HOLDER, refusal
from collaboration.models import CollaborationRequest
from core.errors import NotAllowed, Refused
from core.periods import day_start, today, zone

NUDGED = "collaboration.nudged"
MOST = 40  # reminders of one person a day, as a manager has (customers/beside.py)


def with_nudged(requests, since):
    """The rows, each with `nudged`: was it reminded of since the moment `since`? No query of its own."""
    about = ContentType.objects.get_for_model(CollaborationRequest)
    sent = Event.objects.filter(verb=NUDGED, subject_type=about, subject_id=OuterRef("pk"), at__gte=since)
    return requests.annotate(nudged=Exists(sent))


def was_nudged(request, on):
    return Event.objects.about(request).filter(verb=NUDGED, at__gte=day_start(on)).exists()


def may_nudge(user, request):
    """The side that asked, while the department holds it."""
    asks = rights.is_asker(user, request) or rights.manages_asker(user, request)
    return asks and user.pk != request.person_id and HOLDER[request.state] == "department"


def holders(request, *, now):
    """Who is reminded: the approvers whose turn it is, the person who took it, else everybody of the department."""
    if request.kind.is_approval:
        return telling.approvers(rights.steps_of(request, state="waiting"), now=now)
    return telling.serving(request, now=now)


@transaction.atomic
def nudge(request, *, by, now):
    """Remind them. Refused when it lies elsewhere now, when somebody did so today, beyond MOST a day, and when nobody
    is there. Returns the Event."""
    if not (rights.is_asker(by, request) or rights.manages_asker(by, request)):
        raise NotAllowed
    seen = CollaborationRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not may_nudge(by, seen):
        raise refusal(seen, now=now)
    on = today(now)
    if before := Event.objects.about(seen).filter(verb=NUDGED, at__gte=day_start(on)).select_related("by").first():
        words = _("%(who)s sent a reminder about %(code)s today at %(time)s. Once a day is enough.")
        at = before.at.astimezone(zone())
        raise Refused(words % {"who": before.by, "code": seen.code, "time": f"{at:%H:%M}"})
    if Event.objects.filter(verb=NUDGED, by=by, at__gte=day_start(on)).count() >= MOST:
        raise Refused(_("That is enough reminders for one day. Talk to them instead."))
    people = [person for person in holders(seen, now=now) if person.is_active and person != by]
    if not people:
        raise Refused(_("Nobody of %(place)s can be reminded now.") % {"place": place_words(seen.department)})
    return telling.tell_also("nudged", seen, by=by, now=now, act=people, to="、".join(p.name for p in people[:3]))
