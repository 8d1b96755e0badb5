"""The weekly meeting: a frozen agenda, decisions by the verbs, minutes, promises (M4, R29, R30)."""

import datetime as dt

import pytest
from django.utils import timezone

from core.periods import period_of, today
from customers.models import NextStep
from pipeline import meeting as verbs
from pipeline.models import Meeting, MeetingItem
from tests.cast import key, make_customer, make_log, make_step

DAY = dt.timedelta(days=1)


def place_of(meeting, deal):
    return next(n for n, item in enumerate(meeting.agenda["items"]) if item.get("deal") == deal.pk)


@pytest.mark.proves("R29", "M4")
def test_the_agenda_holds_what_needs_the_team_person_by_person(cast, running, quiet):
    assert [(item["kind"], item.get("name")) for item in running.agenda["items"]] == [
        ("rep", "陈曦"), ("rep", "李强"), ("deal", "启明电子"), ("rep", "王敏"),
    ]
    item = running.agenda["items"][2]
    assert (item["flags"], item["quiet"], item["last"]) == (["quiet"], 9, "介绍公司产品案例")
    assert running.attendees == sorted([cast.alice.pk, cast.bob.pk])
    assert running.leader == cast.mia and running.as_of == running.started_at


def test_every_reason_is_on_the_agenda_and_calm_deals_are_not(cast, now, stages, approve):
    from pipeline import agenda, risks
    def made(name, **step):
        customer = make_customer(cast.alice, now=now - 2 * DAY, name=name)
        make_log(customer, now=now - DAY, happened_at=now - DAY)
        make_step(customer, period_of("week", today(now)).next().last, now=now - DAY)
        return customer.deals.select_related("customer", "stage").get()

    made("平静")
    risky, closing, slipped, won = made("风险"), made("将签"), made("延期"), made("已签")
    risks.open_many([(risky, None, "竞品", None)], by=cast.alice, now=now)
    from core.changing import change

    change(closing, by=cast.alice, expected_close=today(now) + 6 * DAY)
    change(slipped, by=cast.alice, expected_close=today(now) + 40 * DAY, slips=1)
    approve(won)
    won.move_to(stages[6], by=cast.alice, now=now, key_action="签约", contract_amount=90, signed_on=today(now))
    found = agenda.freeze(cast.east, since=now - 7 * DAY, now=now)["items"]
    flags = {item["name"]: item["flags"] for item in found if item["kind"] == "deal"}
    assert flags == {"风险": ["risk"], "将签": ["closing"], "延期": ["slipped"], "已签": ["good"]}
    part = next(item for item in found if item["kind"] == "rep" and item["user"] == cast.alice.pk)
    assert (part["logs"], part["won"], part["won_amount"], len(part["plan"])) == (5, 1, "90.00", 5)


@pytest.mark.proves("R30")
def test_the_agenda_stays_and_later_changes_are_shown_as_changes(cast, running, quiet, stages, client_of, week):
    quiet.move_to(stages[2], by=cast.alice, now=timezone.now(), key_action="约好", expected_close=today() + 9 * DAY)
    running.refresh_from_db()
    place = place_of(running, quiet)
    assert running.agenda["items"][place]["position"] == 1
    page = client_of(cast.mia).get(f"/team/meeting/{week}?item={place}").content.decode()
    assert 'id="changes"' in page and f"1 {stages[1].label_en} → 2 {stages[2].label_en}" in page


def test_a_second_start_is_refused_by_name(cast, running, run):
    response = run("start", cast.grace)
    assert response.status_code == 409 and "陈曦" in response.content.decode()
    assert Meeting.objects.count() == 1


@pytest.mark.proves("M4")
def test_a_decision_becomes_a_next_step_in_place(cast, running, quiet, run):
    day = today() + 3 * DAY
    place = place_of(running, quiet)
    response = run("decide", cast.mia, item=place, decision="step", text="发送方案", due_on=day.isoformat())
    assert response.status_code == 302
    step = NextStep.objects.get(customer=quiet.customer, text="发送方案")
    assert (step.owner, step.due_on, step.made_by) == (cast.alice, day, cast.mia)
    item = MeetingItem.objects.get()
    assert (item.kind, item.owner, item.due_on, item.made_id, item.kept_at) == ("step", cast.alice, day, step.pk, None)
    events = quiet.customer.__class__.objects.get(pk=quiet.customer_id)
    from activity.models import Event

    said = Event.objects.get(verb="pipeline.decided")
    assert (said.about_customer_id, said.data["week"], said.data["text"]) == (events.pk, running.week, "发送方案")


def test_a_decision_raises_a_request(cast, running, quiet, run):
    from collaboration.models import CollaborationRequest

    day = today() + 3 * DAY
    response = run(
        "decide", cast.mia, item=place_of(running, quiet), decision="request", text="评估定制", due_on=day.isoformat(),
    )
    assert response.status_code == 422  # of which kind?
    response = run(
        "decide", cast.mia, item=place_of(running, quiet), decision="request", kind="technical", text="评估定制",
        due_on=day.isoformat(),
    )
    assert response.status_code == 302
    request = CollaborationRequest.objects.get()
    assert (request.deal, request.asker, request.title, request.needed_by) == (quiet, cast.mia, "评估定制", day)
    assert MeetingItem.objects.get().made_id == request.pk


def test_a_decision_reassigns(cast, running, quiet, run):
    run("decide", cast.mia, item=place_of(running, quiet), decision="reassign", owner=cast.bob.pk)
    quiet.customer.refresh_from_db()
    assert quiet.customer.owner == cast.bob
    assert MeetingItem.objects.get().kept_at is not None


def test_parked_means_waiting_until_a_day_and_earlier_steps_move_there(cast, running, quiet, run):
    step = make_step(quiet.customer, today() + DAY)
    day = today() + 30 * DAY
    run("decide", cast.mia, item=place_of(running, quiet), decision="park", text="客户年后再谈", due_on=day.isoformat())
    quiet.customer.refresh_from_db()
    step.refresh_from_db()
    assert (quiet.customer.waiting_until, step.due_on, step.moved_count) == (day, day, 1)


def test_lost_goes_through_the_one_verb(cast, running, quiet, run, price):
    run("decide", cast.mia, item=place_of(running, quiet), decision="lost", frm=quiet.stage_id, lost_reason=price.pk)
    quiet.refresh_from_db()
    assert (quiet.stage.kind, quiet.lost_reason) == ("lost", price)


def test_a_refused_verb_says_why_and_keeps_what_was_typed(cast, running, quiet, run, price, stages):
    seen = quiet.stage_id
    quiet.move_to(stages[2], by=cast.alice, now=timezone.now(), key_action="约好", expected_close=today() + 9 * DAY)
    response = run(
        "decide", cast.mia, item=place_of(running, quiet), decision="lost", frm=seen, lost_reason=price.pk,
        lost_note="价格没有优势",
    )
    page = response.content.decode()
    assert response.status_code == 409 and "has moved meanwhile" in page and "价格没有优势" in page
    quiet.refresh_from_db()
    assert quiet.stage == stages[2] and not MeetingItem.objects.exists()


def test_a_missing_field_keeps_what_was_typed(cast, running, quiet, run):
    response = run("decide", cast.mia, item=place_of(running, quiet), decision="step", text="发送方案", due_on="")
    assert response.status_code == 422 and "发送方案" in response.content.decode()
    assert not NextStep.objects.filter(text="发送方案").exists()


def test_the_same_key_decides_once(cast, running, quiet, client_of, week):
    data = {
        "key": key(), "team": cast.east.pk, "item": place_of(running, quiet), "decision": "note", "text": "一次",
    }
    client = client_of(cast.mia)
    codes = [client.post(f"/team/meeting/{week}/decide", data).status_code for _ in range(3)]
    assert codes == [302, 302, 302] and MeetingItem.objects.count() == 1


# --- Who reads what ---------------------------------------------------------------------------------------------
@pytest.mark.proves("M4")
def test_participants_read_what_was_shown_until_it_ends(cast, running, quiet, run, client_of, week):
    url, place = f"/team/meeting/{week}", place_of(running, quiet)
    bob = client_of(cast.bob)
    assert "启明电子" not in bob.get(url).content.decode()  # not on the screen yet
    assert "启明电子" not in bob.get(f"{url}?item={place}").content.decode()
    assert client_of(cast.bob).get(f"/customers/{quiet.customer_id}").status_code == 404
    run("show", cast.mia, item=place)
    page = bob.get(url).content.decode()
    assert "启明电子" in page and f"/customers/{quiet.customer_id}" not in page and "decide" not in page
    run("show", cast.mia, item=0)
    assert "启明电子" in bob.get(f"{url}?item={place}").content.decode()  # was shown
    run("end", cast.mia)
    assert "启明电子" not in bob.get(f"{url}?item={place}").content.decode()
    assert "启明电子" in client_of(cast.alice).get(f"{url}?item={place}").content.decode()  # is hers
    assert client_of(cast.charlie).get(f"{url}?team={cast.east.pk}").status_code == 404
    assert client_of(cast.sam).get(url).status_code == 403


def test_after_the_end_a_part_shows_only_the_deals_still_his(cast, running, quiet, run, client_of, week):
    place, day = place_of(running, quiet), (today() + DAY).isoformat()
    run("decide", cast.mia, item=place, decision="step", text="发送方案", due_on=day)
    run("decide", cast.mia, item=place_of(running, quiet), decision="reassign", owner=cast.bob.pk)
    run("end", cast.mia)
    url = f"/team/meeting/{week}?item={place_of(running, quiet)}"
    assert "启明电子" not in client_of(cast.alice).get(url).content.decode()
    assert "启明电子" not in client_of(cast.alice).get(f"/team/meeting/{week}/minutes").content.decode()
    assert "启明电子" in client_of(cast.bob).get(f"/team/meeting/{week}/minutes").content.decode()  # took it on


def test_a_follower_hears_only_of_changes(cast, running, quiet, run, client_of, week):
    bob = client_of(cast.bob)
    screen = bob.get(f"/team/meeting/{week}").context["screen"]
    look = f"/team/meeting/{week}?team={cast.east.pk}&seen={screen.stamp}"
    assert bob.get(look, headers={"HX-Request": "true"}).status_code == 204
    run("show", cast.mia, item=place_of(running, quiet))
    answer = bob.get(look, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "启明电子" in page and "<html" not in page


@pytest.mark.parametrize("name", ["start", "show", "decide", "attend", "end"])
def test_only_who_leads_the_team_runs_it(cast, running, run, name):
    data = {"item": 0, "decision": "note", "text": "x"}
    assert [run(name, who, **data).status_code for who in (cast.alice, cast.nadia, cast.sam)] == [403, 404, 403]


def test_nothing_is_decided_after_the_end(cast, running, quiet, run):
    place = place_of(running, quiet)
    run("end", cast.mia)
    answers = [
        run("decide", cast.mia, item=place, decision="note", text="太晚").status_code,
        run("show", cast.mia, item=place).status_code, run("end", cast.mia).status_code,
        run("attend", cast.mia).status_code,
    ]
    assert answers == [409, 409, 409, 409] and not MeetingItem.objects.exists()


def test_a_part_is_filled_by_its_person_or_whoever_leads(cast, run, client_of, week):
    assert run(f"rep/{cast.alice.pk}", cast.alice, support="需要技术部到场").status_code == 302
    assert run(f"rep/{cast.alice.pk}", cast.bob, support="x").status_code == 404
    page = client_of(cast.mia).get(f"/team/meeting/{week}/rep/{cast.alice.pk}?team={cast.east.pk}")
    assert "需要技术部到场" in page.content.decode()
    run("start", cast.mia)
    run("end", cast.mia)
    assert run(f"rep/{cast.alice.pk}", cast.alice, support="太晚").status_code == 409
    assert Meeting.objects.get().pages.get().support == "需要技术部到场"


@pytest.mark.parametrize("code", ["2024-W99", "2024-03", "nonsense", "2999-W10", "2024-W1"])
def test_what_is_no_week_is_not_found(cast, client_of, code):
    assert client_of(cast.mia).get(f"/team/meeting/{code}").status_code == 404


# --- Minutes, and the next meeting ------------------------------------------------------------------------------
def test_minutes_as_page_text_and_workbook(cast, running, quiet, run, client_of, week):
    import io

    import openpyxl

    place = place_of(running, quiet)
    run("decide", cast.mia, item=place, decision="note", text="=HYPERLINK(1) 记一笔")
    run(f"rep/{cast.alice.pk}", cast.mia, support="要样机")
    run("end", cast.mia)
    page = client_of(cast.mia).get(f"/team/meeting/{week}/minutes")
    text = page.context["text"]
    assert "1. 启明电子 · Note · =HYPERLINK(1) 记一笔 · 李强" in text and "1. 李强 · 要样机" in text
    assert "Attendees: 李强, 王敏" in text
    answer = run("minutes/file", cast.mia)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert ["启明电子", "Note", "=HYPERLINK(1) 记一笔", "李强", None] in rows or [
        "启明电子", "Note", "=HYPERLINK(1) 记一笔", "李强", ""] in rows
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
    assert client_of(cast.mia).get(f"/team/meeting/{week}/minutes/file").status_code == 405


@pytest.mark.proves("M4")
def test_the_next_meeting_opens_with_what_was_promised_and_whether_it_was_kept(cast, now, quiet, client_of, week):
    last_week = period_of("week", today() - 7 * DAY).code
    then = now - 7 * DAY
    first = verbs.start(Meeting(team=cast.east, week=last_week), by=cast.mia, now=then, attendees=[])
    from collaboration.models import RequestKind
    from customers import steps
    from pipeline.deciding import decide

    def step(text, due):
        said = {"text": text, "due_on": due}
        return decide(first, "step", quiet, said, by=cast.mia, now=then)

    kept, late, ahead = step("报价", today(then) + DAY), step("拜访", today(now) - DAY), step("演示", today(now) + DAY)
    steps.close(NextStep.objects.get(pk=kept.made_id), "kept", by=cast.alice, now=then + DAY)
    kind = RequestKind.objects.get(code="technical")
    asked = decide(
        first, "request", quiet, {"kind": kind, "text": "评估", "due_on": today(now) + DAY}, by=cast.mia, now=then
    )
    noted = decide(first, "note", quiet, {"text": "问财务", "due_on": None}, by=cast.mia, now=then)
    verbs.end(first, by=cast.mia, now=then)
    second = verbs.start(Meeting(team=cast.east, week=week), by=cast.mia, now=now, attendees=[])
    opening = second.agenda["items"][0]
    assert (opening["kind"], opening["week"]) == ("promises", last_week)
    assert {line["item"]: line["state"] for line in opening["lines"]} == {
        kept.pk: "kept", late.pk: "missed", ahead.pk: "open", asked.pk: "open", noted.pk: "open",
    }
    client = client_of(cast.mia)
    client.post(f"/team/meeting/{week}/promises/{noted.pk}", {"key": key(), "team": cast.east.pk})
    page = client.get(f"/team/meeting/{week}?item=0").content.decode()
    assert "kept since" in page  # a change since the freeze, shown as one
    second.refresh_from_db()
    assert second.agenda["items"][0] == opening


def test_the_count_of_questions_does_not_grow_with_the_team(cast, now, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from pipeline import agenda

    def cost():
        with CaptureQueriesContext(connection, ) as captured:
            agenda.freeze(cast.east, since=now - 7 * DAY, now=now)
        return len(captured)

    make_customer(cast.alice, now=now - 9 * DAY, name="一")
    cost()
    few = cost()
    for n in range(20):
        make_customer(cast.alice if n % 2 else cast.bob, now=now - 9 * DAY, name=f"多{n}")
    assert cost() == few
