"""The log line as pages (M14): who is found, what the check shows, what is saved, for whom. Without scripts too."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.periods import today
from customers.models import FollowUp, NextStep, Topic
from customers.naming import candidates
from tests.cast import key, make_customer, make_log, make_step

LINE = "电话 张经理 需要降本 3月3日上门演示 #高意向"
pytestmark = [pytest.mark.django_db, pytest.mark.proves("M14")]


@pytest.fixture
def world(cast):
    cast.one = make_customer(
        cast.alice, name="星澜科技",
        contacts=[{"name": "张敏", "position": "采购经理"}, {"name": "林涛", "position": "技术总监"}],
    )
    cast.two = make_customer(cast.alice, name="远洋重工", contacts=[{"name": "周航", "position": "生产总监"}])
    cast.far = make_customer(cast.charlie, name="张江集团", contacts=[{"name": "张强", "position": "经理"}])
    return cast


def ask(client, text, **more):
    return client.get(reverse("customers:line"), {"text": text, **more})


def fields(response, form="qlf"):
    """{name: [values]} of the check's form as a browser would send it."""
    html = response.content.decode()
    html = html[html.index(f'id="{form}"') :]
    found = {}
    for tag in re.findall(r"<(?:input|textarea|select)[^>]*>(?:[^<]*</textarea>)?", html[: html.index("</form>")]):
        kind, name = re.search(r'type="(\w+)"', tag), re.search(r'name="(\w+)"', tag)
        if name and (kind is None or kind[1] not in ("radio", "checkbox") or " checked" in tag):
            value = re.search(r'value="([^"]*)"', tag)
            text = tag.partition(">")[2].removesuffix("</textarea>") if tag.startswith("<textarea") else ""
            found.setdefault(name[1], []).append(value[1] if value else text)
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else ""]
    return found


def test_a_line_is_read_checked_and_saved(world, client_of):
    client = client_of(world.alice)
    page = ask(client, LINE)
    assert page.templates[0].name == "customers/log_page.html"
    said = fields(page)
    coming = dt.date(today().year, 3, 3)
    coming = coming if coming >= today() else coming.replace(year=today().year + 1)
    assert (said["methods"], said["text"], said["tag"], said["next"], said["next_text"]) == (
        ["phone"], ["需要降本"], ["hot"], [coming.isoformat()], ["上门演示"]
    )
    assert said["topics"] == [str(Topic.objects.get(code="cut_cost").pk)]
    assert said["contact"] == [str(world.one.contacts.get(name="张敏").pk)]
    answer = client.post(reverse("customers:log"), said)
    assert answer.status_code == 302
    follow_up = FollowUp.objects.get()
    assert (follow_up.customer, follow_up.contact.name, follow_up.methods, follow_up.source, follow_up.text) == (
        world.one, "张敏", ",phone,", "line", "需要降本"
    )
    assert [need.topic.code for need in follow_up.needs.all()] == ["cut_cost"]
    assert list(NextStep.objects.values_list("due_on", "text", "owner")) == [(coming, "上门演示", world.alice.pk)]
    world.one.refresh_from_db()
    assert world.one.tag == "hot"


def test_a_second_enter_saves_nothing_more(world, client_of):
    client = client_of(world.alice)
    said = fields(ask(client, LINE))
    first, second = (client.post(reverse("customers:log"), said) for _time in range(2))
    assert (first.status_code, second.status_code, second["X-Replayed"]) == (302, 302, "1")
    assert FollowUp.objects.count() == 1


def test_reading_writes_nothing(world, client_of):
    client = client_of(world.alice)
    ask(client, LINE)  # the first request of the day notes that the person was here
    with CaptureQueriesContext(connection) as asked:
        ask(client, LINE)
    assert [q["sql"] for q in asked if re.match(r"(INSERT|UPDATE|DELETE)", q["sql"])] == []
    assert client.post(reverse("customers:line"), {"text": LINE, "key": key()}).status_code == 405


def test_only_customers_one_sees_can_be_meant(world, client_of):
    """charlie's 张经理 is no choice of alice, and his customer's number in the address does not exist for her."""
    page = ask(client_of(world.alice), "电话 张经理 周五再谈")
    assert fields(page)["customer"] == [str(world.one.pk)]
    assert "张江集团" not in page.content.decode()
    assert "张强" not in page.content.decode()
    assert ask(client_of(world.alice), "电话 周五再谈", customer=world.far.pk).status_code == 404
    found = {name.name for name in candidates("张江集团 张强 zhangqiang", world.alice)}
    assert "张江集团" not in found


def test_support_keeps_no_log(world, client_of):
    client = client_of(world.sam)
    answers = [client.get(reverse(f"customers:{name}"), {"text": LINE}).status_code for name in ("line", "dates")]
    assert answers == [403, 403]


def test_where_two_fit_the_choice_is_offered_and_the_line_is_kept(world, client_of):
    make_customer(world.alice, name="启明医疗", contacts=[{"name": "张伟", "position": "主任"}])
    client = client_of(world.alice)
    page = ask(client, "电话 张总 嫌贵 周五再报")
    html = page.content.decode()
    assert "qlf" not in html
    links = re.findall(r'href="(/log/line\?[^"]*customer=\d+[^"]*)"', html)
    assert len(links) == 2
    chosen = client.get(links[0].replace("&amp;", "&"))
    assert fields(chosen)["next_text"] == ["再报"]
    assert {name for name in ("星澜科技", "启明医疗") if name in html} == {"星澜科技", "启明医疗"}


def test_a_line_without_a_customer_asks_who_it_was(world, client_of):
    make_log(world.two)
    page = ask(client_of(world.alice), "电话 谁谁 嫌贵 周五再报")
    html = page.content.decode()
    assert f"customer={world.two.pk}" in html  # the last ones spoken to
    assert "qlf" not in html


def test_the_box_of_the_log_takes_a_name_or_a_line(world, client_of):
    client = client_of(world.alice)
    url = reverse("customers:log")
    assert client.get(url, {"q": "xlkj", "go": "1"})["Location"] == f"{url}?customer={world.one.pk}&contact="
    assert fields(client.get(url, {"q": LINE, "go": "1"}))["tag"] == ["hot"]
    typing = client.get(url, {"q": LINE}).content.decode()  # while it is typed nothing is decided
    assert "qlf" not in typing
    assert 'name="go" value="1"' in typing


def test_all_fields_opens_the_whole_form_filled_and_saves_nothing(world, client_of):
    client = client_of(world.alice)
    said = fields(ask(client, LINE)) | {"then": ["more"], "text": ["需要降本，月底定"]}
    page = client.post(reverse("customers:log"), said)
    assert page.status_code == 200
    whole = fields(page)
    assert (whole["text"], whole["methods"], whole["next_text"], whole["source"]) == (
        ["需要降本，月底定"], ["phone"], ["上门演示"], ["line"]
    )
    assert whole["next"] == said["next"]
    assert FollowUp.objects.count() == 0


def test_a_part_taken_off_is_not_saved(world, client_of):
    client = client_of(world.alice)
    said = fields(ask(client, LINE))
    for name in ("tag", "topics", "methods"):
        del said[name]
    client.post(reverse("customers:log"), said)
    follow_up = FollowUp.objects.get()
    assert (follow_up.methods, follow_up.needs.count(), follow_up.text) == ("", 0, "需要降本")
    world.one.refresh_from_db()
    assert world.one.tag == "prospect"


def test_no_answer_brings_its_own_next_step(world, client_of):
    client = client_of(world.alice)
    client.post(reverse("customers:log"), fields(ask(client, "电话 周航 没接")))
    follow_up = FollowUp.objects.get()
    assert (follow_up.outcome, follow_up.customer, NextStep.objects.count()) == ("no_answer", world.two, 1)


def test_a_line_without_a_date_asks_for_the_next_step(world, client_of):
    client = client_of(world.alice)
    answer = client.post(reverse("customers:log"), fields(ask(client, "电话 周航 嫌贵")))
    assert answer.status_code == 422
    assert fields(answer)["text"] == ["嫌贵"]
    assert FollowUp.objects.count() == 0


def test_waiting_until_is_kept_as_waiting(world, client_of):
    client = client_of(world.alice)
    client.post(reverse("customers:log"), fields(ask(client, "微信 周航 等预算审批到12月20日")))
    assert list(NextStep.objects.values_list("kind", flat=True)) == ["waiting"]


def test_open_steps_due_are_offered_to_tick(world, client_of):
    step = make_step(world.two, today(), text="发送报价")
    assert f'name="steps" value="{step.pk}"' in ask(client_of(world.alice), "电话 周航 周五再约").content.decode()


def test_phrases_are_learned_from_what_a_person_corrected(world, client_of):
    """Words the reader did not place got a topic by hand once; the next line has it."""
    topic = Topic.objects.get(code="price")
    make_log(world.two, text="费用超了心理价", needs=(("objection", topic, ""),))
    client = client_of(world.alice)
    assert fields(ask(client, "电话 张敏 费用超了心理价 周五再报"))["topics"] == [str(topic.pk)]
    assert "topics" not in fields(ask(client_of(world.charlie), "电话 张强 费用超了心理价 周五再报"))


def test_the_date_of_a_text_is_a_chip(world, client_of):
    client = client_of(world.alice)
    chip = client.get(reverse("customers:dates"), {"text": "客户认可。12月31日前给答复"}).content.decode()
    assert f'value="{today().year}-12-31"' in chip
    assert 'data-words="12月31日前给答复"' in chip
    assert client.get(reverse("customers:dates"), {"text": "客户认可"}).content.decode().strip() == ""


def test_the_palette_offers_to_log_a_line_first(world, client_of):
    hits = client_of(world.alice).get(reverse("search"), {"q": LINE}, headers={"HX-Request": "true"}).content.decode()
    first = re.search(r'<a[^>]*href="([^"]+)"([^>]*)>', hits)
    assert first[1].startswith("/log/line?text=")
    assert "data-drawer" in first[2]
    for user, text in ((world.alice, "星澜科技"), (world.sam, LINE)):
        assert "/log/line" not in client_of(user).get(reverse("search"), {"q": text}).content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_both_languages(world, client_of, language):
    type(world.alice).objects.filter(pk=world.alice.pk).update(language=language)
    html = ask(client_of(world.alice), LINE).content.decode()
    assert {"en": "Check, then Enter saves", "zh-hans": "核对一下，回车保存"}[language] in html


def test_a_line_costs_the_same_with_one_customer_and_with_many(world, client_of):
    client = client_of(world.alice)
    ask(client, LINE)
    with CaptureQueriesContext(connection) as few:
        ask(client, LINE)
    for number in range(30):
        make_customer(world.alice, name=f"张家港电子{number}厂", contacts=[{"name": f"林{number}"}])
    ask(client, LINE)
    with CaptureQueriesContext(connection) as many:
        ask(client, LINE)
    assert len(many) == len(few)


def test_a_hostile_line_is_only_text(world, client_of):
    client = client_of(world.alice)
    said = fields(ask(client, "电话 周航 <script>alert(1)</script> 周五再约"))
    assert "<script>alert" not in ask(client, "电话 周航 <script>alert(1)</script> 周五再约").content.decode()
    assert said["next_text"] == ["再约"]
    assert ask(client, "\x00").status_code == 302
    assert ask(client, "电话 " * 400).status_code == 200
    assert ask(client, LINE, customer="９" * 30).status_code == 404


def test_another_customer_may_be_chosen_without_typing_again(world, client_of):
    make_log(world.two)
    client = client_of(world.alice)
    page = ask(client, LINE).content.decode()
    other = client.get(re.search(r'class="who-pick" href="([^"]+)"', page)[1]).content.decode()
    link = re.search(rf'href="(/log/line\?text=[^"]+customer={world.two.pk})"', other)[1].replace("&amp;", "&")
    chosen = fields(client.get(link))
    assert (chosen["customer"], chosen["next_text"], chosen["contact"]) == ([str(world.two.pk)], ["上门演示"], [""])
