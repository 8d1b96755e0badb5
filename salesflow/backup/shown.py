"""What the page of backups shows: the files with their manifests, how the last night and the last trial went."""

import datetime as dt
import re
from pathlib import Path

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from activity.models import Attachment
from collaboration.models import CollaborationRequest
from core.models import Job
from customers.models import Customer, FollowUp
from pipeline.models import Deal
from salesflow import VERSION
from salesflow.backup import archive, making, restoring
from salesflow.backup.problems import Unusable

WHY = {
    "nightly": pgettext_lazy("backup", "Nightly"), "by-hand": pgettext_lazy("backup", "By hand"),
    "before-restore": pgettext_lazy("backup", "Before a restore"),
    "before-move": pgettext_lazy("backup", "Before a move"),
    "before-demo-goes": pgettext_lazy("backup", "Before the demo went"),
    "before-update": pgettext_lazy("backup", "Before an update"),
}  # fmt: skip
COUNTED = [
    (Customer, _("Customers")), (FollowUp, _("Follow-ups")), (Deal, _("Deals")), (CollaborationRequest, _("Requests")),
    (User, _("People")), (Attachment, pgettext_lazy("backup", "Attached files")),
]  # fmt: skip
NAME = re.compile(r"(?:salesflow|upload)-\d{8}-\d{6}(?:-[a-z-]{1,40})?")
JOBS = ("make_backup", "try_backup")
LATE = dt.timedelta(hours=26)  # a night may be an hour late, and a job takes its time


def path_of(name):
    """The file of a backup by its name without ending, or None: nothing else in the folder has an address."""
    path = making.folder() / f"{name}.zip"
    return path if NAME.fullmatch(name) and path.is_file() else None


def facts(path):
    """One line of the list. A file that is no whole backup says so."""
    line = {"name": Path(path).stem, "file": Path(path).name, "size": Path(path).stat().st_size}
    try:
        with archive.opened(path) as (_zipped, manifest):
            made_at = parse_datetime(manifest["made_at"])
            why = WHY.get(manifest["why"], manifest["why"])
            return line | {"made_at": made_at, "why": why, "version": manifest["version"], "by": manifest["by"],
                           "missing": manifest["missing"]}  # fmt: skip
    except Unusable as problem:
        return line | {"problem": str(problem)}


def overview(now):
    """For /setup/copies: the backups newest first; the newest night and trial as Job rows."""
    backups = [facts(path) for path in sorted(making.folder().glob("salesflow-*.zip"), reverse=True)]
    night, trial = (Job.objects.filter(name=name).order_by("-due_at", "-pk").first() for name in JOBS)
    newest = next((line["made_at"] for line in backups if "made_at" in line), None)
    return {
        "backups": backups, "night": night, "trial": trial, "version": VERSION,
        "kept_nights": making.KEPT["nightly"], "kept_others": making.KEPT_OF_OTHERS, "restored": _restored(),
        "no_backup": newest is None or now - newest > LATE,
    }  # fmt: skip


def _restored():
    found = restoring.last()
    return found and found | {"at": parse_datetime(found["at"])}


def beside_today(manifest):
    """[(what, then, today), …]: what a restore would change, in numbers."""
    counts = manifest["counts"]
    return [(label, counts.get(model._meta.db_table, 0), model._base_manager.count()) for model, label in COUNTED]
