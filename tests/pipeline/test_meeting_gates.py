"""The weekly meeting keeps other teams' customers out, ends by itself, and loses nobody's words (M4, D2, D14)."""

import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone

from activity.models import Event
from core.changing import change
from core.errors import Refused
from core.periods import at, day_start, period_of, today
from customers import transferring
from pipeline import agenda, notes
from pipeline import meeting as verbs
from pipeline.deciding import decide
from pipeline.minutes import when_of
from pipeline.models import CardNote, DealLink, Meeting, MeetingItem
from tests.cast import key, make_customer, make_deal, make_log, make_step
from tests.pipeline.test_meeting import DAY, place_of

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def last_week():
    return period_of("week", today() - 7 * DAY).code


@pytest.fixture
def forgotten(cast, now, quiet, last_week):
    """Last week's meeting, begun seven days ago and ended by nobody; with one note."""
    then = now - 7 * DAY
    meeting = verbs.start(Meeting(team=cast.east, week=last_week), by=cast.mia, now=then, attendees=[])
    decide(meeting, "note", quiet, {"text": "问财务", "due_on": None}, by=cast.mia, now=then)
    return meeting


# --- Other teams' customers --------------------------------------------------------------------------------------
@pytest.fixture
def guest(cast, now, quiet, stages, approve):
    """charlie of 华南组 owns one deal of 华东一组; all he did and plans is about a customer of his own team."""
    change(quiet, by=cast.ada, owner=cast.charlie)
    theirs = make_customer(cast.charlie, now=now - 3 * DAY, name="南方电力")
    make_log(theirs, happened_at=now - DAY, now=now - DAY)
    make_step(theirs, period_of("week", today(now)).next().first, now=now - DAY, text="南方报价")
    deal = theirs.deals.select_related("customer", "stage").get()
    deal.move_to(stages[2], by=cast.charlie, now=now - HOUR, key_action="约好", expected_close=today(now) + 9 * DAY)
    approve(deal)
    deal.move_to(stages[6], by=cast.charlie, now=now, key_action="签约", contract_amount=90, signed_on=today(now))
    return theirs


@pytest.mark.proves("D2")
def test_the_page_of_a_guest_tells_nothing_of_his_own_team(cast, now, guest):
    items = agenda.freeze(cast.east, since=now - 7 * DAY, now=now)["items"]
    page = next(item for item in items if item["kind"] == "rep" and item["user"] == cast.charlie.pk)
    assert (page["logs"], page["moves"], page["won"], page["won_amount"], page["plan"]) == (0, 0, 0, "0.00", [])
    assert "南方" not in str(items)


@pytest.mark.proves("D2")
def test_what_a_guest_plans_during_the_meeting_stays_with_his_team(cast, now, guest, quiet, running):
    own = make_step(quiet.customer, today(now) + DAY, by=cast.mia, owner=cast.charlie, text="东部报价")
    make_step(guest, today(now) + DAY, text="南方演示")
    assert verbs.late_plans(running, cast.charlie.pk) == [own]


@pytest.mark.proves("D2")
def test_before_the_start_a_part_is_about_this_teams_customers_only(cast, now, guest, week):
    page = verbs.page_of(Meeting(team=cast.east, week=week), cast.charlie, now=now)
    assert (page["logs"], page["plan"]) == (0, [])
    theirs = verbs.page_of(Meeting(team=cast.south, week=week), cast.charlie, now=now)
    assert (theirs["logs"], theirs["won"], [step["text"] for step in theirs["plan"]]) == (1, 1, ["南方报价"])


@pytest.mark.proves("D2")
def test_the_minutes_drop_a_step_of_a_customer_that_went_to_somebody_else(cast, running, quiet, run, client_of, week):
    place, day = place_of(running, quiet), (today() + DAY).isoformat()
    run("decide", cast.mia, item=place, decision="step", text="发送方案", due_on=day)
    run("decide", cast.mia, item=place, decision="reassign", owner=cast.bob.pk)
    run("end", cast.mia)

    def read(person):
        page = client_of(person).get(f"/team/meeting/{week}/minutes")
        book = openpyxl.load_workbook(io.BytesIO(run("minutes/file", person).content))
        cells = " ".join(str(cell.value) for row in book.active.iter_rows() for cell in row)
        texts = page.content.decode(), page.context["text"], cells
        return [("启明电子" in text, "发送方案" in text) for text in texts]

    assert read(cast.alice) == [(False, False)] * 3  # hers in the minutes, no longer hers to read
    assert read(cast.bob) == read(cast.mia) == [(True, True)] * 3


@pytest.mark.proves("D2")
def test_a_note_without_a_deal_is_read_by_whom_it_is_about(cast, running, run):
    place = next(n for n, item in enumerate(running.agenda["items"]) if item["user"] == cast.bob.pk)
    run("decide", cast.mia, item=place, decision="note", text="培训")
    assert [MeetingItem.objects.visible_to(who).count() for who in (cast.bob, cast.alice, cast.mia)] == [1, 0, 1]


@pytest.mark.proves("D2")
def test_a_deal_that_left_the_team_shows_no_changes_any_more(cast, running, quiet, run, client_of, week):
    place = place_of(running, quiet)
    run("show", cast.mia, item=place)
    url = f"/team/meeting/{week}?team={cast.east.pk}"
    transferring.assign(quiet.customer, cast.bob, by=cast.mia, now=timezone.now())
    assert 'id="changes"' in client_of(cast.alice).get(url).content.decode()
    transferring.assign(quiet.customer, cast.charlie, by=cast.ada, now=timezone.now())
    pages = [client_of(who).get(url).content.decode() for who in (cast.alice, cast.mia)]
    assert [("启明电子" in page, 'id="changes"' in page) for page in pages] == [(True, False)] * 2


# --- A meeting nobody ended --------------------------------------------------------------------------------------
def test_a_meeting_nobody_ended_is_over_with_the_company_s_day(cast, week, last_week):
    noon = at(today(), dt.time(12))
    begun = Meeting(team=cast.east, week=week, started_at=noon)
    assert [begun.runs(noon), begun.runs(day_start(today() + DAY) - dt.timedelta(seconds=1))] == [True, True]
    assert not begun.runs(day_start(today() + DAY))  # though its week goes on
    assert begun.ends_at == day_start(today() + DAY)
    assert Meeting(team=cast.east, week=last_week, started_at=noon).runs(noon)  # held late, in its own day
    assert not Meeting(team=cast.east, week=week).runs(noon)
    assert not Meeting(team=cast.east, week=week, started_at=noon, ended_at=noon).runs(noon)


def test_the_next_meeting_notes_when_a_forgotten_one_was_over(cast, now, forgotten, week):
    verbs.start(Meeting(team=cast.east, week=week), by=cast.mia, now=now, attendees=[])
    forgotten.refresh_from_db()
    assert forgotten.ended_at == day_start(today(now - 7 * DAY) + DAY)
    assert "–" not in when_of(forgotten)  # nobody knows how long it really was


def test_a_forgotten_meeting_is_over(cast, now, forgotten, quiet):
    deeds = [
        lambda: verbs.show(forgotten, 0, now=now), lambda: verbs.attend(forgotten, [], now=now),
        lambda: verbs.end(forgotten, by=cast.mia, now=now),
        lambda: verbs.tick(forgotten, forgotten.items.get(), now=now),
        lambda: verbs.ask_support(forgotten, cast.alice, "太晚", shown="", now=now),
        lambda: decide(forgotten, "note", quiet, {"text": "太晚", "due_on": None}, by=cast.mia, now=now),
    ]
    for deed in deeds:
        with pytest.raises(Refused):
            deed()
    assert not forgotten.is_running and forgotten.is_over
    assert (forgotten.items.get().kept_at, forgotten.pages.count()) == (None, 0)


def test_a_forgotten_meeting_reads_as_ended(cast, forgotten, client_of, last_week):
    url = f"/team/meeting/{last_week}"
    client = client_of(cast.mia)
    assert "still running" not in client.get(f"{url}/minutes").content.decode()
    page = client.get(url).content.decode()
    assert "ended" in page and "End the meeting" not in page
    assert 'name="support"' not in client.get(f"{url}/rep/{cast.alice.pk}").content.decode()
    assert "My part" not in client_of(cast.alice).get(url).content.decode()
    promise = f"{url}/promises/{forgotten.items.get().pk}"
    assert client.post(promise, {"key": key(), "team": cast.east.pk}).status_code == 409


def test_the_next_start_ends_what_nobody_ended(cast, now, forgotten, week):
    south = verbs.start(Meeting(team=cast.south, week=forgotten.week), by=cast.nadia, now=now - DAY, attendees=[])
    second = verbs.start(Meeting(team=cast.east, week=week), by=cast.mia, now=now, attendees=[])
    for row in (forgotten, south, second):
        row.refresh_from_db()
    over = day_start(today(now - 7 * DAY) + DAY)
    assert (forgotten.ended_at, south.ended_at, second.ended_at) == (over, None, None)
    assert second.agenda["items"][0]["kind"] == "promises"
    with pytest.raises(Refused):
        verbs.start(Meeting(team=cast.east, week=week), by=cast.grace, now=now + HOUR, attendees=[])
    assert Event.objects.filter(verb="pipeline.meeting_started").count() == 3


# --- Parked, held, said --------------------------------------------------------------------------------------------
@pytest.mark.proves("D14")
def test_parking_one_of_several_deals_moves_its_own_steps_only(cast, running, quiet, run):
    other = make_deal(quiet.customer)
    mine, theirs, nobodys = [make_step(quiet.customer, today() + DAY, text=text) for text in ("一", "二", "三")]
    DealLink.objects.create(deal=quiet, step=mine)
    DealLink.objects.create(deal=other, step=theirs)
    day = today() + 30 * DAY
    run("decide", cast.mia, item=place_of(running, quiet), decision="park", text="年后再谈", due_on=day.isoformat())
    for step in (mine, theirs, nobodys):
        step.refresh_from_db()
    assert [step.due_on for step in (mine, theirs, nobodys)] == [day, today() + DAY, today() + DAY]


def test_the_clock_in_the_words_of_a_hold_is_no_change(cast, now, quiet, stages, run, client_of, week):
    notes.place_note(quiet, "hold", "技术评估 3 小时", "Review 3 hours", source="request 1", now=now, stage=stages[2])
    run("start", cast.mia)
    url = f"/team/meeting/{week}?item={place_of(Meeting.objects.get(), quiet)}"
    held = CardNote.objects.filter(deal=quiet, kind="hold")
    assert held.update(words="技术评估 4 小时", words_en="Review 4 hours") == 1
    client = client_of(cast.mia)
    assert 'id="changes"' not in client.get(url).content.decode()
    held.update(until=now)
    assert client.get(url).context["screen"].changes == [("hold", True, False)]


def test_a_page_opened_earlier_does_not_wipe_what_was_said_since(cast, run, client_of, week):
    url = f"rep/{cast.alice.pk}"
    assert run(url, cast.mia, support="要样机", shown="").status_code == 302
    refused = run(url, cast.alice, support="要技术部到场", shown="")
    page = refused.content.decode()
    assert refused.status_code == 409 and "要样机" in page and 'value="要技术部到场"' in page
    assert 'name="shown" value="要样机"' in page  # saving again replaces it knowingly
    assert Meeting.objects.get().pages.get().support == "要样机"
    assert run(url, cast.alice, support="要样机", shown="").status_code == 302  # the same words clash with nobody
    assert run(url, cast.alice, support="要技术部到场", shown="要样机").status_code == 302
    assert Meeting.objects.get().pages.get().support == "要技术部到场"


def test_a_refused_text_keeps_what_the_page_had_shown(cast, run, client_of, week):
    url = f"rep/{cast.alice.pk}"
    run(url, cast.mia, support="要样机", shown="")
    refused = run(url, cast.alice, support="坏\x00字", shown="旧的")
    assert refused.status_code == 422 and 'name="shown" value="旧的"' in refused.content.decode()


def test_the_screen_carries_the_text_it_shows(cast, running, run, client_of, week):
    run(f"rep/{cast.alice.pk}", cast.mia, support="要样机")
    place = next(n for n, item in enumerate(running.agenda["items"]) if item["user"] == cast.alice.pk)
    page = client_of(cast.mia).get(f"/team/meeting/{week}?item={place}").content.decode()
    assert 'name="shown" value="要样机"' in page
