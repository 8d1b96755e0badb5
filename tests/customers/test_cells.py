"""One cell of the customer list: who may, what it saves, what is stale, and its Undo (S4)."""

import datetime as dt

import pytest
from django.utils import timezone

from activity.models import Event
from core.periods import today
from customers.models import NextStep, TagChange
from tests.cast import key, make_customer, make_step

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/customers"}


def put(client, customer, field, value, shown, **more):
    data = {"field": field, field: value, "shown": shown, "key": key()} | more
    return client.post(f"/customers/{customer.pk}/cell", data, headers=HTMX)


def undo(client):
    event = Event.objects.filter(verb__in=["customers.bulk", "customers.shifted"]).latest("pk")
    return client.post(f"/undo/{event.pk}", {"key": key()}).status_code


def test_a_tag_is_changed_in_its_cell_and_taken_back(cast, client_of):
    customer, client = make_customer(cast.alice), client_of(cast.alice)
    assert 'name="tag"' in client.get(f"/customers/{customer.pk}/cell?field=tag").text
    answer = put(client, customer, "tag", "hot", "prospect")
    customer.refresh_from_db()
    assert (answer.status_code, customer.tag) == (200, "hot")
    assert f'id="row-{customer.pk}"' in answer.text and "/undo/" in answer.text
    assert put(client, customer, "tag", "won", "prospect").status_code == 409  # another saw it as it was before
    assert put(client, customer, "tag", "bought", "hot").status_code == 422
    assert undo(client) == 302
    customer.refresh_from_db()
    assert (customer.tag, TagChange.objects.filter(new="hot").get().voided_at is None) == ("prospect", False)


def test_the_day_of_a_step_is_moved_counted_and_taken_back_uncounted(cast, client_of):
    customer, client, on = make_customer(cast.alice), client_of(cast.alice), today(timezone.now())
    first, later = on + dt.timedelta(days=2), on + dt.timedelta(days=5)
    step = make_step(customer, first)
    more = {"step": step.pk}
    assert put(client, customer, "day", later.isoformat(), first.isoformat(), **more).status_code == 200
    step.refresh_from_db(), customer.refresh_from_db()
    assert (step.due_on, step.moved_count, customer.next_step_on) == (later, 1, later)
    past = (on - dt.timedelta(days=1)).isoformat()
    assert put(client, customer, "day", past, later.isoformat(), **more).status_code == 422
    assert undo(client) == 302
    step.refresh_from_db(), customer.refresh_from_db()
    assert (step.due_on, step.moved_count, customer.next_step_on) == (first, 0, first)
    put(client, customer, "day", later.isoformat(), first.isoformat(), **more)
    NextStep.objects.filter(pk=step.pk).update(due_on=on)  # somebody moved it since
    assert undo(client) == 409
    other = make_step(make_customer(cast.charlie, name="别家"), first)
    assert put(client, customer, "day", later.isoformat(), on.isoformat(), step=other.pk).status_code == 404


def test_an_owner_is_changed_by_who_may_assign(cast, client_of):
    customer = make_customer(cast.alice)
    assert put(client_of(cast.alice), customer, "owner", cast.bob.pk, cast.alice.pk).status_code == 403
    assert put(client_of(cast.nadia), customer, "owner", cast.charlie.pk, cast.alice.pk).status_code == 404
    mia = client_of(cast.mia)
    assert put(mia, customer, "owner", cast.charlie.pk, cast.alice.pk).status_code == 422  # not one of hers
    assert put(mia, customer, "owner", cast.bob.pk, cast.alice.pk).status_code == 200
    customer.refresh_from_db()
    assert customer.owner == cast.bob
    assert undo(mia) == 302
    customer.refresh_from_db()
    assert customer.owner == cast.alice
    assert mia.get(f"/customers/{customer.pk}/cell?field=name").status_code == 404
