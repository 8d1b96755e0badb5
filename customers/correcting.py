"""Follow-ups after they were saved: edited by their author for 24 hours, then corrected by an appended row (R24, D7).

Nobody else rewrites one. Managers comment, and may keep a private note.
"""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.rights import sees_private_note
from activity.recording import record
from core.errors import NotAllowed, Refused
from customers import facts
from customers.models import FollowUp, FollowUpComment, Need

HOURS = dt.timedelta(hours=24)
FIELDS = ["text", "purpose", "methods", "outcome", "feedback", "happened_at"]


def may_edit(follow_up, user, now):
    """Its author, within 24 hours of entering it."""
    return user.pk in _authors(follow_up) and now - follow_up.entered_at <= HOURS and follow_up.voided_at is None


def may_correct(follow_up, user, now):
    """Its author, later: the correction is a new row that names the old one."""
    return user.pk in _authors(follow_up) and not may_edit(follow_up, user, now) and follow_up.voided_at is None


def may_comment(follow_up, user):
    return sees_private_note(user, follow_up.customer)


def edit(follow_up, *, by, now, expect, **fields):
    """Change one's own follow-up; the event keeps the times before and after, since the 30 minutes hang on them."""
    if not may_edit(follow_up, by, now):
        raise NotAllowed(_("Only its author can edit this, for 24 hours."))
    was = follow_up.happened_at
    changed = [name for name in FIELDS if name in fields and getattr(follow_up, name) != fields[name]]
    if not changed:
        return follow_up
    with transaction.atomic():
        rows = FollowUp.objects.filter(pk=follow_up.pk, version=expect)
        values = {name: fields[name] for name in changed}
        if "happened_at" in changed:
            values["time_known"] = True
        if rows.update(version=F("version") + 1, edited_at=now, **values) != 1:
            raise Refused(_("This follow-up was changed meanwhile."), holder=follow_up.talked_by)
        follow_up.refresh_from_db()
        facts.refresh_talks([follow_up.customer])
        data = {"fields": changed}
        if "happened_at" in changed:
            data |= {"from": was.isoformat(), "to": follow_up.happened_at.isoformat()}
        record("customers.edited_log", follow_up, by=by, at=now, about=follow_up.customer, **data)
    return follow_up


def correct(follow_up, *, by, now, **fields):
    """Append a correction: a copy with other words, counted instead of the old row, which stays to be read."""
    if not may_correct(follow_up, by, now):
        raise NotAllowed(_("Only its author can correct this."))
    if FollowUp.objects.filter(corrects=follow_up).exists():
        raise Refused(_("This follow-up was corrected already."), holder=follow_up.talked_by)
    with transaction.atomic():
        copied = ["customer", "contact", "happened_at", "time_known", "talked_by", "with_people", "outcome", "methods",
                  "purpose", "text", "feedback", "next_text", "no_next_reason", "source"]
        values = {name: getattr(follow_up, name) for name in copied} | {n: v for n, v in fields.items() if n in FIELDS}
        new = FollowUp.objects.create(
            **values, entered_at=now, entered_by=by, corrects=follow_up, client_uuid=uuid.uuid4()
        )
        Need.objects.filter(follow_up=follow_up).update(follow_up=new)
        facts.refresh_talks([follow_up.customer])
        record("customers.corrected", new, by=by, at=now, about=follow_up.customer)
    return new


def comment(follow_up, text, *, by, now, private=False):
    """A manager's word on a follow-up; its talker hears of it unless it is private."""
    if not may_comment(follow_up, by):
        raise NotAllowed(_("Managers of the team comment here."))
    with transaction.atomic():
        made = FollowUpComment.objects.create(follow_up=follow_up, by=by, at=now, text=text, private=private)
        if not private:
            record("customers.commented", follow_up, by=by, at=now, about=follow_up.customer,
                   tell=[follow_up.talked_by], name=follow_up.customer.name)
    return made


def _authors(follow_up):
    return {follow_up.talked_by_id, follow_up.entered_by_id}
