"""Every way to move a deal, or to say something of it: twenty clicks make one record, and of two people one wins (REL2,
REL1). Real requests, real threads, the database in use. Each guard has a control that fails without it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from activity.models import Event
from core import keys
from core.changing import change_many
from core.models import SubmittedKey
from core.periods import period_of, today
from exchange.records import Record
from pipeline import meeting, risks, undoing
from pipeline.models import DayMark, Deal, KeyAction, LossReason, MeetingItem, Playbook, StageProgress
from pipeline.moving import Move, move_many
from tests.cast import build_cast, key, make_customer
from tests.exchange.conftest import bring_rows
from tests.gate.test_races import browser_of, retried, together

pytestmark = [pytest.mark.usefixtures("transactional_db")]
DONE = {200, 204, 302}


@pytest.fixture
def stage():
    """alice's deal in the second stage, at risk, in a running meeting of her team and in a checked import."""
    cast = build_cast()
    now = timezone.now()
    cast.stages = {one.position: one for one in Playbook.objects.default().stages.order_by("position")}
    cast.lost = Playbook.objects.default().stages.get(kind="lost")
    cast.price = LossReason.objects.get(code="price")
    cast.customer = make_customer(cast.alice, name="星澜科技", now=now - dt.timedelta(days=3))
    cast.deal = cast.customer.deals.get()
    move_many([Move(cast.deal, cast.stages[2], key_action="已约")], by=cast.alice, now=now - dt.timedelta(days=2))
    cast.deal.refresh_from_db()
    risks.set_risk(cast.deal, text="预算不足", by=cast.alice, now=now)
    week = period_of("week", today(now))
    row = meeting.meeting_of(cast.east, week.code)
    cast.meeting = meeting.start(row, by=cast.mia, now=now, attendees=[cast.alice])
    items = cast.meeting.agenda["items"]
    cast.place = next(n for n, item in enumerate(items) if item["kind"] == "deal")
    return cast


def moved(cast):
    return StageProgress.objects.filter(deal=cast.deal).count()


def said(cast):
    return KeyAction.objects.filter(deal=cast.deal, text="样品已寄送").count()


def to(cast, position, *, seen=True, line="样品已寄送"):
    """What the dialog of a move sends. Without `seen` it does not say in which stage the mover saw the deal."""
    close = timezone.localdate() + dt.timedelta(days=20)
    data = {"to": cast.stages[position].pk, "key_action": line, "expected_close": close, "reason": "重新谈"}
    return data | ({"from": cast.deal.stage_id} if seen else {})


def dialog(cast, *, position=3, seen=True):
    return reverse("pipeline:move", args=[cast.deal.pk]), to(cast, position, seen=seen)


def drag(cast, **how):
    """Drag and key send no fields: the stage asks nothing, the card goes at once."""
    path, data = dialog(cast, **how)
    return path, {name: data[name] for name in ("to", "from", "reason") if name in data}


def lost(cast, *, seen=True):
    data = {"lost_reason": cast.price.pk}
    return reverse("pipeline:lost", args=[cast.deal.pk]), data | ({"from": cast.deal.stage_id} if seen else {})


def bulk(cast, *, position=3, seen=True):
    data = {"do": "move", "ids": cast.deal.pk, "to": cast.stages[position].pk, "reason": "重新谈"}
    return reverse("pipeline:many"), data | ({"seen": f"{cast.deal.pk}:{cast.deal.stage_id}"} if seen else {})


def decided(cast, *, seen=True):
    data = {"team": cast.east.pk, "item": cast.place, "decision": "lost", "lost_reason": cast.price.pk}
    path = reverse("pipeline:meeting_decide", args=[cast.meeting.week])
    return path, data | ({"frm": cast.deal.stage_id} if seen else {})


def imported(cast):
    with translation.override("en"):
        batch, records = bring_rows([["客户名称", "所属阶段"], ["星澜科技", "需求分析"]], cast.alice)
    assert [record.fate for record in records] == ["changed"]
    return reverse("exchange:import_check", args=[batch.pk]), {"do": "import"}


def undone(cast):
    move = Move(Deal.objects.get(pk=cast.deal.pk), cast.stages[3], key_action="再约")
    move_many([move], by=cast.alice, now=timezone.now())
    return reverse("activity:undo", args=[move.event.pk]), {}


def cell(cast):
    data = {"field": "key_action", "key_action": "样品已寄送", "version": cast.deal.version}
    return reverse("pipeline:field", args=[cast.deal.pk]), data


def pasted(cast):
    place = f"{cast.deal.pk}:key_action:{cast.deal.version}"
    return reverse("pipeline:paste"), {"confirm": "1", "cell": place, "value": "样品已寄送"}


def line_of_the_day(cast):
    return reverse("pipeline:update_row", args=[cast.deal.pk]), {"key_action": "样品已寄送"}


def rest_of_the_day(cast):
    return reverse("pipeline:update_all"), {}


PATHS = {  # way: (who, what is sent, what of it there is one more of afterwards)
    "drag and key": ("alice", drag, moved),
    "menu and dialog": ("alice", dialog, moved),
    "line of the dialog": ("alice", dialog, said),
    "lost": ("alice", lost, moved),
    "bulk": ("alice", bulk, moved),
    "import": ("alice", imported, moved),
    "undo": ("alice", undone, moved),
    "meeting": ("mia", decided, moved),
    "minutes of the meeting": ("mia", decided, lambda cast: MeetingItem.objects.filter(meeting=cast.meeting).count()),
    "table cell": ("alice", cell, said),
    "paste": ("alice", pasted, said),
    "end of day, a line": ("alice", line_of_the_day, said),
}


def free(cast):
    """The stages ask nothing, so that a drag needs no dialog."""
    asks = dict.fromkeys(("key_action", "expected_close", "amount", "competitor", "risk_type", "tag", "needs"), "no")
    change_many(list(cast.stages.values()), by=None, asks=asks)


def twenty(cast, way, *, same_key=True):
    """(answers, how many more there are) of one form sent twenty times at once."""
    login, sent, count = PATHS[way]
    if way == "drag and key":
        free(cast)
    path, data = sent(cast)
    before, one = count(cast), key()
    clients = [browser_of(getattr(cast, login)) for _ in range(20)]
    answers = together(*(
        lambda c=client: c.post(path, data | {"key": one if same_key else key()}) for client in clients
    ))
    return answers, count(cast) - before


@pytest.mark.proves("REL2")
@pytest.mark.parametrize("way", PATHS)
def test_twenty_clicks_make_one(stage, way):
    events = Event.objects.count()
    answers, more = twenty(stage, way)
    codes = {answer.status_code for answer in answers}
    assert codes <= DONE | {409}, [a.content.decode()[:1500] for a in answers if a.status_code not in DONE | {409}][:1]
    assert codes & DONE, "nobody was told that it was done"
    assert {answer.get("Retry-After") for answer in answers if answer.status_code == 409} <= {"2"}
    assert more == 1
    assert Event.objects.count() - events <= 4  # what one deed tells
    assert SubmittedKey.objects.filter(status__isnull=False).count() == 1


def test_without_the_key_a_line_is_written_more_than_once(stage):
    """The control: the same twenty clicks with a key each. Nothing else stops a line of the day from coming twice."""
    _answers, more = twenty(stage, "end of day, a line", same_key=False)
    assert more > 1 and keys.deed


@pytest.mark.proves("REL2")
def test_the_rest_of_the_day_is_confirmed_once(stage):
    """Marks are one a deal and day whoever clicks how often; the sentence of it is said once."""
    from tests.cast import make_step  # noqa: PLC0415

    make_step(stage.customer, timezone.localdate() + dt.timedelta(days=3))
    DayMark.objects.all().delete()
    path, data = rest_of_the_day(stage)
    one, clients = key(), [browser_of(stage.alice) for _ in range(20)]
    events = Event.objects.count()
    answers = together(*(lambda c=client: c.post(path, data | {"key": one}) for client in clients))
    assert {answer.status_code for answer in answers} <= DONE | {409}
    assert DayMark.objects.filter(deal=stage.deal).count() == 1
    assert Event.objects.count() - events == 1


def dragged(cast, *, seen=True):
    free(cast)
    return drag(cast, seen=seen)


RACES = {  # two ways at the same moment: (first: who, what), the second is mia's dialog into the fourth stage
    "dialog": ("alice", dialog), "drag and key": ("alice", dragged), "lost": ("alice", lost), "bulk": ("alice", bulk),
    "meeting": ("mia", decided),
}  # fmt: skip


def race(cast, way, *, seen):
    """(statuses of the two, stays that began)."""
    login, sent = RACES[way]
    other = "grace" if login == "mia" else "mia"
    path, data = sent(cast, seen=seen)
    second, more = dialog(cast, position=4, seen=seen)
    one, two = browser_of(getattr(cast, login)), browser_of(getattr(cast, other))
    before, send = moved(cast), once if seen else until_taken
    answers = together(lambda: send(one, path, data), lambda: send(two, second, more))
    return answers, moved(cast) - before


def once(client, path, data):
    return retried(client, path, data | {"key": key()})


def until_taken(client, path, data):
    """Whoever does not say what he saw is let through at the latest when he asks again."""
    for _ in range(20):
        answer = once(client, path, data)
        if answer.status_code != 409:
            return answer
    return answer


@pytest.mark.proves("REL1", "B32")
@pytest.mark.parametrize("way", RACES)
def test_of_two_people_one_wins_and_the_other_hears_who(stage, way):
    answers, stays = race(stage, way, seen=True)
    codes = sorted(answer.status_code for answer in answers)
    assert (codes, stays) == ([302, 409], 1)
    told = next(answer.content.decode() for answer in answers if answer.status_code == 409)
    assert any(name in told for name in ("李强", "陈曦", "顾岚")), told[:3000]
    assert StageProgress.objects.standing().filter(deal=stage.deal, left_at=None).count() == 1


@pytest.mark.parametrize("way", RACES)
def test_without_saying_what_was_seen_both_win(stage, way):
    """The control: neither says in which stage he saw the deal, and the second undoes the first unawares."""
    answers, stays = race(stage, way, seen=False)
    assert ([answer.status_code for answer in answers], stays) == ([302, 302], 2)


KNOWING = {"import": imported, "undo": undone}  # ways that by themselves say what they saw


def met(cast, way):
    """(alice's path and form, mia's, opened when the deal stood where both saw it)."""
    path, data = KNOWING[way](cast)
    cast.deal.refresh_from_db()
    return (path, data), dialog(cast, position=4)


@pytest.mark.proves("REL1", "B32")
@pytest.mark.parametrize("way", KNOWING)
def test_an_import_or_undo_and_a_dialog_meet_and_one_wins(stage, way):
    """Whoever is second is told, the deal is in one stage, and nothing is half done."""
    (path, data), (second, more) = met(stage, way)
    one, two, stood = browser_of(stage.alice), browser_of(stage.mia), stage.deal.stage_id
    answers = together(lambda: once(one, path, data), lambda: once(two, second, more))
    stage.deal.refresh_from_db()
    mine, hers = answers
    open_ones = StageProgress.objects.standing().filter(deal=stage.deal, left_at=None)
    assert open_ones.get().stage_id == stage.deal.stage_id != stood
    assert not {answer.status_code for answer in answers} - {200, 302, 409}, [a.content.decode()[:800] for a in answers]
    if stage.deal.stage_id == stage.stages[4].pk:
        assert hers.status_code == 302 and kept_out(stage, way, mine)
    else:
        assert hers.status_code == 409 and "李强" in hers.content.decode()
        assert mine.status_code == 302


def kept_out(cast, way, answer):
    """The undo hears 409 in words; the import is shown once more as things stand now, and has written nothing."""
    if way == "undo":
        return answer.status_code == 409 and cast.stages[4].label_en in answer.content.decode()
    return not StageProgress.objects.filter(deal=cast.deal, batch__isnull=False).exists()


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_an_import_checked_before_somebody_moved_the_deal(stage, guarded, monkeypatch):
    """What the check page showed is no longer so: nothing is written, the rows are shown anew, and a second press is
    meant. The control, without the comparison, takes the deal back from where mia put it and tells nobody."""
    if not guarded:
        monkeypatch.setattr(Record, "is_shown_otherwise", False)
    path, data = imported(stage)
    deal = Deal.objects.get(pk=stage.deal.pk)
    move_many([Move(deal, stage.stages[4], key_action="谈妥")], by=stage.mia, now=timezone.now())
    client = browser_of(stage.alice)
    answer = once(client, path, data)
    after = Deal.objects.get(pk=deal.pk).stage_id
    assert (answer.status_code, after) == (302, stage.stages[4 if guarded else 3].pk)
    if guarded:
        assert answer["Location"] == path
        page = client.get(path).content.decode()
        assert "since the check" in page and stage.stages[4].label_en in page
        assert once(client, path, data).status_code == 302
        assert Deal.objects.get(pk=deal.pk).stage_id == stage.stages[3].pk


@pytest.mark.parametrize("seen", [True, False], ids=["saying what was seen", "control"])
@pytest.mark.parametrize("way", KNOWING)
def test_a_dialog_that_stood_open_meanwhile(stage, way, seen):
    """alice's deed is done while mia's dialog stands open. Said what she saw, she is told; the control, without it,
    moves the deal on from where she never saw it."""
    (path, data), (second, more) = met(stage, way)
    assert once(browser_of(stage.alice), path, data).status_code == 302
    between = Deal.objects.get(pk=stage.deal.pk).stage_id
    assert between != stage.deal.stage_id
    if not seen:
        del more["from"]
    answer = once(browser_of(stage.mia), second, more)
    after = Deal.objects.get(pk=stage.deal.pk).stage_id
    assert (answer.status_code, after) == ((409, between) if seen else (302, stage.stages[4].pk))


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_an_undo_behind_somebody_elses_move(stage, guarded, monkeypatch):
    """mia has moved the deal on since: alice's undo is refused in words. Without its check it would take the deal from
    under mia; only the database's rule of one open stay stands then."""
    path, data = undone(stage)
    deal = Deal.objects.get(pk=stage.deal.pk)
    move_many([Move(deal, stage.stages[4], key_action="继续")], by=stage.mia, now=timezone.now())
    client = browser_of(stage.alice)
    client.raise_request_exception = False
    if not guarded:
        monkeypatch.setattr(undoing, "check_standing", lambda *given: None)
    answer = once(client, path, data)
    assert (answer.status_code == 409) is guarded
    if guarded:
        assert Deal.objects.get(pk=deal.pk).stage == stage.stages[4]


def test_without_the_version_a_pasted_cell_wins_over_what_was_typed_meanwhile(stage):
    """The control of cell and paste: both say the version they saw; the second of two is 409, without it it overwrites."""
    Deal.objects.filter(pk=stage.deal.pk).update(amount=1)
    stage.deal.refresh_from_db()
    alice, mia = browser_of(stage.alice), browser_of(stage.mia)
    first = {"field": "amount", "amount": "2", "version": stage.deal.version}
    assert once(alice, reverse("pipeline:field", args=[stage.deal.pk]), first).status_code in DONE
    place = f"{stage.deal.pk}:amount:{{}}"
    said = {"confirm": "1", "value": "3"}
    stale = once(mia, reverse("pipeline:paste"), said | {"cell": place.format(stage.deal.version)})
    assert (stale.status_code, Deal.objects.get(pk=stage.deal.pk).amount) == (409, 2)
    fresh = Deal.objects.get(pk=stage.deal.pk).version  # who takes the newest version without having seen it
    assert once(mia, reverse("pipeline:paste"), said | {"cell": place.format(fresh)}).status_code in DONE
    assert Deal.objects.get(pk=stage.deal.pk).amount == 3
