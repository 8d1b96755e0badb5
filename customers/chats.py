"""Messages out of a pasted WeChat conversation, in the few forms it is copied in. Pure.

Read are: a head before each message (张经理 2024/3/1 10:12:03, 张经理 10:12, 2024-03-01 10:12:03 张经理), lines of days
and times between them (2024年3月1日 10:12, 昨天 10:12, ————— 2024-03-01 —————), 张经理：… under such a line or behind a
time of its own ([2024/3/1 10:12] 张经理：…), and the system's own lines. What fits none of these stays as it is.
"""

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass

from core.periods import at, today, zone
from customers import stamps
from customers.linewords import HANZI, PLAIN_WORDS, SURNAMES, TITLES, TWO_NAMES

SAID, SYSTEM, UNREAD = "said", "system", "unread"
DAY_LINE = re.compile(r"[\s—–\-=_*]*(.+?)[\s—–\-=_*]*")
HEAD = re.compile(rf"(?P<who>\S.{{0,59}}?)\s++(?P<stamp>{stamps.STAMP})", re.I)
HEAD_AFTER = re.compile(rf"(?P<stamp>{stamps.DATED})\s++(?P<who>[^\s:：].{{0,59}})", re.I)
ONE_LINE = re.compile(rf"[\[【(（]?(?P<stamp>{stamps.DATED})[\]】)）]?\s*+[-–]?\s*+(?P<who>[^\s:：][^:：]{{0,39}})[:：]\s*+(?P<text>.*)", re.I)
SPEAKS = re.compile(r"(?P<who>[^\s:：][^:：]{0,39}?)\s*+[:：]\s*+(?P<text>.*)")
TITLE = re.compile(r".{0,60}(?:聊天记录|\bchat (?:history|records?)\b).{0,60}|Dear .{1,40}|.{1,40}[，,]你好[:：,，]?", re.I)
OFFICE = re.compile(r"@[^@\s]{1,40}$")  # 张敏@微信, 张敏@星澜科技: how WeCom says whose guest somebody is
NUMBER = re.compile(r"[(（<](?:\d{5,12}|[\w.+-]+@[\w.-]+)[)）>]$")  # 张敏(10001)
NOT_A_NAME = re.compile(r"[，。！？!?;；:：,、“”\"…]|(?:[在到于约是定改前后]|\b(?:at|by|on|before|until|is|to|from))$|^(?:https?:|\[)", re.I)
SYSTEM_LINE = re.compile(
    r"(?:[\"“”]?.{1,30}[\"“”]?\s*+(?:撤回了?一条(?:消息|成员消息)|拍了拍.{0,40}|邀请.{1,60}加入了?群聊|加入了?群聊|退出了?群聊"
    r"|通过扫描.{1,40}加入群聊|移出了?群聊|将.{1,30}移出了?群聊|修改群名为.{1,60}|(?:recalled|unsent|withdrew) a message|joined the group(?: chat)?"
    r"|left the group(?: chat)?|invited .{1,60} to the group(?: chat)?|tickled .{0,40})"
    r"|(?:你?已添加了.{1,40}|I've accepted your friend request).{0,40}|以上是打招呼的(?:内容|消息)|消息已发出，但被对方拒收了"
    r"|以[下上][是为](?:新消息|历史消息)|(?:语音|视频)通话(?:已)?(?:结束|取消).{0,20})[。.]?", re.I,
)


@dataclass(frozen=True)
class Message:
    """Who wrote what when. `at` is aware, None when it was not to be read; `kind` is said, system or unread."""

    speaker: str
    text: str
    at: dt.datetime | None = None
    kind: str = SAID
    address: str = ""
    subject: str = ""


@dataclass
class Draft:
    speaker: str
    stamp: stamps.Stamp | None
    lines: list
    kind: str = SAID


def messages_of(text, *, now, known=()):
    """([Message] in the order of the text, [title]). `known` are names of people that may have written it."""
    lines = [re.sub(r"[\u200b\u2060\ufeff\u200e\u200f]", "", line).replace("\xa0", " ").rstrip() for line in text.splitlines()]
    on = today(now)
    heads = _heads(lines, on, {_name(name) for name in known})
    drafts, titles = _by_heads(lines, heads, on) if heads else _by_colons(lines, on, known)
    return _timed(drafts, now), titles


# --- heads above their messages ---


def _heads(lines, on, known):
    """{line number: (speaker, Stamp, first words)} of the lines that are a message's head."""
    found = {}
    for number, line in enumerate(lines):
        text = line.strip()
        if not text or len(text) > stamps.LONGEST or stamps.stamp(text, on):
            continue
        if one := ONE_LINE.fullmatch(text):
            if stamp := stamps.stamp(one["stamp"], on):
                found[number] = (_name(one["who"]), stamp, one["text"])
            continue
        match = HEAD.fullmatch(text) or HEAD_AFTER.fullmatch(text)
        stamp = match and stamps.stamp(match["stamp"], on)
        if stamp and not NOT_A_NAME.search(_name(match["who"])) and len(_name(match["who"])) <= 30:
            found[number] = (_name(match["who"]), stamp, "")
    often = Counter(who for who, _stamp, _text in found.values())
    return {
        number: head for number, head in found.items()
        if head[2] or (head[1].day and head[1].is_exact) or head[0] in known or often[head[0]] > 1
        or not number or not lines[number - 1].strip() or _is_mark(lines[number - 1], on)
        or SYSTEM_LINE.fullmatch(lines[number - 1].strip()) or _is_person(head[0])
    }


def _name(words):
    """Who it is, without the number or the house behind the name."""
    return OFFICE.sub("", NUMBER.sub("", words.strip()).strip()).strip(" \"“”'") or words.strip()


def _is_person(name):
    """张敏, 张经理, 老张, Zhang Min: what can hardly be the end of a sentence."""
    if re.search(f"[{HANZI}]", name):
        surname = name[:2] if name[:2] in TWO_NAMES else name[:1]
        rest = name[len(surname) :]
        is_named = surname in TWO_NAMES or surname in SURNAMES
        return bool((is_named and re.fullmatch(f"[{HANZI}]{{1,2}}|[{HANZI}]{{0,2}}(?:{TITLES})", rest))
                    or (name[0] in "老小" and len(name) == 2 and name[1] in SURNAMES))
    words = name.split()
    return 0 < len(words) < 4 and all(w[:1].isupper() and w.casefold() not in PLAIN_WORDS for w in words)


def _is_mark(line, on):
    """A line that only says when: the day between two rules, or a day with its time."""
    return _mark(line, on) is not None


def _mark(line, on):
    """The Stamp or the day of such a line; None for words, also for a bare clock time."""
    text = DAY_LINE.fullmatch(line.strip()) if len(line) <= stamps.LONGEST else None
    if not text or not text[1]:
        return None
    found = stamps.stamp(text[1], on)
    if found:
        return found if found.day else None
    return stamps.day(text[1], on) if re.search(r"\d", text[1]) and len(text[1]) > 5 else None


def _by_heads(lines, heads, on):
    drafts, titles, last = [], [], None
    for number, line in enumerate(lines):
        text = line.strip()
        if number in heads:
            who, stamp, words = heads[number]
            last = Draft(who, stamp, [words] if words else [])
            drafts.append(last)
        elif (mark := _mark(line, on)) and (text != line or not last or not lines[number - 1].strip() or not text[0].isdigit()):
            drafts.append(Draft("", mark, [], "mark"))
            last = None
        elif SYSTEM_LINE.fullmatch(text):
            drafts.append(Draft("", None, [text], SYSTEM))
            last = None
        elif last:
            last.lines.append(line)
        elif text:
            last = _loose(text, drafts, titles)
    return drafts, titles


def _loose(text, drafts, titles):
    """A line before anybody spoke: the title of the copied record, else words that stay as they are."""
    if TITLE.fullmatch(text):
        titles.append(text)
        return None
    drafts.append(Draft("", None, [text], UNREAD))
    return drafts[-1]


# --- 张经理：… under lines of times ---


def _by_colons(lines, on, known):
    drafts, titles, last, seen = [], [], None, Counter()
    names = {_name(name) for name in known}
    for line in lines:
        if match := SPEAKS.fullmatch(line.strip()):
            seen[_name(match["who"])] += 1
    above = ""  # the last line that is not blank
    for line in lines:
        text = line.strip()
        mark = _mark(line, on) or stamps.stamp(text, on)
        match = SPEAKS.fullmatch(text)
        who = _name(match["who"]) if match else ""
        before, above = above, line if text else above
        is_name = who and not NOT_A_NAME.search(who) and (
            who in names or seen[who] > 1 or _is_person(who) or bool(_mark(before, on) or stamps.stamp(before, on))
        )
        if mark:
            drafts.append(Draft("", mark, [], "mark"))
            last = None
        elif SYSTEM_LINE.fullmatch(text):
            drafts.append(Draft("", None, [text], SYSTEM))
            last = None
        elif is_name and not TITLE.fullmatch(text):
            last = Draft(who, None, [match["text"]])
            drafts.append(last)
        elif last:
            last.lines.append(line)
        elif text:
            last = _loose(text, drafts, titles)
    if not any(draft.kind == SAID for draft in drafts):
        return [Draft("", None, [line for line in lines], UNREAD)], []
    return drafts, titles


# --- when ---


def _timed(drafts, now):
    """Days for bare clock times: the day said last, the next one when the clock goes back; without any, today's."""
    day, last, ahead, found = None, None, 0, []
    for draft in drafts:
        stamp = draft.stamp
        if isinstance(stamp, dt.date):
            day, last, ahead = stamp, None, 0
        elif stamp and stamp.day:
            day, last, ahead = stamp.day, stamp.time, 0
        elif stamp:
            ahead += bool(last and stamp.time < last)
            last = stamp.time
        if draft.kind == "mark":
            continue
        told = last if draft.kind in (SAID, SYSTEM) else None
        found.append([draft, day, ahead, told])
    return [Message(draft.speaker, _text(draft.lines), when, draft.kind) for draft, when in _dated(found, now)]


def _dated(found, now):
    """The draft and its moment. Days that nobody said end today, or yesterday when it is not so late yet."""
    local = now.astimezone(zone())
    open_ones = [one for one in found if one[1] is None and one[3]]
    end = open_ones[-1] if open_ones else None
    anchor = end and local.date() - dt.timedelta(days=end[2] + (end[3].replace(second=0) > local.time()))
    for draft, day, ahead, told in found:
        first = day or anchor
        on = first and min(first + dt.timedelta(days=ahead), local.date())
        yield draft, at(on, told) if told and on else None


def _text(lines):
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
