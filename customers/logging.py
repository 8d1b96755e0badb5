"""Logging conversations: one entry feeds both tables (D12, D25, D26). Written for a list; the form is the list of one.

What a log changes besides its own row: the customer's last contact, tries, quiet spell and next step; needs and
objections; open steps it keeps; what was still owed; the tag if somebody said so; and, through the socket
customers/logged.py, the deal's key action and the day's mark.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from activity.models import Notification
from activity.recording import record_many
from core.errors import Refused
from core.writing import write_rows
from customers import facts
from customers.ladder import RAISED, TOLD
from customers.logged import tell_logged
from customers.models import Customer, FollowUp, Need, NextStep, Owed
from customers.steps import Plan, close_by_logs, make_many
from customers.tagging import set_tags

EDIT_HOURS = 24
KEPT = [*facts.TALKED, "next_step_on", "waiting_until", "alarms_from"]


@dataclass
class Entry:
    """One conversation as told. `happened_at` is when it ended; `needs` are (kind, topic or None, text);
    `next_kind` "waiting" means we wait for the customer until next_on; `close_steps` are open steps it settles;
    `key_action` None lets pipeline write the line from the log; `answered` are the objections
    (ids of topics) to which the team's answer was given; `deal` only when several are open (D14)."""

    customer: Customer
    talked_by: object
    happened_at: dt.datetime
    text: str = ""
    outcome: str = "talked"
    methods: tuple = ()
    contact: object = None
    purpose: str = ""
    feedback: str = ""
    needs: tuple = ()
    next_text: str = ""
    next_on: dt.date | None = None
    next_time: dt.time | None = None
    next_kind: str = "ours"
    next_visit: bool = False
    next_repeat: str = ""
    next_until: dt.date | None = None
    next_ends: str = ""
    no_next_reason: str = ""
    time_known: bool = True
    source: str = "form"
    draft_started_at: dt.datetime | None = None
    client_uuid: uuid.UUID | None = None
    key_action: str | None = None
    deal: object = None
    close_steps: tuple = ()
    tag: str | None = None
    with_people: str = ""
    year_chosen: bool = False
    answered: tuple = ()


def log(entry, *, by, now, is_held=False):
    """The list of one."""
    return log_many([entry], by=by, now=now, is_held=is_held)[0]


def held(customers):
    """The queryset to be read FOR UPDATE with what a log asks of a customer: then log_many() need not read it again."""
    return customers.select_for_update(of=("self",)).annotate(is_owed=_owed())


def log_many(entries, *, by, now, batch=None, is_held=False):
    """Save follow-ups and everything they change; returns them in order.

    An entry whose client_uuid was saved before gives the saved follow-up back and changes nothing (REL2, the offline
    log). Imports pass `batch`: the alarms held back for them stay held (D24). About twelve statements a thousand.
    `is_held` says that the customers were read by held() in this transaction.
    """
    if not entries:
        return []
    try:
        with transaction.atomic():
            return _save(entries, by=by, now=now, batch=batch, is_held=is_held)
    except IntegrityError:
        # Rare, so it is looked up only then: some of these were saved before.
        before = _already_saved(entries, by)
        if not before:
            raise
    with transaction.atomic():
        new = [entry for entry in entries if entry.client_uuid not in before]
        made = iter(_save(new, by=by, now=now, batch=batch, is_held=False))
        return [before.get(entry.client_uuid) or next(made) for entry in entries]


def _already_saved(entries, by):
    """{uuid: follow-up} of what he saved before. A uuid that somebody else used gives nothing of his away."""
    keys = [entry.client_uuid for entry in entries if entry.client_uuid]
    rows = FollowUp._base_manager.filter(client_uuid__in=keys)
    if rows.exclude(entered_by=by).exists():
        raise Refused(_("This log cannot be saved under this number."))
    return {row.client_uuid: row for row in rows}


def saved_before(client_uuid, *, by):
    """The follow-up that `by` saved under this uuid, given as text; None when there is none or it is no uuid."""
    try:
        number = uuid.UUID(client_uuid)
    except ValueError:
        return None
    return FollowUp._base_manager.filter(client_uuid=number, entered_by=by).first()


def _save(entries, *, by, now, batch, is_held):
    if not entries:
        return []
    customers = facts.unique([entry.customer for entry in entries]) if is_held else _lock(entries)
    flagged = [customer for customer in customers if customer.told_on]
    follow_ups = FollowUp._base_manager.bulk_create(
        [_follow_up(entry, by=by, now=now, batch=batch) for entry in entries], batch_size=facts.BATCH
    )
    pairs = list(zip(entries, follow_ups, strict=True))
    needs = {}
    for entry, follow_up in pairs:
        needs[follow_up.pk] = [
            Need(customer=entry.customer, follow_up=follow_up, kind=kind, topic=topic, text=text[:300])
            for kind, topic, text in entry.needs
        ]
        follow_up.needs_logged = needs[follow_up.pk]  # known to who draws it
    Need.objects.bulk_create([need for mine in needs.values() for need in mine], batch_size=facts.BATCH)
    close_by_logs([(step, f) for entry, f in pairs for step in entry.close_steps], by=by, now=now)
    make_many([_plan(entry, f) for entry, f in pairs if entry.next_on], by=by, now=now, batch=batch)
    _keep_facts(customers, pairs, batch=batch)
    _withdraw_alarms([customer for customer in flagged if not customer.told_on], now=now)
    _settle_owed(pairs, by=by, now=now, batch=batch)
    tags = [(entry.customer, entry.tag) for entry in entries if entry.tag]
    if tags:
        set_tags(tags, by=by, now=now, why="import" if batch else "person")
    record_many("customers.logged", follow_ups, by=by, at=now, about=lambda f: f.customer_id, data=_words)
    tell_logged(follow_ups, entries, by=by, now=now, batch=batch)
    return follow_ups


def _lock(entries):
    """Lock the customers and bring the columns we write up to date on every copy the entries carry."""
    names = ["version", "tag", "opened_on", *KEPT]
    keys = sorted({entry.customer.pk for entry in entries})
    rows = Customer._base_manager.select_for_update().filter(pk__in=keys).order_by("pk")
    now = {row[0]: row[1:] for row in rows.values_list("pk", *names, _owed())}
    names.append("is_owed")
    one = {}
    for entry in entries:
        entry.customer = one.setdefault(entry.customer.pk, entry.customer)
    for customer in one.values():
        for name, value in zip(names, now[customer.pk], strict=True):
            setattr(customer, name, value)
    return list(one.values())


def _owed():
    return Exists(Owed.objects.open().filter(customer=OuterRef("pk")))


def _follow_up(entry, *, by, now, batch):
    return FollowUp(
        customer=entry.customer, contact=entry.contact, happened_at=entry.happened_at, time_known=entry.time_known,
        entered_at=now, talked_by=entry.talked_by, entered_by=by, with_people=entry.with_people[:200],
        draft_started_at=entry.draft_started_at, source=entry.source, outcome=entry.outcome,
        methods=pack_methods(entry.methods), purpose=entry.purpose[:60], text=entry.text, feedback=entry.feedback,
        next_text=entry.next_text[:300], no_next_reason=entry.no_next_reason, batch=batch,
        client_uuid=entry.client_uuid or uuid.uuid4(),
    )


def pack_methods(methods):
    """Codes, or Method rows, as the column holds them: ",phone,wechat,"."""
    codes = [getattr(method, "code", method) for method in methods]
    return f",{','.join(codes)}," if codes else ""


def _plan(entry, follow_up):
    talker = entry.talked_by
    return Plan(
        entry.customer, talker if talker.sells else entry.customer.owner or talker, entry.next_on, entry.next_text,
        entry.next_time, entry.next_kind, entry.next_visit, entry.next_repeat, entry.next_until, entry.next_ends,
        entry.year_chosen, follow_up,
    )


def _keep_facts(customers, pairs, *, batch):
    """The customers' columns. A log newer than all before it needs no look back; an older one is counted anew."""
    logs = {}
    for _entry, follow_up in pairs:
        logs.setdefault(follow_up.customer_id, []).append(follow_up)
    older = []
    for customer in customers:
        mine = sorted(logs[customer.pk], key=lambda f: f.happened_at)
        last = customer.last_contact_at
        is_new = last is None and not customer.tries  # nothing was logged before, so there is nothing to look back at
        if not is_new and (last is None or mine[0].happened_at <= last):
            older.append(customer)
            continue
        for follow_up in mine:
            if follow_up.is_contact:
                if is_new and customer.first_response_at is None:
                    customer.first_response_at = follow_up.happened_at
                facts.note_contact(customer, follow_up.happened_at)
                customer.tries = 0
            else:
                customer.tries += 1
    if older:
        facts.set_talks(older)
    if any(entry.close_steps for entry, _follow_up in pairs):
        facts.set_steps(customers)
    else:
        for entry, _follow_up in pairs:
            _add_step(entry)
    if batch is None:
        for customer in customers:
            customer.alarms_from = None
    write_rows(customers, KEPT, batch_size=facts.BATCH)


def _add_step(entry):
    """One more open step can only bring the next day nearer, or the end of the waiting further."""
    if not entry.next_on:
        return
    customer = entry.customer
    if entry.next_kind == NextStep.Kind.WAITING:
        customer.waiting_until = max(filter(None, [customer.waiting_until, entry.next_on]))
    else:
        customer.next_step_on = min(filter(None, [customer.next_step_on, entry.next_on]))


def _settle_owed(pairs, *, by, now, batch):
    """Taps and visits of the talker that these logs settle: of that customer, begun before the log was saved."""
    if batch is not None or not any(entry.customer.is_owed for entry, _follow_up in pairs):
        return
    log_of = {(follow_up.talked_by_id, follow_up.customer_id): follow_up for _entry, follow_up in pairs}
    people, customers = {person for person, _c in log_of}, {customer for _p, customer in log_of}
    taps = Owed.objects.open().filter(user__in=people, customer__in=customers, started_at__lte=now)
    settled = [tap for tap in taps if (tap.user_id, tap.customer_id) in log_of]
    for tap in settled:
        tap.closed_at, tap.follow_up = now, log_of[tap.user_id, tap.customer_id]
    if settled:
        write_rows(settled, ["closed_at", "follow_up"])


def _withdraw_alarms(customers, *, now):
    """The messages of a quiet spell, the manager's too, disappear by themselves when it ends."""
    if customers:
        kind = ContentType.objects.get_for_model(Customer)
        keys = [customer.pk for customer in customers]
        untrue = Notification.objects.filter(kind__in=[TOLD, RAISED], subject_type=kind, subject_id__in=keys)
        untrue.filter(over_at=None, read_at=None).update(over_at=now)


def _words(follow_up):
    return {"methods": follow_up.methods.strip(","), "outcome": follow_up.outcome, "next": follow_up.next_text}


def due_steps(customer, on):
    """Open steps of a customer due by `on`, which a log offers to tick; a waiting step may be over sooner."""
    return NextStep.objects.open().filter(customer=customer, due_on__lte=on).select_related("owner")
