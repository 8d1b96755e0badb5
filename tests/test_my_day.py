"""My day (S2): the week, the evening, what an import left to tidy up, visits; every line acts in place."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.models import Department, Leave, Team, User, WorkingHours
from accounts.readers import Reader
from collaboration.models import CollaborationRequest
from core.periods import day_start, period_of, today, zone
from customers import owing
from customers.listing import read_rows
from customers.models import Customer, CustomerHelper, FollowUp, Owed
from customers.staleness import Rule
from pipeline.cards import shown_to
from pipeline.models import Deal, Playbook
from reviews.models import Target
from salesflow import ofcustomer, ofmyday, ofteam
from salesflow.counting import counts
from salesflow.myday import counts_of, first_run, my_day
from salesflow.reprows import numbers
from tests.cast import key, make_customer, make_log, make_request, make_step

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
        return first_run(Reader.of(cast.alice, today()))

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


def test_questions_put_together_once_follow_whatever_changes_of_a_person(cast):
    """Each change of place, role, help or leave is answered at once, as the question asked anew answers it."""
    now = timezone.now()
    for owner in (cast.alice, cast.bob, cast.charlie):
        make_step(make_customer(owner, name=f"{owner.name}的另一家", now=now - 40 * DAY), today(now) + 2 * DAY)
        customer = make_customer(owner, name=f"{owner.name}的客户", now=now - 40 * DAY)
        make_request(owner, cast.tech, customer=customer)
    sam, mia, alice, bob = (User.objects.filter(pk=one.pk) for one in (cast.sam, cast.mia, cast.alice, cast.bob))
    foreign = Customer.objects.filter(owner=cast.charlie)[0]
    keys = list(Customer.objects.values_list("pk", flat=True))
    deals = list(Deal.objects.values_list("pk", flat=True))
    teams, people = [cast.east.pk, cast.south.pk], [cast.alice.pk, cast.bob.pk, cast.charlie.pk]
    leave = {"user": cast.alice, "first": today() - DAY, "last": today() + DAY}
    changes = [
        lambda: None,
        lambda: CustomerHelper.objects.create(customer=foreign, user=cast.bob),
        lambda: Leave.objects.create(substitute=cast.bob, **leave),
        lambda: Leave.objects.all().delete(),
        lambda: Leave.objects.create(substitute=cast.sam, **leave),
        lambda: sam.update(department=cast.tech),
        lambda: Team.objects.filter(pk=cast.south.pk).update(manager=cast.mia),
        lambda: Department.objects.filter(pk=cast.sales.pk).update(lead=cast.mia),
        lambda: mia.update(role="rep", team=cast.east),
        lambda: bob.update(role="manager"),
        lambda: alice.update(role="support", department=cast.tech, team=None),
        lambda: bob.update(role="admin"),
        lambda: CustomerHelper.objects.all().delete(),
    ]
    seen = set()
    for change in changes:
        change()
        for user in User.objects.with_places().filter(is_active=True):
            on, rule, month = today(now), Rule.load(), period_of("month", today(now))
            reader = Reader.of(user, on)
            for question, more in {
                ofmyday.requests: (str(on), day_start(on)), ofmyday.deals: (), ofmyday.looked_at: (on,),
                ofmyday.quiet: (str(on), rule), ofmyday.planned: (str(on), rule), ofmyday.begun: (),
                ofmyday.signed_and_target: (month.first, month.last, month.code),
                read_rows: (keys, True), shown_to: (deals,), ofcustomer.seen: (foreign.pk,),
                ofcustomer.colleagues: (cast.alice.pk,),
                ofteam.people: (teams,), ofteam.requests_shown: (str(on), teams, now + 30 * DAY, (), "40"),
                ofteam.leads: (teams, now - 90 * DAY), ofteam.ownerless: (teams, (), "20"),
                ofteam.leads_shown: (teams, keys), ofteam.counted: (str(on), rule, teams, now),
                ofteam.quiet: (str(on), rule, teams, ("prospect", "hot"), "40"), ofteam.at_risk: (teams, now, (), "20"),
                ofteam.open_money: (str(on), teams[:1]), numbers: (str(on), rule, people, True),
            }.items():
                kept, anew = list(question(reader, *more)), list(question.build(reader, *more))
                if question in (numbers, ofteam.open_money):  # sums come in no order
                    kept, anew = sorted(map(str, kept)), sorted(map(str, anew))
                assert kept == anew, (question, user)
                seen.add((question.__name__, str(kept) if question is ofmyday.planned else len(kept)))
    names = ("requests", "deals", "quiet", "planned", "seen", "colleagues", "read_rows", "shown_to")
    assert all(sum(name == one for name, _n in seen) > 1 for one in names)


def test_another_weekday_of_work_is_another_limit_of_questions_put_together_once(cast):
    """Hours are one row: a rule that reckons with them is another one when they change."""
    monday = dt.datetime(2024, 3, 11, 10, tzinfo=zone())
    switches.set("stale_working_days", True, by=cast.ada, now=monday)
    make_customer(cast.alice, now=dt.datetime(2024, 3, 6, 10, tzinfo=zone()))  # a Wednesday: Thu, Fri, (Sat, Sun,) Mon
    counts = []
    for weekdays in ("12345", "1234567", "123456", "12345"):
        hours = WorkingHours.load()
        hours.weekdays = weekdays
        hours.save()
        counts.append((my_day(cast.alice, monday).quiet.count, counts_of(cast.alice, today(monday), Rule.load())[2]))
    assert counts == [(0, 0), (1, 1), (1, 1), (0, 0)]


def test_the_number_in_the_bar_follows_a_leave_that_begins_and_ends_today(cast):
    """Who stands in has what lies with the other, until the leave is taken back: as the queue says."""
    request = make_request(cast.alice, cast.tech, customer=make_customer(cast.alice))
    CollaborationRequest.objects.filter(pk=request.pk).update(state="accepted", person=cast.tess, promised_on=today())

    def number():
        user = User.objects.with_places().get(pk=cast.sam.pk)
        return counts(user)["requests"], CollaborationRequest.objects.waiting_on(user).count()

    before = number()
    leave = Leave.objects.create(user=cast.tess, first=today(), last=today(), substitute=cast.sam)
    during = number()
    leave.delete()
    assert (before[0], during[0], number()) == (before[1], during[1], before)
    assert during[0] == before[0] + 1
