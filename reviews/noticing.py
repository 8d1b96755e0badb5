"""What this floor tells people, and when it is over (S19; activity/topics.py)."""

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from activity.addresses import leads
from activity.enclosing import encloses
from activity.topics import joins, over, topic
from reviews.books import Books
from reviews.lagging import HOLDS, KIND
from reviews.models import Improvement
from reviews.reading import NoSuchReview, read_review
from reviews.scopes import Scope
from reviews.writing import as_text

KINDS = ["reviews.closed", "reviews.corrected"]


def plug():
    readers = ("rep", "manager", "support")
    topic("reviews", _("A week or month is closed, or counted again"), KINDS, mail="day", roles=readers)
    for kind in KINDS:
        encloses(kind, report)
    joins("given", "reviews.planned", "reviews.goal_set")
    joins("reviews", "reviews.improved", "reviews.goal_dropped")
    topic("lagging", _("My team is far behind the time that has passed"), [KIND], mail="now", roles=("manager",))
    leads(KIND, lambda notice: reverse("reviews:targets", args=[notice.data["period"]]))
    over([KIND], lambda now: Q(at__lte=now - HOLDS))
    over(["reviews.planned"], lambda now: Exists(
        Improvement.objects.filter(pk=OuterRef("subject_id")).exclude(state=Improvement.State.OPEN)
    ))


def report(review, person, now):
    """The text of a review for one of its readers, who may not be one any more; names of deals are those he may open.
    It goes out as the page reads at that moment."""
    try:
        reading = read_review(person, review.kind, review.period, Scope(review.scope, review.scope_id).code, now=now)
    except NoSuchReview:
        return ""
    reading.books = Books.load()
    text = as_text(reading)
    if reading.editions:
        first = f"{settings.SITE_URL.rstrip('/')}{review.get_absolute_url()}&edition=1"
        text += "\n\n" + said("The first version stands beside it: %(url)s") % {"url": first}
    return text
