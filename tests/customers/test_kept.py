"""A log kept on the device without a connection: sent once, in one's own name, as of when Save was pressed."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from customers import steps
from customers.logging import saved_before
from customers.models import FollowUp, NextStep
from tests.cast import key, make_customer

pytestmark = [pytest.mark.django_db]
MINUTE = 60_000


@pytest.fixture
def customer(cast):
    return make_customer(cast.alice, name="星澜科技", contacts=[{"name": "张敏", "phone": "13800005678"}])


def device(person, customer=None, *, age=0, **more):
    """What the device sends: the form's fields, the uuid and its own clock, here two hours slow."""
    sent = 1_700_000_000_000
    data = {
        "text": "预批已到财务总监", "methods": ["phone"], "time": "now", "next": "none", "reason": "other",
        "client_uuid": str(uuid.uuid4()), "key": key(), "kept_for": person.pk, "sent_at": sent,
        "pressed_at": sent - age * MINUTE,
    }
    return data | ({"customer": customer.pk} if customer else {}) | more


def test_it_is_saved_with_the_time_of_the_press(cast, client_of, customer):
    before = timezone.now()
    answer = client_of(cast.alice).post("/log/kept", device(cast.alice, customer, age=90))
    saved = FollowUp.objects.get()
    assert answer.json() == {"id": saved.pk, "again": False}
    assert (saved.source, saved.text, saved.talked_by, saved.entered_by) == (
        "offline", "预批已到财务总监", cast.alice, cast.alice
    )
    assert saved.entered_at >= before
    late = saved.entered_at - saved.happened_at
    assert dt.timedelta(minutes=89) < late < dt.timedelta(minutes=91)  # the conversation's own time
    assert saved.draft_started_at == saved.happened_at


@pytest.mark.proves("REL2")
def test_sending_it_again_gives_the_same_record(cast, client_of, customer):
    data = device(cast.alice, customer)
    client = client_of(cast.alice)
    first = client.post("/log/kept", data).json()
    ids = {client.post("/log/kept", data | {"key": key(), "text": f"{n}"}).json()["id"] for n in range(5)}
    assert (ids, FollowUp.objects.count()) == ({first["id"]}, 1)
    assert client.post("/log/kept", data | {"key": key()}).json()["again"] is True


def test_the_form_that_was_saved_and_never_heard_is_the_same_record(cast, client_of, customer):
    """The answer to the ordinary form was lost: the device sends its uuid again."""
    data = device(cast.alice, customer)
    client = client_of(cast.alice)
    assert client.post(f"/log?customer={customer.pk}", data).status_code == 302
    NextStep.objects.all().delete()
    answer = client.post("/log/kept", data | {"key": key(), "next": "", "text": ""})  # not even read again
    assert answer.json() == {"id": FollowUp.objects.get().pk, "again": True}


def test_it_is_not_taken_in_another_persons_name(cast, client_of, customer):
    """The page still says alice, the session is mia's by now."""
    answer = client_of(cast.mia).post("/log/kept", device(cast.alice, customer))
    assert (answer.status_code, FollowUp.objects.count()) == (409, 0)
    assert client_of(cast.bob).post("/log/kept", device(cast.alice, customer)).status_code == 404
    assert client_of(cast.sam).post("/log/kept", device(cast.sam, customer)).status_code == 403
    assert client_of(cast.alice).get("/log/kept").status_code == 405


def test_anothers_uuid_gives_nothing_away(cast, client_of, customer):
    data = device(cast.alice, customer)
    client_of(cast.alice).post("/log/kept", data)
    theirs = make_customer(cast.charlie, name="云帆物流")
    answer = client_of(cast.charlie).post("/log/kept", device(cast.charlie, theirs, client_uuid=data["client_uuid"]))
    assert (answer.status_code, FollowUp.objects.count()) == (409, 1)
    assert saved_before(data["client_uuid"], by=cast.charlie) is None
    assert saved_before("no uuid", by=cast.charlie) is None


def test_what_is_wrong_is_said_and_nothing_is_written(cast, client_of, customer):
    client = client_of(cast.alice)
    answer = client.post("/log/kept", device(cast.alice, customer, text="", next="", reason=""))
    assert (answer.status_code, FollowUp.objects.count()) == (422, 0)
    assert answer.json() == {
        "errors": ["Pick a date for the next step, or say why there is none", "Enter what was said"]
    }


def test_a_name_typed_without_a_connection_finds_its_customer(cast, client_of, customer):
    client = client_of(cast.alice)
    make_customer(cast.charlie, name="云帆物流")
    for name in ("云帆物流", "没有这家", ""):  # not his, none, nothing typed: the same answer
        answer = client.post("/log/kept", device(cast.alice, customer_name=name))
        assert (answer.status_code, answer.json()) == (422, {"errors": ["Choose the customer."]})
    answer = client.post("/log/kept", device(cast.alice, customer_name="星澜科技有限公司"))
    assert (answer.status_code, FollowUp.objects.get().customer) == (200, customer)


def test_what_changed_meanwhile_refuses_no_log(cast, client_of, customer):
    step = steps.plan(customer, by=cast.alice, now=timezone.now(), due_on=timezone.localdate(), text="上门演示")
    steps.close(step, "kept", by=cast.alice, now=timezone.now())
    gone = {"steps": [step.pk], "methods": ["phone", "pigeon"], "topics": [9999], "contact": "9999", "time": "tap"}
    assert client_of(cast.alice).post("/log/kept", device(cast.alice, customer, **gone)).status_code == 200
    assert FollowUp.objects.get().methods == ",phone,"


def test_today_is_the_day_of_the_press(cast, client_of, customer):
    """Chosen yesterday for yesterday evening: still taken when it arrives, and then it is overdue."""
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    data = device(cast.alice, customer, age=24 * 60, next=yesterday.isoformat(), next_text="回电")
    assert client_of(cast.alice).post("/log/kept", data).status_code == 200
    assert NextStep.objects.get().due_on == yesterday


def test_a_wrong_clock_makes_no_log_of_the_future(cast, client_of, customer):
    data = device(cast.alice, customer, age=-500)
    assert client_of(cast.alice).post("/log/kept", data).status_code == 200
    assert FollowUp.objects.get().happened_at <= timezone.now()
