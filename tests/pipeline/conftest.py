"""What every pipeline test needs: the stages by position, and one customer with its deal."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone, translation

from pipeline import notes
from pipeline.models import LossReason, Playbook
from tests.cast import make_customer


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def stages(db):
    """stages[1] … stages[7], and stages["lost"], of the default playbook."""
    found = list(Playbook.objects.default().stages.order_by("position"))
    return {stage.position: stage for stage in found[:7]} | {"lost": found[7]}


@pytest.fixture
def price(db):
    return LossReason.objects.get(code="price")


@pytest.fixture
def own(cast, now):
    """own.customer and own.deal of alice, opened three days ago at the first stage."""
    customer = make_customer(cast.alice, now=now - dt.timedelta(days=3))
    return SimpleNamespace(customer=customer, deal=customer.deals.get(), opened=now - dt.timedelta(days=3))


@pytest.fixture
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def approve(stages, now):
    """approve(deal): the contract approval is given, so that stage 6 opens (D29)."""

    def given(deal):
        notes.place_note(
            deal, "good", "合同审批已通过", "Contract approved", source="request 1", now=now, stage=stages[6]
        )

    return given
