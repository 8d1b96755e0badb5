"""Somebody else was first: his deed is told, what was typed is kept, and a second press is meant (B32, REL1)."""

import datetime as dt

import pytest
from django.utils import timezone

from pipeline import staging
from pipeline.models import Deal, Stage, StageProgress
from pipeline.moving import move_to
from tests.cast import key
from tests.exchange.conftest import bring_rows

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def first(own, cast, stages, now):
    """mia saw the deal in the first stage; alice has moved it to the third since."""
    seen = own.deal.stage_id
    move_to(own.deal, stages[3], by=cast.alice, now=now)
    return seen


def said(stages, seen, to, **more):
    close = timezone.localdate() + dt.timedelta(days=20)
    return {"key": key(), "to": stages[to].pk, "from": seen, "key_action": "谈了付款", "expected_close": close} | more


@pytest.mark.proves("B32", "REL1")
@pytest.mark.parametrize("extra", [{}, HTMX], ids=["plain", "htmx"])
def test_the_form_comes_again_for_where_the_deal_is_now(own, cast, stages, client_of, first, extra):
    client, path = client_of(cast.mia), f"/deals/{own.deal.pk}/move"
    answer = client.post(path, said(stages, first, 4), **extra)
    page = answer.content.decode()
    assert (answer.status_code, cast.alice.name in page, 'value="谈了付款"' in page) == (409, True, True)
    assert f"{stages[3].label_en} → {stages[4].label_en}" in page and "It is with" not in page
    assert f'name="from" value="{stages[3].pk}"' in page
    assert StageProgress.objects.filter(deal=own.deal).count() == 2
    meant = client.post(path, said(stages, stages[3].pk, 4), **extra)
    assert meant.status_code in (200, 302)
    assert Deal.objects.get(pk=own.deal.pk).stage == stages[4]


def test_where_it_would_go_back_now_the_reason_is_asked(own, cast, stages, client_of, first):
    client, path = client_of(cast.mia), f"/deals/{own.deal.pk}/move"
    page = client.post(path, said(stages, first, 2)).content.decode()  # forward when mia saw it, back now
    assert 'name="reason"' in page
    assert client.post(path, said(stages, stages[3].pk, 2)).status_code == 422


def test_what_is_done_already_or_lies_behind_a_gate_is_only_told(own, cast, stages, client_of, first):
    client, path = client_of(cast.mia), f"/deals/{own.deal.pk}/move"
    for to in (3, 6):
        answer = client.post(path, said(stages, first, to))
        page = answer.content.decode()
        assert (answer.status_code, cast.alice.name in page, 'id="move-form"' in page) == (409, True, False)


def test_a_loss_keeps_what_was_typed(own, cast, stages, price, client_of, first):
    client, path = client_of(cast.mia), f"/deals/{own.deal.pk}/lost"
    lost = {"key": key(), "from": first, "lost_reason": price.pk, "lost_note": "下次先问预算"}
    answer = client.post(path, lost)
    page = answer.content.decode()
    assert (answer.status_code, cast.alice.name in page, "下次先问预算" in page) == (409, True, True)
    assert client.post(path, lost | {"key": key(), "from": stages[3].pk}).status_code == 302
    assert Deal.objects.get(pk=own.deal.pk).stage.kind == Stage.Kind.LOST
    again = client.post(path, lost | {"key": key()})
    assert (again.status_code, 'id="lost-form"' in again.content.decode()) == (409, False)


@pytest.mark.proves("B36")
def test_a_stage_out_of_use_is_told_in_bulk_and_in_an_import_too(own, cast, stages, client_of, now):
    """The dialog: tests/customers/test_bad_input.py; the meeting: tests/pipeline/test_own_part.py."""
    staging.retire(stages[2], by=cast.ada, now=now)
    said = {"do": "move", "ids": [own.deal.pk], "seen": f"{own.deal.pk}:{own.deal.stage_id}", "to": stages[2].pk}
    answer = client_of(cast.alice).post("/deals/many", said | {"key": key(), "key_action": "约"})
    page = answer.content.decode()
    assert answer.status_code in (409, 422) and stages[3].label_en in page
    _batch, records = bring_rows([["客户名称", "所属阶段"], [own.customer.name, stages[2].label]], cast.alice)
    assert [record.fate for record in records] == ["wrong"]
    assert Deal.objects.get(pk=own.deal.pk).stage == stages[1]
