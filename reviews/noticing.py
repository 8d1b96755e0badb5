"""What this floor tells people, and when it is over (S19; activity/topics.py)."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from activity.addresses import leads
from activity.topics import joins, over, topic
from reviews.lagging import HOLDS, KIND
from reviews.models import Improvement


def plug():
    topic("reviews", _("A week or month is closed"), ["reviews.closed"], roles=("rep", "manager", "support"))
    joins("given", "reviews.planned", "reviews.goal_set")
    joins("reviews", "reviews.improved", "reviews.goal_dropped")
    topic("lagging", _("My team is far behind the time that has passed"), [KIND], mail="now", roles=("manager",))
    leads(KIND, lambda notice: reverse("reviews:targets", args=[notice.data["period"]]))
    over([KIND], lambda now: Q(at__lte=now - HOLDS))
    over(["reviews.planned"], lambda now: Exists(
        Improvement.objects.filter(pk=OuterRef("subject_id")).exclude(state=Improvement.State.OPEN)
    ))
