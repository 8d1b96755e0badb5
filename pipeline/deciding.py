"""Socket: what a meeting may decide about a deal (M4). Each kind names its form and the existing verb that carries it
out; pipeline plugs its own (pipeline/decisions.py), collaboration the request to a department."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from activity.recording import record
from core.errors import Refused
from pipeline.models import Meeting, MeetingItem

_decisions = {}


@dataclass(frozen=True)
class Made:
    """What a decision came to, for the minutes: in words, who answers for it, by when; `made_id` is the next step or
    request it became, `kept` says that it was done on the spot."""

    text: str
    owner: object = None
    due_on: object = None
    made_id: int | None = None
    kept: bool = False


@dataclass(frozen=True)
class Decision:
    """`form(data, deal=, user=, now=)`; `carry_out(deal, said, *, by, now) -> Made`; `allowed(user, deal)`; `keeper`
    is function([made_id], on) -> {made_id: kept | missed | open}. `alone`: also possible without a deal."""

    kind: str
    label: object
    icon: str
    form: type
    carry_out: object
    allowed: object = lambda user, deal: True
    keeper: object = None
    alone: bool = False


def decision(made):
    """Register a kind; ORDER says the place of its button and its key 1, 2, 3 …"""
    _decisions[made.kind] = made


def known(kind):
    return _decisions.get(kind)


def keeper(kind):
    return _decisions[kind].keeper if kind in _decisions else None


def label_of(kind):
    return str(_decisions[kind].label) if kind in _decisions else kind


def offered(user, deal):
    """The kinds this person may decide about this deal (None: about a person's part, without a deal)."""
    return [
        one for one in sorted(_decisions.values(), key=lambda one: ORDER.index(one.kind))
        if (deal is not None or one.alone) and one.allowed(user, deal)
    ]


ORDER = ("step", "request", "reassign", "park", "lost", "note")


def decide(meeting, kind, deal, said, *, by, now, about=None):
    """Carry a decision out by its verb, put it into the minutes and on the customer's timeline. Returns the
    MeetingItem; `about` is the person whose part it belongs to when there is no deal. Raises what the verb raises
    (Refused, ValidationError): nothing is written then; Refused when the meeting is over."""
    one = _decisions[kind]
    with transaction.atomic():
        row = Meeting.objects.select_for_update().filter(pk=meeting.pk).first()
        if row is None or not row.runs(now):
            raise Refused(_("This meeting is over; decide on the customer's page."))
        made = one.carry_out(deal, said, by=by, now=now)
        item = MeetingItem.objects.create(
            meeting=meeting, deal=deal, owner=made.owner or about, about=about, kind=kind, text=made.text[:300],
            due_on=made.due_on, made_id=made.made_id, by=by, made_at=now, kept_at=now if made.kept else None,
        )
        record(
            "pipeline.decided", deal or meeting, by=by, at=now, about=deal.customer_id if deal else None,
            week=meeting.week, what=kind, text=item.text, owner=made.owner.name if made.owner else "",
            due_on=made.due_on.isoformat() if made.due_on else "",
        )
    return item
