"""Requests the clock turns, many at once: the same state, interval, card note, event and messages as the verb of one
(verbs.py), written a chunk at a time. One that cannot be turned is left out and reported, the others go on (REL22).
"""

from itertools import islice

from activity.channels import Channels
from collaboration import clocks, notes, telling
from collaboration.life import HOLDER
from collaboration.models import CollaborationRequest, RequestInterval
from core.changing import change_each
from core.poison import all_but_the_bad

CHUNK = 500


def turn_all(rows, verb, fields_of, *, now, calendar, **hear):
    """Turn the requests of a queryset. `fields_of(request)` are its new fields, with the state. Returns {"done": n,
    "failed": n}. `hear`: act, fyi and data, functions of (request as it was, its fields)."""
    found, keys = {"done": 0, "failed": 0}, iter(list(rows.order_by("pk").values_list("pk", flat=True)))
    how = {"now": now, "calendar": calendar, "channels": Channels.load(), **hear}
    while chunk := list(islice(keys, CHUNK)):
        done, failed = all_but_the_bad(chunk, lambda keys: _turn(rows, keys, verb, fields_of, **how), what=verb)
        found = {"done": found["done"] + done, "failed": found["failed"] + failed}
    return found


def _turn(rows, keys, verb, fields_of, *, now, calendar, channels, act, fyi, data):
    """One chunk, locked: what somebody was faster with is not among `rows` any more."""
    list(CollaborationRequest._base_manager.select_for_update().filter(pk__in=keys).values_list("pk"))
    requests = list(rows.filter(pk__in=keys).order_by("pk"))
    wanted, heard = [], {}
    for request in requests:
        fields = fields_of(request) | {"held_since": now}
        fields["due_at"] = clocks.due_for(request, fields, now=now, calendar=calendar)
        heard[request.pk] = {
            "act": act(request, fields), "fyi": fyi(request, fields), "data": data(request, fields)
        }  # fmt: skip
        wanted.append((request, fields))
    change_each(wanted, by=None)
    RequestInterval.objects.filter(request__in=requests, ended_at=None).update(ended_at=now)
    RequestInterval.objects.bulk_create([
        RequestInterval(
            request=request, state=request.state, holder=HOLDER[request.state], department=request.department,
            person=request.person, started_at=now, by=None,
        )
        for request in requests
    ])  # fmt: skip
    notes.show_many(requests, now=now)
    telling.tell_many(verb, requests, heard, now=now, channels=channels)
    return len(requests)
