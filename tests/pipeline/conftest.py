"""What every pipeline test needs: the stages by position, and one customer with its deal."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone, translation

from core.periods import period_of, today
from pipeline import notes
from pipeline.models import LossReason, Meeting, Playbook
from tests.cast import key, make_customer, make_log

DAY = dt.timedelta(days=1)


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


# --- The weekly meeting of 华东一组
@pytest.fixture
def week():
    return period_of("week", today()).code


@pytest.fixture
def quiet(cast, now):
    """alice's deal that nobody spoke to for nine days."""
    customer = make_customer(cast.alice, now=now - 12 * DAY, name="启明电子")
    make_log(customer, happened_at=now - 9 * DAY, now=now - 9 * DAY)
    return customer.deals.select_related("customer", "stage").get()


@pytest.fixture
def run(cast, client_of, week):
    """run(name, person, **data): a POST of the meeting of 华东一组."""

    def post(name, person, *args, **data):
        url = f"/team/meeting/{week}/{name}" if name else f"/team/meeting/{week}"
        return client_of(person).post(url, {"key": key(), "team": cast.east.pk} | data)

    return post


@pytest.fixture
def running(cast, run, quiet, week):
    response = run("start", cast.mia, here=[cast.alice.pk, cast.bob.pk])
    assert response.status_code == 302
    return Meeting.objects.get(team=cast.east, week=week)
