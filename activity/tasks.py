from django.utils import timezone

from activity.mailing import deliver_to, due
from activity.orphans import sweep_files
from core.jobs import job


@job("deliver_mail")
def deliver_mail(row):
    """Mail what is due, person by person; one that fails keeps nobody waiting."""
    now = timezone.now()
    people = due(now)
    sent = 0
    for number, person in enumerate(people, 1):
        sent += deliver_to(person, now=now)
        row.progress(number, len(people))
    return {"people": len(people), "mailed": sent}


@job("sweep_files")
def clean_files(row):
    """Contents no row names: left by a deed that was taken back after its upload (REL19)."""
    return {"removed": sweep_files(now=timezone.now())}
