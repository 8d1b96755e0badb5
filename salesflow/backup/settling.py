"""What a database must forget before it goes on from a day gone by: nothing that went out goes out twice.

Sessions are not in a backup, so everybody signs in again. Messages that waited for the mail may have been mailed since:
they stay in the list of messages and are not mailed. Work that waited or ran is marked as failed with its reason, to
be started again by an admin (Setup → Jobs); reports and flags are made up for by the clock, but what the clock says to
people (`SPEAKS`) begins with its next time.
"""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop

from accounts.models import User
from activity.models import Notification
from activity.recording import record
from core.models import Job
from core.sweeping import line_named, zone
from salesflow.backup import archive

SPEAKS = ("remind", "greet_teams", "tell_lagging", "check_unowned", "remind_update")
REASON = gettext_noop("It was not finished when the backup was made.")


def settle(path, *, by, now):
    """In the restored database, before it is in use. `by` is the username of who restores ("" for the command)."""
    with archive.opened(path) as (_zipped, manifest):
        made_at, name = manifest["made_at"], Path(path).name
    mails = Notification.objects.filter(mailed_at=None).exclude(mail_due_at=None).update(mail_due_at=None)
    unfinished = Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])
    jobs = unfinished.update(state=Job.State.FAILED, claim="", ended_at=now, error=REASON)
    for line in map(line_named, SPEAKS):
        slot = next(line.back_from(now, zone()), None)
        if slot:
            Job.objects.get_or_create(
                key=line.key(slot),
                defaults={"name": line.name, "args": {"slot": slot.isoformat()}, "due_at": slot, "ended_at": now,
                          "state": Job.State.DONE, "result": {"restored": made_at}},
            )  # fmt: skip
    person = User.objects.filter(username=by).first() if by else None
    subject = person or User.objects.filter(role="admin", is_active=True).order_by("pk").first()
    if subject:
        record("accounts.restored", subject, by=person, at=now, name=name, made_at=made_at)
    return {"mails": mails, "jobs": jobs, "zone": settings.COMPANY_ZONE}
