import smtplib

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone, translation

from accounts.models import Leave, Team, User
from activity import mailing, undoing
from activity.models import Event, Notification
from activity.recording import notify, record
from activity.wording import event_words
from core.errors import Refused
from tests.cast import key


def tell(people, subject, *, kind="accounts.leave_added", by=None, key_="k", now=None, act=False, **data):
    data = {"name": "李强", "first": "2024-03-04", "last": "2024-03-08"} | data
    if isinstance(subject, User):  # somebody really stands in
        for person in people:
            Leave.objects.create(user=subject, substitute=person, first="2024-03-04", last="2099-03-08")
    notify(kind, subject, tell=people, by=by, at=now or timezone.now(), key=key_, act=act, **data)


def lines(client, group):
    return [line.words for line in client.get("/messages").context["inbox"][group]]


def test_the_two_groups_and_the_earlier_ones(cast, client_of):
    tell([cast.alice], cast.bob, act=True, key_="a")
    tell([cast.alice], cast.mia, key_="b")
    client = client_of(cast.alice)
    assert lines(client, "act") == ["You stand in for 李强 from 2024-03-04 to 2024-03-08"]
    assert len(lines(client, "fyi")) == 1 and lines(client, "read") == []
    assert lines(client_of(cast.bob), "act") == []


def test_messages_of_one_subject_merge(cast, client_of):
    for n in range(3):
        tell([cast.alice], cast.bob, key_=f"k{n}")
    inbox = client_of(cast.alice).get("/messages").context["inbox"]["fyi"]
    assert [line.n for line in inbox] == [3]
    assert "3 messages" in client_of(cast.alice).get("/messages").content.decode()


def test_what_is_no_longer_ones_own_says_so_without_a_name(cast, client_of):
    tell([cast.charlie], cast.east, name="星澜科技")  # a team he does not belong to
    page = client_of(cast.charlie).get("/messages")
    assert [line.words for line in page.context["inbox"]["fyi"]] == ["This is no longer yours to see."]
    assert "星澜科技" not in page.content.decode()


def test_marking_read_and_unread(cast, client_of):
    tell([cast.alice], cast.bob, key_="a", act=True)
    tell([cast.alice], cast.mia, key_="b")
    tell([cast.bob], cast.mia, key_="c")
    client = client_of(cast.alice)
    mine, foreign = Notification.objects.get(key__startswith="a"), Notification.objects.get(key__startswith="c")
    assert client.post("/messages/read", {"all": 1, "key": key()}).status_code == 302
    mine.refresh_from_db()
    assert mine.read_at is None  # "all" leaves what needs me
    client.post("/messages/read", {"notice": [mine.pk, foreign.pk], "read": 1, "key": key()})
    mine.refresh_from_db(), foreign.refresh_from_db()
    assert mine.read_at and foreign.read_at is None
    answer = client.post("/messages/read", {"notice": mine.pk, "read": 0, "key": key()}, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and 'id="messages"' in answer.content.decode()[:40]
    assert lines(client, "act") != []
    assert client.post("/messages/read", {"key": key()}).status_code == 400
    assert client.post("/messages/read", {"notice": "9" * 30, "key": key()}).status_code == 400
    assert client.get("/messages/read").status_code == 405


def test_the_page_costs_the_same_for_one_and_thirty(cast, client_of, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    tell([cast.alice], cast.bob, key_="first")
    client = client_of(cast.alice)
    client.get("/messages")
    with CaptureQueriesContext(connection) as few:
        client.get("/messages")
    for n in range(30):
        record("accounts.person_changed", User.objects.create_user(f"u{n}", name="x", role="rep"), by=cast.ada,
               tell=[cast.alice], name="x")
    with django_assert_num_queries(len(few)):
        client.get("/messages")


@pytest.mark.parametrize("language, words", [("zh-hans", ["没有待处理。"]), ("en", ["Nothing is waiting."])])
def test_nothing_waiting_in_both_languages(cast, client_of, language, words):
    User.objects.filter(pk=cast.alice.pk).update(language=language)
    page = client_of(User.objects.get(pk=cast.alice.pk)).get("/messages").content.decode()
    assert all(word in page for word in words)


def test_words_of_an_event_and_of_one_without_words(cast):
    event = record("accounts.person_left", cast.bob, by=cast.ada, name="王<敏>", to="李强", moved=2)
    plain = record("nowhere.happened", cast.bob, by=cast.ada)
    with translation.override("zh-hans"):
        assert event_words(event) == "停用了 王&lt;敏&gt;，把 2 项交接给 李强"
        assert event_words(plain) == "安达：nowhere.happened"
    with translation.override("en"):
        assert event_words(event) == "deactivated 王&lt;敏&gt; and handed 2 things over to 李强"


# --- Undo -----------------------------------------------------------------------------------------------------
@pytest.fixture
def undoable():
    done = []
    undoing.undoer("test.deed", lambda event, *, by, now: done.append((event.pk, by)))
    yield done
    del undoing._undoers["test.deed"]


def test_undo_once_by_whoever_did_it(cast, client_of, undoable):
    event = record("test.deed", cast.east, by=cast.alice)
    for stranger in (cast.bob, cast.mia, cast.sam):
        assert client_of(stranger).post(f"/undo/{event.pk}", {"key": key()}).status_code == 404
    client = client_of(cast.alice)
    assert client.get(f"/undo/{event.pk}").status_code == 405
    answer = client.post(f"/undo/{event.pk}", {"key": key(), "next": "/me"})
    assert (answer.status_code, answer["Location"], undoable) == (302, "/me", [(event.pk, cast.alice)])
    assert "Undone" in client.get("/me").content.decode()
    assert client.post(f"/undo/{event.pk}", {"key": key()}).status_code == 409
    event.refresh_from_db()
    assert event.undone_by == cast.alice and undoable == [(event.pk, cast.alice)]


def test_undo_needs_the_thing_still_to_be_seen(cast, client_of, undoable):
    event = record("test.deed", cast.south, by=cast.alice)
    assert client_of(cast.alice).post(f"/undo/{event.pk}", {"key": key()}).status_code == 404
    assert client_of(cast.ada).post(f"/undo/{event.pk}", {"key": key()}).status_code == 302


def test_too_late_or_nothing_to_undo(cast, client_of, undoable, time_machine):
    other = record("accounts.place_changed", cast.east, by=cast.alice, name="x")
    assert client_of(cast.alice).post(f"/undo/{other.pk}", {"key": key()}).status_code == 409
    event = record("test.deed", cast.east, by=cast.alice, at=timezone.now() - timezone.timedelta(days=31))
    with pytest.raises(Refused):
        undoing.undo(event, by=cast.alice, now=timezone.now())
    assert client_of(cast.alice).post("/undo/999999", {"key": key()}).status_code == 404


def test_undo_by_htmx_reloads_the_page_it_came_from(cast, client_of, undoable):
    event = record("test.deed", cast.east, by=cast.alice)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/me?x=1"}
    answer = client_of(cast.alice).post(f"/undo/{event.pk}", {"key": key()}, headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/me?x=1")


# --- Mail -----------------------------------------------------------------------------------------------------
def test_one_mail_a_person_in_his_language(cast):
    User.objects.filter(pk=cast.bob.pk).update(language="zh-hans")
    tell([cast.alice, User.objects.get(pk=cast.bob.pk)], cast.mia, key_="a")
    tell([cast.alice], cast.grace, key_="b")
    call_command("deliver_mail")
    sent = {letter.to[0]: letter for letter in mail.outbox}
    assert sent["alice@example.com"].subject == "2 messages from SalesFlow"
    assert sent["bob@example.com"].subject == "2024-03-04 至 2024-03-08 由你代理 李强"
    assert "由你选择" in sent["bob@example.com"].body
    call_command("deliver_mail")
    assert len(mail.outbox) == 2, "told once (REL18)"
    assert not Notification.objects.filter(mailed_at=None).exists()


def test_no_line_break_reaches_a_header(cast):
    tell([cast.alice], cast.mia, name="a\r\nBcc: x@evil.example\n b")
    call_command("deliver_mail")
    assert mail.outbox[0].subject.splitlines() == [mail.outbox[0].subject]
    assert mail.outbox[0].recipients() == ["alice@example.com"]


def test_read_withdrawn_foreign_and_unwanted_messages_are_not_mailed(cast):
    now = timezone.now()
    tell([cast.alice], cast.mia, key_="read")
    Notification.objects.update(read_at=now)
    tell([cast.bob], cast.mia, key_="over")
    Notification.objects.filter(recipient=cast.bob).update(over_at=now)
    tell([cast.charlie], cast.east, key_="foreign")
    tell([cast.tess], cast.mia, key_="unwanted")
    User.objects.filter(pk=cast.tess.pk).update(mail_reminders=False)
    tell([cast.sam], cast.mia, key_="left")
    User.objects.filter(pk=cast.sam.pk).update(is_active=False)
    call_command("deliver_mail")
    assert mail.outbox == []
    assert not Notification.objects.exclude(mail_due_at=None).exists()


@pytest.mark.proves("B45")
def test_a_server_that_does_not_answer_is_tried_six_times(cast, settings):
    settings.EMAIL_BACKEND = "tests.activity.broken_mail.Broken"
    now = timezone.now()
    tell([cast.alice], cast.mia, now=now)
    for attempt in range(1, 7):
        assert mailing.due(now) == [cast.alice.pk]
        assert mailing.deliver_to(cast.alice.pk, now=now) == 0
        row = Notification.objects.get()
        assert (row.mail_tries, row.mail_error, row.mailed_at) == (attempt, "SMTPServerDisconnected", None)
        assert mailing.due(now) == []
        assert abs((row.mail_due_at - now) / mailing.WAIT[attempt - 1] - 1) <= 0.1
        now = row.mail_due_at
    assert mailing.due(now + timezone.timedelta(days=30)) == []
    assert issubclass(smtplib.SMTPServerDisconnected, OSError)


def test_what_happened_to_people_is_written_by_the_socket(cast):
    assert Event.objects.count() == 0
    from accounts.arranging import make_place

    make_place(Team(name="华北组", department=cast.sales), by=cast.ada, now=timezone.now())
    assert list(Event.objects.values_list("verb", "by__username")) == [("accounts.place_made", "ada")]
