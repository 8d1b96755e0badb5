"""What this floor tells people (S19; activity/topics.py)."""

from django.utils.translation import gettext_lazy as _

from activity.topics import topic


def plug():
    topic("reviews", _("A week or month is closed"), ["reviews.closed"], roles=("rep", "manager", "support"))
