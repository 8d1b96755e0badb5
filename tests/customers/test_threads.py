"""A pasted chat or mail thread read (R1): who said what when, exactly, over written threads. No database."""

import datetime as dt
import re
import signal
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import at, zone
from customers import conversations, mails
from customers.chats import Message
from customers.conversations import FILE, read
from tests.customers.data.nasty import NASTY
from tests.customers.data.threads import CASES

NOW = at(dt.date(2024, 3, 8), dt.time(15))
KNOWN = ("李强", "Li Qiang")


@contextmanager
def at_once(seconds):
    """Fails when what is inside takes more of the processor; a busy machine makes no difference."""

    def stop(*_args):
        raise AssertionError("still reading")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def told(thread):
    return [
        " | ".join([
            f"{one.at.astimezone(zone()):%Y-%m-%d %H:%M:%S}" if one.at else "-", one.speaker or "-",
            one.text.replace("\n", "⏎"),
        ])
        for part in thread.conversations for one in part.messages
    ]


@pytest.mark.proves("R1")
@pytest.mark.parametrize(("name", "text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_messages_times_and_speakers_are_exact(name, text, expected):
    thread = read(text, now=NOW, known=KNOWN)
    assert told(thread) == expected.strip().split("\n")
    assert thread.kind == name.split()[1]


def test_the_table_is_what_was_promised():
    assert len(CASES) >= 40
    assert {name.split()[1] for name, _text, _expected in CASES} == {"wechat", "email"}
    chinese = sum(name.startswith("zh ") for name, _text, _expected in CASES)
    assert 0.4 <= chinese / len(CASES) <= 0.6


def spans(text):
    return [(part.begin, part.end, len(part.messages)) for part in read(text, now=NOW, known=KNOWN).conversations]


def test_a_conversation_ends_with_three_silent_hours_or_the_day():
    text = "\n".join(f"张敏 2024/3/1 {time}:00\n话\n" for time in ("09:00", "12:00", "15:01", "23:59"))
    text += "张敏 2024/3/2 00:01:00\n话"
    day = dt.date(2024, 3, 1)
    assert spans(text) == [
        (at(day, dt.time(9)), at(day, dt.time(12)), 2), (at(day, dt.time(15, 1)), at(day, dt.time(15, 1)), 1),
        (at(day, dt.time(23, 59)), at(day, dt.time(23, 59)), 1),
        (at(dt.date(2024, 3, 2), dt.time(0, 1)), at(dt.date(2024, 3, 2), dt.time(0, 1)), 1),
    ]


def test_a_longer_copy_holds_the_digests_of_the_shorter_one():
    """Copied again a week later, from another point, in another form: equal words of one minute are still two."""
    first = "张敏 2024/3/1 10:12:03\n好\n\n张敏 2024/3/1 10:12:40\n好\n\n李强 2024/3/1 10:13:10\n谢谢"
    later = first.replace(":03\n", ":05\n") + "\n\n张敏 2024/3/8 09:00:00\n合同到了"
    before = [d for part in read(first, now=NOW, known=KNOWN).conversations for d in part.digests]
    after = [d for part in read(later, now=NOW, known=KNOWN).conversations for d in part.digests]
    assert (len(set(before)), after[:3], len(set(after))) == (3, before, 4)


def test_yesterday_and_its_date_are_one_message():
    one = read("昨天 15:05\n张敏：法务看过了", now=NOW).conversations[0]
    other = read("2024年3月7日 15:05\n张敏：法务看过了", now=NOW).conversations[0]
    assert one.digests == other.digests


@given(st.text(alphabet="张敏李强 2024/3月1日10:12:03：:>\n-—<a@b.cn>写道于On wrote:FromSent发件人", max_size=300))
def test_nothing_is_lost_and_nothing_breaks(text):
    """Whatever is pasted: every word that is no head, date or rule stands in some message."""
    thread = read(text, now=NOW)
    if not any(part.end for part in thread.conversations) and thread.kind == "wechat":
        said = "".join(one.speaker + one.text for part in thread.conversations for one in part.messages)
        kept = "".join(said.split())
        for word in ("张敏敏", "李强强"):
            assert text.count(word) <= kept.count(word)
    for part in thread.conversations:
        assert len(part.messages) == len(part.digests) > 0
        assert part.end is None or part.begin <= part.end
    assert len(thread.conversations) <= conversations.LONGEST


# --- what is pasted to hurt ---


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_no_text_holds_the_process(text):
    """A pattern that tries every split of 20,000 blanks would take hours; five seconds are a hundred times enough."""
    with at_once(5):
        thread = read(text, now=NOW, known=KNOWN)
    assert thread.conversations or not text.strip()
    assert not any(FILE.search(part.text()) for part in thread.conversations)


@pytest.mark.parametrize("text", [
    "0001-01-01 00:01 张三\n好", "9999-12-31 23:59:59 张三\n好", "张三 1989/12/31 10:12:03\n好",
    "张三 2201/1/1 10:12:03\n好",
    "On 9999-12-31 23:59 Li <li@x.cn> wrote:\n> 好",
])  # fmt: skip
def test_a_year_outside_of_any_business_is_no_date(text):
    """It stays text; a date at the end of the calendar cannot even be told in another zone."""
    thread = read(text, now=NOW, known=KNOWN)
    assert not thread.is_read
    assert "好" in "".join(part.text() for part in thread.conversations)


@pytest.mark.parametrize("date", ["31 Dec 9999 23:59:59 +0000", "1 Mar 2024 10:12:03 +9999"])
def test_a_raw_mail_of_such_a_year_has_no_time(date):
    raw = f"MIME-Version: 1.0\nFrom: Zhang Min <zhang@x.cn>\nSubject: x\nDate: {date}\n\n好"
    said = [one for part in read(raw, now=NOW).conversations for one in part.messages]
    year = 2024 if "2024" in date else None
    assert [(one.speaker, one.text, one.at and one.at.year) for one in said] == [("Zhang Min", "好", year)]


@pytest.mark.parametrize("part", [
    "From: a@x.cn\nSent: Friday, March 1, 2024 10:12 AM\nTo: b@x.cn\n\nwords\n",
    "On 2024/3/1 10:12, Li <li@x.cn> wrote:\n\nwords\n",
])  # fmt: skip
def test_a_thread_quoted_a_thousand_times_is_read_so_deep_and_no_deeper(part):
    thread = read("".join(part.replace("words", f"words {n}") for n in range(1000)), now=NOW)
    said = "\n".join(one.text for part in thread.conversations for one in part.messages)
    assert all(f"words {n}" in said for n in range(1000))


def test_quotes_in_quotes_are_read_so_deep_and_no_deeper():
    text = "\n".join(f"{'>' * n}On 2024/3/1 10:12, Li{n} <li@x.cn> wrote:" for n in range(380))
    assert read(text, now=NOW).conversations


MINUTES = [None, at(dt.date(2024, 3, 1), dt.time(10)), at(dt.date(2024, 3, 1), dt.time(10, 1))]
MAILS = st.builds(
    Message, st.sampled_from(["", "张敏", "李强"]), st.text(" ab>\n", max_size=5), st.sampled_from(MINUTES),
    address=st.sampled_from(["", "z@x.cn", "l@x.cn"]), subject=st.sampled_from(["", "报价"]),
)  # fmt: skip


def once_by_pairs(found):
    """The rule, each compared with each: the same minute, a writer seen with it, one text inside the other."""
    kept, writers = [], []
    for one in found:
        text = re.sub(r"[\s>]+", "", one.text)
        mine = {("address", one.address or one.speaker), ("name", one.speaker)}
        for n, other in enumerate(kept):
            squeezed = re.sub(r"[\s>]+", "", other.text)
            if one.at and one.at == other.at and mine & writers[n] and (text in squeezed or squeezed in text):
                full = max(one, other, key=lambda message: len(message.text))
                kept[n] = replace(full, address=one.address or other.address, subject=other.subject or one.subject)
                writers[n] |= mine | {("address", kept[n].address or full.speaker), ("name", full.speaker)}
                break
        else:
            kept.append(one)
            writers.append(mine)
    return kept


@given(st.lists(MAILS, max_size=15))
def test_a_mail_quoted_again_is_one_mail(found):
    assert mails._once(found) == once_by_pairs(found)


def test_thousands_of_mails_of_one_minute_are_read_in_a_moment():
    text = "\n".join(
        f"发件人: 张敏 <z@x.cn>\n发送时间: 2024年3月1日 10:00\n主题: {n}\n\n第{n}封" for n in range(1, 1_501)
    )
    assert len(text) < 100_000
    found = [Message("张敏", f"第{n}封信", MINUTES[1], address="z@x.cn") for n in range(20_000)]
    with at_once(5):
        assert len(mails._once(found + found)) == 20_000
        assert read(text, now=NOW).is_read


def nested(depth, kind="multipart/mixed"):
    head = "MIME-Version: 1.0\nFrom: Zhang <z@x.cn>\nDate: Fri, 1 Mar 2024 10:00:00 +0800\n"
    parts = "".join(f'Content-Type: {kind}; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return head + parts + "Content-Type: text/plain\n\n报价收到"


def test_parts_inside_parts_are_read_to_a_limit():
    assert "报价收到" in read(nested(30), now=NOW).conversations[0].text()
    for depth in (51, 1_500):
        assert mails.is_nested(nested(depth)) and mails.is_nested(nested(depth, "message/rfc822"))
        with at_once(5):
            read(nested(depth), now=NOW)  # as text; the page says why
