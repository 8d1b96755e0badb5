"""State × verb × actor, the whole table; what is refused writes nothing (INV-8, requirements §1)."""

import datetime as dt

import pytest
from django.http import Http404
from django.test import RequestFactory

from accounts.models import User
from activity.models import Event, Notification
from collaboration import verbs
from collaboration.models import ApprovalStep, CollaborationRequest, RequestComment, RequestInterval
from collaboration.views.act import act
from core.errors import NotAllowed, Refused
from tests.cast import key
from tests.collaboration.world import FRIDAY, MONDAY, NEXT_MONDAY, TUESDAY, ask, brought_to

STATES = ["submitted", "countered", "waiting", "accepted", "delivered", "done", "refused", "withdrawn", "closed"]
# Written by hand from requirements §1, not read from life.py: {verb: {state: state after}}.
TABLE = {
    "accept": {"submitted": "accepted"},
    "counter": {"submitted": "countered"},
    "refuse": {"submitted": "refused"},
    "ask_back": {"submitted": "waiting", "accepted": "waiting"},
    "hand_over": {"submitted": "submitted", "accepted": "submitted"},
    "deliver": {"accepted": "delivered"},
    "postpone": {"accepted": "accepted"},
    "agree": {"countered": "accepted"},
    "insist": {"countered": "submitted"},
    "answer": {"waiting": "submitted"},
    "resubmit": {"refused": "submitted"},
    "confirm": {"delivered": "done"},
    "reopen": {"delivered": "accepted", "done": "accepted"},
    "withdraw": {state: "withdrawn" for state in ("submitted", "countered", "waiting", "accepted", "refused")},
    "close": {
        state: "closed" for state in ("submitted", "countered", "waiting", "accepted", "delivered", "refused")
    },
    "approve": {}, "send_back": {},
}  # fmt: skip
ACTORS = {  # who has the right at all, on a request of alice to tess's department
    "alice": {"agree", "insist", "answer", "resubmit", "confirm", "reopen", "withdraw"},
    "mia": {"withdraw"},
    "tess": {"accept", "counter", "refuse", "ask_back", "hand_over", "deliver", "postpone"},
    "ada": {"close"},
    "watcher": set(),
    "sam": None, "charlie": None,  # None: for them it does not exist
}  # fmt: skip
HOLDER = {"submitted": "department", "accepted": "department", "countered": "asker", "waiting": "asker",
          "delivered": "asker", "refused": "asker", "done": "nobody", "withdrawn": "nobody", "closed": "nobody"}


def filled(verb, cast, now):
    """What each form needs, valid whatever the state."""
    later = (now + dt.timedelta(days=30)).date().isoformat()
    return {
        "counter": {"on": later, "reason": "出差"}, "refuse": {"reason": "不做"}, "ask_back": {"question": "缺什么"},
        "hand_over": {"department": cast.legal.pk}, "deliver": {"result": "可行"},
        "postpone": {"on": later, "reason": "people"}, "answer": {"text": "补充"},
        "resubmit": {"title": "新标题", "description": "新内容", "needed_by": later}, "reopen": {"reason": "不对"},
        "close": {"reason": "重复"}, "send_back": {"comment": "改"},
    }.get(verb, {})  # fmt: skip


def posted(user, request, verb, data):
    """The view's answer without middleware and error pages: their bodies are not examined here."""
    post = RequestFactory().post("/", data)
    post.htmx = False
    post.user = User.objects.get(pk=user.pk)  # as a new request reads him
    try:
        return act(post, request.number, verb.replace("_", "-")).status_code
    except Http404:
        return 404
    except NotAllowed:
        return 403
    except Refused:
        return 409


def everything(request):
    """Whatever a verb could write: the row and its history, and how many of the rows around it there are."""
    rows = [model.objects.count() for model in (RequestComment, ApprovalStep, Event, Notification)]
    rows.append(list(CollaborationRequest.objects.filter(pk=request.pk).values_list()))
    rows.append(list(RequestInterval.objects.filter(request=request).values_list()))
    return [*rows, CollaborationRequest.history.filter(id=request.pk).count()]


@pytest.mark.proves("INV-8")
@pytest.mark.parametrize("state", STATES)
def test_every_verb_of_every_actor_in_every_state(cast, state):
    now = dt.datetime.now(tz=MONDAY.tzinfo)
    cast.watcher = cast.bob
    wrong, request = [], None
    for verb, outcome in TABLE.items():
        for name, rights in ACTORS.items():
            if request is None:  # a refused cell leaves it as it was, which is what is checked
                request = brought_to(state, cast, now=now)
                request.watchers.create(user=cast.watcher)
                before = everything(request)
            data = {"key": key(), "state": state} | filled(verb, cast, now)
            status = posted(getattr(cast, name), request, verb, data)
            after = CollaborationRequest.objects.get(pk=request.pk).state
            if rights is None:
                expected = (404, state)
            elif verb not in rights:
                expected = (403, state)
            else:
                expected = (302, outcome[state]) if state in outcome else (409, state)
            if (status, after) != expected:
                wrong.append((verb, name, (status, after), expected))
            if expected[0] == 302:
                check_written(request, after, wrong, verb)
                request = None
            elif everything(request) != before:
                wrong.append((verb, name, "wrote something"))
    assert wrong == []


def check_written(request, after, wrong, verb):
    """One open interval, held by whom the table says; one event more about the request."""
    stretch = RequestInterval.objects.get(request=request, ended_at=None)
    if (stretch.state, stretch.holder) != (after, HOLDER[after]):
        wrong.append((verb, "interval", stretch.state, stretch.holder))
    if not Event.objects.about(request).exists():
        wrong.append((verb, "no event"))


def test_a_stale_page_is_told_the_new_state(cast, client_of):
    request = brought_to("accepted", cast)
    response = client_of(cast.tess).post(f"/requests/R-{request.number}/accept", {"key": key(), "state": "submitted"})
    assert response.status_code == 409
    assert "周婷" in response.content.decode()


def test_the_same_key_twice_is_one_deed(cast, client_of):
    request, client, data = ask(cast.alice, cast.tech), client_of(cast.tess), {"key": key(), "state": "submitted"}
    first = client.post(f"/requests/R-{request.number}/accept", data)
    again = client.post(f"/requests/R-{request.number}/accept", data)
    assert (first.status_code, again.status_code, again["X-Replayed"]) == (302, 302, "1")
    assert Event.objects.filter(verb="collaboration.accepted").count() == 1


@pytest.mark.parametrize("verb", ["accept", "refuse", "nothing-of-ours"])
def test_a_verb_is_a_post(cast, client_of, verb):
    request = ask(cast.alice, cast.tech)
    assert client_of(cast.tess).get(f"/requests/R-{request.number}/{verb}").status_code == 405


def test_an_unknown_verb_is_404_and_a_missing_reason_422(cast, client_of):
    request, client = ask(cast.alice, cast.tech), client_of(cast.tess)
    assert client.post(f"/requests/R-{request.number}/sing", {"key": key()}).status_code == 404
    response = client.post(f"/requests/R-{request.number}/refuse", {"key": key(), "state": "submitted"})
    assert response.status_code == 422
    request.refresh_from_db()
    assert request.state == "submitted"


@pytest.mark.proves("R66")
def test_one_click_accepts_as_me_by_the_date_asked(cast):
    request = ask(cast.alice, cast.tech, needed_by=FRIDAY.date())
    verbs.accept(request, by=cast.tess, now=TUESDAY)
    request.refresh_from_db()
    assert (request.state, request.person, request.promised_on) == ("accepted", cast.tess, FRIDAY.date())
    assert request.accepted_at == TUESDAY


def test_a_later_date_is_a_counter_offer_and_an_earlier_one_is_not(cast):
    later, earlier = ask(cast.alice, cast.tech), ask(cast.alice, cast.tech)
    verbs.accept(later, by=cast.tess, now=MONDAY, promised_on=NEXT_MONDAY.date())
    verbs.accept(earlier, by=cast.tess, now=MONDAY, promised_on=TUESDAY.date())
    assert (later.state, later.countered_on, later.promised_on) == ("countered", NEXT_MONDAY.date(), None)
    assert (earlier.state, earlier.promised_on) == ("accepted", TUESDAY.date())
    verbs.agree(later, by=cast.alice, now=TUESDAY)
    assert (later.state, later.person, later.promised_on) == ("accepted", cast.tess, NEXT_MONDAY.date())


def test_insisting_gives_it_back_to_the_whole_department(cast):
    request = brought_to("countered", cast)
    verbs.insist(request, by=cast.alice, now=TUESDAY, note="客户等不了")
    assert (request.state, request.person, request.countered_on) == ("submitted", None, None)
    assert request.accept_by > TUESDAY


def test_an_answer_goes_back_to_where_the_question_came_from(cast):
    request = brought_to("accepted", cast)
    verbs.ask_back(request, by=cast.tess, now=TUESDAY, question="单向？")
    assert (request.state, request.state_before, request.question) == ("waiting", "accepted", "单向？")
    verbs.answer(request, by=cast.alice, now=TUESDAY, text="双向")
    assert (request.state, request.state_before, request.question) == ("accepted", "", "")
    assert [line.text for line in request.comments.all()] == ["双向"]


def test_handing_over_to_another_department_starts_anew_there(cast):
    request = brought_to("accepted", cast)
    verbs.hand_over(request, by=cast.tess, now=TUESDAY, department=cast.legal, note="合同问题")
    assert (request.state, request.department, request.person) == ("submitted", cast.legal, None)
    assert (request.promised_on, request.accepted_at) == (None, None)
    assert not CollaborationRequest.objects.visible_to(cast.tess).filter(pk=request.pk).exists()
    assert CollaborationRequest.objects.visible_to(cast.sam).filter(pk=request.pk).exists()


def test_reopening_ends_after_fourteen_days(cast):
    request = brought_to("done", cast)
    with pytest.raises(Refused):
        verbs.reopen(request, by=cast.alice, now=MONDAY + dt.timedelta(days=14), reason="晚了")
    verbs.reopen(request, by=cast.alice, now=MONDAY + dt.timedelta(days=13, hours=23), reason="不对")
    assert (request.state, request.reopened_count, request.done_at, request.ended_at) == ("accepted", 1, None, None)
    assert request.promised_on > FRIDAY.date()


def test_postponing_is_counted_with_its_reason(cast):
    request = brought_to("accepted", cast)
    verbs.postpone(request, by=cast.tess, now=TUESDAY, on=NEXT_MONDAY.date(), reason="people")
    assert (request.state, request.promised_on, request.postponed_count) == ("accepted", NEXT_MONDAY.date(), 1)


@pytest.mark.proves("M10")
def test_each_side_owns_its_waiting(cast):
    request = ask(cast.alice, cast.tech, now=MONDAY)
    hour = dt.timedelta(hours=1)
    verbs.ask_back(request, by=cast.tess, now=MONDAY + hour, question="？")
    verbs.answer(request, by=cast.alice, now=MONDAY + 3 * hour, text="！")
    verbs.accept(request, by=cast.tess, now=MONDAY + 3 * hour)
    rows = [(row.state, row.holder, row.started_at, row.ended_at) for row in request.intervals.all()]
    assert rows == [
        ("submitted", "department", MONDAY, MONDAY + hour),
        ("waiting", "asker", MONDAY + hour, MONDAY + 3 * hour),
        ("submitted", "department", MONDAY + 3 * hour, MONDAY + 3 * hour),
        ("accepted", "department", MONDAY + 3 * hour, None),
    ]


def test_the_other_side_hears_and_what_is_no_longer_true_goes(cast):
    request = ask(cast.alice, cast.tech)
    asked = Notification.objects.get(recipient=cast.tess)
    assert (asked.kind, asked.group, asked.over_at) == ("collaboration.raised", "act", None)
    verbs.accept(request, by=cast.tess, now=TUESDAY)
    asked.refresh_from_db()
    assert asked.over_at == TUESDAY
    told = Notification.objects.get(recipient=cast.alice)
    assert (told.kind, told.group) == ("collaboration.accepted", "fyi")


def test_every_change_is_a_line_in_the_customers_timeline(cast):
    from tests.cast import make_customer

    customer = make_customer(cast.alice)
    request = ask(cast.alice, cast.tech, customer=customer)
    verbs.accept(request, by=cast.tess, now=TUESDAY)
    verbs.deliver(request, by=cast.tess, now=TUESDAY, result="可行")
    verbs.confirm(request, by=cast.alice, now=TUESDAY)
    lines = Event.objects.about_customer(customer).filter(verb__startswith="collaboration.").order_by("id")
    assert [line.verb.partition(".")[2] for line in lines] == ["raised", "accepted", "delivered", "confirmed"]
    assert request.deal == customer.deals.get()  # the only open deal is meant


def test_closing_needs_an_admin_and_says_why(cast):
    request = brought_to("closed", cast)
    assert request.intervals.get(ended_at=None).reason == "重复"
