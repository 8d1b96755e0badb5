"""A person's own part of the meeting: next week is Monday to Sunday, he adds steps himself; promises keep their
customer; a playbook that was switched off offers no stage; one shift is one event (S11, R30)."""

import datetime as dt

import pytest

from activity.models import Event
from core.changing import change
from core.periods import period_of, today
from customers.models import Customer, NextStep
from pipeline import agenda, books, switching
from pipeline import meeting as verbs
from pipeline.deciding import decide
from pipeline.models import Meeting, Playbook
from pipeline.onscreen import screen_of
from tests.cast import key, make_customer, make_step

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("weekday", range(7))
def test_next_week_is_monday_to_sunday(cast, own, now, weekday):
    on = period_of("week", today(now)).first + weekday * DAY
    first, last = period_of("week", on).next().first, period_of("week", on).next().last
    for day, text in ((first - DAY, "本周日"), (first, "周一"), (last, "周日"), (last + DAY, "再下周一")):
        make_step(own.customer, day, text=text)
    steps = agenda.plans_of([cast.alice.pk], cast.east, on)
    assert ([step.text for step in steps], first.weekday(), last.weekday()) == (["周一", "周日"], 0, 6)


def url(week, person, name=""):
    return f"/team/meeting/{week}/rep/{person.pk}{name}"


def test_a_rep_adds_a_next_step_on_his_part(cast, client_of, own, week, run):
    alice = client_of(cast.alice)
    page = alice.get(url(week, cast.alice)).content.decode()
    monday = period_of("week", today()).next().first
    assert 'id="part-step"' in page and f'value="{monday.isoformat()}"' in page
    said = {"team": cast.east.pk, "customer": own.customer.pk, "text": "上门演示", "due_on": monday, "key": key()}
    assert alice.post(url(week, cast.alice, "/step"), said).status_code == 302
    step = NextStep.objects.get(text="上门演示")
    assert (step.owner, step.due_on, step.customer) == (cast.alice, monday, own.customer)
    assert "上门演示" in alice.get(url(week, cast.alice)).content.decode()
    assert alice.post(url(week, cast.alice, "/step"), said).status_code == 302  # the same press again
    assert NextStep.objects.filter(text="上门演示").count() == 1
    # in the running meeting it is shown as added; by who leads as well, never by another
    run("start", cast.mia, here=[cast.alice.pk])
    tomorrow = said | {"text": "明天回电", "due_on": today() + DAY, "key": key()}
    assert client_of(cast.mia).post(url(week, cast.alice, "/step"), tomorrow).status_code == 302
    assert NextStep.objects.get(text="明天回电").owner == cast.alice
    assert "added since" in alice.get(url(week, cast.alice)).content.decode()
    assert client_of(cast.bob).post(url(week, cast.alice, "/step"), tomorrow | {"key": key()}).status_code == 404


def test_what_is_wrong_is_said_and_kept(cast, client_of, own, week, run, now):
    alice = client_of(cast.alice)
    foreign = make_customer(cast.bob, name="王敏的客户")
    said = {"team": cast.east.pk, "customer": own.customer.pk, "text": "上门演示", "due_on": today() - DAY}
    answer = alice.post(url(week, cast.alice, "/step"), said | {"key": key()})
    assert (answer.status_code, "上门演示" in answer.content.decode()) == (422, True)
    assert "Pick today or a later day" in answer.content.decode()
    other = said | {"customer": foreign.pk, "due_on": today() + DAY, "key": key()}
    assert alice.post(url(week, cast.alice, "/step"), other).status_code == 422
    assert not NextStep.objects.filter(text="上门演示").exists()
    bad = alice.post(url(week, cast.alice), {"team": cast.east.pk, "support": "a\x07b", "key": key()})
    assert (bad.status_code, "cannot be shown" in bad.content.decode()) == (422, True)
    run("start", cast.mia)
    run("end", cast.mia)
    late = said | {"due_on": today() + DAY, "key": key()}
    assert alice.post(url(week, cast.alice, "/step"), late).status_code == 409
    assert 'id="part-step"' not in alice.get(url(week, cast.alice)).content.decode()


def test_a_promise_keeps_its_customer_after_a_new_name(cast, client_of, quiet, now, week):
    then = now - 7 * DAY
    before = Meeting(team=cast.east, week=period_of("week", today(then)).code)
    before = verbs.start(before, by=cast.mia, now=then, attendees=[])
    decide(before, "note", quiet, {"text": "问财务", "due_on": None}, by=cast.mia, now=then)
    row = verbs.start(Meeting(team=cast.east, week=week), by=cast.mia, now=now, attendees=[])
    change(Customer.objects.get(pk=quiet.customer_id), by=cast.mia, name="启明股份")
    line = screen_of(cast.mia, row, now=now, place=0).item["lines"][0]
    assert (line["about"], line["renamed"], line["link"]) == ("启明电子", "启明股份", quiet.customer_id)
    html = client_of(cast.mia).get(f"/team/meeting/{week}?item=0").content.decode()
    assert f'<a href="/customers/{quiet.customer_id}">启明电子</a>' in html and "now 启明股份" in html
    change(Customer.objects.get(pk=quiet.customer_id), by=cast.ada, owner=cast.charlie, team=cast.south)
    line = screen_of(cast.mia, row, now=now, place=0).item["lines"][0]
    assert (line["about"], line["renamed"], line["link"]) == ("启明电子", "", None)  # no longer his to follow


def test_a_playbook_switched_off_meanwhile_offers_none_of_its_stages(cast, client_of, own, now, stages, price):
    """A deal that was lost there cannot come back into it: the menu says so and lists nothing of it."""
    book = books.turn_on(Playbook.objects.get(code="repurchase"), by=cast.ada, now=now)
    line = list(book.stages.order_by("position", "id"))
    switching.switch_many([own.deal], book, {own.deal.stage_id: line[0]}, by=cast.alice, now=now)
    own.deal.refresh_from_db()
    own.deal.lose(price, by=cast.alice, now=now)
    books.turn_off(book, by=cast.ada, now=now)
    alice, labels = client_of(cast.alice), [stage.label_en for stage in line if stage.kind == "open"]
    said = {"to": line[1].pk, "from": own.deal.stage_id, "key_action": "再谈", "reason": "回来了", "key": key()}
    there = f"/deals/{own.deal.pk}/move"
    answers = [alice.post(there, said, headers=HTMX), alice.get(there, headers=HTMX)]
    for answer in answers:
        html = answer.content.decode()
        assert [label for label in labels if f"</span>{label}" in html] == []
        assert "is switched off" in html and f"/customers/{own.customer.pk}/deals/new" in html
    assert [answer.status_code for answer in answers] == [409, 200]


def test_a_step_shifted_in_the_list_is_one_event_and_one_undo(cast, client_of, own):
    step = make_step(own.customer, today() + 2 * DAY, text="寄样品")
    alice, before = client_of(cast.alice), Event.objects.count()
    said = {"field": "day", "day": today() + 5 * DAY, "shown": step.due_on, "step": step.pk}
    answer = alice.post(f"/customers/{own.customer.pk}/cell", said | {"key": key()}, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()[:800]
    event = Event.objects.latest("pk")
    assert (Event.objects.count() - before, event.verb) == (1, "customers.shifted")
    assert f"/undo/{event.pk}" in answer.content.decode()
    assert alice.post(f"/undo/{event.pk}", {"key": key()}).status_code == 302
    step.refresh_from_db()
    assert (step.due_on, step.moved_count) == (today() + 2 * DAY, 0)
