"""Raising a request: its number, the few fields copied in, its clocks, its first interval, its approval steps.

The number is R-n, counted up; two at once meet at the unique constraint and the later one counts again.
"""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.calendar import Calendar
from activity.recording import record_many
from collaboration import approving, clocks, limits, notes, telling
from collaboration.life import HOLDER, open_interval
from collaboration.models import CollaborationRequest, RequestInterval, Watcher
from core.changing import write_history
from core.periods import today

TRIES = 50


@transaction.atomic
def raise_request(
    *, by, now, department, kind, title, description, needed_by=None, priority="normal", urgent_why="", customer=None,
    deal=None, contact=None, customer_name="", standard="", watchers=(), reference="", imported=False, duties=None,
    missing=(), **more,
):
    """Send a request to a department and tell it. Returns the CollaborationRequest.

    `deal` implies its customer; a customer with one open deal implies that deal. `needed_by` is a company day, by
    default what the kind usually takes. `duties` are the approvers of a gated stage instead of the kind's steps.
    With `missing`, names of files it needs, it lies with its asker first, who is told what to add.
    `more` are further fields (custom=…). Imported rows (`imported=True`) may carry state, person, promised_on,
    asked_at and need neither person nor promise; nobody is told (D20, D24).
    """
    if imported:
        row = {
            "department": department, "kind": kind, "title": title, "description": description,
            "needed_by": needed_by, "priority": priority, "urgent_why": urgent_why, "customer": customer, "deal": deal,
            "contact": contact, "customer_name": customer_name, "standard": standard, "reference": reference,
        }  # fmt: skip
        return raise_many([row | more], by=by, now=now)[0]
    about, asker = copied(customer, deal, contact, customer_name), more.pop("asker", by)
    due = clocks.accept_due(department, priority, now=now, kind=kind)
    if missing:
        more |= {"state": "waiting", "state_before": "submitted",
                 "question": _("Add the file: %(name)s") % {"name": ", ".join(missing)}}
    request = _numbered(
        CollaborationRequest(
            department=department, kind=kind, title=title[:120], description=description, standard=standard,
            needed_by=needed_by or usual_day(kind, department, priority, now=now), priority=priority,
            urgent_why=urgent_why, reference=reference, asker=asker, asker_team=asker.team,
            asker_department=asker.department, asked_at=now, held_since=now, accept_by=due,
            due_at=clocks.silence_due(asker, now, Calendar.load()) if missing else due, **about, **more,
        ),
        by=by,
    )
    Watcher.objects.bulk_create([Watcher(request=request, user=user) for user in set(watchers)])
    if missing:
        open_interval(request, by=by, now=now)
        act = []
    elif kind.is_approval:
        begun = approving.lay_steps(request, now=now, duties=duties)
        act = telling.approvers(begun, now=now)
        open_interval(
            request, by=by, now=now, department=begun[0].department or department, person=begun[0].person
        )
    else:
        open_interval(request, by=by, now=now)
        act = telling.serving(request, now=now)
    notes.show(request, now=now)
    telling.tell(
        "raised", request, by=by, now=now, act=act, who=by.name,
        on=request.needed_by.isoformat() if request.needed_by else "",
    )  # fmt: skip
    if missing:
        telling.tell_lacking(request, now=now)
    return request


@transaction.atomic
def raise_many(rows, *, by, now, batch=None):
    """Imported rows, in bulk: {field: value} each, with at least department, kind, title, description.

    Intervals say what is known: from asking until now; undecided approvals get their steps. Returns the requests in
    order; about eight statements a thousand rows, six more when there are approvals.
    """
    if not rows:
        return []
    made = [_imported(row, by=by, now=now, batch=batch) for row in rows]
    for attempt in range(TRIES):
        first = next_number()
        for offset, request in enumerate(made):
            request.number, request.pk = first + offset, None
        try:
            with transaction.atomic():
                CollaborationRequest._base_manager.bulk_create(made, batch_size=500)
            break
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    write_history(made, by=by, made=True)
    begun = approving.lay_imported(made)
    RequestInterval.objects.bulk_create(
        [_first_interval(request, begun.get(request), by=by) for request in made], batch_size=500
    )
    record_many(
        "collaboration.imported", made, by=by, at=now, about=lambda request: request.customer_id, data=telling.named
    )
    return made


def copied(customer, deal, contact, customer_name=""):
    """The few fields a request carries, so that departments need no customer page (D3)."""
    if deal is not None:
        customer = deal.customer
    elif customer is not None:
        deals = list(customer.deals.select_related("stage").filter(stage__kind="open")[:2])
        deal = deals[0] if len(deals) == 1 else None
    if customer is not None and contact is None:
        contact = customer.contacts.filter(retired_at=None).first()
    return {
        "customer": customer, "deal": deal, "contact": contact,
        "customer_name": (customer.name if customer else customer_name)[:200],
        **stage_copied(deal.stage if deal else None),
        "amount": deal.amount if deal else None,
    }  # fmt: skip


def stage_copied(stage):
    """Its words as they are now, in both languages: each reader sees his own."""
    if stage is None:
        return {"stage_words": "", "stage_words_en": ""}
    return {
        "stage_words": f"{stage.position} {stage.label}"[:60],
        "stage_words_en": f"{stage.position} {stage.label_en or stage.label}"[:60],
    }


def usual_day(kind, department, priority, *, now, calendar=None):
    """The company day a kind is usually done by, there and with this priority."""
    days = limits.due_days(kind, department, priority)
    return (calendar or Calendar.load()).add_working_days(today(now), days)


def next_number():
    return (CollaborationRequest._base_manager.aggregate(last=Max("number"))["last"] or 0) + 1


def _numbered(request, *, by):
    """Insert with the next free number: the loser of a race counts again."""
    request._history_user = by
    for attempt in range(TRIES):
        request.number = next_number()
        try:
            with transaction.atomic():
                request.save(force_insert=True)
            return request
        except IntegrityError:
            request.pk = None
            if attempt == TRIES - 1:
                raise
    raise AssertionError


def _imported(row, *, by, now, batch):
    about = copied(row.get("customer"), row.get("deal"), row.get("contact"), row.get("customer_name", ""))
    fields = {"asked_at": now, "imported": True, "batch": batch} | about | row
    fields |= {name: value for name, value in about.items() if not row.get(name)}
    request = CollaborationRequest(**fields)
    request.title = request.title[:120]
    asker = request.asker
    request.asker_team = request.asker_team or (asker.team if asker else None)
    request.asker_department = request.asker_department or (asker.department if asker else None)
    request.held_since = request.asked_at
    if request.state == "accepted" and request.promised_on:
        request.due_at = Calendar.load().end_of_day(request.promised_on)
    return request


def _first_interval(request, steps, *, by):
    """`steps` are the approvals it waits for: the first of them holds it."""
    department, person = request.department, request.person
    if steps:
        department, person = steps[0].department or department, steps[0].person
    return RequestInterval(
        request=request, state=request.state, holder=HOLDER[request.state], department=department, person=person,
        started_at=request.asked_at, by=by,
    )
