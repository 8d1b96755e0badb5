"""What is raised by itself: the request a stage names (D52: off until an admin ticks it), in the move's transaction."""

import pytest

from collaboration import entry, verbs
from collaboration.models import CollaborationRequest
from core.errors import Refused
from pipeline.models import Stage, StageProgress
from tests.cast import make_customer
from tests.collaboration.world import MONDAY, TUESDAY, kind


@pytest.fixture
def stage(cast):
    stage = Stage.objects.get(playbook__is_default=True, position=3)
    Stage.objects.filter(pk=stage.pk).update(raises={"kind": "technical", "auto": True})
    stage.refresh_from_db()
    return stage


def test_entering_a_stage_raises_what_it_names_once(cast, stage):
    deal = make_customer(cast.alice, now=MONDAY).deals.get()
    deal.move_to(stage, by=cast.alice, now=MONDAY, key_action="方案沟通")
    one = CollaborationRequest.objects.get(deal=deal)
    assert (one.kind, one.department, one.asker, one.state) == (kind(), cast.tech, cast.alice, "submitted")
    assert one.description == one.kind.template and one.needed_by and one.accept_by
    second = Stage.objects.get(playbook=deal.playbook, position=2)
    deal.move_to(second, by=cast.alice, now=TUESDAY, reason="再谈", key_action="x")
    deal.move_to(stage, by=cast.alice, now=TUESDAY, key_action="y")
    assert CollaborationRequest.objects.filter(deal=deal).count() == 1  # the first still runs
    verbs.withdraw(one, by=cast.alice, now=TUESDAY)


def test_an_admins_move_asks_in_the_owners_name_and_other_stages_raise_nothing(cast, stage):
    deal = make_customer(cast.alice, now=MONDAY).deals.get()
    deal.move_to(Stage.objects.get(playbook=deal.playbook, position=2), by=cast.alice, now=MONDAY, key_action="x")
    assert not CollaborationRequest.objects.exists()
    deal.move_to(stage, by=cast.ada, now=MONDAY, key_action="y")
    assert CollaborationRequest.objects.get().asker == cast.alice


def test_when_it_cannot_be_raised_the_deal_does_not_move(cast, stage, monkeypatch):
    deal = make_customer(cast.alice, now=MONDAY).deals.get()
    stays = StageProgress.objects.filter(deal=deal).count()

    def fails(**said):
        raise Refused("no")

    monkeypatch.setattr(entry, "raise_request", fails)
    with pytest.raises(Refused):
        deal.move_to(stage, by=cast.alice, now=MONDAY, key_action="y")
    assert StageProgress.objects.filter(deal=deal).count() == stays
    deal.refresh_from_db()
    assert deal.stage.position == 1
