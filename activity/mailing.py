"""Messages by mail: the notification row is the queue (D38). One mail a person with everything due.

A row is put off before it is sent, so a killed worker means a later try, never a loss; after six tries it stays with
its error. In the quiet hours of a person it waits for their end. What was read, is over, or is no longer the person's
is not sent (D9).
"""

import datetime as dt
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import ngettext

from activity.models import Notification
from activity.parents import seen
from activity.wording import notice_words

TRIES = 6
WAIT = [dt.timedelta(minutes=n) for n in (2, 10, 60, 240, 720, 1440)]  # after the 1st … 6th try


def due(now):
    """Ids of the people to whom something is due."""
    rows = Notification.objects.filter(mail_due_at__lte=now, mailed_at=None, mail_tries__lt=TRIES)
    return list(rows.order_by("recipient_id").values_list("recipient_id", flat=True).distinct())


def deliver_to(person_id, *, now):
    """Send one person everything due. Returns how many messages were mailed."""
    rows = Notification.objects.filter(recipient=person_id, mail_due_at__lte=now, mailed_at=None, mail_tries__lt=TRIES)
    rows.exclude(read_at=None, over_at=None).update(mail_due_at=None)
    rows = list(rows.filter(read_at=None, over_at=None).select_related("recipient", "event__by").order_by("at", "pk"))
    if rows and (later := rows[0].recipient.quiet_until(now)):
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mail_due_at=later)
        return 0
    rows = [row for row in rows if _claim(row, now=now)]
    if not rows:
        return 0
    person = rows[0].recipient
    found = seen(person, {(row.subject_type_id, row.subject_id) for row in rows})
    pairs = [(row, found.get((row.subject_type_id, row.subject_id))) for row in rows]
    theirs = [(row, thing) for row, thing in pairs if thing is not None]
    wanted = person.is_active and person.email and person.mail_reminders
    keys = [row.pk for row, _thing in (theirs if wanted else [])]
    Notification.objects.filter(pk__in=[row.pk for row in rows if row.pk not in keys]).update(mail_due_at=None)
    if not keys:
        return 0
    try:
        _mail(person, theirs).send()
    except (SMTPException, OSError) as error:
        Notification.objects.filter(pk__in=keys).update(mail_error=type(error).__name__)
        return 0
    return Notification.objects.filter(pk__in=keys).update(mailed_at=now, mail_error="")


def _claim(row, *, now):
    """Put the row off by one wait; of two workers one gets it."""
    mine = Notification.objects.filter(pk=row.pk, mailed_at=None)
    mine = mine.filter(mail_tries=row.mail_tries, mail_due_at=row.mail_due_at)
    return mine.update(mail_tries=F("mail_tries") + 1, mail_due_at=now + WAIT[row.mail_tries]) == 1


def _mail(person, pairs):
    with translation.override(person.language or settings.LANGUAGE_CODE):
        lines = [_line(row, thing, person) for row, thing in pairs]
        if len(lines) == 1:
            subject = lines[0]["text"]
        else:
            subject = ngettext("{n} message from SalesFlow", "{n} messages from SalesFlow", len(lines))
            subject = subject.format(n=len(lines))
        body = render_to_string("activity/mail/messages.txt", {
            "lines": lines, "person": person, "site": settings.SITE_URL.rstrip("/"),
        })  # fmt: skip
    return EmailMessage(Truncator(one_line(subject)).chars(120), body, to=[person.email])


def _line(row, thing, person):
    text = one_line(strip_tags(notice_words(row, thing, person)).replace("&amp;", "&").replace("&lt;", "<")
                    .replace("&gt;", ">").replace("&quot;", '"').replace("&#x27;", "'"))  # fmt: skip
    path = thing.get_absolute_url() if hasattr(thing, "get_absolute_url") else ""
    return {"text": text, "url": f"{settings.SITE_URL.rstrip('/')}{path}" if path else ""}


def one_line(text):
    """No line break ever reaches a header."""
    return " ".join(text.split())
