"""The pool: warned first, moved by rule, name and tag for all, one winner, and everything in the history (S29, D2)."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts import switches
from activity.models import Event, Notification
from core.changing import change
from core.errors import NotAllowed, Refused
from core.periods import today
from customers import pooling, transferring
from customers.models import Customer
from customers.pooling import Rules
from customers.tagging import set_tags
from pipeline import updating
from pipeline.models import Deal, Stage
from pipeline.moving import move_to
from pipeline.notes import lift_notes, place_note
from salesflow.myday import my_day
from tests.cast import key, make_customer, make_deal, make_log, make_step

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ALL = Rules(open_deals_too=True)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def on(cast, now):
    switches.set("pool", True, by=cast.ada, now=now)
    ALL.save(by=cast.ada, now=now)


def old(owner, now, *, days=40, name="星澜科技", **row):
    customer = make_customer(owner, now=now - days * DAY, name=name, **row)
    customer.refresh_from_db()
    return customer


def names(rows):
    return sorted(rows.values_list("name", flat=True))


def test_the_rule_is_days_without_contact_by_class(cast, now, on):
    day = today(now)
    old(cast.alice, now, name="刚好", days=30)
    old(cast.alice, now, name="过了", days=31)
    old(cast.alice, now, name="甲类", grade="A")
    old(cast.alice, now, name="乙类", grade="B")
    set_tags([(old(cast.alice, now, name="成交"), "won")], by=cast.alice, now=now)
    change(old(cast.alice, now, name="锁定"), by=cast.mia, pool_locked=True)
    make_log(old(cast.alice, now, name="谈过"), now=now)
    make_step(old(cast.alice, now, name="等候"), day + 3 * DAY, kind="waiting")
    transferring.assign(old(cast.alice, now, name="换人"), cast.bob, by=cast.mia, now=now)
    assert names(pooling.due(ALL, day)) == ["乙类", "过了"]
    assert names(pooling.due(Rules(open_deals_too=True, b=60, a=20), day)) == ["甲类", "过了"]
    assert names(pooling.due(Rules(), day)) == []  # an open deal keeps it
    Customer.objects.filter(name="过了").update(open_deals=0)
    assert names(pooling.due(Rules(), day)) == ["过了"]


def test_nobody_is_moved_who_was_not_warned_in_time_and_a_talk_keeps_the_customer(cast, now, on):
    goes, stays = old(cast.alice, now, name="走了"), old(cast.alice, now, name="留下")
    assert pooling.recycle(now=now) == {"warned": 2, "moved": 0}
    notice = Notification.objects.get(kind="customers.pool_soon")
    assert (notice.recipient, notice.data["n"]) == (cast.alice, 2)
    assert my_day(cast.alice, now).pool_soon == 2
    assert pooling.recycle(now=now) == {"warned": 0, "moved": 0}  # told once
    assert pooling.recycle(now=now + 6 * DAY)["moved"] == 0
    make_log(stays, now=now + 6 * DAY)
    assert pooling.recycle(now=now + 7 * DAY) == {"warned": 0, "moved": 1}
    goes.refresh_from_db()
    assert (goes.owner, goes.pooled_from, goes.team) == (None, cast.alice, cast.east)
    event = Event.objects.get(verb="customers.pooled")
    assert (event.data, event.about_customer_id) == ({"name": "走了", "from": "李强", "days": 47}, goes.pk)
    assert goes.history.latest().owner_id is None
    assert pooling.recycle(now=now + 7 * DAY)["moved"] == 0


def test_off_it_does_nothing_and_is_nowhere(cast, client_of, now):
    old(cast.alice, now)
    ALL.save(by=cast.ada, now=now)
    assert pooling.recycle(now=now) == {"on": False}
    assert client_of(cast.alice).get("/pool").status_code == 404
    assert "/pool" not in client_of(cast.alice).get("/customers").content.decode()
    assert client_of(cast.sam).get("/pool").status_code == 403


def test_a_rep_sees_name_industry_and_tag_and_nothing_else(cast, client_of, now, on):
    customer = old(cast.alice, now, industry="软件", notes="秘密", contacts=[{"name": "张敏", "phone": "13800005678"}])
    make_log(customer, happened_at=now - 39 * DAY, now=now - 39 * DAY, text="私密内容")
    pooling.put_many([customer], by=cast.mia, now=now)
    html = client_of(cast.charlie).get("/pool").content.decode()
    assert ("星澜科技" in html, "软件" in html) == (True, True)
    secret = ("张敏", "5678", "秘密", "私密", "李强", "华东", f"/customers/{customer.pk}")
    assert not [word for word in secret if word in html]
    for path in (f"/customers/{customer.pk}", f"/customers/{customer.pk}/history", f"/log?customer={customer.pk}"):
        assert client_of(cast.charlie).get(path).status_code == 404
        assert client_of(cast.alice).get(path).status_code == 404  # it was hers
    assert client_of(cast.mia).get(f"/customers/{customer.pk}").status_code == 200  # her team's still
    found = client_of(cast.charlie).get("/search?q=星澜").content.decode()
    assert "星澜" not in found.split("results")[-1].split("“")[0]
    assert "星澜" not in client_of(cast.charlie).get("/pool?q=张敏").content.decode()


def test_claiming_has_one_winner_a_quota_and_a_cool_down(cast, client_of, now, on):
    first, second = old(cast.alice, now), old(cast.alice, now, name="远洋")
    pooling.put_many([first, second], by=cast.mia, now=now)
    alice, charlie = client_of(cast.alice), client_of(cast.charlie)
    assert alice.post(f"/pool/{first.pk}/claim", {"key": key()}).status_code == 409  # hers a moment ago
    assert charlie.post(f"/pool/{first.pk}/claim", {"key": key()})["Location"] == f"/customers/{first.pk}"
    first.refresh_from_db()
    assert (first.owner, first.team, first.pooled_at, first.deals.get().owner) == (
        cast.charlie, cast.south, None, cast.charlie)
    late = client_of(cast.bob).post(f"/pool/{first.pk}/claim", {"key": key()})
    assert (late.status_code, "just claimed" in late.content.decode()) == (409, True)
    html = charlie.get(f"/customers/{first.pk}").content.decode()
    assert "claimed it from the pool" in html and "went to the pool" in html
    Rules(open_deals_too=True, claims=1).save(by=cast.ada, now=now)
    with pytest.raises(Refused):
        pooling.claim(second.pk, by=cast.charlie, now=now)
    with pytest.raises(NotAllowed):
        pooling.claim(second.pk, by=cast.ada, now=now)
    assert pooling.claim(second.pk, by=cast.alice, now=now + 7 * DAY).owner == cast.alice
    mine = old(cast.bob, now, name="别碰")
    assert charlie.post(f"/pool/{mine.pk}/claim", {"key": key()}).status_code == 404
    assert pooling.recycle(now=now)["moved"] == 0  # a claim starts the days anew


def test_managers_put_and_lock(cast, client_of, now, on):
    customer = old(cast.alice, now)
    url = f"/customers/{customer.pk}/pool"
    assert client_of(cast.alice).post(url, {"do": "lock", "key": key()}).status_code == 403
    assert client_of(cast.nadia).post(url, {"do": "lock", "key": key()}).status_code == 404
    client_of(cast.mia).post(url, {"do": "lock", "key": key()})
    assert names(pooling.due(ALL, today(now))) == []
    client_of(cast.mia).post(url, {"do": "unlock", "key": key()})
    client_of(cast.mia).post(url, {"do": "put", "key": key()})
    customer.refresh_from_db()
    assert (customer.pool_locked, customer.owner, Event.objects.filter(verb__startswith="customers.pool").count()) == (
        False, None, 3)


def test_an_open_deal_keeps_its_customer_while_somebody_works_on_it(cast, now, on):
    """With the rule on: opened, moved, a key action, or held by an approval; "no change" is no work."""
    day, made = today(now), {}
    for name in ("没动", "推进", "动作", "无变化", "审批", "新开"):
        made[name] = old(cast.alice, now, name=name).deals.get()
    line = sorted(Stage.objects.filter(playbook=made["推进"].playbook, kind="open"), key=lambda one: one.position)
    earlier = now - 12 * DAY
    move_to(made["推进"], line[1], by=cast.alice, now=earlier, key_action="发了方案", expected_close=day + 30 * DAY)
    updating.mark([made["动作"]], "action", cast.alice, earlier, line="问了预算")
    updating.mark([made["无变化"]], "same", cast.alice, earlier)
    place_note(made["审批"], "hold", "合同审批中", source="request 1", now=now - 50 * DAY)
    make_deal(made["新开"].customer, by=cast.alice, now=earlier, name="二期")
    assert names(pooling.due(ALL, day)) == ["无变化", "没动"]
    assert names(pooling.due(ALL, day + 19 * DAY)) == sorted(["无变化", "没动", "推进", "动作", "新开"])
    lift_notes("request 1", now=now)
    assert "审批" in names(pooling.due(ALL, day))
    assert names(pooling.due(Rules(), day + 400 * DAY)) == []


def test_work_after_the_warning_keeps_the_customer_and_asks_for_a_new_warning(cast, now, on):
    deal = old(cast.alice, now).deals.get()
    assert pooling.recycle(now=now)["warned"] == 1
    updating.mark([deal], "action", cast.alice, now + 3 * DAY, line="问了预算")
    assert pooling.recycle(now=now + 7 * DAY) == {"warned": 0, "moved": 0}
    assert pooling.recycle(now=now + 34 * DAY) == {"warned": 1, "moved": 0}
    assert pooling.recycle(now=now + 41 * DAY) == {"warned": 0, "moved": 1}


def test_open_deals_go_along_in_their_stage_and_the_claimer_gets_them(cast, now, on):
    customer = old(cast.alice, now)
    deal = customer.deals.get()
    stage = deal.stage
    pooling.put_many([customer], by=None, now=now)
    deal.refresh_from_db()
    assert (deal.owner, deal.stage) == (None, stage)
    assert not Deal.objects.visible_to(cast.alice).filter(pk=deal.pk)
    assert not updating.day_of(cast.alice, today(now)).total  # no deal of his any more
    pooling.claim(customer.pk, by=cast.charlie, now=now)
    deal.refresh_from_db()
    assert (deal.owner, deal.rep, deal.stage) == (cast.charlie, cast.charlie, stage)
    assert list(deal.stays.values_list("left_at", flat=True)) == [None]  # the same stay goes on


def test_the_simulation_counts_customers_and_the_deals_that_go_along(cast, client_of, now, on):
    old(cast.alice, now), make_deal(old(cast.bob, now, name="远洋"), by=cast.bob, now=now - 39 * DAY, name="二期")
    Customer.objects.filter(name="星澜科技").update(open_deals=0)
    data = {"days": 10, "warn": 7, "claims": 5, "cool": 7, "preview": "1"}
    with_them = client_of(cast.ada).post("/setup/pool", data | {"open_deals_too": "on", "key": key()})
    seen = {name: with_them.context[name] for name in ("n", "with_deals", "deals")}
    assert seen == {"n": 2, "with_deals": 1, "deals": 2} and "2 deals of" in with_them.text
    without = client_of(cast.ada).post("/setup/pool", data | {"key": key()})
    assert (without.context["n"], without.context["with_deals"]) == (1, 0)
    assert "None of them has an open deal." in without.text


def test_rules_are_tried_before_they_are_saved(cast, client_of, now, on):
    old(cast.alice, now)
    old(cast.bob, now, name="远洋", days=12)
    data = {"days": 10, "open_deals_too": "on", "warn": 7, "claims": 5, "cool": 7}
    page = client_of(cast.ada).post("/setup/pool", data | {"preview": "1", "key": key()}).content.decode()
    assert "Today 2 customers would be due for the pool" in page and "远洋" in page
    assert Rules.load() == ALL
    client_of(cast.ada).post("/setup/pool", data | {"b": "", "a": "0", "key": key()})
    assert Rules.load() == Rules(days=10, a=0, b=None, c=None, open_deals_too=True, warn=7, claims=5, cool=7)
    assert client_of(cast.ada).post("/setup/pool", data | {"days": 0, "key": key()}).status_code == 422
    assert client_of(cast.mia).get("/setup/pool").status_code == 403


def test_the_list_and_the_job_need_as_many_queries_for_thirty_as_for_one(cast, client_of, now, on):
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    seen = []
    for names_ in (["一"], [f"客户{n}" for n in range(30)]):
        for name in names_:
            old(cast.alice, now, name=name)
        with CaptureQueriesContext(connection) as job:
            pooling.recycle(now=now)
        Customer.objects.filter(pooled_at=None).update(pool_told_on=today(now) - 8 * DAY)
        with CaptureQueriesContext(connection) as moving:
            pooling.recycle(now=now)
        with CaptureQueriesContext(connection) as page:
            client_of(cast.bob).get("/pool")
        seen.append((len(job), len(moving), len(page)))
    assert [many <= few + 2 for few, many in zip(*seen, strict=True)] == [True] * 3, seen
