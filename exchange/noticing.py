"""What this floor tells people (S19; activity/topics.py)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from activity.addresses import leads
from activity.topics import topic


def plug():
    topic("files", _("An import or export of mine is finished"), ["exchange.imported", "exchange.export_ready"])
    leads("exchange.imported", lambda notice: reverse("exchange:import_done", args=[notice.subject_id]))
    leads("exchange.export_ready", lambda notice: reverse("exchange:file", args=[notice.subject_id]))
