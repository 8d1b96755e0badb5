"""Requests raised with a move: offered unticked, never without their files, gone with the move when it is undone."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from activity.files import attach
from activity.models import Attachment, Event, Notification
from activity.undoing import undo
from collaboration import entry, verbs
from collaboration.life import OPEN
from collaboration.models import CollaborationRequest, RequestKind
from core.errors import Refused
from pipeline.models import CardNote, Deal, Stage
from pipeline.moving import Move, move_many
from tests.cast import build_cast, key, make_customer
from tests.collaboration.test_kinds import ticked
from tests.collaboration.test_races import at_once
from tests.collaboration.world import MONDAY, TUESDAY, kind
from tests.gate.forms import form_at
from tests.gate.world import PNG

THIRD, FOURTH = 3, 4


@pytest.fixture
def raising(cast):
    """The third stage raises a technical assessment by itself; alice's deal stands in the first."""
    return begun(cast)


def begun(cast):
    stage = Stage.objects.get(playbook__is_default=True, position=THIRD)
    Stage.objects.filter(pk=stage.pk).update(raises={"kind": "technical", "auto": True})
    cast.deal = make_customer(cast.alice, name="星澜科技", now=MONDAY).deals.get()
    return stage


def moved(cast, stage, *, ask=()):
    stage = Stage.objects.get(pk=stage.pk)
    move = Move(Deal.objects.get(pk=cast.deal.pk), stage, key_action="方案沟通", ask=ask)
    move_many([move], by=cast.alice, now=MONDAY)
    return move, CollaborationRequest.objects.filter(deal=cast.deal).first()


def undone(move, cast, *, by=None):
    with translation.override("en"):
        return undo(Event.objects.get(pk=move.event.pk), by=by or cast.alice, now=TUESDAY)


# --- undo


def test_undoing_the_move_withdraws_what_nobody_has_touched(cast, raising):
    move, request = moved(cast, raising)
    assert CardNote.objects.filter(deal=cast.deal, until=None).count() == 1
    said = undone(move, cast)
    request.refresh_from_db()
    assert (request.state, said) == ("withdrawn", [f"{request.code} {kind().label_en} is withdrawn."])
    assert not CardNote.objects.filter(deal=cast.deal, until=None).exists()  # the card is as it was before
    assert Notification.objects.filter(recipient=cast.tess, kind="collaboration.withdrawn").count() == 1
    assert not Notification.objects.filter(recipient=cast.tess, group="act", over_at=None, read_at=None).exists()
    assert Deal.objects.get(pk=cast.deal.pk).stage.position == 1
    again, _request = moved(cast, raising)  # and the next entry raises it anew
    assert CollaborationRequest.objects.filter(deal=cast.deal, state__in=OPEN).count() == 1 and again.event


TOUCHES = {
    "accepted": lambda one, cast: verbs.accept(one, by=cast.tess, now=MONDAY),
    "asked back": lambda one, cast: verbs.ask_back(one, by=cast.tess, now=MONDAY, question="单向还是双向？"),
    "edited": lambda one, cast: verbs.edit(one, by=cast.alice, now=MONDAY, expect=1, title="另一个题目"),
    "said": lambda one, cast: verbs.say(one, by=cast.tess, now=MONDAY, text="收到"),
    "passed on": lambda one, cast: verbs.hand_over(one, by=cast.tess, now=MONDAY, department=cast.legal),
    "refused": lambda one, cast: verbs.refuse(one, by=cast.tess, now=MONDAY, reason="不在范围内"),
}


@pytest.mark.parametrize("how", TOUCHES)
def test_what_somebody_has_touched_stays_and_is_named(cast, raising, how):
    move, request = moved(cast, raising)
    TOUCHES[how](request, cast)
    state = CollaborationRequest.objects.get(pk=request.pk).state
    said = undone(move, cast)
    assert CollaborationRequest.objects.get(pk=request.pk).state == state
    assert len(said) == 1 and said[0].startswith(f"{request.code} ") and " stays: " in said[0]


def test_a_file_is_a_touch_and_what_was_asked_by_hand_is_not_the_moves(cast, raising, client_of):
    move, request = moved(cast, raising)
    assert entry.is_untouched(request)
    attach(request, SimpleUploadedFile("a.png", PNG), by=cast.alice, now=MONDAY)
    assert not entry.is_untouched(request)
    by_hand = entry.raise_request(
        by=cast.alice, now=MONDAY, department=cast.legal, kind=kind("contract"), title="x", description="y",
        deal=cast.deal,
    )  # fmt: skip
    assert len(undone(move, cast)) == 1
    by_hand.refresh_from_db()
    assert by_hand.state == "submitted"


def test_the_person_is_told_in_the_answer(cast, raising, client_of, time_machine):
    move, request = moved(cast, raising)
    time_machine.move_to(TUESDAY)
    path = reverse("activity:undo", args=[move.event.pk])
    response = client_of(cast.alice).post(path, {"key": key(), "next": "/pipeline"}, follow=True)
    assert f"Undone · {request.code} {kind().label_en} is withdrawn." in response.content.decode()


def test_when_the_undo_is_refused_the_request_stays(cast, raising):
    move, request = moved(cast, raising)
    fourth = Stage.objects.get(playbook__is_default=True, position=FOURTH)
    move_many([Move(Deal.objects.get(pk=cast.deal.pk), fourth, key_action="x")], by=cast.alice, now=MONDAY)
    with pytest.raises(Refused):
        undone(move, cast)
    request.refresh_from_db()
    assert request.state == "submitted"


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.proves("B37")
@pytest.mark.parametrize("round_", range(3))
def test_undone_while_it_is_accepted_one_of_both_happens(round_):
    cast = build_cast()
    move, request = moved(cast, begun(cast))
    seen = CollaborationRequest.objects.select_related("kind", "department").get(pk=request.pk)
    taken, back = at_once(lambda: verbs.accept(seen, by=cast.tess, now=TUESDAY), lambda: undone(move, cast))
    request.refresh_from_db()
    assert Deal.objects.get(pk=cast.deal.pk).stage.position == 1
    if request.state == "withdrawn":
        assert isinstance(taken, Refused) and "withdrawn" in back[0]
    else:
        assert request.state == "accepted" and "stays" in back[0], (taken, back)


# --- files


@pytest.fixture
def needing():
    RequestKind.objects.filter(code="technical").update(files_needed="规格书，图纸")
    RequestKind.objects.filter(code="contract").update(files_needed="合同文本")


def test_what_a_stage_raises_lies_with_its_asker_until_its_files_are_there(cast, raising, needing, client_of):
    move, request = moved(cast, raising)
    assert (request.state, request.intervals.get().holder, request.asker) == ("waiting", "asker", cast.alice)
    assert "规格书" in request.question and "图纸" in request.question and request.code in move.told[0]
    assert not Notification.objects.filter(recipient=cast.tess).exists()
    card = CardNote.objects.get(deal=cast.deal, until=None)
    assert (card.kind, "待补充" in card.words) == ("waiting", True)
    files = [SimpleUploadedFile(f"{name}.png", PNG) for name in ("规格书", "图纸")]
    path = f"/requests/{request.code}/answer"
    response = client_of(cast.alice).post(path, {"key": key(), "text": "见附件", "files": files})
    assert response.status_code == 302, response.content.decode()[:3000]
    request.refresh_from_db()
    assert (request.state, Attachment.objects.of(request).count()) == ("submitted", 2)
    assert Notification.objects.filter(recipient=cast.tess, group="act").count() == 1
    assert request.accept_by > request.asked_at


def test_an_admins_move_tells_the_asker_what_is_lacking(cast, raising, needing):
    stage = Stage.objects.get(pk=raising.pk)
    cast.deal.move_to(stage, by=cast.ada, now=MONDAY, key_action="x")
    told = Notification.objects.get(recipient=cast.alice, kind="collaboration.lacking")
    assert (told.group, "规格书" in told.data["question"]) == ("act", True)


def gated(cast):
    """alice's deal before the gate of its contract."""
    deal = make_customer(cast.alice, name="合同客户", now=MONDAY).deals.get()
    fifth = Stage.objects.get(playbook=deal.playbook, position=5)
    move_many([Move(deal, fifth, key_action="x")], by=cast.alice, now=MONDAY)
    return Deal.objects.get(pk=deal.pk), Stage.objects.get(playbook=deal.playbook, position=6)


def test_the_dialog_of_a_gate_asks_for_the_files(cast, needing, client_of):
    deal, gate = gated(cast)
    client, path = client_of(cast.alice), reverse("pipeline:move", args=[deal.pk])
    page = client.get(path, {"to": gate.pk}).content.decode()
    assert 'name="needs_0"' in page and "合同文本" in page and "multipart/form-data" in page
    said = {"key": key(), "to": gate.pk, "from": deal.stage_id}
    bare = client.post(path, said)
    assert (bare.status_code, CollaborationRequest.objects.count()) == (422, 0)
    assert "Add the file: 合同文本" in bare.content.decode()
    wrong = client.post(path, said | {"key": key(), "needs_0": SimpleUploadedFile("x.exe", b"MZ\x90\x00" * 40)})
    assert (wrong.status_code, CollaborationRequest.objects.count()) == (422, 0)
    assert not CardNote.objects.filter(deal=deal, until=None).exists()
    right = client.post(path, said | {"key": key(), "needs_0": SimpleUploadedFile("draft.png", PNG)})
    assert right.status_code == 302
    request = CollaborationRequest.objects.get(deal=deal)
    assert [file.name for file in Attachment.objects.of(request)] == ["合同文本.png"]
    assert CardNote.objects.get(deal=deal, until=None).kind == "hold"


def test_nobody_is_asked_without_them_on_any_way(cast, needing):
    deal, gate = gated(cast)
    with pytest.raises(ValidationError, match="合同文本"):
        entry.enter_gated_stage(deal, gate, by=cast.alice, now=MONDAY)
    other = SimpleUploadedFile("别的.png", PNG)
    with pytest.raises(ValidationError, match="合同文本"):
        entry.enter_gated_stage(deal, gate, by=cast.alice, now=MONDAY, files=[other])
    assert not CollaborationRequest.objects.exists()


# --- offered


@pytest.fixture
def offered(cast):
    cast.deal = make_customer(cast.alice, name="星澜科技", now=MONDAY).deals.get()
    return Stage.objects.get(playbook__is_default=True, position=FOURTH)


def test_the_department_of_the_stage_is_offered_unticked(cast, offered, client_of):
    client, path = client_of(cast.alice), reverse("pipeline:move", args=[cast.deal.pk])
    page = client.get(path, {"to": offered.pk}).content.decode()
    assert f"{cast.tech.name_en}: {kind().label_en}" in page
    box = page.split('name="ask"')[1].split(">")[0]
    assert "checked" not in box
    third = Stage.objects.get(playbook=offered.playbook, position=THIRD)
    assert 'name="ask"' not in client.get(path, {"to": third.pk}).content.decode()
    assert 'name="ask"' not in client_of(cast.ada).get(path, {"to": offered.pk}).content.decode()


@pytest.mark.parametrize("ticked", [True, False])
def test_ticked_it_is_raised_with_the_move_and_undone_with_it(cast, offered, client_of, ticked, time_machine):
    client, path = client_of(cast.alice), reverse("pipeline:move", args=[cast.deal.pk])
    said = {
        "key": key(), "to": offered.pk, "from": cast.deal.stage_id, "key_action": "提交方案",
        "expected_close": (MONDAY + dt.timedelta(days=900)).date(),
    } | ({"ask": "technical"} if ticked else {})  # fmt: skip
    response = client.post(path, said, follow=True)
    assert response.status_code == 200
    requests = CollaborationRequest.objects.filter(deal=cast.deal)
    assert requests.count() == ticked
    if ticked:
        request = requests.get()
        assert (request.department, request.asker, request.state) == (cast.tech, cast.alice, "submitted")
        assert request.code in response.content.decode()
        event = Event.objects.get(verb="pipeline.moved")
        undo(event, by=cast.alice, now=event.at)
        request.refresh_from_db()
        assert request.state == "withdrawn"


def test_what_was_not_offered_is_not_raised(cast, offered, client_of):
    path = reverse("pipeline:move", args=[cast.deal.pk])
    close = (MONDAY + dt.timedelta(days=900)).date()
    said = {"key": key(), "to": offered.pk, "from": cast.deal.stage_id, "key_action": "x", "expected_close": close}
    response = client_of(cast.alice).post(path, said | {"ask": "contract"})
    assert (response.status_code, CollaborationRequest.objects.count()) == (422, 0)
    assert Deal.objects.get(pk=cast.deal.pk).stage.position == 1


def test_an_admin_offers_another_kind_at_a_stage(cast, offered):
    Stage.objects.filter(pk=offered.pk).update(raises={"kind": "delivery"})
    stage = Stage.objects.get(pk=offered.pk)
    codes = [code for code, _words in entry.offers(stage, by=cast.alice)]
    assert codes in (["delivery"], []) and (codes or entry.department_of(kind("delivery")) is None)
    Stage.objects.filter(pk=offered.pk).update(raises={"kind": "technical", "auto": True})
    assert entry.offers(Stage.objects.get(pk=offered.pk), by=cast.alice) == []  # it comes by itself


def test_an_admin_chooses_where_a_kind_is_offered_and_takes_it_back(cast, offered, client_of):
    third = Stage.objects.get(playbook=offered.playbook, position=THIRD)
    chosen = kind()
    ada, path = client_of(cast.ada), reverse("collaboration:kind", args=[chosen.pk])

    def save(**more):
        chosen.refresh_from_db()
        page = ada.get(path).content.decode()
        return ada.post(path, ticked(form_at(page, path)) | {"key": key()} | more)

    assert save(offers=[third.pk]).status_code == 302
    third.refresh_from_db()
    assert third.raises == {"kind": chosen.code}
    assert [code for code, _words in entry.offers(third, by=cast.alice)] == [chosen.code]
    assert save(stages=[third.pk]).status_code == 302  # by itself from now on, and not offered as well
    third.refresh_from_db()
    assert (third.raises["auto"], entry.offers(third, by=cast.alice)) == (True, [])
    assert save(stages=[], offers=[]).status_code == 302
    third.refresh_from_db()
    assert third.raises == {}


def test_what_a_gated_stage_raises_once_entered_does_not_stand_in_for_its_approval(cast):
    """Delivery scheduling by itself at the contract: the gate still asks for the contract's approval."""
    deal, gate = gated(cast)
    before = entry.names_of_approvers(gate)
    Stage.objects.filter(pk=gate.pk).update(raises={"kind": "technical", "auto": True})
    gate.refresh_from_db()
    assert entry.names_of_approvers(gate) == before != []
    assert entry.enter_gated_stage(deal, gate, by=cast.alice, now=MONDAY)
    assert CollaborationRequest.objects.get(deal=deal).kind.code == "contract"
