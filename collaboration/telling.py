"""Who hears of what happens to a request: the other side acts, watchers are informed, what is no longer true goes."""

from django.contrib.contenttypes.models import ContentType

from accounts.calendar import stand_in
from accounts.models import User
from activity.models import Notification
from activity.recording import deliver, events_of, messages_of, notify, record, write
from collaboration import groups
from collaboration.models import CollaborationRequest, Watcher
from core.periods import today


def tell(verb, request, *, by, now, act=(), fyi=(), **data):
    """One Event of the deed, "needs me" messages to `act`, "for information" to `fyi` and the watchers.

    Messages about this request that asked somebody to act are over: the state has moved on.
    """
    Notification.objects.about(request).filter(group="act", over_at=None, read_at=None).update(over_at=now)
    return tell_also(verb, request, by=by, now=now, act=act, fyi=fyi, **data)


def tell_also(verb, request, *, by, now, act=(), fyi=(), **data):
    """tell() of a deed after which everybody who was asked to act still is."""
    data = named(request) | {name: value for name, value in data.items() if value not in (None, "")}
    if by is not None:
        data.setdefault("who", by.name)
    event = record(
        f"collaboration.{verb}", request, by=by, about=request.customer_id, at=now, tell=act, act=True, **data,
    )  # fmt: skip
    heard = {person.pk for person in act}
    watchers = [row.user for row in request.watchers.select_related("user")]
    others = [person for person in [*fyi, *watchers] if person and person.pk not in heard]
    notify(event.verb, request, tell=others, by=by, at=now, event=event, key=f"event {event.pk}", **data)
    groups.tell_group(verb, request, event, now=now)
    return event


def tell_many(requests, heard, *, now, channels):
    """tell() of what the clock did to many requests: `heard` is {pk: {"verb": its verb, "act": people, "fyi": people,
    "data": {}}}. Four statements and one for 2,000 messages."""
    kind = ContentType.objects.get_for_model(CollaborationRequest)
    keys = [request.pk for request in requests]
    asked = Notification.objects.filter(subject_type=kind, subject_id__in=keys, group="act", over_at=None, read_at=None)
    asked.update(over_at=now)
    facts = {
        request.pk: named(request) | {n: v for n, v in heard[request.pk]["data"].items() if v not in (None, "")}
        for request in requests
    }
    by_verb = {}
    for request in requests:
        by_verb.setdefault(heard[request.pk]["verb"], []).append(request)
    events = write([
        event for verb, same in by_verb.items()
        for event in events_of(f"collaboration.{verb}", same, by=None, at=now, about=lambda one: one.customer_id,
                               data=lambda one: facts[one.pk])
    ])  # fmt: skip
    told = [(verb, request) for verb, same in by_verb.items() for request in same]
    watching = {}
    for row in Watcher.objects.filter(request__in=keys).select_related("user"):
        watching.setdefault(row.request_id, []).append(row.user)
    found = []
    for (verb, request), event in zip(told, events, strict=True):
        act = heard[request.pk]["act"]
        also = {person.pk for person in act}
        fyi = [one for one in [*heard[request.pk]["fyi"], *watching.get(request.pk, [])] if one and one.pk not in also]
        for people, needs in ((act, True), (fyi, False)):
            found += messages_of(
                event.verb, request, tell=people, at=now, key=f"event {event.pk}", event=event, act=needs,
                channels=channels, **event.data,
            )  # fmt: skip
        groups.tell_group(verb, request, event, now=now)
    deliver(found)


def tell_lacking(request, *, now):
    """To the asker: it was raised for him, and reaches nobody before he adds what it lacks."""
    notify(
        "collaboration.lacking", request, tell=asker(request), at=now, act=True,
        key=f"request {request.number} lacking", question=request.question[:300], **named(request),
    )  # fmt: skip


def named(request):
    """The names used now, kept with the event (D21)."""
    return {
        "code": request.code, "number": request.number, "title": request.title, "department": request.department.name,
        "department_en": request.department.name_en, "what": request.kind_words or request.kind.label,
        "what_en": request.kind_words or request.kind.label_en,
    }  # fmt: skip


def step_named(name, *steps):
    """Whose steps these are, in both languages: {name: …, name_en: …}."""
    named = [(step.person, step.department) for step in steps]
    pairs = [(p.name, p.name) if p else (d.name, d.name_en or d.name) for p, d in named]
    zh, en = (", ".join(names) for names in zip(*pairs, strict=True))
    return {name: zh, f"{name}_en": en}


def asker(request):
    return [request.asker] if request.asker else []


def serving(request, *, now):
    """Whoever must act for the department: the person (or who stands in), else everybody there."""
    if request.person and request.person.is_active:
        return [stand_in(request.person, today(now)) or request.person]
    return people_of(request.department, lead_hand_over=request.kind.makes_customer)


def people_of(department, *, lead_hand_over=False):
    """The people of a department and below it; leads go to the managers of a sales department."""
    roles = ["manager"] if lead_hand_over else ["support"]
    return list(User.objects.in_department(department).filter(role__in=roles))


def approvers(steps, *, now):
    """The people who may decide these waiting steps, with who stands in for those on leave."""
    found = {}
    for step in steps:
        if step.person:
            for person in (step.person, stand_in(step.person, today(now))):
                if person:
                    found[person.pk] = person
        elif step.department:
            found |= {person.pk: person for person in people_of(step.department)}
    return list(found.values())


def tell_said(request, line, mentions, *, by, now):
    """A conversation is not a deed of the life: it withdraws nothing and asks nobody to act but those named.
    An internal note leaves no text outside the department: not in the event, not in a message."""
    verb = "noted" if line.internal else "said"
    said = {} if line.internal else {"text": line.text[:200]}
    event = record(
        f"collaboration.{verb}", request, by=by, at=now, tell=mentions, act=True,
        about=None if line.internal else request.customer_id, **named(request), who=by.name, **said,
    )  # fmt: skip
    if line.internal:
        return
    heard = {person.pk for person in mentions}
    others = [person for person in [*asker(request), request.person] if person and person.pk not in heard]
    notify(event.verb, request, tell=others, by=by, at=now, event=event, key=f"event {event.pk}", **event.data)
