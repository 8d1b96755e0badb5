from django.utils import timezone

from activity.mailing import deliver_to, due
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
