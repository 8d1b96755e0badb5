"""Replies to mails of ours become what their sender says (activity/answering.py), each once.

A reply counts when its reference is genuine, its sender's address is that of the person the reference was mailed to,
he is active, and the thing exists for him now. Everybody else is refused without an answer; the job's row lists whom
and why, with the address masked. What machines send (absence notes, bounces, lists, our own mail) is passed over.
"""

import datetime as dt
import hashlib
import logging
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import getaddresses, parseaddr

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from activity import answering, mailbox, quoting
from activity.files import clean_name
from activity.models import Attachment, MailTaken
from core.models import Job
from core.text import mask_words

logger = logging.getLogger(__name__)

TRIES = 6  # of a message that cannot be read
LONGEST = 5_000
LOGO = 10 * 1024  # bytes: a smaller picture inside a mail is somebody's signature
FILES = 20
LISTED = 50  # refusals a run lists
MACHINES = re.compile(r"^(mailer-daemon|postmaster|no-?reply|bounces?|auto-?reply)@", re.I)
MARKS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Failed-Recipients", "List-Id")
ABSENT = re.compile(r"^\s*(自动回复|自動回覆|自动答复|automatic reply|auto(matic)?[- ]?reply|out of office)", re.I)


WHY = {  # as an admin reads it on the page of jobs
    "too large": _("larger than any we take"), "no reference": _("answers no mail of ours"),
    "not its sender": _("comes from another address than ours went to"),
    "not his to see": _("the request is not his to see"),
    "nothing to say there": _("nothing may be said there any more"),
}  # fmt: skip
LATELY = dt.timedelta(days=7)


@dataclass
class Taken:
    """How a message went: taken, passed (a machine's), refused or seen before; why; whose it was, masked."""

    outcome: str
    why: str = ""
    sender: str = ""


def read_mailbox(*, now=None, opened=mailbox.opened, progress=lambda n, of: None):
    """Everything unseen, each message on its own. Returns {"taken", "passed", "failed"} and where there were any
    {"refused": [{"from", "why"}]}, or {"off": True} without a mailbox. Raises JobProblem when it cannot be reached."""
    if not answering.is_on():
        return {"off": True}
    found, refused = {"taken": 0, "passed": 0, "failed": 0}, []
    with opened(settings.MAILBOX_URL) as box:
        numbers = box.unseen()
        for done, number in enumerate(numbers, 1):
            end = _one(box.read(number), now=now or timezone.now())
            if end.outcome == "refused":
                refused.append({"from": end.sender, "why": end.why})
            else:
                found[end.outcome] += 1
            if end.outcome != "failed" or end.why == "given up":
                box.dealt_with(number)
            progress(done, len(numbers))
    return found | ({"refused": refused[:LISTED]} if refused else {})


def refused_lately(*, now):
    """[(moment, sender as masked, why in words)] of the last week, the newest first, at most LISTED."""
    rows = Job.objects.filter(name="read_mail", state=Job.State.DONE, ended_at__gte=now - LATELY)
    rows = rows.filter(result__has_key="refused").order_by("-ended_at")
    found = [
        (at, one["from"], WHY.get(one["why"], one["why"]))
        for at, result in rows.values_list("ended_at", "result")[:LISTED] for one in result["refused"]
    ]  # fmt: skip
    return found[:LISTED]


def _one(raw, *, now):
    """One message, in a transaction of its own with the line that says it was taken: again is no second time."""
    if raw is None:
        return Taken("refused", "too large")
    key = hashlib.sha256(raw).hexdigest()
    try:
        message = message_from_bytes(raw, policy=policy.default)
        if message["Message-ID"]:  # the same mail by two ways is one
            key = hashlib.sha256(f"{message['Message-ID']} {message['From']}".encode()).hexdigest()
        with transaction.atomic():
            row, new = MailTaken.objects.get_or_create(key=key, defaults={"at": now})
            if not new and row.outcome:
                return Taken("passed", "seen before")
            end = take(message, now=now)
            MailTaken.objects.filter(pk=row.pk).update(outcome=end.outcome, at=now)
            return end
    except Exception:
        logger.exception("a message of the mailbox")
        return Taken("failed", _failed(key, now=now))


def _failed(key, *, now):
    """Count a try; the last one gives it up, so that it is not read for ever."""
    try:
        with transaction.atomic():
            MailTaken.objects.get_or_create(key=key, defaults={"at": now})
    except IntegrityError:
        pass
    mine = MailTaken.objects.filter(key=key)
    mine.update(tries=F("tries") + 1)
    return "given up" if mine.filter(tries__gte=TRIES).update(outcome="failed") else ""


def take(message, *, now):
    """Keep what one message says, or say why not."""
    sender = parseaddr(str(message["From"] or ""))[1].strip().casefold()
    seen = mask_words(sender)
    if of_a_machine(message, sender):
        return Taken("passed", "a machine's", seen)
    words, html = _bodies(message)
    references = _references(message, words, html)
    if not references:
        return Taken("refused", "no reference", seen)
    people = {one.pk: one for one in User.objects.active().filter(pk__in={one.person for one in references})}
    theirs = [one for one in references if one.person in people and people[one.person].email.casefold() == sender]
    if not theirs:
        return Taken("refused", "not its sender", seen)
    reference, person = theirs[0], people[theirs[0].person]
    thing = answering.fetch(reference, person)
    if thing is None:
        return Taken("refused", "not his to see", seen)
    if not reference.kind.may(person, thing, now=now):
        return Taken("refused", "nothing to say there", seen)
    text = quoting.said(words if words.strip() else quoting.text_of_html(html))
    files = files_of(message, html, thing)
    if not text and not files:
        return Taken("passed", "nothing said", seen)
    with translation.override(person.language or settings.LANGUAGE_CODE):
        text = Truncator(text or ", ".join(clean_name(file.name) for file in files)).chars(LONGEST)
        reference.kind.take(thing, text, files, by=person, now=now)
    return Taken("taken", "", seen)


def of_a_machine(message, sender):
    """Absence notes, bounces, mailing lists, and what came from ourselves: never answered, never kept."""
    if str(message["Auto-Submitted"] or "no").split(";")[0].strip().lower() != "no":
        return True
    if str(message["Precedence"] or "").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if any(message[name] for name in MARKS):
        return True
    if str(message["Return-Path"] or "").strip() == "<>" or message.get_content_type() == "multipart/report":
        return True
    houses = getaddresses([settings.DEFAULT_FROM_EMAIL, settings.REPLY_ADDRESS])
    ours = {address.casefold() for _name, address in houses}
    return not sender or sender in ours or bool(MACHINES.match(sender) or ABSENT.match(str(message["Subject"] or "")))


def _bodies(message):
    """(plain text, HTML), each empty where there is none or it cannot be read."""
    found = []
    for kind in ("plain", "html"):
        part = message.get_body(preferencelist=(kind,))
        try:
            found.append(part.get_content() if part else "")
        except (LookupError, UnicodeError, KeyError):  # a charset nobody knows
            found.append((part.get_payload(decode=True) or b"").decode("utf-8", "replace"))
    return found


def _references(message, words, html):
    """Where mail programs keep them: the headers of a reply, then the mail that is quoted in it."""
    named = [str(value) for name in ("In-Reply-To", "References") for value in message.get_all(name, [])]
    return list(answering.read(" ".join([*named, words, html])))


def files_of(message, html, thing):
    """Its attachments as uploads, less the logos of signatures and what lies there already (quoted pictures)."""
    there = set(Attachment.objects.of(thing).values_list("sha256", flat=True))
    found = []
    for part in message.iter_attachments():
        if part.get_content_maintype() in ("message", "multipart") or len(found) == FILES:
            continue
        name, content = part.get_filename(), part.get_payload(decode=True) or b""
        inside = part["Content-ID"] and str(part["Content-ID"]).strip("<> ") in html
        if not name or (inside and len(content) < LOGO) or hashlib.sha256(content).hexdigest() in there:
            continue
        found.append(SimpleUploadedFile(name, content, part.get_content_type()))
    return found
