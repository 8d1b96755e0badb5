"""My day (S2): the week, the evening, what an import left to tidy up, visits; every line acts in place."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from core.periods import today, zone
from customers import owing
from customers.models import Customer, FollowUp, Owed
from salesflow.myday import my_day
from tests.cast import key, make_customer, make_step

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2024, 3, 4, 10, tzinfo=zone())
DAY = dt.timedelta(days=1)


def test_the_week_says_how_many_steps_each_day_has(cast):
    customer = make_customer(cast.alice, now=MONDAY - 9 * DAY)
    for days in (-3, 0, 1, 1, 5, 7):  # last week's, today's, Tuesday's, Saturday's, next Monday's
        make_step(customer, today(MONDAY) + days * DAY, now=MONDAY - 9 * DAY)
    day = my_day(cast.alice, MONDAY)
    assert [(each.day, n) for each, n in day.week] == [(4, 1), (5, 2), (6, 0), (7, 0), (8, 0), (9, 1)]
    assert (day.due.count, day.overdue) == (2, 1)  # what is planned ahead is not due


def test_in_the_last_hour_the_update_comes_first(cast):
    assert [my_day(cast.alice, MONDAY.replace(hour=hour, minute=minute)).closing
            for hour, minute in ((16, 59), (17, 0), (20, 0))] == [False, True, True]


def test_what_an_import_left_is_planned_logged_or_dropped(cast, client_of):
    customer = make_customer(cast.alice)
    Customer.objects.filter(pk=customer.pk).update(alarms_from=today() + 3 * DAY)
    page = client_of(cast.alice).get("/today").content.decode()
    part = page[page.index('id="tidy"'):].split("</section>")[0]
    links = re.findall(r'<a class="btn[^>]* href="([^"]+)"', part)
    assert links == [
        f"/log?customer={customer.pk}", reverse("customers:step_new", args=[customer.pk]),
        reverse("pipeline:lost", args=[customer.deals.get().pk]),
    ]
    assert [client_of(cast.alice).get(link).status_code for link in links] == [200, 200, 200]


def test_a_visit_begun_is_to_log_and_two_hours_of_it_are_not_late(cast, client_of):
    client, customer = client_of(cast.alice), make_customer(cast.alice)
    assert client.post(reverse("customers:visit", args=[customer.pk]), {"key": key()}).status_code == 302
    tap = Owed.objects.get()
    assert (tap.how, tap.ended_at, tap.user) == ("visit", None, cast.alice)
    Owed.objects.update(started_at=timezone.now() - dt.timedelta(hours=2))
    page = client.get("/today").content.decode()
    assert "visit under way" in page and "ended more than" not in page
    form = client.get(f"/log?customer={customer.pk}&owed={tap.pk}").context["form"]
    assert (form.initial["time"], form.initial["methods"]) == ("now", ["visit"])
    said = {"text": "看了车间", "methods": "visit", "time": "now", "next": "none", "reason": "other", "owed": tap.pk}
    assert client.post(f"/log?customer={customer.pk}", said | {"key": key()}).status_code == 302
    talk = FollowUp.objects.get()
    assert abs(talk.entered_at - talk.happened_at) < dt.timedelta(minutes=1)  # in time: it ended just now
    assert not Owed.objects.open().exists()


def test_who_may_not_log_begins_no_visit(cast, client_of):
    customer = make_customer(cast.alice)
    path = reverse("customers:visit", args=[customer.pk])
    codes = [client_of(user).post(path, {"key": key()}).status_code for user in (cast.charlie, cast.sam, cast.ada)]
    assert codes == [404, 404, 403] and not Owed.objects.exists()


def test_the_pill_leads_to_its_list(cast, client_of):
    owing.tap(cast.alice, make_customer(cast.alice), "phone", now=timezone.now())
    page = client_of(cast.alice).get("/today").content.decode()
    place = re.search(r'id="owed" href="/today#([\w-]+)"', page).group(1)
    assert f'<section class="panel" id="{place}"' in page


def test_mail_and_wechat_start_what_is_to_log_for_who_sees_them(cast, client_of):
    contacts = [{"name": "张敏", "phone": "13800005678", "email": "min@xl.example", "wechat": "zhangmin88"}]
    customer = make_customer(cast.alice, contacts=contacts)
    path = reverse("customer", args=[customer.pk])
    page = client_of(cast.alice).get(path).content.decode()
    assert re.findall(r'href="(\S+)" data-owed="\d+" data-how="(\w+)" data-contact="\d+" data-copy="(\S+)"', page) == [
        ("mailto:min@xl.example", "email", "min@xl.example"), ("weixin://", "wechat", "zhangmin88"),
    ]
    masked = client_of(cast.ada).get(path).content.decode()
    assert "min@xl" not in masked and "zhangmin88" not in masked and "mailto:" not in masked
