from django.utils import timezone

from activity.mailing import deliver_all
from activity.orphans import sweep_files
from activity.replies import read_mailbox
from activity.topics import withdraw_over
from core.jobs import job


@job("deliver_mail")
def deliver_mail(row):
    """What is no longer true goes first; then what is due is mailed, person by person."""
    now = timezone.now()
    withdrawn = withdraw_over(now=now)
    return deliver_all(now=now, progress=row.progress) | {"withdrawn": withdrawn}


@job("sweep_files")
def clean_files(row):
    """Contents no row names: left by a deed that was taken back after its upload (REL19)."""
    return {"removed": sweep_files(now=timezone.now())}


@job("read_mail")
def read_mail(row):
    """Answers by mail are said where they belong; nothing without a mailbox."""
    return read_mailbox(progress=row.progress)
