"""The API as a program meets it: tokens, one-time keys, versions, refusals, and papers that say what holds."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.changing import deactivate, end_sessions, reactivate
from accounts.models import ApiToken, User
from accounts.tokens import make_token
from activity.models import Event
from customers.models import Customer, FollowUp
from salesflow.api.table import OPS
from tests.cast import confirm, key, make_customer, make_deal


@pytest.fixture
def on(cast):
    switches.set("api", True, by=cast.ada, now=timezone.now())
    return cast


class Program:
    def __init__(self, user, *, writes=True, days=30, now=None):
        self.token = make_token(user, name="ERP", writes=writes, days=days, now=now or timezone.now())

    def __call__(self, method, path, data=None, **headers):
        headers = {"authorization": f"Bearer {self.token}", **headers}
        body = data if isinstance(data, str) else json.dumps(data) if data is not None else ""
        kind = headers.pop("kind", "application/json")
        return Client().generic(method, f"/api/v1/{path}", body, content_type=kind, headers=headers)


def test_a_token_is_made_by_who_confirmed_shown_once_and_ended(on, client_of):
    alice = client_of(on.alice)
    form = {"name": "ERP", "days": "30", "key": key()}
    assert alice.post("/me/tokens", form)["Location"].startswith("/confirm")
    made = confirm(alice).post("/me/tokens", form)
    token = made.context["made"]
    assert token.startswith("sf_") and token not in alice.get("/me/tokens").content.decode()
    again = alice.post("/me/tokens", form)
    assert token not in again.content.decode() and ApiToken.objects.count() == 1
    row = ApiToken.objects.get()
    assert token not in (row.token_hash, row.stamp) and not row.writes
    assert client_of(on.bob).post(f"/me/tokens/{row.pk}/end", {"key": key()}).status_code == 404
    assert client_of(on.ada).post(f"/me/tokens/{row.pk}/end", {"key": key()}).status_code == 302
    assert Client().get("/api/v1/customers", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert list(Event.objects.filter(verb__contains="token").values_list("verb", "by")) == [
        ("accounts.token_ended", on.ada.pk), ("accounts.token_made", on.alice.pk),
    ]  # fmt: skip


@pytest.mark.proves("INV-11")
@pytest.mark.parametrize("what", ["over", "left", "everywhere", "password", "off"])
def test_a_token_dies_with_what_ends_a_session_and_is_not_revived(on, time_machine, what):
    program, now = Program(on.alice), timezone.now()
    assert program("GET", "customers").status_code == 200
    alice = User.objects.get(pk=on.alice.pk)
    if what == "over":
        time_machine.move_to(now + dt.timedelta(days=30, seconds=1))
    elif what == "left":
        deactivate(alice, None, by=on.ada, now=now)
        assert program("GET", "customers").status_code == 401
        reactivate(User.objects.get(pk=alice.pk), by=on.ada, now=now)
    elif what == "everywhere":
        end_sessions(alice, by=alice, now=now)
    elif what == "password":
        alice.set_password("quite another sentence")
        alice.save()
    else:
        switches.set("api", False, by=on.ada, now=now)
    assert program("GET", "customers").status_code == (404 if what == "off" else 401)


def test_one_that_only_reads_writes_nothing(on):
    program = Program(on.alice, writes=False)
    assert program("POST", "customers", {"name": "甲公司", "contact_name": "张"}).status_code == 403
    assert program("GET", "customers").json() == {"data": [], "next": None}
    assert Customer.objects.count() == 0


@pytest.mark.proves("REL2")
def test_the_same_key_is_the_same_deed(on):
    program = Program(on.alice)
    sent = {"name": "甲公司", "contact_name": "张敏"}
    first = program("POST", "customers", sent, **{"idempotency-key": "order-1-from-erp"})
    second = program("POST", "customers", sent, **{"idempotency-key": "order-1-from-erp"})
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert Customer.objects.count() == 1
    alike = program("POST", "customers", sent)
    assert alike.status_code == 409 and Customer.objects.count() == 1
    assert program("POST", "customers", sent | {"sure": True}).status_code == 201


@pytest.mark.proves("REL1")
def test_a_change_says_its_version_and_loses_nothing(on):
    one = make_customer(on.alice, name="甲公司")
    mine, other = Program(on.alice), Program(on.mia)
    path, seen = f"customers/{one.pk}", one.version
    assert mine("PATCH", path, {"industry": "医药"}).json()["errors"] == {
        "version": ["The version you read is needed."]
    }
    assert mine("PATCH", path, {"version": seen, "industry": "医药"}).status_code == 200
    merged = other("PATCH", path, {"version": seen, "address": "杭州"})
    assert (merged.status_code, merged.json()["industry"], merged.json()["address"]) == (200, "医药", "杭州")
    clash = other("PATCH", path, {"version": seen, "industry": "机械"})
    assert clash.status_code == 409 and clash["Content-Type"] == "application/problem+json"
    assert clash.json()["clashes"] == [{"field": "industry", "before": "", "now": "医药", "yours": "机械"}]
    assert clash.json()["version"] == Customer.objects.get(pk=one.pk).version


def test_refusals_are_problems_in_the_language_asked_for(on):
    program = Program(on.alice)
    told = program("POST", "customers", {"name": ""}, **{"accept-language": "zh-CN"})
    assert told.status_code == 422 and told.json()["title"] == "还没有保存"
    assert set(told.json()["errors"]) == {"name", "contact_name"} and told.json()["request_id"] == told["X-Request-Id"]
    assert "这" in told.json()["errors"]["name"][0]
    codes = {
        "not json": program("POST", "customers", "{").status_code,
        "a list": program("POST", "customers", []).status_code,
        "a form": program("POST", "customers", "name=x", kind="application/x-www-form-urlencoded").status_code,
        "unknown field": program("POST", "customers", {"name": "x", "owner_id": 3}).status_code,
        "nested": program("POST", "customers", {"name": {"x": 1}}).status_code,
        "method": program("DELETE", "customers").status_code,
        "not there": program("GET", "customers/999999").status_code,
        "huge": program("POST", "customers", json.dumps({"name": "x" * 3_000_000})).status_code,
        "no such filter": program("GET", "customers?color=red").status_code,
        "bad filter": program("GET", "customers?owner=me").status_code,
        "bad cursor": program("GET", "customers?cursor=x").status_code,
    }
    assert codes == {
        "not json": 400, "a list": 400, "a form": 415, "unknown field": 422, "nested": 422, "method": 405,
        "not there": 404, "huge": 413, "no such filter": 422, "bad filter": 422, "bad cursor": 422,
    }  # fmt: skip
    assert program("DELETE", "customers")["Allow"] == "GET, POST"


def test_lists_are_read_to_their_end_by_cursor(on):
    names = [f"公司{n}" for n in range(7)]
    for name in names:
        make_customer(on.alice, name=name)
    make_customer(on.charlie, name="别人")
    program, found, cursor = Program(on.alice), [], 0
    while cursor is not None:
        page = program("GET", f"customers?limit=3&cursor={cursor}").json()
        found += [one["name"] for one in page["data"]]
        cursor = page["next"]
    assert found == names
    assert [one["name"] for one in program("GET", "customers?q=公司3").json()["data"]] == ["公司3"]


def test_a_log_by_a_program_is_a_log(on):
    one = make_customer(on.alice)
    program = Program(on.alice)
    asked = program("POST", "follow-ups", {"customer": one.pk, "text": "谈了价格"})
    assert asked.status_code == 422 and "next" in asked.json()["errors"]
    day = timezone.localdate().replace(year=timezone.localdate().year + 1).isoformat()
    sent = {"customer": one.pk, "text": "谈了价格", "methods": ["phone"], "next": day, "next_text": "送样品"}
    made = program("POST", "follow-ups", sent)
    row = FollowUp.objects.get()
    assert (made.status_code, row.text, row.talked_by, row.methods) == (201, "谈了价格", on.alice, ",phone,")
    steps = program("GET", f"next-steps?customer={one.pk}&open=true").json()["data"]
    assert [(step["text"], step["due_on"]) for step in steps] == [("送样品", day)]


def test_a_deal_that_moved_meanwhile_is_not_moved(on):
    deal = make_deal(make_customer(on.alice))
    stages = list(deal.playbook.stages.order_by("position"))
    program, path = Program(on.alice), f"deals/{deal.pk}/move"
    asked = {"from": stages[0].pk, "to": stages[1].pk, "key_action": "方案已发"}
    assert program("POST", path, {"to": stages[1].pk}).status_code == 422
    moved = program("POST", path, asked)
    assert moved.status_code == 200 and moved.json()["stage"]["id"] == stages[1].pk
    late = program("POST", path, asked | {"to": stages[2].pk})
    assert late.status_code == 409 and late.json()["detail"]


def test_phones_are_masked_for_admins(on):
    one = make_customer(on.alice, contacts=[{"name": "张敏", "phone": "13812345678"}])
    for person, said in ((on.alice, "13812345678"), (on.ada, "138****5678")):
        [contact] = Program(person)("GET", f"contacts?customer={one.pk}").json()["data"]
        assert contact["phone"] == said


def test_a_token_asks_at_most_so_often(on):
    program, other = Program(on.alice), Program(on.alice)
    codes = [program("GET", "reviews/month/2020-13").status_code for _ in range(121)]
    assert codes == [404] * 120 + [429]
    assert program("GET", "customers")["Retry-After"] == "60" and other("GET", "customers").status_code == 200


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_papers_name_every_address_in_both_languages(on, client_of, language):
    User.objects.filter(pk=on.alice.pk).update(language=language)
    alice = client_of(User.objects.get(pk=on.alice.pk))
    page, paper = alice.get(reverse("api_docs")).content.decode(), alice.get(reverse("api_openapi")).json()
    told = {(method.upper(), path) for path, ops in paper["paths"].items() for method in ops}
    assert told == {(op.method, op.address) for op in OPS} and paper["openapi"] == "3.1.0"
    assert all(op.address in page for op in OPS)
    assert ("客户" in page, "Log a conversation" in page) == (language == "zh-hans", language == "en")
    new = paper["paths"]["/api/v1/customers"]["post"]
    body = new["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert (body["name"], body["sure"]) == ({"type": "string", "maxLength": 60}, {"type": "boolean"})
    given = paper["components"]["schemas"]["customer"]["properties"]
    assert set(Program(on.alice)("POST", "customers", {"name": "x", "contact_name": "y"}).json()) == set(given)
