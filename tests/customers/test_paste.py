"""A chat pasted in, checked and saved (R1): on the right customer, once, with its own times, accusing nobody (M2)."""

import datetime as dt
import re

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.errors import Refused
from core.periods import at, today
from customers.models import FollowUp, NextStep, Pasted
from customers.pasting import look
from customers.pasting import save as write
from customers.promptness import Judge
from reviews.pace import pace_of
from reviews.scopes import Scope
from tests.cast import PASSWORD, key, make_customer, make_log
from tests.customers.test_threads import nested

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def customer(cast):
    people = [{"name": "张敏", "phone": "13800005678", "email": "zhang@xl.com", "position": "采购经理"}]
    return make_customer(cast.alice, name="星澜科技", contacts=people, now=timezone.now() - 30 * DAY)


def chat(*days, extra=""):
    """A conversation a day, so many days ago: the customer asks, the rep answers a minute later."""
    parts = []
    for ago in days:
        on = today() - ago * DAY
        day = f"{on.year}/{on.month}/{on.day}"
        parts.append(f"张敏 {day} 10:12:03\n价格太高了\n\n李强 {day} 10:13:10\n我再申请")
    return "\n\n".join(parts) + extra


def read(client, text, **more):
    return client.post(reverse("customers:paste"), {"text": text} | more)


def form_of(page, **change):
    """What the check page would send, as the browser reads its fields."""
    shown, data = page.context["look"], {"key": key()}
    data |= {"customer": shown.customer.pk, "text": page.context["text"], "read_at": page.context["read_at"]}
    for form in page.context["forms"]:
        for name in form.fields:
            value = form[name].value()
            if value in (None, "", False):
                continue
            if isinstance(value, dt.datetime):
                value = value.strftime("%Y-%m-%dT%H:%M")
            data[f"{form.row.ref}-{name}"] = "on" if value is True else value
    return data | change


def fates(page):
    return [(row.fate, row.known) for row in page.context["look"].rows]


def save(client, page, **change):
    return client.post(reverse("customers:paste_save"), form_of(page, **change))


@pytest.mark.proves("R1")
def test_each_conversation_becomes_a_follow_up_with_its_own_time(cast, client_of, customer):
    client = client_of(cast.alice)
    page = read(client, chat(3, 1))
    assert (page.context["look"].customer, fates(page), FollowUp.objects.count()) == (customer, [("new", 0)] * 2, 0)
    assert save(client, page)["Location"].startswith(reverse("customer", args=[customer.pk]) + "#ev-")
    saved = list(FollowUp.objects.order_by("happened_at"))
    expected = [at(today() - ago * DAY, dt.time(10, 13, 10)) for ago in (3, 1)]
    assert [one.happened_at for one in saved] == expected
    for one in saved:
        assert (one.customer, one.source, one.methods, one.talked_by) == (customer, "chat", ",wechat,", cast.alice)
        assert (one.outcome, one.contact.name, one.time_known) == ("talked", "张敏", True)
        assert one.text == "10:12 张敏：价格太高了\n10:13 李强：我再申请"
        assert [need.topic.code for need in one.needs.all()] == ["price"]
    customer.refresh_from_db()
    assert customer.last_contact_on == today() - DAY


@pytest.mark.proves("R1", "REL2")
def test_pasted_again_and_longer_only_the_new_is_added(cast, client_of, customer):
    client = client_of(cast.alice)
    page = read(client, chat(5))
    sent = form_of(page)
    for _press in range(3):
        assert client.post(reverse("customers:paste_save"), sent).status_code == 302
    assert client.post(reverse("customers:paste_save"), sent | {"key": key()}).status_code in (302, 422)
    assert FollowUp.objects.count() == 1
    on = today() - 5 * DAY
    more = f"\n\n张敏 {on.year}/{on.month}/{on.day} 10:20:00\n好，等你\n"
    longer = chat(5, extra=more) + "\n" + chat(2)
    page = read(client, longer)
    assert fates(page) == [("part", 2), ("new", 0)]
    assert save(client, page).status_code == 302
    texts = list(FollowUp.objects.order_by("happened_at").values_list("text", flat=True))
    first = "10:12 张敏：价格太高了"
    assert [text.split("\n")[0] for text in texts] == [first, "10:20 张敏：好，等你", first]
    page = read(client, longer)
    assert fates(page) == [("there", 3), ("there", 2)]
    assert save(client, page).status_code == 302
    assert (FollowUp.objects.count(), Pasted.objects.count()) == (3, 5)


@pytest.mark.proves("R1")
def test_two_pages_open_at_once_make_nothing_twice(cast, client_of, customer):
    client = client_of(cast.alice)
    first, second = read(client, chat(4)), read(client, chat(4))
    assert save(client, first).status_code == 302
    assert save(client, second).status_code == 302  # its conversations came in meanwhile
    assert FollowUp.objects.count() == 1


def test_what_was_changed_on_the_page_is_saved_and_what_is_skipped_is_not(cast, client_of, customer):
    other = make_customer(cast.alice, name="云帆物流")
    client = client_of(cast.alice)
    make_log(other)  # so that it is offered among the recent ones
    page = read(client, chat(3, 2, 1))
    first, second, third = (row.ref for row in page.context["look"].rows)
    data = form_of(page)
    del data[f"{first}-take"]
    plan = (today() + 4 * DAY).isoformat()
    when = (today() - 2 * DAY).isoformat() + "T11:30"
    data |= {f"{second}-customer": other.pk, f"{second}-at": when, f"{second}-text": "改过的话", f"{second}-plan": "on",
             f"{second}-next_on": plan, f"{second}-next_text": "寄样品"}
    assert client.post(reverse("customers:paste_save"), data).status_code == 302
    moved = other.followups.get(source="chat")
    assert (moved.text, moved.happened_at, moved.contact) == ("改过的话", at(today() - 2 * DAY, dt.time(11, 30)), None)
    step = NextStep.objects.get()
    assert (step.customer, step.due_on, step.text) == (other, today() + 4 * DAY, "寄样品")
    assert customer.followups.get().happened_at == at(today() - DAY, dt.time(10, 13, 10))
    assert third


def test_what_is_wrong_comes_back_with_everything(cast, client_of, customer):
    client = client_of(cast.alice)
    page = read(client, chat(1))
    ref = page.context["look"].rows[0].ref
    late = (timezone.localtime() + DAY).strftime("%Y-%m-%dT%H:%M")
    for change in ({f"{ref}-at": late}, {f"{ref}-at": ""}, {f"{ref}-at": "1024-03-01T10:00"}, {f"{ref}-text": ""},
                   {f"{ref}-text": "长" * 20_001}, {f"{ref}-customer": 10**9}, {f"{ref}-plan": "on"}):
        answer = save(client, page, **change | {f"{ref}-next_text": "我的计划"})
        assert (answer.status_code, FollowUp.objects.count()) == (422, 0), change
        assert "我的计划" in answer.content.decode()
    nothing = form_of(page)
    del nothing[f"{ref}-take"]
    assert client.post(reverse("customers:paste_save"), nothing).status_code == 422
    other_text = form_of(page) | {"text": chat(2)}
    assert client.post(reverse("customers:paste_save"), other_text).status_code == 422
    assert client.post(reverse("customers:paste"), {"text": "铃\x07"}).status_code == 422
    assert client.post(reverse("customers:paste"), {"text": "长" * 100_001}).status_code == 422
    assert FollowUp.objects.count() == 0


def test_text_that_nobody_can_read_stays_text_and_asks_for_its_time(cast, client_of, customer):
    client = client_of(cast.alice)
    page = read(client, "和张敏聊了一会儿，她要再想想。", customer=customer.pk)
    assert "No line says who wrote when" in page.content.decode()
    ref = page.context["look"].rows[0].ref
    assert save(client, page).status_code == 422  # the time is asked for, not guessed
    when = (today() - DAY).isoformat() + "T09:00"
    assert save(client, page, **{f"{ref}-at": when}).status_code == 302
    saved = FollowUp.objects.get()
    assert (saved.text, saved.time_known, saved.source) == ("和张敏聊了一会儿，她要再想想。", False, "chat")


@pytest.mark.proves("R1")
def test_the_customer_is_found_by_address_phone_or_name_else_asked(cast, client_of, customer):
    client = client_of(cast.alice)
    mail = "From: Somebody <ZHANG@xl.com>\nSent: Friday, March 1, 2024 10:12 AM\nTo: x\n\nToo expensive."
    assert read(client, mail).context["look"].customer == customer
    assert read(client, "某某 2024/3/1 10:12:03\n我的电话 138 0000 5678").context["look"].customer == customer
    assert read(client, chat(1)).context["look"].customer == customer
    twin = make_customer(cast.alice, name="远洋重工", contacts=[{"name": "张敏"}])
    asked = read(client, chat(1))
    assert (asked.context["step"], set(asked.context["named"])) == ("whose", {customer, twin})
    assert read(client, chat(1), customer=twin.pk).context["look"].customer == twin
    unknown = read(client, "某某 2024/3/1 10:12:03\n你好", q="远洋")
    assert unknown.context["named"] == [twin]
    assert client.get(reverse("customers:paste")).status_code == 200


def test_strangers_customers_are_not_found(cast, client_of, customer):
    charlie = client_of(cast.charlie)
    page = read(charlie, chat(1))
    assert (page.context["step"], page.context["named"]) == ("whose", [])
    assert "星澜科技" not in page.content.decode()
    assert read(charlie, chat(1), customer=customer.pk).status_code == 404
    sent = form_of(read(client_of(cast.alice), chat(1)))
    assert charlie.post(reverse("customers:paste_save"), sent).status_code == 404
    own = make_customer(cast.charlie, name="云帆物流")
    mine = form_of(read(charlie, chat(1), customer=own.pk))
    ref = next(name for name in mine if name.endswith("-text")).removesuffix("-text")
    answer = charlie.post(reverse("customers:paste_save"), mine | {f"{ref}-customer": customer.pk})
    assert (answer.status_code, FollowUp.objects.count()) == (422, 0)
    assert client_of(cast.sam).get(reverse("customers:paste")).status_code == 403


@pytest.mark.proves("M2", "R24")
def test_a_pasted_chat_is_neither_late_nor_in_time(cast, client_of, customer):
    """It was written down when it was said. Counting the late ones would accuse, counting the early ones flatter."""
    client = client_of(cast.alice)
    hour = timezone.localtime() - dt.timedelta(minutes=5)
    fresh = f"\n\n张敏 {hour.year}/{hour.month}/{hour.day} {hour:%H:%M:%S}\n好的"
    save(client, read(client, chat(3) + fresh))
    assert [Judge.load().lag_of(one) for one in FollowUp.objects.all()] == [None, None]
    found = pace_of(Scope("person", cast.alice.pk), now=timezone.now())
    assert (found.timed, found.share, found.day_only) == (0, None, 0)
    page = client.get(reverse("customer", args=[customer.pk])).content.decode()
    assert not re.search("Logged late|Logged within", page)


def test_only_ours_is_no_talk(cast, client_of, customer):
    client = client_of(cast.alice)
    on = today() - DAY
    head = f"李强 {on.year}/{on.month}/{on.day}"
    save(client, read(client, f"{head} 10:00:00\n在吗", customer=customer.pk))
    save(client, read(client, f"{head} 15:00:00\n资料 [文件] 方案.pdf", customer=customer.pk))
    assert list(FollowUp.objects.order_by("happened_at").values_list("outcome", flat=True)) == ["no_answer", "sent"]


def test_reading_costs_the_same_for_one_and_thirty(cast, client_of, customer, django_assert_max_num_queries):
    client = client_of(cast.alice)
    read(client, chat(1))
    with django_assert_max_num_queries(25) as one:
        read(client, chat(1))
    with django_assert_max_num_queries(len(one)):
        page = read(client, chat(*range(30, 0, -1)))
    assert len(page.context["look"].rows) == 30
    data = form_of(page)
    with django_assert_max_num_queries(70):
        assert client.post(reverse("customers:paste_save"), data).status_code == 302
    assert FollowUp.objects.count() == 30


def test_both_readings_agree_to_the_minute(cast, client_of, customer, monkeypatch):
    """A clock time later in this minute than now was of today in one reading and of yesterday in the other."""
    now = at(today(), dt.time(10, 12, 30))
    monkeypatch.setattr(timezone, "now", lambda: now)
    client = client_of(cast.alice)
    page = read(client, "张敏 10:12:20\n价格太高了\n\n李强 10:12:25\n我再申请", customer=customer.pk)
    shown = [row.ref for row in page.context["look"].rows]
    answer = save(client, page, **{f"{shown[0]}-at": ""})
    assert (answer.status_code, [row.ref for row in answer.context["look"].rows]) == (422, shown)
    assert "价格太高了" in answer.context["forms"][0]["text"].value()


def test_a_row_that_was_not_on_the_page_comes_filled_in(cast, client_of, customer):
    """The text reads differently now: what is new in it is shown as on a first look, not blank."""
    client = client_of(cast.alice)
    sent = form_of(read(client, chat(3))) | {"text": chat(2)}
    answer = client.post(reverse("customers:paste_save"), sent)
    assert (answer.status_code, FollowUp.objects.count()) == (422, 0)
    assert "The text reads differently now" in answer.content.decode()
    form = answer.context["forms"][0]
    assert (form["take"].value(), form["customer"].value()) == (True, customer.pk)
    assert "价格太高了" in form["text"].value()
    assert not form.errors


def test_who_it_is_entered_for_stays_chosen_and_is_never_guessed(cast, client_of, customer):
    client = client_of(cast.mia)
    page = read(client, chat(1), customer=customer.pk)
    ref = page.context["look"].rows[0].ref
    answer = save(client, page, talked_by=cast.alice.pk, **{f"{ref}-at": ""})
    assert answer.status_code == 422
    assert f'<option value="{cast.alice.pk}" selected>' in answer.content.decode()
    for unknown in (cast.charlie.pk, 10**9, "x"):
        answer = save(client, page, talked_by=unknown)
        assert (answer.status_code, FollowUp.objects.count()) == (422, 0)
        assert "Choose who it is entered for." in answer.content.decode()
    assert save(client, page, talked_by=cast.alice.pk).status_code == 302
    assert FollowUp.objects.get().talked_by == cast.alice


@pytest.mark.proves("B34")
def test_a_text_sent_after_the_session_ended_is_held_and_read_after_signing_in(cast, client_of, customer):
    client = client_of(cast.alice)
    pages = client.get(reverse("customers:paste")), read(client, chat(1))
    for page in pages:
        form = page.content.decode().split(f'action="{reverse("customers:paste")}"')[1].split("</form>")[0]
        sent = {"key": re.search(r'name="key" value="([^"]+)"', form)[1], "text": chat(2)}
        Session.objects.all().delete()
        answer = client.post(reverse("customers:paste"), sent)
        assert answer["Location"] == "/login?next=/resume"
        client.post(answer["Location"], {"login": cast.alice.username, "password": PASSWORD})
        held = client.get("/resume").content.decode()
        assert "价格太高了" in held and f'action="{reverse("customers:paste")}"' in held
        assert fates(client.post(reverse("customers:paste"), sent)) == [("new", 0)]
        assert client.get("/resume").status_code == 302  # read: nothing waits any more


def test_what_came_in_meanwhile_is_not_written_a_second_time(cast, client_of, customer):
    """The shorter text was saved in another window: the row is shown again with what is still new."""
    client = client_of(cast.alice)
    on = today() - 5 * DAY
    longer = chat(5, extra=f"\n\n张敏 {on.year}/{on.month}/{on.day} 10:20:00\n好，等你\n")
    page, shorter = read(client, longer), read(client, chat(5))
    assert save(client, shorter).status_code == 302
    answer = save(client, page)
    assert (answer.status_code, FollowUp.objects.count(), fates(answer)) == (422, 1, [("part", 2)])
    assert "This was changed meanwhile." in answer.content.decode()
    assert answer.context["forms"][0]["text"].value() == "10:20 张敏：好，等你"
    assert save(client, answer).status_code == 302
    assert FollowUp.objects.latest("happened_at").text == "10:20 张敏：好，等你"


def test_what_comes_in_between_reading_and_saving_is_refused(cast, client_of, customer):
    client = client_of(cast.alice)
    now = timezone.now()
    shown = look(chat(5), cast.alice, now=now, customer=customer)
    assert save(client, read(client, chat(5))).status_code == 302
    Pasted.objects.order_by("pk").first().delete()
    with pytest.raises(Refused), transaction.atomic():
        write([(shown.rows[0], {"customer": customer})], by=cast.alice, now=now, method="", kind="wechat")


def test_a_mail_of_parts_inside_parts_is_refused_with_words(cast, client_of):
    """It would make the library that reads mails call itself until it breaks; what was pasted stays."""
    client, customer = client_of(cast.alice), make_customer(cast.alice)
    text = nested(1_000)
    answer = client.post(reverse("customers:paste"), {"text": text, "customer": customer.pk, "key": key()})
    assert answer.status_code == 422
    assert "too many parts inside parts" in answer.text and "报价收到" in answer.text
