"""Payments (回款): off until switched on, entered on won deals, and counted in the month with the rows behind them."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from activity.models import Event
from core.kept import forget
from core.periods import period_of, today
from customers.models import Customer
from pipeline.models import Deal, Payment, Stage
from pipeline.moving import Move, move_many
from reviews.closing import figures_of
from reviews.reading import read_review
from reviews.scopes import survey
from tests.cast import key, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def won(cast):
    """A deal of alice's, won at 100,000."""
    now = timezone.now()
    deal = make_customer(cast.alice, now=now - dt.timedelta(days=2)).deals.get()
    stage = Stage.objects.get(playbook__is_default=True, kind="won")
    said = {"signed_on": today(now), "contract_amount": 100_000, "key_action": "合同签订"}
    move_many([Move(deal, stage, **said)], by=cast.alice, now=now - dt.timedelta(days=1), force_gate=True)
    return Deal.objects.get()


@pytest.fixture
def on(cast):
    switches.set("payments", True, by=cast.ada, now=timezone.now())
    forget()


def pay(client, deal, amount="40000.50", day=None):
    said = {"amount": amount, "paid_on": (day or today()).isoformat(), "key": key()}
    return client.post(reverse("pipeline:payment_add", args=[deal.pk]), said)


def test_off_there_is_nothing_of_it(cast, won, client_of):
    alice = client_of(cast.alice)
    assert pay(alice, won).status_code == 404
    panel = alice.get(reverse("pipeline:customer_panel", args=[won.customer_id])).content.decode()
    assert "Payments" not in panel
    month = period_of("month", today()).code
    assert "Payments" not in alice.get(reverse("reviews:month", args=[month])).content.decode()
    assert alice.get(f"/reviews/rows?period={month}&of=payments").status_code == 404


@pytest.mark.proves("D28")
def test_what_is_entered_is_counted_once_and_opens_its_rows(cast, won, on, client_of):
    alice, month = client_of(cast.alice), period_of("month", today()).code
    once = {"amount": "40000.50", "paid_on": today().isoformat(), "key": key()}
    for _ in range(3):
        assert alice.post(reverse("pipeline:payment_add", args=[won.pk]), once).status_code == 302
    assert pay(alice, won, "9999.50").status_code == 302
    for amount, day in (("0", None), ("-5", None), ("x", None), ("5", today() + dt.timedelta(days=1))):
        assert pay(alice, won, amount, day).status_code == 422
    panel = alice.get(reverse("pipeline:customer_panel", args=[won.customer_id])).content.decode()
    assert "Received ¥50,000" in panel
    assert "¥50,000 of the contract still to come" in panel
    assert pay(client_of(cast.charlie), won).status_code == 404
    assert list(Event.objects.filter(verb="pipeline.paid").values_list("by", "about_customer_id")) == [
        (cast.alice.pk, won.customer_id)
    ] * 2
    mia = client_of(cast.mia)
    page = mia.get(reverse("reviews:month", args=[month])).content.decode()
    assert page.count("¥50K") >= 3  # the head, alice's line, the text
    rows = mia.get(f"/reviews/rows?period={month}&of=payments&person={cast.alice.pk}")
    assert (rows.context["total"], rows.context["sum"]) == (2, 50_000)
    first = Payment.objects.order_by("pk").first()
    remove = reverse("pipeline:payment_remove", args=[won.pk, first.pk])
    assert client_of(cast.charlie).post(remove, {"key": key()}).status_code == 404
    assert alice.post(remove, {"key": key()}).status_code == 302
    assert alice.post(remove, {"key": key()}).status_code == 409
    fresh = mia.get(f"/reviews/rows?period={month}&of=payments")
    assert (fresh.context["total"], str(fresh.context["sum"])) == (1, "9999.50")


def test_they_are_known_as_of_a_moment(cast, won, on):
    """Taken back later, a payment still counts in what was told before."""
    now, month = timezone.now(), period_of("month", today())
    Payment.objects.create(deal=won, amount=700, paid_on=today(now), made_at=now, made_by=cast.alice,
                           removed_at=now + dt.timedelta(hours=1), removed_by=cast.alice)
    scope = read_review(cast.alice, "month", month.code, "", now=now).scope
    told = [figures_of(month, scope, as_of=at, known=survey())["payments"] for at in
            (now - dt.timedelta(minutes=1), now + dt.timedelta(minutes=1), now + dt.timedelta(hours=2))]
    assert [one["amount"] for one in told] == ["0.00", "700.00", "0.00"]


def test_only_a_won_deal_takes_payments(cast, on, client_of):
    deal = make_customer(cast.alice).deals.get()
    assert pay(client_of(cast.alice), deal).status_code == 409
    assert not Payment.objects.exists()
    assert Customer.objects.count() == 1
