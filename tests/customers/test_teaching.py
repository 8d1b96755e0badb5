"""The dictionary a team teaches, and what a log is offered by it (M8)."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from activity.undoing import undo
from core.errors import NotAllowed, Refused
from core.periods import today
from customers import teaching
from customers.dictionary import implied
from customers.models import FollowUp, Topic, TopicWord
from customers.pasting import look
from customers.saying import understand
from tests.cast import key, make_customer

pytestmark = [pytest.mark.django_db, pytest.mark.proves("M8")]


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def price():
    return Topic.objects.get(code="price")


@pytest.fixture
def delivery():
    return Topic.objects.get(code="delivery")


def test_a_word_means_one_label_and_every_step_is_taken_back(cast, now, price, delivery):
    assert implied("老母鸡条款") == []
    word = teaching.teach("老母鸡…款", price, by=cast.mia, now=now)
    assert implied("老母鸡条款") == [price.pk]
    assert teaching.teach("老母鸡…款", price, by=cast.mia, now=now) == word  # nothing new, nothing told
    teaching.teach("老母鸡…款", delivery, by=cast.mia, now=now)
    assert implied("老母鸡条款") == [delivery.pk]
    events = list(Event.objects.filter(verb=teaching.TAUGHT).order_by("pk"))
    told = [(event.data["label"], bool(event.data["was"])) for event in events]
    assert told == [("价格偏高", False), ("交货期", True)]
    undo(events[1], by=cast.mia, now=now)
    assert implied("老母鸡条款") == [price.pk]
    teaching.take_away(word, by=cast.mia, now=now)
    assert implied("老母鸡条款") == []
    with pytest.raises(Refused):
        teaching.take_away(word, by=cast.mia, now=now)
    undo(Event.objects.get(verb=teaching.TAKEN), by=cast.mia, now=now)
    assert implied("老母鸡条款") == [price.pk]
    undo(events[0], by=cast.mia, now=now)
    assert implied("老母鸡条款") == []
    assert TopicWord.objects.filter(key=word.key).count() == 2  # nothing is deleted


def test_undo_stops_where_somebody_went_on(cast, now, price, delivery):
    word = teaching.teach("老母鸡", price, by=cast.mia, now=now)
    first = Event.objects.get(verb=teaching.TAUGHT)
    teaching.take_away(word, by=cast.mia, now=now)
    teaching.teach("老母鸡", delivery, by=cast.mia, now=now)
    with pytest.raises(Refused):
        undo(first, by=cast.mia, now=now)
    with pytest.raises(Refused):
        undo(Event.objects.get(verb=teaching.TAKEN), by=cast.mia, now=now)
    assert implied("老母鸡") == [delivery.pk]


def test_a_log_line_and_a_pasted_chat_know_what_was_taught(cast, now, delivery):
    customer = make_customer(cast.alice, now=now, name="星澜科技")
    line = "电话 星澜科技 他们问了老母鸡 周五再谈"
    chat = "张敏 2024/3/1 10:12:03\n老母鸡怎么说\n\n李强 2024/3/1 10:13:10\n您好\n"
    assert understand(line, cast.alice, on=today(now)).topics == []
    teaching.teach("老母鸡", delivery, by=cast.mia, now=now)
    assert understand(line, cast.alice, on=today(now)).topics == [delivery.pk]
    rows = look(chat, cast.alice, now=now, customer=customer).rows
    assert [row.topics for row in rows] == [[delivery]]


def test_a_log_line_and_a_pasted_chat_offer_what_the_installed_words_imply(cast, client_of, now, delivery, price):
    """Unticked and marked, as in the log's form; what is ticked is what it was."""
    customer = make_customer(cast.alice, now=now, name="星澜科技")
    line, alice = "电话 星澜科技 仓库没人会用电脑", client_of(cast.alice)
    page = alice.get(reverse("customers:line"), {"text": line})
    assert page.context["picked"]["topics"] == [] and [topic.code for topic in page.context["hinted"]] == ["effort"]
    html = page.content.decode()
    mark = 'chip hinted"><input type="checkbox" name="'
    assert f'{mark}topics" value="{page.context["hinted"][0].pk}">' in html and "in text" in html
    chat = "张敏 2024/3/1 10:12:03\n仓库没人会用电脑\n\n李强 2024/3/1 10:13:10\n交期可以谈\n"
    row = look(chat, cast.alice, now=now, customer=customer).rows[0]
    assert row.topics == [] and [topic.code for topic in row.hinted] == ["effort"]  # what the customer said, alone
    assert row.shown_first[0] == row.hinted[0] and len(row.shown_first) == len(set(row.shown_first)) > 10
    response = alice.post(reverse("customers:paste"), {"text": chat, "customer": customer.pk, "key": key()})
    html = response.content.decode()
    assert re.search(rf'{mark}[^"]+-topics" value="{row.hinted[0].pk}">', html)


def test_what_is_left_out_covers_a_shorter_word(cast, now, delivery):
    assert implied("看了交期表") == [delivery.pk]
    teaching.teach("交期表", None, by=cast.mia, now=now)
    assert implied("看了交期表") == []


def test_labels_are_the_admins_and_retired_ones_are_not_offered(cast, now):
    with pytest.raises(NotAllowed):
        teaching.add_topic("need", "多仓调拨", "", by=cast.mia, now=now)
    topic = teaching.add_topic("need", "多仓调拨", "Multi-warehouse", by=cast.ada, now=now)
    assert teaching.add_topic("need", "多仓调拨", "", by=cast.ada, now=now) == topic
    teaching.teach("几个仓", topic, by=cast.mia, now=now)
    assert implied("几个仓之间") == [topic.pk]
    undo(Event.objects.get(verb=teaching.ADDED), by=cast.ada, now=now)
    assert implied("几个仓之间") == []
    for person in (cast.alice, cast.sam):
        with pytest.raises(NotAllowed):
            teaching.teach("几个仓", topic, by=person, now=now)
    with pytest.raises(Refused):
        teaching.teach("…仓", topic, by=cast.mia, now=now)


def test_the_page_teaches_and_takes_away(cast, client_of, price, now):
    page, mia, alice = reverse("reviews:words"), client_of(cast.mia), client_of(cast.alice)
    assert mia.post(page, {"text": "老母鸡", "topic": price.pk, "key": key()}).status_code == 302
    word = TopicWord.objects.in_use().get(key="老母鸡")
    assert "老母鸡" in alice.get(page, {"topic": price.pk}).content.decode()
    assert reverse("reviews:word_take") not in alice.get(page).content.decode()
    assert mia.post(page, {"text": "x", "topic": "999999", "key": key()}).status_code == 422
    new = {"text": "多仓", "topic": "new", "kind": "need", "label": "多仓管理"}
    assert mia.post(page, new | {"key": key()}).status_code == 403
    assert client_of(cast.ada).post(page, new | {"key": key()}).status_code == 302
    assert TopicWord.objects.in_use().get(key="多仓").topic.label == "多仓管理"
    assert mia.post(reverse("reviews:word_take"), {"word": word.pk, "key": key()}).status_code == 302
    assert implied("老母鸡") == []
    away = {"text": "老母鸡", "topic": "none", "next": "https://evil.example/", "key": key()}
    assert mia.post(page, away)["Location"] == f"{page}?topic=none"


def test_a_log_is_offered_what_it_implies_and_nothing_is_ticked(cast, client_of, now, price):
    """While it is typed, and without a script on the page that comes back: first in the row, said so, not ticked."""
    customer = make_customer(cast.alice, now=now, name="星澜科技")
    alice, text = client_of(cast.alice), "价格还是有点高，不需要培训，要走集团审批"
    said = alice.get(reverse("customers:dates"), {"text": text}).content.decode()
    group = Topic.objects.get(code="decision").pk
    assert f'data-implies="{price.pk} {group} "' in said
    assert "data-implies" not in alice.get(reverse("customers:dates"), {"text": "价格没问题"}).content.decode()
    log = reverse("customers:log") + f"?customer={customer.pk}"
    wrong = {"customer": customer.pk, "text": text, "methods": "phone", "time": "now", "key": key()}  # no next step
    back = alice.post(log, wrong)
    assert back.status_code == 422
    page = back.content.decode()
    first, second = (f'<label class="chip hinted"><input type="checkbox" name="topics" value="{pk}"><span>'
                     for pk in (price.pk, group))
    assert 0 < page.index(first) < page.index(second) < page.index('name="topics" value="{}"'.format(
        Topic.objects.get(code="training").pk))
    assert page.count("chip hinted") == 2 and not FollowUp.objects.exists()
