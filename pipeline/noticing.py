"""What this floor tells people, and when it is over (S19; activity/topics.py)."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from activity.addresses import leads
from activity.topics import SELLS, joins, over, topic
from pipeline.handing import VERB
from pipeline.models import Deal, MeetingItem


def plug():
    moves = ["pipeline.moved", "pipeline.won", "pipeline.lost"]
    topic("moves", _("A deal entered a stage I answer for"), moves, roles=SELLS)
    joins("given", VERB, "pipeline.promise_given")
    leads(Deal, lambda deal: reverse("pipeline:deal", args=[deal.pk]))
    leads("pipeline.promise_given", lambda notice: reverse("pipeline:meeting", args=[notice.data["week"]]))
    over([VERB], lambda now: ~Exists(_mine()))
    over(["pipeline.promise_given"], lambda now: ~Exists(_to_keep()))


def _mine():
    """A deal of which the reader still has a part, while it runs."""
    part = Q(owner=OuterRef("recipient")) | Q(rep=OuterRef("recipient"))
    return Deal._base_manager.filter(part, pk=OuterRef("subject_id"), stage__kind="open")


def _to_keep():
    """Something the reader promised in that meeting and has not kept yet."""
    return MeetingItem.objects.filter(meeting=OuterRef("subject_id"), owner=OuterRef("recipient"), kept_at=None)
