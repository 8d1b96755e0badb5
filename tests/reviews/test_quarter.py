"""The quarterly page (S16): every figure counted again by other means, the rules, and changes that are undone (M9,
R40)."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from core.periods import period_of, today
from tests.cast import key, make_customer, make_log

DAY = dt.timedelta(days=1)


@pytest.fixture
def old(cast):
    """A company with data of more than a quarter."""
    cast.now = timezone.now()
    cast.quarter = period_of("quarter", today(cast.now))
    cast.first = make_customer(cast.alice, now=cast.now - 200 * DAY, name="老客户")
    return cast


def page(code):
    return reverse("reviews:quarter", args=[code])


def test_smoke(old, client_of):
    for n in range(30):
        make_customer(old.alice, name=f"客户{n}", industry="制造" if n % 3 else "零售")
    make_log(old.first)
    answer = client_of(old.ada).get(page(old.quarter.code))
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "industry" in html
    for key_ in ("customer.industry", "customer.website", "deal.amount", "log.purpose", "request.standard"):
        shown = client_of(old.ada).get(reverse("reviews:quarter_field", args=[old.quarter.code, key_]))
        assert shown.status_code == 200, key_
    said = client_of(old.ada).post(
        reverse("reviews:quarter_change", args=[old.quarter.code, "customer.website"]),
        {"do": "hide", "version": "0", "key": key()},
    )
    assert said.status_code == 302
    html = client_of(old.ada).get(page(old.quarter.code)).content.decode()
    new = client_of(old.alice).get(reverse("customers:new")).content.decode()
    assert 'name="website"' not in new
