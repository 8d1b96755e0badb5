"""What this floor tells people, and when it is over (S19; activity/topics.py).

The verbs take back what asked somebody to act as soon as the state moves on (telling.py); the rules here see to what
came to an end by another road.
"""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from activity.addresses import Finish, finishes
from activity.topics import SELLS, joins, over, topic
from collaboration import firstcontact, queue
from collaboration.life import HOLDER
from collaboration.models import CollaborationRequest, RequestComment
from collaboration.querysets import OVER
from core.periods import today
from core.words import day_dense
from customers.models import Customer

COMES_IN = ("raised", "resubmitted", "insisted", "handed_over", "answered", "released", "approved", "step_added")
COMES_BACK = ("sent_back", "refused", "countered")
MY_TURN = ("asked_back", "delivered", "reopened", "lacking")
TO_KNOW = ("watching", "merged", "unmerged", "split",
           "accepted", "agreed", "confirmed", "withdrawn", "closed", "edited", "postponed", "said", "noted",
           *COMES_IN, *COMES_BACK, *MY_TURN)  # fmt: skip
WITH_ASKER = [state for state, side in HOLDER.items() if side == "asker"]


def plug():
    topic("request_in", _("A request or approval comes in"), named(COMES_IN, "act") + ["collaboration.half"],
          mail="now", hours=True)  # fmt: skip
    topic("request_back", _("A request of mine comes back: sent back, refused, another date"),
          named(COMES_BACK, "act"), mail="now", hours=True)  # fmt: skip
    topic("request_turn", _("A request needs more from me, or its result my look"), named(MY_TURN, "act"), mail="day")
    topic("request_late", _("A request is about to be late, or is"),
          named(("due_soon", "late", "late_asked", "answer_due")), mail="day")  # fmt: skip
    topic("request_know", _("What else happens to requests I asked or watch"), named(TO_KNOW, "fyi"))
    topic("lead", _("A lead has no owner, or no first contact near its 24 hours"), [firstcontact.KIND], mail="now",
          roles=SELLS + ("admin",))  # fmt: skip
    over([firstcontact.KIND], lambda now: ~Exists(unspoken()))
    joins("mention", "collaboration.said act", "collaboration.noted act", "collaboration.nudged")
    joins("given", "collaboration.passed_on")
    finishes(CollaborationRequest, finish)
    acts = Q(group="act")
    over(named((*COMES_IN, "due_soon", "half")), lambda now: acts & Exists(subject(*OVER, *WITH_ASKER)))
    over(named((*COMES_BACK, *MY_TURN)), lambda now: acts & Exists(subject(*OVER)))
    over(named(("late", "late_asked", "answer_due")), lambda now: Exists(subject(*OVER)))
    over(named(("said", "noted")), spoken_since)


def named(verbs, group=""):
    return [f"collaboration.{verb} {group}".strip() for verb in verbs]


def unspoken():
    """A lead that still waits for its first conversation."""
    return Customer.objects.live().filter(pk=OuterRef("subject_id"), first_response_at=None, pooled_at=None)


def subject(*states):
    return CollaborationRequest._base_manager.filter(pk=OuterRef("subject_id"), state__in=states)


def spoken_since(_moment):
    """Whoever was named has said something there since."""
    return Exists(
        RequestComment.objects.filter(
            request=OuterRef("subject_id"), by=OuterRef("recipient"), at__gt=OuterRef("at")
        )
    )


def finish(user, keys, *, now):
    """Accept by the date asked, agree, confirm, approve: what one press does in the queue, done from the message. Two
    queries, whatever their number."""
    rows = CollaborationRequest.objects.visible_to(user).filter(pk__in=keys).with_faces()
    found = {}
    for row in queue.read_rows(rows, user, now=now):
        button = row.buttons[0] if row.buttons else None
        if button is None or button.how != "click":
            continue
        label = button.label
        if button.verb == "accept":
            label = _now("Accept, due %(date)s") % {"date": day_dense(row.promise, today(now), get_language())}
        found[row.request.pk] = Finish(
            reverse("collaboration:verb", args=[row.request.number, button.path]), label,
            {"state": row.request.state, "back": reverse("activity:messages")}, button.verb,
        )  # fmt: skip
    return found
