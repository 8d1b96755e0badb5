"""What somebody wrote in a reply, without what he quoted (answers by mail).

A reply is cut at our own line ("write above this line"), else where a mail program of this country or another begins
its quotation: 原始邮件, 发件人：, 在 … 写道：, On … wrote:, lines that begin with >. A signature after "-- " and the
advertisement of a phone go too. HTML is read when there is no plain text: its quotation blocks are left out.
"""

import re
from html.parser import HTMLParser

from core.text import ZERO_WIDTH, controls

LINE = "##-"  # begins our own line; the words after it are in the reader's language
STARTS = re.compile(
    r"""^\s*(?:
        [>＞]?\s*\#\#-
      | [-—_*\s]{2,}\s*(?:原始邮件|原始郵件|回复的原邮件|转发邮件|Original\ (?:Message|Mail)|Forwarded\ message).*
      | (?:发件人|寄件者|From)\s*[:：].*
      | (?:在|于|於)?\s*\d{4}\s*[-年/.].{0,80}(?:写道|寫道|来信|发送)\s*[:：]?
      | .{0,120}(?:写道|寫道)\s*[:：]\s*
      | On\ .{4,160}\ wrote\s*[:：]\s*
      | _{20,}\s*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
HALF = re.compile(r"^\s*(?:On\ .{4,120}|(?:在|于)\s*\d{4}.{0,100})$", re.IGNORECASE)  # its "wrote:" is on the next line
TAIL = re.compile(r"^\s*(?:(?:发|来)自我的.{0,30}|Sent from my .{0,40}|Get Outlook for .{0,20})\s*$", re.IGNORECASE)
BREAKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "hr", "table", "ul", "ol"}
SILENT = {"script", "style", "head", "title", "blockquote"}


def said(text):
    """The words above the quotation, trimmed."""
    lines = text.translate(ZERO_WIDTH).replace("\xa0", " ").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = []
    for number, line in enumerate(lines):
        following = f"{line.strip()} {lines[number + 1].strip()}" if number + 1 < len(lines) else ""
        if STARTS.match(line) or (HALF.match(line) and STARTS.match(following)) or line.rstrip("\n") in ("-- ", "--"):
            break
        if line.lstrip().startswith((">", "＞")):
            continue
        kept.append(line.rstrip())
    while kept and (not kept[-1] or TAIL.match(kept[-1])):
        kept.pop()
    whole = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return "".join(char for char in whole if not controls(char))


class _Words(HTMLParser):
    """Text of an HTML body; a quotation block and what is never shown are left out."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.silent = [], []

    def handle_starttag(self, tag, attrs):
        marks = f"{dict(attrs).get('class', '')} {dict(attrs).get('id', '')}"
        quoted = re.search(r"gmail_quote|qbox|isReplyContent|yahoo_quoted|ntes_mailbox|divRplyFwdMsg", marks)
        if tag in SILENT or quoted or (self.silent and tag == self.silent[-1]):
            self.silent.append(tag)
        elif tag == "br" and not self.silent:
            self.parts.append("\n")
        elif tag in BREAKS:
            self._new_line()

    def handle_endtag(self, tag):
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        elif tag in BREAKS:
            self._new_line()

    def _new_line(self):
        if not self.silent and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def text_of_html(html):
    reader = _Words()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts)
