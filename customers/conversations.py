"""Conversations out of a pasted thread: what one day holds between two silences is one follow-up. Pure.

A silence of SILENCE hours, or midnight in the company's zone, ends a conversation. What has no time of its own stays
with the message it stands beside. Every message has a digest, so that the same thread pasted again, longer, is known by
what it holds and not by where it starts.
"""

import datetime as dt
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field

from core.periods import today, zone
from core.text import plain
from customers import chats, mails
from customers.chats import SAID, UNREAD

SILENCE = dt.timedelta(hours=3)
LONGEST = 100_000  # characters of one paste
MOST = 60  # conversations of one paste
FILE = re.compile(r"\[(?:文件|链接|图片|File|Link|Photo|Image)[^\]]{0,200}\]", re.I)


@dataclass(frozen=True)
class Conversation:
    """Messages in the order they were written, with their digests; `begin` and `end` are None without any time."""

    messages: tuple
    digests: tuple

    @property
    def begin(self):
        return min((one.at for one in self.messages if one.at), default=None)

    @property
    def end(self):
        return max((one.at for one in self.messages if one.at), default=None)

    @property
    def speakers(self):
        return list(dict.fromkeys(one.speaker for one in self.messages if one.kind == SAID and one.speaker))

    @property
    def ref(self):
        """What names it in a form."""
        return hashlib.sha256("".join(self.digests).encode()).hexdigest()[:12]

    @property
    def unread(self):
        return [one for one in self.messages if one.kind == UNREAD]

    def only(self, digests):
        """The part of it with these digests, or None."""
        pairs = [pair for pair in zip(self.messages, self.digests, strict=True) if pair[1] in digests]
        return Conversation(*map(tuple, zip(*pairs, strict=True))) if pairs else None

    def text(self):
        """As the follow-up tells it: the time, who, what; a mail with its subject once."""
        return "\n".join(_line(one) for one in self.messages)


@dataclass
class Thread:
    """A pasted text as read: its `kind` (wechat, email), its conversations, and what may say with whom it was."""

    kind: str
    conversations: list = field(default_factory=list)
    titles: list = field(default_factory=list)
    addresses: list = field(default_factory=list)

    @property
    def speakers(self):
        return list(dict.fromkeys(who for one in self.conversations for who in one.speakers))

    @property
    def is_read(self):
        return any(one.end for one in self.conversations)


def read(text, *, now, known=()):
    """The Thread of a pasted text. `known` are names of people that may have written in it."""
    text = text[:LONGEST]
    if mails.is_mail(text):
        messages, addresses = mails.messages_of(text, now=now)
        return Thread("email", _split(_ordered(messages, newest_first=True)), addresses=addresses)
    messages, titles = chats.messages_of(text, now=now, known=known)
    return Thread("wechat", _split(_ordered(messages)), titles=titles)


def _ordered(messages, *, newest_first=False):
    """By time. What has none stands before the message below it in a chat, after the one it answers in a mail."""
    keyed, later = [], None
    for place, one in reversed(list(enumerate(messages))):
        later = one.at or later
        keyed.append([later, -place if newest_first else place, one])
    last = None
    for row in reversed(keyed):
        last = row[0] = row[0] or last
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return [(row[0], row[2]) for row in sorted(keyed, key=lambda row: (row[0] or far, row[1]))]


def _split(ordered):
    groups, before = [], None
    for when, one in ordered:
        parted = before and when and (today(when) != today(before) or when - before > SILENCE)
        if not groups or parted:
            groups.append([])
        groups[-1].append(one)
        before = when or before
    count = Counter()
    return [Conversation(tuple(group), tuple(_digest(one, count) for one in group)) for group in groups]


def _digest(one, count):
    """Of a message: by the minute, since copies differ in seconds; equal ones of a minute are numbered."""
    at = one.at.astimezone(dt.UTC).strftime("%Y%m%d%H%M") if one.at else ""
    said = "\x1f".join([at, plain(one.address or one.speaker), re.sub(r"\s+", "", plain(one.text))])
    count[said] += 1
    return hashlib.sha256(f"{said}\x1f{count[said]}".encode()).hexdigest()[:32]


def _line(one):
    if one.kind != SAID:
        return one.text
    colon = "：" if re.search(r"[\u4e00-\u9fff]", one.speaker + one.text) else ": "
    head = f"{one.at.astimezone(zone()):%H:%M} {one.speaker}" if one.at else one.speaker
    if one.subject:
        return f"{head} · {one.subject}\n{one.text}".rstrip()
    return f"{head}{colon}{one.text}"
