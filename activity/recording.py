"""record(): one Event, its notifications, in the transaction of the deed it tells of (REL21, D9)."""

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from activity.channels import Channels
from activity.models import Event, Notification


def record(verb, subject, *, by, about=None, at=None, tell=(), notice=None, act=False, key="", **data):
    """Write what happened. `about` is the customer (or its id) whose timeline shows it; `tell` are the people who
    should hear, less the actor; `notice` names the kind of message (default: the verb); `act` marks it "needs me".
    `data` holds the names used then, nothing else. Returns the Event."""
    event = Event.objects.create(
        verb=verb, at=at or timezone.now(), by=by, subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk, about_customer_id=getattr(about, "pk", about), data=data,
    )
    notify(notice or verb, subject, tell=tell, by=by, at=event.at, event=event, act=act,
           key=key or f"event {event.pk}", **data)
    return event


def record_many(verb, subjects, *, by, at, about=None, data=None):
    """The same for a list, one insert: `about` and `data` are functions of the subject. Tells nobody."""
    return write(events_of(verb, subjects, by=by, at=at, about=about, data=data))


def events_of(verb, subjects, *, by, at, about=None, data=None):
    """record_many()'s events unsaved, for a deed that writes several kinds of them in one insert."""
    if not subjects:
        return []
    kind = ContentType.objects.get_for_model(subjects[0])
    return [
        Event(verb=verb, at=at, by=by, subject_type=kind, subject_id=subject.pk,
              about_customer_id=about(subject) if about else None, data=data(subject) if data else {})
        for subject in subjects
    ]


def write(events):
    return Event.objects.bulk_create(events, batch_size=2000) if events else []


def notify(kind, subject, *, tell, at, key, by=None, event=None, act=False, **data):
    """Notification rows for `tell` less the actor, once per (key, person) however often it is tried (REL18). How each
    hears of it is his own choice (activity/channels.py)."""
    deliver(messages_of(kind, subject, tell=tell, at=at, key=key, by=by, event=event, act=act, **data))


def messages_of(kind, subject, *, tell, at, key, by=None, event=None, act=False, channels=None, **data):
    """notify()'s rows unsaved, for a sweep that tells of many things in one insert; `channels` are then read once."""
    people = {person.pk: person for person in tell if person and person.is_active and person != by}
    if not people:
        return []
    channels = channels or Channels.load()
    content = ContentType.objects.get_for_model(subject)
    group = Notification.Group.ACT if act else Notification.Group.FYI
    found = []
    for pk, person in people.items():
        bell, mail_at = channels.ways(person, kind, group, at)
        if bell or mail_at:
            found.append(
                Notification(
                    recipient=person, event=event, kind=kind, group=group, subject_type=content, subject_id=subject.pk,
                    data=data, key=f"{key} → {pk}", at=at, in_bell=bell, mail_due_at=mail_at,
                )
            )
    return found


def deliver(messages):
    """Those of messages_of() that were not there yet."""
    Notification.objects.bulk_create(messages, ignore_conflicts=True, batch_size=2000)


def tell_later(subject, about, *, but=()):
    """What was done to a thing before its customer was known is told in the timeline of `about` as well, less the verbs
    in `but` (R47)."""
    rows = Event.objects.about(subject).filter(about_customer_id=None).exclude(verb__in=but)
    return rows.update(about_customer_id=about.pk)


def withdraw(kind, subject, *, at):
    """Messages that are no longer true disappear by themselves."""
    return Notification.objects.about(subject).filter(kind=kind, over_at=None, read_at=None).update(over_at=at)
