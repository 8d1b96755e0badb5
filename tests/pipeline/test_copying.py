"""A playbook copied from another: all of its stages, nothing of its deals, and neither changes the other (R8)."""

import pytest

from core.changing import change
from core.errors import Refused
from pipeline import books
from pipeline.copying import copy_playbook
from pipeline.models import Deal, Playbook, Stage
from pipeline.opening import open_deal
from tests.cast import key

pytestmark = pytest.mark.django_db


def told(playbook):
    """What the stages of a playbook are, without their keys."""
    return [
        (
            one.position, one.kind, one.label, one.label_en, one.probability, one.default_tag, one.stale_days,
            one.gated, one.asks, [(duty.role, duty.approves, duty.position) for duty in one.duties.all()],
            one.versions.latest("since", "pk").definition,
        )
        for one in playbook.stages.live().order_by("position", "id")
    ]  # fmt: skip


@pytest.mark.proves("R8")
def test_a_copy_has_the_same_stages_and_a_life_of_its_own(own, cast, now, client_of):
    first = Playbook.objects.default()
    books.save_playbook(
        first, by=cast.ada, now=now, expect=first.version, label=first.label, own=[("", "预算来源", "Budget")],
        after_win=[(30, "回访", "Check in")],
    )
    first.refresh_from_db()
    ada = client_of(cast.ada)
    answer = ada.post(f"/setup/playbooks/{first.pk}/copy", {"key": key()})
    made = Playbook.objects.latest("pk")
    assert answer["Location"] == f"/setup/playbooks/{made.pk}"
    assert (made.label, made.is_active, made.is_default) == (f"{first.label} 2", False, False)
    assert told(made) == told(first) and not Deal.objects.filter(playbook=made).exists()
    assert made.due_after_win == first.due_after_win
    assert [row["label"] for row in made.own_fields] == ["预算来源"]
    assert made.own_fields[0]["code"] != first.own_fields[0]["code"]
    with pytest.raises(Refused):
        open_deal(own.customer, by=cast.alice, now=now, playbook=made)
    books.turn_on(made, by=cast.ada, now=now)
    assert open_deal(own.customer, by=cast.alice, now=now, playbook=made).stage.playbook == made
    before = told(first)
    change(made.stages.live().order_by("position").first(), by=cast.ada, label="改名", probability=1)
    assert told(first) == before != told(made)
    again = copy_playbook(first, by=cast.ada, now=now)
    assert (again.label, again.code) == (f"{first.label} 3", f"{first.code}-3")
    assert Stage.history.filter(playbook_id=again.pk).count() == again.stages.count()


def test_only_an_admin_copies(cast, client_of):
    first = Playbook.objects.default()
    assert client_of(cast.mia).post(f"/setup/playbooks/{first.pk}/copy", {"key": key()}).status_code == 403
    assert Playbook.objects.count() == 3
