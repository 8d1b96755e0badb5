"""Two requests that ask the same become one; one that asks two things becomes two. Both can be taken back (D34).

Merging closes the one that goes, with the other as its successor: its conversation and files are read there by whoever
may see them, who asked and who watched it is kept informed there. Nothing is moved, so taking it back loses nothing.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration import clocks, notes, own, parts, rights, telling, verbs
from collaboration.life import turn
from collaboration.models import CheckItem, CollaborationRequest, Watcher
from collaboration.raising import raise_request
from core.errors import NotAllowed, Refused

OPEN = ("submitted", "accepted", "waiting", "countered")
MERGED, SPLIT = "collaboration.merged", "collaboration.split"


def may_merge(user, request):
    """Whoever serves it, or an admin, while it is open. Approvals are decided, not merged."""
    open_one = not request.kind.is_approval and request.state in OPEN
    return open_one and (user.is_admin or rights.is_serving(user, request))


def may_split(user, request):
    if request.kind.is_approval or request.state not in OPEN:
        return False
    return rights.is_asker(user, request) or (rights.is_serving(user, request) and request.asker_id is not None)


def candidates(request, user):
    """What it may be merged into: open in the same department, of the same asker or about the same customer, so that
    whoever sees one may see the other."""
    rows = CollaborationRequest.objects.visible_to(user).filter(
        department=request.department_id, state__in=OPEN, kind__is_approval=False
    )
    same = rows.filter(asker=request.asker_id) if request.asker_id else rows.none()
    if request.customer_id:
        same |= rows.filter(customer=request.customer_id)
    return same.exclude(pk=request.pk).with_faces().order_by("-number")


@transaction.atomic
def merge(request, keep, *, by, now):
    """`request` is closed, `keep` goes on for both. Returns the event, which can be undone."""
    before = {"state": request.state, "state_before": request.state_before}
    turn(request, by=by, now=now, to="closed", reason=keep.code, state_before="", ended_at=now, merged_into=keep)
    notes.show(request, now=now)
    wanted = {row.user_id for row in request.watchers.all()} | {request.asker_id} - {None}
    wanted -= {keep.asker_id, keep.person_id, *keep.watchers.values_list("user", flat=True)}
    Watcher.objects.bulk_create([Watcher(request=keep, user_id=key) for key in wanted])
    return telling.tell(
        "merged", request, by=by, now=now, fyi=[*telling.asker(request), keep.person], into=keep.code,
        into_number=keep.number, watching=sorted(wanted), **before,
    )  # fmt: skip


@transaction.atomic
def unmerge(event, *, by, now):
    """Open again where it stood; the department gets back the time it had left."""
    one = CollaborationRequest.objects.with_faces().get(pk=event.subject_id)
    keep = one.merged_into
    if one.state != "closed" or keep is None:
        raise Refused(_("This can no longer be undone."))
    if not (by.is_admin or rights.is_serving(by, one)):
        raise NotAllowed
    fields = {"state_before": event.data.get("state_before", ""), "ended_at": None, "merged_into": None}
    if event.data["state"] == "submitted":
        fields["accept_by"] = clocks.resumed(one, since=event.at, now=now)
    turn(one, by=by, now=now, to=event.data["state"], **fields)
    Watcher.objects.filter(request=keep, user__in=event.data.get("watching", [])).delete()
    notes.show(one, now=now)
    telling.tell("unmerged", one, by=by, now=now, fyi=telling.asker(one), into=keep.code)


@transaction.atomic
def split(request, *, by, now, title, description, department, items=()):
    """A new request of the same asker about the same things, linked to this one, with the chosen lines of the
    checklist. Returns (the new request, the event)."""
    new = raise_request(
        by=by, asker=request.asker, now=now, department=department, kind=request.kind, title=title,
        description=description, needed_by=request.needed_by, priority=request.priority, customer=request.customer,
        deal=request.deal, contact=request.contact, customer_name=request.customer_name, custom=own.kept(request),
    )  # fmt: skip
    parts.link(request, new, by=by, now=now, split=True)
    moved = [item.pk for item in items]
    CheckItem.objects.filter(pk__in=moved, request=request).update(request=new)
    event = telling.tell_also(
        "split", request, by=by, now=now, fyi=telling.asker(request), new=new.code, new_number=new.number, made=new.pk,
        items=moved,
    )  # fmt: skip
    return new, event


@transaction.atomic
def unsplit(event, *, by, now):
    """Withdraws the one that was split off, as long as nobody has taken it up; its lines come back."""
    made = CollaborationRequest.objects.with_faces().get(pk=event.data["made"])
    one = CollaborationRequest.objects.with_faces().get(pk=event.subject_id)
    if made.state != "submitted" or made.comments.exists():
        raise Refused(_("%(code)s is already being worked on.") % {"code": made.code})
    if not may_split(by, made):
        raise NotAllowed
    CheckItem.objects.filter(request=made).update(request=one)
    verbs.withdraw(made, by=by, now=now, reason=one.code)
    parts.unlink(one, made)
