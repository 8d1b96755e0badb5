"""Weekly steps that end with an event (R50), and what becomes of the round that stands then."""

import datetime as dt

import pytest

from activity.models import Event
from activity.undoing import undo
from customers import steps
from customers.models import FollowUp, NextStep
from pipeline.models import Deal, LossReason, Stage
from pipeline.moving import lose, move_to
from tests.cast import key, make_customer, make_log, make_request
from tests.customers.moments import MARCH_1, at

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2024, 3, 4)
LATER = at(2024, 3, 5, 15)
HOUR = dt.timedelta(hours=1)


def stage(position):
    return Stage.objects.live().get(playbook__is_default=True, position=position)


def weekly(customer, ends, **more):
    return steps.plan(customer, by=customer.owner, now=MARCH_1, due_on=MONDAY, text="跟进审批进度",
                      repeat="weekly", ends=ends, **more)


def moves_on(customer, by):
    move_to(customer.deals.get(), stage(2), by=by, now=LATER)


def moves_back(customer, by):
    Deal.objects.filter(customer=customer).update(stage=stage(3))
    move_to(customer.deals.get(), stage(2), by=by, now=LATER, reason="需求变了")


def moves_and_is_undone(customer, by):
    moves_on(customer, by)
    undo(Event.objects.filter(verb="pipeline.moved").latest("pk"), by=by, now=LATER)


def is_lost(customer, by):
    lose(customer.deals.get(), LossReason.objects.first(), by=by, now=LATER)


def answers(customer, by):
    make_log(customer, happened_at=LATER, now=LATER)


def is_not_reached(customer, by):
    make_log(customer, happened_at=LATER, now=LATER, outcome="no_answer")


def talked_before(customer, by):
    make_log(customer, happened_at=at(2024, 2, 29), now=LATER)


def nothing(customer, by):
    pass


@pytest.mark.proves("R50")
@pytest.mark.parametrize(
    ("ends", "happens", "over"),
    [("moves", moves_on, True), ("moves", is_lost, True), ("moves", moves_back, False),
     ("moves", moves_and_is_undone, False), ("moves", answers, False), ("decided", is_lost, True),
     ("decided", moves_on, False), ("answered", answers, True), ("answered", is_not_reached, False),
     ("answered", talked_before, False), ("approved", moves_on, False), ("", is_lost, False),
     ("moves", nothing, False)],
)
def test_a_weekly_step_ends_with_its_event_and_with_no_other(cast, ends, happens, over):
    customer, other = make_customer(cast.alice, now=MARCH_1), make_customer(cast.alice, now=MARCH_1, name="远洋制造")
    step, of_other = weekly(customer, ends), weekly(other, ends)
    happens(customer, cast.alice)
    assert steps.end_repeats(now=at(2024, 3, 5, 16)) == over
    step.refresh_from_db()
    assert step.closed_as == ("dropped" if over else "")
    customer.refresh_from_db()
    assert (customer.next_step_on is None) == over
    assert NextStep.objects.open().filter(pk=of_other.pk).exists()
    assert steps.end_repeats(now=at(2024, 3, 5, 17)) == 0


@pytest.mark.proves("R50")
def test_the_last_approval_ends_it_not_the_first(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    step = weekly(customer, "approved")
    asked = make_request(cast.alice, cast.legal, now=MARCH_1, customer=customer)
    event = {"about_customer_id": customer.pk, "subject": asked, "by": cast.sam, "verb": "collaboration.approved"}
    Event.objects.create(at=LATER, data={"who": "孙立"}, **event)
    assert steps.end_repeats(now=LATER) == 0
    Event.objects.create(at=LATER, data={"who": "孙立", "last": True}, **event)
    assert steps.end_repeats(now=LATER) == 1
    step.refresh_from_db()
    assert step.closed_as == "dropped"


@pytest.mark.proves("R50")
def test_a_round_kept_after_the_event_is_the_last(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    step = weekly(customer, "moves", until=dt.date(2024, 6, 1))
    again = steps.close(step, "missed", by=cast.alice, now=at(2024, 3, 4, 18))
    assert (again.due_on, again.ends, again.until) == (dt.date(2024, 3, 11), "moves", dt.date(2024, 6, 1))
    moves_on(customer, cast.alice)
    assert steps.close(again, "kept", by=cast.alice, now=at(2024, 3, 11)) is None
    assert not NextStep.objects.open().exists()


def test_only_a_weekly_step_of_ours_has_an_end(cast, client_of):
    """Chosen in the log without "every week" it says nothing, and no job closes that step (R50)."""
    customer = make_customer(cast.alice)
    data = {"text": "聊了方案", "methods": ["phone"], "time": "now", "next": "pick", "next_date": "2031-03-03",
            "next_text": "回访", "ends": "answered", "key": key()}
    assert client_of(cast.alice).post(f"/log?customer={customer.pk}", data).status_code == 302
    step = NextStep.objects.get()
    assert (step.repeat, step.ends) == ("", "")
    NextStep.objects.update(ends="answered")
    FollowUp.objects.update(entered_at=step.made_at + HOUR, happened_at=step.made_at + HOUR)
    assert (steps.end_repeats(now=step.made_at + 2 * HOUR), NextStep.objects.open().count()) == (0, 1)


def test_the_form_plans_it_and_the_page_says_so(cast, client_of):
    customer = make_customer(cast.alice)
    data = {"next": "pick", "next_date": "2031-03-03", "next_text": "跟进审批进度", "repeat": "on", "ends": "approved"}
    answer = client_of(cast.alice).post(f"/customers/{customer.pk}/steps/new", data | {"key": key()})
    assert answer.status_code == 302
    step = NextStep.objects.get()
    assert (step.repeat, step.ends, step.until, step.due_on) == ("weekly", "approved", None, dt.date(2031, 3, 3))
    assert "every week until the approval is done" in client_of(cast.alice).get(f"/customers/{customer.pk}").text
    answer = client_of(cast.alice).post(
        f"/customers/{customer.pk}/steps/new", data | {"key": key(), "ends": "rains"}
    )
    assert (answer.status_code, NextStep.objects.count()) == (422, 1)
