"""How people hear of what (S19, REL18): their own choices, quiet hours, what is over, what did not arrive."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core import mail
from django.utils import timezone

from accounts import switches
from accounts.models import Leave, User
from activity import mailing, topics
from activity.channels import Channels
from activity.models import Notification
from activity.recording import notify
from core.jobs import run_now
from core.periods import today, zone
from customers import keeping, owing
from customers.models import Owed
from customers.transferring import assign_many
from tests.cast import key, make_customer, make_step

pytestmark = pytest.mark.django_db
WEDNESDAY = dt.datetime(2024, 3, 6, 10, 0, tzinfo=zone())
KIND = "accounts.person_changed"  # by mail at once, whatever the hour


def tell(people, subject, *, kind=KIND, key_="k", now=WEDNESDAY, act=False, **data):
    data = {"name": "李强", "role": "rep", "role_before": "rep", "fields": ["role"]} | data
    notify(kind, subject, tell=people, at=now, key=key_, act=act, **data)


def chosen(person, **notices):
    User.objects.filter(pk=person.pk).update(notices=notices)
    return User.objects.get(pk=person.pk)


# --- What there is to choose ------------------------------------------------------------------------------------
def test_every_kind_of_message_is_a_line_of_the_page():
    kinds = {f"{path.parts[-3]}.{path.stem}" for path in Path(project.BASE_DIR, "templates").glob("*/notices/*.html")}
    known = {kind.partition(" ")[0] for kind in topics._of_kind}
    assert kinds - known == set()


def test_ones_own_choice_goes_before_the_companys_and_that_before_the_default(cast):
    files = topics._topics["files"]
    assert Channels.load().of(cast.alice, files) == (True, "")
    switches.set("notices", {"files": {"bell": False, "mail": "day"}}, by=cast.ada, now=WEDNESDAY)
    assert Channels.load().of(cast.alice, files) == (False, "day")
    assert Channels.load().of(chosen(cast.alice, files={"bell": True}), files) == (True, "day")
    User.objects.filter(pk=cast.alice.pk).update(mail_reminders=False)
    assert Channels.load().of(User.objects.get(pk=cast.alice.pk), files) == (True, "")


@pytest.mark.proves("REL18")
def test_by_mail_alone_is_not_in_the_bell_and_neither_is_nothing(cast, client_of):
    tell([chosen(cast.alice, people={"bell": False})], cast.bob)
    tell([chosen(cast.mia, people={"bell": False, "mail": ""})], cast.bob, key_="none")
    row = Notification.objects.get()
    assert (row.recipient, row.in_bell, row.mail_due_at) == (cast.alice, False, WEDNESDAY)
    assert client_of(cast.alice).get("/messages").context["inbox"]["fyi"] == []
    assert client_of(cast.alice).get("/messages").context["shell"].unread == 0
    assert mailing.deliver_to(cast.alice.pk, now=WEDNESDAY) == 1


def test_the_page_keeps_only_what_differs_and_knows_an_old_version(cast, client_of):
    client = client_of(cast.alice)
    page = client.get("/me/messages")
    form = page.context["form"]
    said = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    said |= {"version": cast.alice.version, "mail-quiet": "day", "quiet_from": "18:30", "morning_at": "07:50"}
    del said["bell-moves"]
    assert client.post("/me/messages", said | {"key": key()}).status_code == 302
    alice = User.objects.get(pk=cast.alice.pk)
    assert alice.notices == {"quiet": {"mail": "day"}, "moves": {"bell": False}}
    assert (alice.quiet_from, alice.quiet_until, alice.morning_at) == (dt.time(18, 30), None, dt.time(7, 50))
    assert client.post("/me/messages", said | {"key": key(), "mail-quiet": ""}).status_code == 409
    assert client.post("/me/messages", said | {"key": key(), "mail-quiet": "hourly"}).status_code == 422


def test_an_admin_sets_what_holds_for_who_has_not_chosen(cast, client_of):
    client = client_of(cast.ada)
    form = client.get("/setup/messages").context["form"]
    said = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    said |= {"version": 0, "mail-files": "now", "quiet_from": "19:00", "quiet_until": "07:00", "morning_at": "09:00"}
    assert client.post("/setup/messages", said | {"key": key()}).status_code == 302
    assert switches.get("notices") == {"files": {"bell": True, "mail": "now"}}
    assert (switches.get("quiet_hours"), switches.get("morning_at")) == (["19:00", "07:00"], "09:00")
    assert client.post("/setup/messages", said | {"key": key(), "mail-files": "day"}).status_code == 409


# --- When -------------------------------------------------------------------------------------------------------
@pytest.mark.proves("REL18")
def test_nobody_is_mailed_in_his_quiet_hours(cast, monkeypatch):
    monkeypatch.setitem(switches.DEFAULTS, "quiet_hours", ["20:00", "08:00"])
    User.objects.filter(pk=cast.bob.pk).update(quiet_from=dt.time(22), quiet_until=dt.time(22))
    tell([cast.alice, cast.bob], cast.mia)
    assert mailing.deliver_all(now=WEDNESDAY.replace(hour=21))["mailed"] == 1, "bob has no quiet hours"
    assert [letter.to for letter in mail.outbox] == [["bob@example.com"]]
    assert Notification.objects.get(recipient=cast.alice).mail_tries == 0, "no try was lost"
    assert mailing.deliver_all(now=WEDNESDAY + dt.timedelta(hours=22))["mailed"] == 1


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ((6, 7), (6, 8, 45)),  # a Wednesday before the morning's mail
        ((6, 10), (7, 8, 45)),
        ((8, 10), (11, 8, 45)),  # Friday: on Monday
        ((9, 7), (11, 8, 45)),
    ],
)
def test_the_mornings_mail_is_of_a_working_day(cast, now, due):
    moment = dt.datetime(2024, 3, *now, tzinfo=zone())
    bell, at = Channels.load().ways(chosen(cast.alice, files={"mail": "day"}), "exchange.imported", "fyi", moment)
    assert (bell, at) == (True, dt.datetime(2024, 3, *due, tzinfo=zone()))


def test_requests_are_mailed_in_working_hours_and_mentions_always(cast):
    night = WEDNESDAY.replace(hour=23)
    assert Channels.load().ways(cast.sam, "collaboration.raised", "act", night)[1] == WEDNESDAY.replace(
        day=7, hour=9
    )
    assert Channels.load().ways(cast.sam, "collaboration.said", "act", night)[1] == night
    assert Channels.load().ways(cast.sam, "collaboration.said", "fyi", night)[1] is None, "low by default"


def test_a_log_that_is_late_is_said_only_to_who_wants_to_hear_it(cast):
    for person in (cast.alice, chosen(cast.bob, owed={"bell": True})):
        Owed.objects.create(
            user=person, customer=make_customer(person), how="phone", started_at=WEDNESDAY - dt.timedelta(hours=1),
            ended_at=WEDNESDAY - dt.timedelta(minutes=50),
        )
    assert owing.tell_late(now=WEDNESDAY.replace(hour=22)) == 0
    assert [owing.tell_late(now=WEDNESDAY) for _ in range(2)] == [1, 1]
    assert [row.recipient for row in Notification.objects.all()] == [cast.bob]
    owing.drop(Owed.objects.get(user=cast.bob), now=WEDNESDAY)
    assert topics.withdraw_over(now=WEDNESDAY) == 1


# --- What is over -----------------------------------------------------------------------------------------------
@pytest.mark.proves("REL18")
def test_each_kind_knows_when_it_is_over(cast):
    now = timezone.now()
    customer = make_customer(cast.alice)
    step = make_step(customer, today(now), now=now, text="上门")
    leave = Leave.objects.create(user=cast.mia, substitute=cast.alice, first=today(now), last=today(now))
    keeping.add_helper(customer, cast.bob, by=cast.alice, now=now)
    notify("customers.assigned", customer, tell=[cast.alice], at=now, key="given", act=True, name="x", n=1)
    notify("customers.step_given", step, tell=[cast.alice], at=now, key="step", act=True, text="x")
    notify("accounts.leave_added", cast.mia, tell=[cast.alice], at=now, key="leave", name="陈曦")
    notify("exchange.imported", customer, tell=[cast.alice], at=now - dt.timedelta(days=31), key="old", name="x")
    notify("customers.pool_soon", customer, tell=[cast.alice], at=now - dt.timedelta(days=60), key="pool", act=True)
    assert topics.withdraw_over(now=now) == 2, "the old one for information; the pool has not warned of this customer"
    assert topics.withdraw_over(now=now) == 0

    def left():
        topics.withdraw_over(now=now)
        return {row.kind for row in Notification.objects.waiting()}

    assert left() == {"customers.assigned", "customers.step_given", "customers.helper_added", "accounts.leave_added"}
    leave.delete()
    assert left() == {"customers.assigned", "customers.step_given", "customers.helper_added"}
    assign_many([customer], cast.bob, by=cast.mia, now=now, tell=False)
    assert left() == {"customers.helper_added"}, "the customer and its step are bob's now"
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    assert left() == set()


@pytest.mark.proves("REL18")
def test_what_is_over_is_not_mailed(cast):
    now = timezone.now()
    customer = make_customer(cast.alice)
    notify("customers.assigned", customer, tell=[cast.alice], at=now, key="given", act=True, name="星澜科技", n=1)
    assign_many([customer], cast.bob, by=cast.mia, now=now, tell=False)
    assert run_now("deliver_mail")["withdrawn"] == 1
    assert mail.outbox == []


# --- At least once, seen once -----------------------------------------------------------------------------------
@pytest.mark.proves("REL18")
def test_a_thousand_messages_written_and_mailed_twice_arrive_once(cast):
    people = [cast.alice, cast.bob, cast.mia, cast.sam, cast.tess]
    for _twice in range(2):
        for n in range(200):
            tell(people, cast.nadia, key_=f"k{n}", name=f"N{n:03}")
    assert Notification.objects.count() == 1000
    assert sum(mailing.deliver_all(now=WEDNESDAY)["mailed"] for _ in range(2)) == 1000
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(person.email for person in people)


@pytest.mark.proves("REL18", "REL22")
def test_a_message_that_cannot_be_written_keeps_no_other_from_its_mail(cast, monkeypatch):
    tell([cast.alice], cast.mia, name="whole")
    tell([cast.alice], cast.mia, key_="bad", name="broken")
    words = mailing.notice_words

    def fail(row, thing, person):
        if row.data["name"] == "broken":
            raise KeyError("name")
        return words(row, thing, person)

    monkeypatch.setattr(mailing, "notice_words", fail)
    assert mailing.deliver_all(now=WEDNESDAY) == {"people": 1, "mailed": 1, "failed": 0}
    bad = Notification.objects.get(key__startswith="bad")
    assert (bad.mail_error, bad.mail_tries, bad.mailed_at) == ("KeyError", 1, None)


@pytest.mark.proves("REL22")
def test_a_person_who_cannot_be_mailed_keeps_nobody_waiting(cast, monkeypatch):
    tell([cast.alice, cast.bob, cast.mia], cast.nadia)
    User.objects.filter(pk=cast.alice.pk).update(email="a\nb@example.com")  # no server takes this address
    seen = mailing.seen

    def fail(person, pairs):
        if person == cast.bob:
            raise RuntimeError
        return seen(person, pairs)

    monkeypatch.setattr(mailing, "seen", fail)
    assert mailing.deliver_all(now=WEDNESDAY) == {"people": 3, "mailed": 1, "failed": 1}
    assert [letter.to for letter in mail.outbox] == [["mia@example.com"]]
    assert Notification.objects.get(recipient=cast.alice).mail_error


@pytest.mark.proves("REL18", "B45")
def test_what_no_server_took_waits_on_the_page_of_jobs_and_is_sent_again(cast, client_of, settings):
    settings.EMAIL_BACKEND = "tests.activity.broken_mail.Broken"
    now = timezone.now()
    tell([cast.alice], cast.mia, now=now)
    for _try in range(6):
        mailing.deliver_to(cast.alice.pk, now=now)
        now = Notification.objects.get().mail_due_at
    admin = client_of(cast.ada)
    page = admin.get("/setup/jobs")
    assert [(one["recipient__name"], one["n"], one["error"]) for one in page.context["letters"]] == [
        ("李强", 1, "SMTPServerDisconnected")
    ]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert admin.post(f"/setup/jobs/mail/{cast.alice.pk}/again", {"key": key()}).status_code == 302
    assert run_now("deliver_mail")["mailed"] == 1
    assert admin.get("/setup/jobs").context["letters"] == [] and len(mail.outbox) == 1
    Notification.objects.update(mailed_at=None, mail_tries=6, mail_due_at=now, read_at=now)
    assert mailing.dead_letters() == [], "what was read in the bell needs no mail"
    assert client_of(cast.mia).post(f"/setup/jobs/mail/{cast.alice.pk}/again", {"key": key()}).status_code == 403
