"""Requests the clock turns, many at once: the same state, interval, card note, event and messages as the verb of one
(verbs.py), written a chunk at a time whatever turned them. One that cannot be turned is left out and reported, the
others go on (REL22).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Department, User
from activity.channels import Channels
from collaboration import clocks, notes, telling
from collaboration.life import HOLDER
from collaboration.models import CollaborationRequest, RequestInterval, RequestKind
from core.changing import change_each
from core.poison import all_but_the_bad

CHUNK = 1000


@dataclass(frozen=True)
class Deed:
    """What the clock does to the requests of a queryset. `fields(request)` are the new ones, with the state; `act` and
    `fyi` the people who hear, `data` the words of the event: functions of (request as it was, its new fields)."""

    verb: str
    rows: QuerySet
    fields: Callable
    fyi: Callable
    data: Callable
    act: Callable = lambda one, fields: []


def turn_all(deeds, *, now, calendar):
    """Do them all. What one deed has turned another may turn on (agreed, and already long past its promise), so it is
    looked again until nothing new is found. Returns ({verb: how many}, how many could not be turned). Some twenty
    statements for each thousand requests, whatever the number of deeds."""
    done, failed, tried = Counter(), 0, set()
    faces, channels = Faces(), Channels.load()

    def turn(some):
        turned = _turn(deeds, some, faces, now=now, calendar=calendar, channels=channels)
        done.update(deeds[number].verb for number, _pk in turned)
        return len(turned)

    while found := [one for one in _found(deeds) if one not in tried]:
        tried.update(found)
        for start in range(0, len(found), CHUNK):
            failed += all_but_the_bad(found[start : start + CHUNK], turn, what="requests turned by the clock")[1]
    return done, failed


def _found(deeds):
    """[(number of the deed, key of a request)] of what there is to do now."""
    keys = [(number, deed.rows.order_by("pk").values_list("pk", flat=True)) for number, deed in enumerate(deeds)]
    return [(number, pk) for number, rows in keys for pk in rows]


class Faces:
    """Kinds, departments and people the requests of a sweep name, each read once: a row alone is fetched of each."""

    def __init__(self):
        self.kinds = self.places = None
        self.people = {}

    def put_on(self, requests):
        if self.kinds is None:
            self.kinds = RequestKind.objects.in_bulk()
            self.places = {place.pk: place for place in Department.objects.select_related("lead")}
        named = {key for one in requests for key in (one.asker_id, one.person_id) if key} - set(self.people)
        self.people |= User.objects.in_bulk(named) if named else {}
        for one in requests:
            one.kind, one.department = self.kinds[one.kind_id], self.places[one.department_id]
            one.asker, one.person = self.people.get(one.asker_id), self.people.get(one.person_id)


def _turn(deeds, some, faces, *, now, calendar, channels):
    """One chunk, locked: what somebody was faster with is not among the rows any more. Returns what was turned."""
    keys = sorted(pk for _number, pk in some)
    list(CollaborationRequest._base_manager.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    todo = []
    for number, deed in enumerate(deeds):
        mine = [pk for other, pk in some if other == number]
        todo += [(number, one) for one in deed.rows.filter(pk__in=mine).order_by("pk")] if mine else []
    requests = [one for _number, one in todo]
    faces.put_on(requests)
    wanted, heard = [], {}
    for number, one in todo:
        deed = deeds[number]
        fields = deed.fields(one) | {"held_since": now}
        fields["due_at"] = clocks.due_for(one, fields, now=now, calendar=calendar)
        heard[one.pk] = {
            "verb": deed.verb, "act": deed.act(one, fields), "fyi": deed.fyi(one, fields),
            "data": deed.data(one, fields),
        }  # fmt: skip
        wanted.append((one, fields))
    change_each(wanted, by=None)
    RequestInterval.objects.filter(request__in=[one.pk for one in requests], ended_at=None).update(ended_at=now)
    RequestInterval.objects.bulk_create([
        RequestInterval(
            request=one, state=one.state, holder=HOLDER[one.state], department=one.department, person=one.person,
            started_at=now, by=None,
        )
        for one in requests
    ])  # fmt: skip
    notes.show_many(requests, now=now)
    telling.tell_many(requests, heard, now=now, channels=channels)
    return [(number, one.pk) for number, one in todo]
