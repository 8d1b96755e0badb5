"""My day (S2): the week, the evening, what an import left to tidy up, visits; every line acts in place."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from core.periods import today, zone
from customers import owing
from customers.models import Customer, FollowUp, Owed
from pipeline.models import Playbook
from reviews.models import Target
from salesflow.myday import first_run, my_day
from tests.cast import key, make_customer, make_log, make_step

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


def test_an_empty_day_offers_three_high_intent_customers_not_spoken_to_this_week(cast, client_of):
    now = timezone.now()
    for n, (tag, days) in enumerate([("hot", 8), ("hot", 9), ("hot", 10), ("hot", 11), ("hot", 2), ("interested", 9)]):
        row = {"name": f"客户{n}", "tag": tag, "deal": {"amount": 100 * (9 - n)}}
        customer = make_customer(cast.alice, now=now - 20 * DAY, **row)
        make_log(customer, happened_at=now - days * DAY, now=now - days * DAY)
        make_step(customer, today(now) + 3 * DAY, now=now)  # planned, so that nothing is due and nobody is quiet
    day = my_day(cast.alice, now)
    assert (day.due.count, day.quiet.count) == (0, 0)
    assert [customer.name for customer in day.hot] == ["客户0", "客户1", "客户2"]
    assert "Call a high-intent customer?" in client_of(cast.alice).get("/today").content.decode()
    make_step(Customer.objects.get(name="客户0"), today(now), now=now)
    assert my_day(cast.alice, now).hot == []


def test_the_month_so_far_is_signed_of_target_and_time_by_working_days(cast):
    """March 2024: 21 working days, six of them over on the 8th (29 %)."""
    now, stage = dt.datetime(2024, 3, 8, 10, tzinfo=zone()), Playbook.objects.default().stages.get(position=6)
    for person, amount, on in ((cast.alice, 300_000, 5), (cast.alice, 60_000, 1), (cast.bob, 900_000, 6)):
        won = {"stage": stage, "amount": amount, "entered_at": dt.datetime(2024, 3, on, 9, tzinfo=zone())}
        make_customer(person, now=now, name=f"客户{amount}", deal=won)
    Target.objects.create(period="2024-03", metric="signed", scope="person", scope_id=cast.alice.pk, value=1_200_000,
                          first_value=1_200_000)
    month = my_day(cast.alice, now).month
    assert (month["won"], month["target"], month["attained"]) == (360_000, 1_200_000, Decimal("0.3"))
    assert round(month["elapsed"], 2) == 0.29
    assert my_day(cast.bob, now).month["attained"] is None  # no target, no share


def test_the_three_items_of_a_new_rep_tick_themselves_and_go(cast, client_of):
    def ticks():
        return first_run(cast.alice)

    assert ticks() == [("customer", False), ("log", False), ("update", False)]
    customer = make_customer(cast.alice)
    assert ticks() == [("customer", True), ("log", False), ("update", False)]
    make_log(customer)
    assert ticks() == [("customer", True), ("log", True), ("update", False)]
    client = client_of(cast.alice)
    assert 'aria-labelledby="first-run"' in client.get("/today").content.decode()
    client.post("/today/update", {"key": key()})
    for deal in customer.deals.all():
        client.post(reverse("pipeline:update_row", args=[deal.pk]), {"same": "1", "key": key()})
    assert ticks() == []
    assert 'aria-labelledby="first-run"' not in client.get("/today").content.decode()
