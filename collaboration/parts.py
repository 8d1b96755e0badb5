"""The checklist of a request, what it belongs together with, and who is kept informed."""

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from activity.models import Event
from activity.recording import record
from collaboration import telling
from collaboration.models import CheckItem, CollaborationRequest, RequestLink, Watcher
from core.errors import Refused

MOST = 30  # things to tick off: more is a project


def add_item(request, text, *, by, now):
    if request.items.count() >= MOST:
        raise Refused(_("A checklist has at most %(n)d lines.") % {"n": MOST})
    return CheckItem.objects.create(request=request, text=text, added_by=by, added_at=now)


def tick(item, *, done, by, now):
    """Done or open again; whoever is faster counts, twice is harmless."""
    rows = CheckItem.objects.filter(pk=item.pk, done_at__isnull=done)
    rows.update(done_at=now if done else None, done_by=by if done else None)


def drop_item(item):
    CheckItem.objects.filter(pk=item.pk).delete()


def link(request, other, *, by, now, split=False):
    """Both pages name the other from now on. Refused for itself and for what is linked already."""
    if request == other:
        raise Refused(_("That is this request itself."))
    if RequestLink.objects.filter(_pair(request, other)).exists():
        raise Refused(_("These two are linked already."))
    try:
        with transaction.atomic():
            return RequestLink.objects.create(request=request, other=other, by=by, at=now, split=split)
    except IntegrityError:
        raise Refused(_("These two are linked already.")) from None


def unlink(request, other):
    RequestLink.objects.filter(_pair(request, other)).delete()


def linked(request, user, *, but=()):
    """[(the other request as far as `user` sees it, or None, its code, split off or not, the event of a split he did
    and may take back)], less those in `but`: what was merged into it is named with that."""
    rows = RequestLink.objects.filter(Q(request=request) | Q(other=request)).select_related("request", "other")
    pairs = [(row, row.other if row.request_id == request.pk else row.request) for row in rows.order_by("pk")]
    pairs = [(row, other) for row, other in pairs if other not in but]
    seen = CollaborationRequest.objects.visible_to(user).filter(pk__in=[other.pk for _row, other in pairs])
    here = {one.pk: one for one in seen.with_faces()} if pairs else {}
    loose = [row for row, other in pairs if row.split and row.other.state == "submitted" and other.pk in here]
    splits = _splits_of(loose, user)
    return [(here.get(other.pk), other.code, row.split, splits.get(row.other_id)) for row, other in pairs]


def _splits_of(rows, user):
    """{key of what was split off: the event, where he may take it back}."""
    if not rows:
        return {}
    kind = ContentType.objects.get_for_model(CollaborationRequest)
    events = Event.objects.visible_to(user).filter(
        verb="collaboration.split", subject_type=kind, subject_id__in=[row.request_id for row in rows], undone_at=None
    )
    return {event.data["made"]: event for event in events}


def watch(request, person, *, by, now):
    """仅通知: he may read it from now on, and hears what happens to it."""
    _row, is_new = Watcher.objects.get_or_create(request=request, user=person)
    if is_new:
        data = telling.named(request) | {"to": person.name, "who": by.name}
        record("collaboration.watching", request, by=by, about=request.customer_id, at=now, tell=[person], **data)


def unwatch(request, person):
    Watcher.objects.filter(request=request, user=person).delete()


def _pair(request, other):
    return Q(request=request, other=other) | Q(request=other, other=request)
