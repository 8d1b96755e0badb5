"""Messages by mail: the notification row is the queue (D38). One mail a person with everything due.

A row is put off before it is sent, so a killed worker means a later try, never a loss; after six tries it stays with
its error, and an admin sends it again (REL18). What was read, is over, is no longer the person's (D9), or what he does
not want by mail any more is not sent; nothing is sent in his quiet hours. A message that cannot be written keeps no
other from its mail, a person who cannot be mailed no other person (REL22).
"""

import datetime as dt
import logging
import random
from html import unescape
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Count, F, Max, Min
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import ngettext

from activity import answering, quoting
from activity.addresses import url_of
from activity.channels import Channels
from activity.enclosing import enclosed
from activity.models import Notification
from activity.parents import seen
from activity.topics import topic_of
from activity.wording import notice_words

logger = logging.getLogger(__name__)

TRIES = 6
WAIT = [dt.timedelta(minutes=n) for n in (2, 10, 60, 240, 720, 1440)]  # after the 1st … 6th try


def due(now):
    """Ids of the people to whom something is due."""
    rows = Notification.objects.filter(mail_due_at__lte=now, mailed_at=None, mail_tries__lt=TRIES)
    return list(rows.order_by("recipient_id").values_list("recipient_id", flat=True).distinct())


def deliver_to(person_id, *, now, channels=None):
    """Send one person everything due. Returns how many messages were mailed."""
    rows = Notification.objects.filter(recipient=person_id, mail_due_at__lte=now, mailed_at=None, mail_tries__lt=TRIES)
    rows.exclude(read_at=None, over_at=None).update(mail_due_at=None)
    rows = list(rows.filter(read_at=None, over_at=None).select_related("recipient", "event__by").order_by("at", "pk"))
    if not rows:
        return 0
    person, channels = rows[0].recipient, channels or Channels.load()
    if channels.is_quiet(person, now):
        return 0
    rows = [row for row in rows if _claim(row, now=now)]
    found = seen(person, {(row.subject_type_id, row.subject_id) for row in rows})
    pairs = [(row, found.get((row.subject_type_id, row.subject_id))) for row in rows]
    theirs = [(row, thing) for row, thing in pairs if thing is not None and _wanted(person, row, channels)]
    keys = [row.pk for row, _thing in theirs]
    Notification.objects.filter(pk__in=[row.pk for row in rows if row.pk not in keys]).update(mail_due_at=None)
    with translation.override(person.language or settings.LANGUAGE_CODE):
        lines = [line for row, thing in theirs if (line := _line(row, thing, person, now))]
        if not lines:
            return 0
        written = {line["pk"] for line in lines}
        reference = answering.reference_of(person, [pair for pair in theirs if pair[0].pk in written], now=now)
        letter = _mail(person, lines, reference)
    keys = [line["pk"] for line in lines]
    try:
        letter.send()
    except (SMTPException, OSError, ValueError) as error:  # ValueError: an address or header no server takes
        Notification.objects.filter(pk__in=keys).update(mail_error=type(error).__name__)
        return 0
    return Notification.objects.filter(pk__in=keys).update(mailed_at=now, mail_error="")


def deliver_all(*, now, progress=lambda n, of: None):
    """Everything due, person by person: whatever goes wrong with one keeps nobody waiting. Returns {"people", "mailed",
    "failed"}."""
    people, channels = due(now), Channels.load()
    found = {"people": len(people), "mailed": 0, "failed": 0}
    for number, person in enumerate(people, 1):
        try:
            found["mailed"] += deliver_to(person, now=now, channels=channels)
        except Exception:
            logger.exception("the mail to person %s", person)
            found["failed"] += 1
        progress(number, len(people))
    return found


def dead():
    """What was tried six times and is still true and unread."""
    rows = Notification.objects.waiting_anywhere().filter(mailed_at=None, mail_tries__gte=TRIES)
    return rows.filter(mail_due_at__isnull=False)


def dead_letters():
    """[{"recipient", "recipient__name", "n", "since", "error"}] a person, the oldest first."""
    rows = dead().order_by().values("recipient", "recipient__name")
    return list(rows.annotate(n=Count("pk"), since=Min("at"), error=Max("mail_error")).order_by("since"))


def send_again(person_id, *, now):
    """Start over with one person's dead letters. Returns how many."""
    return dead().filter(recipient=person_id).update(mail_tries=0, mail_due_at=now, mail_error="")


def _wanted(person, row, channels):
    """May and does he still want this by mail?"""
    topic = topic_of(row.kind, row.group)
    mail = channels.of(person, topic)[1] if topic else person.mail_reminders and person.email
    return person.is_active and bool(mail)


def _claim(row, *, now):
    """Put the row off by one wait, a tenth more or less, so that a thousand do not come again at one moment; of two
    workers one gets it."""
    mine = Notification.objects.filter(pk=row.pk, mailed_at=None)
    mine = mine.filter(mail_tries=row.mail_tries, mail_due_at=row.mail_due_at)
    wait = WAIT[row.mail_tries] * random.uniform(0.9, 1.1)  # noqa: S311  (jitter, not a secret)
    return mine.update(mail_tries=F("mail_tries") + 1, mail_due_at=now + wait) == 1


def _mail(person, lines, reference):
    if len(lines) == 1:
        subject = lines[0]["text"]
    else:
        subject = ngettext("{n} message from SalesFlow", "{n} messages from SalesFlow", len(lines))
        subject = subject.format(n=len(lines))
    body = render_to_string("activity/mail/messages.txt", {
        "lines": lines, "person": person, "site": settings.SITE_URL.rstrip("/"), "reference": reference,
        "cut": quoting.LINE,
    })  # fmt: skip
    return EmailMessage(
        Truncator(one_line(subject)).chars(120), body, to=[person.email], headers=answering.headers(reference),
        reply_to=[settings.REPLY_ADDRESS] if reference else None,
    )  # fmt: skip


def _line(row, thing, person, now):
    """Its words, address and the text that goes with it; None when they cannot be written: that is kept with the row,
    and the others go out."""
    try:
        text = one_line(unescape(strip_tags(notice_words(row, thing, person))))
        path, whole = url_of(row, thing), enclosed(row.kind, thing, person, now)
    except Exception as error:
        logger.exception("the words of message %s", row.pk)
        Notification.objects.filter(pk=row.pk).update(mail_error=type(error).__name__)
        return None
    url = f"{settings.SITE_URL.rstrip('/')}{path}" if path else ""
    return {"pk": row.pk, "text": text, "url": url, "enclosed": whole}


def one_line(text):
    """No line break ever reaches a header."""
    return " ".join(text.split())
