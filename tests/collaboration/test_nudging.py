"""催一下: the asker reminds whoever holds the request, once a day, kept and heard (S2)."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from activity.models import Event, Notification
from collaboration import verbs
from collaboration.nudging import MOST, NUDGED, nudge
from core.errors import NotAllowed, Refused
from salesflow.counting import counts
from tests.cast import key, make_customer
from tests.collaboration.world import MONDAY, TUESDAY, ask, brought_to

HTMX = {"HX-Request": "true"}


def heard(request):
    return sorted(Notification.objects.about(request).filter(kind=NUDGED).values_list("recipient__username", flat=True))


def test_a_reminder_goes_to_the_department_then_to_the_person_once_a_day(cast):
    request = ask(cast.alice, cast.tech)
    nudge(request, by=cast.alice, now=MONDAY)
    assert heard(request) == ["tess"]
    event = Event.objects.get(verb=NUDGED)
    assert (event.by, event.data["to"], event.data["code"]) == (cast.alice, cast.tess.name, request.code)
    for by in (cast.alice, cast.mia):  # nor by her manager the same day
        with pytest.raises(Refused, match="一天一次"):
            nudge(request, by=by, now=MONDAY + dt.timedelta(hours=3))
    assert Event.objects.filter(verb=NUDGED).count() == 1
    verbs.accept(request, by=cast.tess, now=TUESDAY)
    assert not Notification.objects.about(request).filter(kind=NUDGED, over_at=None).exists()  # it has moved on
    nudge(request, by=cast.mia, now=TUESDAY)
    assert heard(request) == ["tess", "tess"]


def test_it_moves_no_state_and_no_clock(cast):
    request = ask(cast.alice, cast.tech)
    before = {f.name: getattr(request, f.name) for f in request._meta.concrete_fields}
    nudge(request, by=cast.alice, now=MONDAY)
    request.refresh_from_db()
    assert {f.name: getattr(request, f.name) for f in request._meta.concrete_fields} == before
    assert request.intervals.count() == 1


@pytest.mark.parametrize("state", ["countered", "waiting", "refused", "delivered", "done", "withdrawn", "closed"])
def test_what_others_do_not_hold_is_not_reminded_of(cast, state):
    request = brought_to(state, cast)
    with pytest.raises(Refused):
        nudge(request, by=cast.alice, now=TUESDAY)
    assert not Event.objects.filter(verb=NUDGED).exists()


def test_only_the_side_that_asked_may(cast):
    request = ask(cast.alice, cast.tech)
    for by in (cast.tess, cast.sam, cast.ada, cast.bob, cast.nadia):
        with pytest.raises(NotAllowed):
            nudge(request, by=by, now=MONDAY)


def test_a_day_has_an_end_of_reminders(cast):
    many = [ask(cast.alice, cast.tech, title=f"评估 {n}") for n in range(MOST + 1)]
    for request in many[:MOST]:
        nudge(request, by=cast.alice, now=MONDAY)
    with pytest.raises(Refused, match="够多了"):
        nudge(many[MOST], by=cast.alice, now=MONDAY)


def test_nobody_there_is_said(cast):
    request = ask(cast.alice, cast.finance)
    with pytest.raises(Refused, match="财务部"):
        nudge(request, by=cast.alice, now=MONDAY)


def test_from_my_day_with_and_without_scripts(cast, client_of):
    client, customer = client_of(cast.alice), make_customer(cast.alice, name="星澜科技")
    held = ask(cast.alice, cast.tech, now=timezone.now(), customer=customer)
    mine = ask(cast.alice, cast.tech, now=timezone.now(), title="要我确认")
    verbs.accept(mine, by=cast.tess, now=timezone.now())
    verbs.deliver(mine, by=cast.tess, now=timezone.now(), result="好了")
    address = reverse("collaboration:nudge", args=[held.number])
    page = client.get("/today")
    day = page.context["day"]
    assert ([one.pk for one in day.waiting.rows], [one.pk for one in day.asked.rows]) == ([held.pk], [mine.pk])
    assert day.asked.count == counts(cast.alice)["requests"]
    assert page.content.decode().count(f'action="{address}"') == 1
    answer = client.post(address, {"key": key(), "back": "/today"}, headers=HTMX)
    assert answer.status_code == 200 and "Reminded today" in answer.content.decode()
    page = client.get("/today").content.decode()
    assert "Reminded today" in page and f'action="{address}"' not in page
    again = client.post(address, {"key": key(), "back": "/today"})
    assert again.status_code == 409 and "Once a day is enough" in again.content.decode()
    timeline = client.get(reverse("customer", args=[customer.pk])).content.decode()
    assert f"reminded {cast.tess.name} of {held.code}" in timeline
    inbox = client_of(cast.tess).get("/messages").content.decode()
    assert f"{cast.alice.name} is waiting for {held.code}" in inbox
    other = ask(cast.alice, cast.tech, now=timezone.now(), title="另一件")
    back = client.post(reverse("collaboration:nudge", args=[other.number]), {"key": key(), "back": "/today"})
    assert (back.status_code, back["Location"]) == (302, "/today")
