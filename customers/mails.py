"""Messages out of a pasted e-mail thread: the newest on top, what it answers quoted below, again and again. Pure.

Read are blocks of headers (From, Sent, To, Subject; 发件人, 发送时间, 收件人, 主题) as Outlook, QQ, 163 and Foxmail copy
them, lines such as On … wrote: and 于…写道：, quotes behind > at any depth, and raw mail by the standard library.
"""

import email
import email.policy
import email.utils
import re
from collections import defaultdict
from dataclasses import replace
from html.parser import HTMLParser
from itertools import islice

from core.periods import at, today, zone
from customers import stamps
from customers.chats import SAID, UNREAD, Message

KEYS = {
    "from": "发件人|发信人|寄件人|寄件者|From", "sent": "发送时间|发送日期|寄件日期|日期|时间|Sent|Date", "to": "收件人|To",
    "subject": "主题|标题|主旨|Subject", "more": "抄送|副本|密送|附件|回复|重要性|Cc|Bcc|Reply-To|Attachments?|Importance",
}
HEADER = re.compile(
    rf"\s*+\*{{0,2}}(?:{'|'.join(f'(?P<{name}>{words})' for name, words in KEYS.items())})\*{{0,2}}\s*+[:：]\*{{0,2}}\s*+(?P<value>.*)",
    re.I,
)
RAW = re.compile(r"^(?:MIME-Version|Message-ID|Received|Content-Type|Return-Path):", re.I | re.M)
RULE = re.compile(
    r"\s*+(?:-{2,}+\s*+(?:原始邮件|原始信息|邮件原件|转发的?邮件(?:信息)?|回复的原邮件|Original Message|Forwarded message|Forwarded Message|Reply message)\s*+-{2,}"
    r"|_{10,}|Begin forwarded message:|开始转发的邮件[:：])\s*", re.I,
)
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
WHO = r"(?P<who>[^<>\n]{0,80}?)\s*+[<(（\[]?\s*+(?P<address>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)?\s*+[>)）\]]?"
WROTE = [re.compile(one, re.I) for one in (
    rf"(?:On|At)\s++{stamps.DATED}\s*+[,，]?\s*+{WHO}\s*+wrote\s*+[:：]",
    rf"在?\s*+{stamps.DATED}\s*+[,，]?\s*+{WHO}\s*+写道\s*+[:：]",
    rf"{WHO}\s*+[于在]\s*+{stamps.DATED}\s*+写道\s*+[:：]",
)]  # fmt: skip
PARTS = re.compile(r"^[ \t>]*Content-Type:\s*(?:multipart|message)/", re.I | re.M)
MOST_PARTS = 50  # that may hold others: the standard library reads what nests by calling itself
LONG_HEADER = 1000  # characters: a longer one is not taken apart
DEEPEST = 200  # quotes in quotes; what is quoted deeper stays text
HEADERS = 20  # lines of one block that begin with a name; who else was written to may stand on more
ALIKE = 20  # mails of one writer in one minute that are compared word by word
JOINED = 3  # lines over which mail programs break "On … wrote:"


def is_mail(text):
    """Whether a pasted text has a mail's headers, or says that somebody wrote."""
    lines = text.splitlines()
    return any(_block(lines, n) or _wrote(lines, n) for n in range(len(lines))) or bool(_raw(text))


def is_nested(text):
    """Whether a raw mail holds too many parts that hold parts: it is not taken apart, and nobody wrote it by hand."""
    return len(PARTS.findall(text)) > MOST_PARTS


def messages_of(text, *, now):
    """([Message] as in the text, the newest first as a rule, [address of anybody named])."""
    text = re.sub(r"[\u200b\u2060\ufeff\u200e\u200f]", "", text).replace("\xa0", " ")
    raw = _raw(text)
    if raw:
        head = {"from": _of(raw, "from"), "sent": _of(raw, "date"), "subject": _of(raw, "subject")}
        found = _parts(_body(raw).splitlines(), head, today(now))
    else:
        found = _parts(text.splitlines(), None, today(now))
    return _once(found), list(dict.fromkeys(address.lower() for address in ADDRESS.findall(text)))


# --- raw mail ---


def _raw(text):
    head = text.lstrip()[:4000].split("\n\n")[0]
    if not RAW.search(head) or not re.search(r"^From:", head, re.I | re.M) or is_nested(text):
        return None
    return email.message_from_bytes(text.lstrip().encode(), policy=email.policy.default)


def _of(raw, name):
    try:
        given = next((str(value) for key, value in raw.raw_items() if key.lower() == name), "")
        return str(raw[name] or "") if len(given) <= LONG_HEADER else ""
    except (ValueError, IndexError, AttributeError, RecursionError):  # a header that no program should write
        return ""


def _body(raw):
    part = raw.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    if part.get("content-transfer-encoding", "").lower() in ("base64", "quoted-printable"):
        try:
            text = part.get_content()
        except (LookupError, ValueError):  # an unknown character set
            text = str(part.get_payload(decode=False) or "")
    else:  # whatever set it names, it was pasted as text
        text = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return _plain(text) if part.get_content_subtype() == "html" else text


class _Plain(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts, self.hidden = [], 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("style", "script", "head")
        if tag in ("br", "p", "div", "tr", "li", "blockquote"):
            self.parts.append("\n")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "script", "head") and self.hidden > 0

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def _plain(html):
    reader = _Plain()
    reader.feed(html)
    return "".join(reader.parts)


# --- what is quoted in what ---


def _parts(lines, head, on, depth=0):
    """The message of `head` with what of `lines` is its own, then those it quotes."""
    own, quoted, n = [], [], 0
    while n < len(lines):
        block = _block(lines, n) if depth < DEEPEST else None
        if block:
            quoted += _parts(lines[block[1] :], block[0], on, depth + 1)
            break
        wrote = _wrote(lines, n) if depth < DEEPEST else None
        if wrote:
            n = wrote[1]
            while n < len(lines) and not lines[n].strip():
                n += 1
            if n < len(lines) and not lines[n].lstrip().startswith(">"):
                quoted += _parts(lines[n:], wrote[0], on, depth + 1)
                break
            start = n
            while n < len(lines) and (lines[n].lstrip().startswith(">") or _goes_on(lines, n)):
                n += 1
            quoted += _parts([re.sub(r"^\s*> ?", "", line) for line in lines[start:n]], wrote[0], on, depth + 1)
            continue
        if not RULE.fullmatch(lines[n]):
            own.append(lines[n])
        n += 1
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in own)).strip()
    return ([_message(head, text, on)] if text or head else []) + quoted


def _goes_on(lines, n):
    """A blank line inside a quote."""
    return not lines[n].strip() and n + 1 < len(lines) and lines[n + 1].lstrip().startswith(">")


def _message(head, text, on):
    if head is None:
        return Message("", text, None, UNREAD)
    who, address = _person(head["from"])
    return Message(who or address, text, _when(head["sent"], on), SAID, address, head.get("subject", ""))


def _person(words):
    """(name, address) of 张敏 <zhang@x.cn>;, "张敏" [mailto:zhang@x.cn], zhang@x.cn."""
    words = words[: stamps.LONGEST]
    found = ADDRESS.search(words)
    name = words[: found.start()] if found else words
    name = re.sub(r"\[?mailto:|\s+on behalf of\s.*", "", name, flags=re.I).strip(" \t\"“”'<>()（）[];,*")
    return name, found[0].lower() if found else ""


def _when(words, on):
    if re.search(r"[+-]\d{4}\b|\b(?:GMT|UTC)\s*$", words):
        try:
            when = email.utils.parsedate_to_datetime(words)
        except (ValueError, TypeError, OverflowError):
            when = None
        if stamps.is_day(when) and when.tzinfo:
            return when.astimezone(zone())
    found = stamps.within(words[: stamps.LONGEST], on)
    return at(found.day, found.time) if found else None


def _block(lines, n):
    """({from, sent, to, subject}, number of the line after it) of a block of headers that starts here."""
    first = HEADER.fullmatch(lines[n])
    if not first:
        return None
    said, last, named = {}, "", 0
    while n < len(lines) and named < HEADERS:
        match = HEADER.fullmatch(lines[n])
        if match and match.lastgroup:
            last, named = next(name for name in KEYS if match[name]), named + 1
            if last in said and last != "more":
                break
            said[last] = match["value"].strip()
        elif not (last in ("to", "more", "from") and lines[n].strip() and len(lines[n]) < 300 and ADDRESS.search(lines[n])):
            break
        n += 1
    if "from" not in said or not ({"sent", "to", "subject"} & set(said)):
        return None
    return {"sent": ""} | said, n


def _wrote(lines, n):
    """({from, sent}, number of the line after it) of On … wrote:, which may be broken over three lines."""
    text = lines[n].strip()
    if not text or len(text) > stamps.LONGEST or not re.match(r"(?:On|At|在|\d{4}|[^>]{1,80}(?:于|在|<|@))", text, re.I):
        return None
    for length in range(1, JOINED + 1):
        whole = re.sub(r"<\s+", "<", " ".join(line.strip() for line in lines[n : n + length]))
        if len(whole) > stamps.LONGEST:
            break
        for pattern in WROTE:
            if match := pattern.fullmatch(whole.strip()):
                address = match["address"] or ""
                who = match["who"].strip(" \"“”',，")
                return {"from": f"{who} <{address}>", "sent": _said(match)}, n + length
        if any(not line.strip() for line in lines[n + length : n + length + 1]):
            break
    return None


def _said(match):
    """The words of the day and time in such a line."""
    text = match.string
    return next((m[0] for m in stamps.ANYWHERE.finditer(text)), text)


def _once(found):
    """A thread quotes the same mail in several answers: the fullest copy of each stays, known by every name and address
    its writer was seen with. One that is not letter for letter the same is looked for among the first ALIKE mails of
    its minute and writer."""
    kept, squeezed, exact, near = [], [], {}, defaultdict(dict)
    for one in found:
        text, places = _squeezed(one), _places(one)
        others = {exact[place, text] for place in places if (place, text) in exact}
        others = sorted(others.union(*(islice(near[place], ALIKE) for place in places)))
        same = next((n for n in others if text in squeezed[n] or squeezed[n] in text), None)
        if same is None:
            same = len(kept)
            kept.append(one)
            squeezed.append(text)
        else:
            full = max(one, kept[same], key=lambda message: len(message.text))
            address, subject = one.address or kept[same].address, kept[same].subject or one.subject
            kept[same] = replace(full, address=address, subject=subject)
            squeezed[same] = text if full is one else squeezed[same]
        for place in {*places, *_places(kept[same])}:
            exact[place, squeezed[same]] = near[place][same] = same
    return kept


def _squeezed(message):
    return re.sub(r"[\s>]+", "", message.text)


def _places(message):
    """Where a copy of it is looked for: its minute with its writer's address, or else name; [] without a time."""
    if message.at is None:
        return []
    minute = message.at.replace(second=0)
    return list({(minute, True, message.address or message.speaker), (minute, False, message.speaker)})
