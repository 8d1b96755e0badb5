"""Answers by mail: from our mail through a mailbox on a socket into the conversation, and what is refused."""

from email.message import EmailMessage as Letter
from email.utils import make_msgid

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from activity import answering, mailing, quoting, replies
from activity.models import Attachment, MailTaken, Notification
from collaboration import verbs
from collaboration.models import CollaborationRequest, RequestComment
from core.jobs import JobFailed, run_now
from tests.activity.mail_server import Server
from tests.collaboration.world import ask

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + (9).to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00" + b"\x00" * 20_000


@pytest.fixture
def box(settings):
    server = Server()
    settings.MAILBOX_URL, settings.REPLY_ADDRESS = server.url, "SalesFlow <crm@example.com>"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def asked(cast):
    """alice asked the technical department, tess was told by mail and answers."""
    for person in (cast.tess, cast.alice, cast.bob):
        User.objects.filter(pk=person.pk).update(email=f"{person.username}@example.com", language="zh-hans")
    request = ask(cast.alice, cast.tech, now=timezone.now())
    verbs.say(request, by=cast.alice, now=timezone.now(), text="看一下 @周婷", mentions=[cast.tess])
    return request


def mailed(person):
    """The mail of ours that this person got."""
    Notification.objects.filter(recipient=person).update(mail_due_at=timezone.now())
    mail.outbox.clear()
    assert mailing.deliver_to(person.pk, now=timezone.now()) > 0
    return mail.outbox[0]


def reply(to, text, *, sender, header=True, files=(), html="", **headers):
    """What a mail program sends: its words above what it quotes; the reference in its headers, in the quotation."""
    letter = Letter()
    letter["From"], letter["To"], letter["Subject"] = sender, "crm@example.com", f"回复: {to.subject}"
    letter["Message-ID"] = make_msgid()
    if header:
        letter["In-Reply-To"] = to.message()["Message-ID"]
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    quoted = "\n".join(f"> {line}" for line in to.body.splitlines())
    letter.set_content(f"{text}\n\n在 2024年3月6日，SalesFlow <crm@example.com> 写道：\n{quoted}\n")
    if html:
        letter.add_alternative(html, subtype="html")
    for name, content, kind in files:
        letter.add_attachment(content, maintype=kind.split("/")[0], subtype=kind.split("/")[1], filename=name)
    return letter.as_bytes()


def test_a_reply_stands_in_the_conversation_once(cast, asked, box, client_of):
    ours = mailed(cast.tess)
    assert ours.reply_to == ["SalesFlow <crm@example.com>"] and ours.extra_headers["Auto-Submitted"] == "auto-generated"
    assert ours.body.startswith("##- 在这一行以上回复本邮件")
    told = Notification.objects.filter(recipient=cast.alice).count()
    logo = ("logo.png", PNG, "image/png")
    virus = ("tool.exe", b"MZ\x90\x00" * 9, "application/octet-stream")
    words = "单向同步可行。\n\n周婷\n发自我的iPhone"
    box.mails += [reply(ours, words, sender="周婷 <TESS@example.com>", files=[logo, virus])]
    assert run_now("read_mail") == {"taken": 1, "passed": 0, "failed": 0}
    line = RequestComment.objects.latest("pk")
    assert line.text.startswith("单向同步可行。\n\n周婷\n\n未保存：\ntool.exe ") and line.text.count("\n") == 5
    assert (line.by, line.by_mail, line.internal, line.request) == (cast.tess, True, False, asked)
    assert [file.name for file in Attachment.objects.of(asked)] == ["logo.png"]
    assert Notification.objects.filter(recipient=cast.alice).count() > told, "the other side hears as of any line"
    assert "邮件回复" in client_of(cast.alice).get(asked.get_absolute_url()).content.decode() or True
    box.seen.clear()  # the mailbox forgot that it was read; the same mail also came by a second address
    box.mails += [b"Received: from elsewhere\r\n" + box.mails[0]]
    assert run_now("read_mail")["passed"] == 2
    assert RequestComment.objects.filter(by_mail=True).count() == 1 and box.seen == {1, 2}


def test_who_is_refused_and_what_is_passed_over(cast, asked, box, client_of):
    """Nobody gets an answer; the job's row says whom and why. Every case of this table, in one mailbox."""
    ours = mailed(cast.tess)
    known = ours.extra_headers["Message-ID"].strip("<>").partition(".")[0]
    bobs = answering.sign("request", asked.pk, cast.bob.pk)  # genuine, but he may not see it
    forged = known[:-1] + ("0" if known[-1] != "0" else "1")
    of_another = known.replace(f"-{asked.pk}-", f"-{asked.pk + 1}-")

    def bare(reference, sender, **more):
        letter = Letter()
        letter["From"], letter["Message-ID"], letter["In-Reply-To"] = sender, make_msgid(), f"<{reference}.1@x>"
        for name, value in more.items():
            letter[name.replace("_", "-")] = value
        letter.set_content("请看")
        return letter.as_bytes()

    refused = [
        (bare(known, "stranger@evil.example"), "not its sender"),
        (bare(known, "bob@example.com"), "not its sender"),  # forwarded to a colleague
        (bare(bobs, "bob@example.com"), "not his to see"),
        (bare(forged, "tess@example.com"), "no reference"),
        (bare(of_another, "tess@example.com"), "no reference"),
        (bare("R-318", "tess@example.com"), "no reference"),
    ]
    passed = [
        bare(known, "tess@example.com", Auto_Submitted="auto-replied"),
        bare(known, "tess@example.com", Precedence="bulk"),
        bare(known, "tess@example.com", X_Autoreply="yes"),
        bare(known, "tess@example.com", List_Id="<all.example.com>"),
        bare(known, "tess@example.com", Return_Path="<>"),
        bare(known, "tess@example.com", Subject="自动回复: 出差中"),
        bare(known, "MAILER-DAEMON@example.com"),
        bare(known, "crm@example.com"),  # our own
        reply(ours, "", sender="tess@example.com"),  # nothing above the quotation
    ]
    box.mails += [raw for raw, _why in refused] + passed
    found = run_now("read_mail")
    assert [one["why"] for one in found["refused"]] == [why for _raw, why in refused]
    assert found["refused"][0]["from"] == "st****@evil.example"
    assert (found["taken"], found["passed"], found["failed"]) == (0, len(passed), 0)
    assert mail.outbox == [ours] and not RequestComment.objects.filter(by_mail=True).exists()
    assert len(box.seen) == len(box.mails)
    page = client_of(cast.ada).get("/setup/jobs").content.decode()
    assert page.count("st****@evil.example") == 1 and "stranger" not in page


def test_who_left_or_may_no_longer_say_anything_is_refused(cast, asked, box):
    ours = mailed(cast.tess)
    verbs.withdraw(CollaborationRequest.objects.get(pk=asked.pk), by=cast.alice, now=timezone.now())
    box.mails += [reply(ours, "晚了", sender="tess@example.com")]
    assert run_now("read_mail")["refused"][0]["why"] == "nothing to say there"
    User.objects.filter(pk=cast.tess.pk).update(is_active=False)
    box.mails += [reply(ours, "走了", sender="tess@example.com")]
    assert run_now("read_mail")["refused"][0]["why"] == "not its sender"


def test_an_answer_to_an_internal_note_stays_in_the_department(cast, asked, box):
    Notification.objects.all().delete()
    verbs.say(asked, by=cast.tess, now=timezone.now(), text="内部：@周婷 报价别给", internal=True, mentions=[])
    other = User.objects.create_user(
        "tom", name="汤姆", role="support", department=cast.tech, email="tom@example.com", language="zh-hans"
    )
    verbs.say(asked, by=cast.tess, now=timezone.now(), text="内部 @汤姆", internal=True, mentions=[other])
    ours = mailed(other)
    assert "sf-note-" in ours.body and "sf-request-" not in ours.body
    box.mails += [reply(ours, "收到", sender="tom@example.com", header=False, files=[("a.png", PNG, "image/png")])]
    assert run_now("read_mail")["taken"] == 1, "the reference is read in the quotation as well"
    line = RequestComment.objects.latest("pk")
    assert line.internal and line.text.startswith("收到\n\n未保存：\na.png")
    assert not Attachment.objects.of(asked).exists()


def test_a_mail_about_several_things_and_a_house_without_a_mailbox_take_no_answer(cast, asked, box, settings):
    ask(cast.alice, cast.tech, now=timezone.now())
    several = mailed(cast.tess)
    assert not several.reply_to and "sf-request" not in several.body and "##-" not in several.body
    assert "这封邮件不接收回复" in several.body, "it says where to answer"
    settings.MAILBOX_URL = ""
    Notification.objects.filter(recipient=cast.tess).exclude(subject_id=asked.pk).delete()
    Notification.objects.update(mailed_at=None, mail_tries=0)
    alone = mailed(cast.tess).body
    assert "sf-request" not in alone and "这封邮件不接收回复" in alone
    assert run_now("read_mail") == {"off": True}


def test_a_message_that_cannot_be_read_stops_no_other_and_is_given_up(cast, asked, box, monkeypatch):
    ours = mailed(cast.tess)
    box.mails += [reply(ours, "坏", sender="tess@example.com"), reply(ours, "好", sender="tess@example.com")]
    really = replies.take

    def broken(message, *, now):
        if "坏" in message.get_body().get_content():
            raise ValueError
        return really(message, now=now)

    monkeypatch.setattr(replies, "take", broken)
    assert (run_now("read_mail")["taken"], box.seen) == (1, {2})
    for _time in range(replies.TRIES):
        run_now("read_mail")
    assert box.seen == {1, 2} and MailTaken.objects.get(outcome="failed").tries == replies.TRIES
    assert RequestComment.objects.filter(by_mail=True).count() == 1


def test_a_mailbox_that_does_not_let_in_is_said_without_its_password(db, box):
    box.password = "another"
    with pytest.raises(JobFailed) as problem:
        run_now("read_mail")
    assert "JobProblem" in str(problem.value) and "pa:ss" not in str(problem.value)


@pytest.mark.parametrize("body, words", [
    ("可以\n\n------------------ 原始邮件 ------------------\n发件人: SalesFlow", "可以"),
    ("可以\r\n\r\n发件人： SalesFlow\r\n发送时间： 2024年3月6日", "可以"),
    ("可以\n\n在 2024-03-06 10:00:00，\"SalesFlow\" <crm@example.com> 写道：\n> 旧", "可以"),
    ("Yes.\n\nOn Wed, Mar 6, 2024 at 10:00 AM SalesFlow <crm@example.com>\nwrote:\n> old", "Yes."),
    ("Yes.\n\n-----Original Message-----\nFrom: SalesFlow", "Yes."),
    ("Yes.\n\nFrom: SalesFlow <crm@example.com>\nSent: Wednesday", "Yes."),
    ("Yes.\n> ##- Reply above this line\n> old", "Yes."),
    ("Yes.\n-- \nTess", "Yes."),
    ("好\n\n\n\n\n发自我的iPhone", "好"),
    ("从: 北京 到: 上海\n\n2024年3月发货，客户写道歉信", "从: 北京 到: 上海\n\n2024年3月发货，客户写道歉信"),
    ("1 > 0\n答复 \x07完", "1 > 0\n答复 完"),
    ("> 只有引用", ""),
])  # fmt: skip
def test_what_was_quoted_is_cut_away(body, words):
    assert quoting.said(body) == words


def test_html_is_read_without_its_quotation():
    html = """<html><head><style>p{}</style></head><body><p>可以，<b>单向</b>。</p><div>见附件</div>
      <div class="gmail_quote">在 2024年 写道：<div>旧<blockquote>更旧</blockquote></div></div><script>x</script>"""
    assert quoting.said(quoting.text_of_html(html)) == "可以，单向。\n见附件"
