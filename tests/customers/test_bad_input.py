"""Limits, odd letters, repeated presses and people who are faster (reliability §5: B16, B27, B28, B31, B33, B36)."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from core.periods import today
from customers.models import Customer, FollowUp
from pipeline import staging
from pipeline.models import Playbook
from tests.cast import key, make_customer

pytestmark = pytest.mark.django_db
LETTERS = ["👨‍👩‍👧‍👦 一家", "𠮷野家株式会社", "شركة الاختبار", "N" * 60, "e\u0301té ﬁ Ⅷ", "全角　空格", "‘’“”—…"]


def log_of(customer, **more):
    day = (today() + dt.timedelta(days=2)).isoformat()
    return {"customer": customer.pk, "text": "谈了方案", "methods": "phone", "outcome": "talked", "time": "now",
            "next": "pick", "next_date": day, "next_text": "寄样品", "key": key()} | more


@pytest.mark.proves("B16")
def test_a_conversation_to_come_is_refused_in_the_form(cast, client_of):
    customer, client = make_customer(cast.alice), client_of(cast.alice)
    later = (timezone.now() + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(reverse("customers:log"), log_of(customer, time="pick", at=later))
    assert (answer.status_code, FollowUp.objects.count()) == (422, 0)
    assert "This time is still to come." in answer.content.decode()
    assert "谈了方案" in answer.content.decode()
    answer = client.post(reverse("customers:log"), log_of(customer, time="pick", at="1024-03-01T10:00"))
    assert (answer.status_code, FollowUp.objects.count()) == (422, 0)
    assert "too long ago" in answer.content.decode()


@pytest.mark.proves("B27", "REL13")
def test_limits_are_named_and_the_text_is_kept(cast, client_of):
    customer, client = make_customer(cast.alice), client_of(cast.alice)
    long = "长" * 2001
    for more in ({}, {"HTTP_HX_REQUEST": "true"}):
        answer = client.post(reverse("customers:log"), log_of(customer, text=long), **more)
        html = answer.content.decode()
        assert (answer.status_code, "2000" in html, long in html) == (422, True, True)
    url = reverse("customers:edit", args=[customer.pk])
    notes = "注" * 20_001
    answer = client.post(url, {"name": customer.name, "notes": notes, "version": customer.version, "key": key()})
    html = answer.content.decode()
    assert (answer.status_code, "20000" in html.replace(",", ""), notes in html) == (422, True, True)
    assert client.post(url, {"name": customer.name, "notes": "注" * 20_000, "version": customer.version, "key": key()}
                       ).status_code == 302
    assert FollowUp.objects.count() == 0


@pytest.mark.proves("B27")
def test_too_much_at_once_is_a_page_that_says_so(cast, client_of):
    client = client_of(cast.alice)
    customer = make_customer(cast.alice)
    for data in (log_of(customer, text="x" * 10_000_000), log_of(customer) | {f"f{n}": "1" for n in range(10_000)}):
        answer = client.post(reverse("customers:log"), data)
        assert answer.status_code in (400, 413)
        assert "</html>" in answer.content.decode()
    assert FollowUp.objects.count() == 0


@pytest.mark.proves("B28")
@pytest.mark.parametrize("name", LETTERS)
def test_letters_of_the_world_are_kept_exactly(cast, client_of, name):
    client = client_of(cast.alice)
    fields = {"name": name, "contact_name": name[:60], "industry": name[:60], "key": key(), "sure": "1"}
    assert client.post(reverse("customers:new"), fields).status_code in (302, 303)
    customer = Customer.objects.get()
    assert customer.name == " ".join(name.split())
    assert (customer.industry, customer.contacts.get().name) == (name[:60], name[:60])
    client.post(reverse("customers:log"), log_of(customer, text=f"{name}\n第二行"))
    saved = FollowUp.objects.get()
    assert saved.text.replace("\r\n", "\n") == f"{name}\n第二行"
    page = client.get(reverse("customer", args=[customer.pk])).content.decode()
    assert customer.name in page.replace("&#x27;", "'")


@pytest.mark.proves("B31")
def test_twenty_presses_and_the_back_button_make_one_record(cast, client_of):
    customer, client = make_customer(cast.alice), client_of(cast.alice)
    page = client.get(reverse("customers:log"), {"customer": customer.pk}).content.decode()
    pressed = log_of(customer, key=page.split('name="key" value="')[1].split('"')[0])
    answers = [client.post(reverse("customers:log"), pressed) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    assert FollowUp.objects.count() == 1
    assert client.post(reverse("customers:log"), pressed | {"text": "返回后又按了一次"}).status_code == 302
    assert FollowUp.objects.count() == 1  # the page of the back button carries the same key
    made = {"name": "启明科技", "contact_name": "王", "key": key(), "sure": "1"}
    for _ in range(20):
        client.post(reverse("customers:new"), made)
    assert Customer.objects.filter(name="启明科技").count() == 1


@pytest.mark.proves("B33")
def test_a_rep_edits_while_the_manager_moves(cast, client_of):
    """The rep has the customer's form open; the manager changes stage and tag meanwhile: both stay."""
    customer = make_customer(cast.alice)
    deal, stages = customer.deals.get(), list(Playbook.objects.default().stages.order_by("position"))
    version = customer.version
    moved = {"to": stages[1].pk, "from": stages[0].pk, "key_action": "已约演示", "expected_close": "2031-01-05",
             "key": key()}
    assert client_of(cast.mia).post(reverse("pipeline:move", args=[deal.pk]), moved).status_code == 302
    assert client_of(cast.mia).post(reverse("customers:tag", args=[customer.pk]), {"tag": "hot", "key": key()}
                                    ).status_code in (200, 302)
    edited = {"name": customer.name, "industry": "半导体", "version": version, "key": key()}
    assert client_of(cast.alice).post(reverse("customers:edit", args=[customer.pk]), edited).status_code == 302
    customer.refresh_from_db()
    deal.refresh_from_db()
    assert (customer.industry, customer.tag, deal.stage) == ("半导体", "hot", stages[1])


@pytest.mark.proves("B36")
def test_a_stage_retired_meanwhile_is_told_with_what_remains(cast, client_of):
    customer = make_customer(cast.alice)
    deal, stages = customer.deals.get(), list(Playbook.objects.default().stages.order_by("position"))
    client, path = client_of(cast.alice), reverse("pipeline:move", args=[deal.pk])
    assert client.get(path, {"to": stages[2].pk}).status_code == 200
    staging.retire(stages[2], by=cast.ada, now=timezone.now())
    moved = {"to": stages[2].pk, "from": stages[0].pk, "key_action": "x", "expected_close": "2031-01-05", "key": key()}
    for more in ({}, {"HTTP_HX_REQUEST": "true"}):
        answer = client.post(path, moved | {"key": key()}, **more)
        html = answer.content.decode()
        assert answer.status_code == 409
        assert stages[1].label_en in html
        assert "is no longer in use" in html
    deal.refresh_from_db()
    assert deal.stage == stages[0]
