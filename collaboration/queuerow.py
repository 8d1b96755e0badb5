"""A row and a card of the queue as markup, in one pass: a page has fifty, each with its buttons and their forms."""

import functools
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collaboration.cards import place_words
from collaboration.rights import steps_of
from core.entryforms import opened_before
from core.keys import new_key
from core.markup import format_html
from core.templatetags import words
from exchange.typed import Kind
from pipeline.drawing import day, money

TONES = {
    "done": "done", "refused": "stop", "withdrawn": "stop", "closed": "stop", "waiting": "asks", "countered": "asks",
    "delivered": "asks",
}  # fmt: skip
NUMBERS = (Kind.NUMBER, Kind.MONEY)
TICK = (
    '<td class="tick"><label><input type="checkbox" class="pick" name="ids" value="{number}" form="bulk">'
    '<span class="sr">{select}</span></label></td>'
)
ROW = (
    '<tr id="req-row-{number}" data-row>{tick}<td class="nowrap"><a href="{url}" data-open>{code}</a></td>'
    '<td class="main"><a href="{url}"><b>{title}</b></a><span class="sub">{sub} · {place}</span></td>'
    "<td>{customer}</td><td>{asker}</td>{amount}"
    '<td><span class="state {tone}">{state}</span>{clock}</td><td>{by}</td>{own}'
    '<td class="{full}"><div class="row-do">{wrong}{do}</div></td></tr>'
)
OWN = '<td class="{css}" data-label="{label}">{text}</td>'
CARD = (
    '<li class="req-card" id="req-row-{number}" data-row><p class="head"><a href="{url}" data-open>{code}</a>{clock}'
    "</p>"
    '<a class="t" href="{url}">{title}</a><p class="sub">{sub}</p><p class="sub">{who}</p>{wrong}{do}</li>'
)
FORM = (
    '<form{css} method="post" action="{action}" hx-post="{action}" hx-target="{target}" hx-swap="outerHTML">{token}'
    '<input type="hidden" name="key" value="{key}"><input type="hidden" name="state" value="{state}">'
    "{where}{inside}</form>"
)
ASK = (
    '<details class="menu"><summary class="btn btn-s{primary}"{keys}>{label}</summary><div class="menu-box pad sheet">'
    "{form}</div></details>"
)
ASKED = (
    '<div class="f"><label class="lab" for="say-{verb}-{number}">{asks}</label><textarea id="say-{verb}-{number}" '
    'name="{field}" rows="3" maxlength="500" required></textarea></div>'
    '<p class="actions"><button class="btn btn-primary">{label}</button></p>'
)
MORE = (
    '<details class="menu"><summary class="icon-btn" aria-label="{label}">{dots}</summary>'
    '<div class="menu-box">{links}<a href="{url}">{open}</a></div></details>'
)
LINK = '<a class="btn btn-s btn-primary" href="{url}?do={verb}#do-{verb}">{label}</a>'
HIDDEN = '<input type="hidden" name="{}" value="{}">'


class Page:
    """What all rows of one answer share: who reads it, where their forms lead back to, what a refused one said."""

    def __init__(self, context):
        self.user, self.request = context.get("user"), context.get("request")
        self.board, self.tab = bool(context.get("board")), context.get("tab", "")
        self.amounts = context.get("shows_amount", False)
        self.bad_form, self.bad_number = context.get("bad_form"), context.get("bad_number")
        token = context.get("csrf_token")
        self.token = format_html(HIDDEN, "csrfmiddlewaretoken", str(token)) if token else ""
        self.queue = reverse("collaboration:queue")
        self.columns = [("more", slug) for slug in context.get("more", ())]
        self.openings, self.states, self.places, self.origins = {}, {}, {}, {}
        self.select, self.more = _("Select %(code)s"), _("More for %(code)s")
        self.accept, self.other = _as_pattern(_("Accept, due %(date)s")), _("Accept with another person or date")
        self.open, self.unknown = pgettext("verb", "Open"), _("Not given in the import")

    def where(self, tab):
        """Hidden fields that say where a verb was used."""
        if tab not in self.origins:
            self.origins[tab] = self._where(tab)
        return self.origins[tab]

    def _where(self, tab):
        query = self.request.GET.urlencode() if self.board else urlencode([("tab", tab), *self.columns])
        more = [format_html(HIDDEN, name, slug) for name, slug in self.columns]
        more = format_html(HIDDEN, "query", query) if self.board else SafeString("".join(more))
        return format_html("{}{}{}", format_html(HIDDEN, "tab", tab), more,
                           format_html(HIDDEN, "back", f"{self.queue}?{query}"))  # fmt: skip

    def state(self, one):
        kept = (one.state, one.kind.is_approval)
        if kept not in self.states:
            self.states[kept] = one.state_words
        return self.states[kept]

    def place(self, department):
        if department.pk not in self.places:
            self.places[department.pk] = place_words(department)
        return self.places[department.pk]

    def asker(self, one):
        return one.asker.name if one.asker else one.asker_words or self.unknown

    def key(self, verb):
        if verb not in self.openings:
            self.openings[verb] = opened_before(self.request, verb)
        return new_key(verb, self.user.pk, opened=self.openings[verb])


def row_html(row, page):
    """One row (queue.Row) of a list."""
    one, url = row.request, _url(row.request)
    ticked = not page.user.is_admin and page.tab in ("accept", "mine")
    state = page.state(one)
    if one.state == "accepted" and one.person:
        state = f"{state} · {one.person.name}"
    elif waiting := ", ".join(step.who for step in steps_of(one, state="waiting") if one.state == "submitted"):
        state = f"{state} · {waiting}"
    amount = format_html('<td class="num amt">{}</td>', money(one.amount)) if page.amounts else ""
    tick = format_html(TICK, number=one.number, select=page.select % {"code": one.code}) if ticked else ""
    return format_html(
        ROW, number=one.number, tick=tick, url=url, code=one.code, title=one.title, sub=_sub(one),
        place=page.place(one.department), customer=one.customer_name, asker=page.asker(one), amount=amount,
        tone=TONES.get(one.state, ""), state=state, clock=_clock(row), by=_by(one, page), wrong=_wrong(page, "span"),
        own=_own(row), do=_do(row, page, url, page.tab),
        full="do-only" if row.only_menu and not page.bad_form else "full",
    )  # fmt: skip


def card_html(row, page, tab):
    """The same as a card of the board, in the column `tab`."""
    one, url = row.request, _url(row.request)
    sub = " · ".join(filter(None, [_sub(one), one.customer_name]))
    if row.shows_amount and one.amount is not None:
        sub = format_html("{} · {}", sub, money(one.amount))
    who = page.asker(one)
    if one.person:
        who = f"{who} → {one.person.name}"
    if tab in ("done", "more"):
        who = f"{who} · {page.state(one)}"
    do = format_html('<div class="row-do">{}</div>', _do(row, page, url, tab)) if row.buttons else ""
    return format_html(
        CARD, number=one.number, url=url, code=one.code, clock=_clock(row), title=one.title, sub=sub, who=who,
        wrong=_wrong(page, "p") if page.bad_number == one.number else "", do=do,
    )  # fmt: skip


def _sub(one):
    return f"{one.reading} · {one.get_priority_display()}" if one.priority in ("urgent", "high") else one.reading


def _own(row):
    """The added columns; on the phone an empty one takes no line."""
    return SafeString("".join(
        format_html(OWN, css=_css(one, text), label=one.words, text=text) for one, text in row.own
    ))  # fmt: skip


def _css(one, text):
    shape = "num" if one.kind in NUMBERS else "nowrap" if one.kind == Kind.DATE else "own"
    return shape if text else f"{shape} hide-phone"


def _by(one, page):
    if one.promised_on or one.needed_by:
        return day(one.promised_on or one.needed_by)
    return page.unknown if one.imported else ""


def _clock(row):
    if not row.clock:
        return ""
    return format_html('<span class="clock {}">{}{}</span>', row.clock.tone, _icon("clock", True), row.clock.words)


@functools.cache
def _icon(name, small):
    return words.icon(name, small=small)


def _wrong(page, element):
    """The sentences of a form that was sent back."""
    if not page.bad_form:
        return ""
    said = [error for field in page.bad_form for error in field.errors]
    said += page.bad_form.non_field_errors() if element == "span" else []
    return format_html("<{0} class=\"err\" role=\"alert\">{1}</{0}>", SafeString(element), " ".join(map(str, said)))


def _do(row, page, url, tab):
    shown = [_button(one, row, page, tab) for one in row.buttons[:2] if one.how != "more" or one.primary]
    return SafeString("".join([*shown, _more(row, page, url)]))


def _button(button, row, page, tab):
    one, primary = row.request, " btn-primary" if button.primary else ""
    action = _pattern("collaboration:verb", button.path).replace("R-0", one.code)
    target = "#requests" if page.board else f"#req-row-{one.number}"
    parts = {"action": action, "target": target, "token": page.token, "state": one.state, "where": page.where(tab)}
    if button.how == "more":
        return format_html(LINK, url=_url(one), verb=button.verb, label=button.label)
    if button.how == "click":
        label = button.label
        if button.verb == "accept":
            label = format_html(page.accept, day(row.promise))
        inside = format_html('<button class="btn btn-s{}" data-key="a">{}</button>', primary, label)
        return format_html(FORM, css="", key=page.key(button.verb), inside=inside, **parts)
    inside = format_html(
        ASKED, verb=button.verb, number=one.number, asks=button.asks or button.label, field=button.field,
        label=button.label,
    )  # fmt: skip
    form = format_html(FORM, css=SafeString(' class="form"'), key=page.key(button.verb), inside=inside, **parts)
    keys = SafeString(' data-key="r"') if button.verb in ("ask_back", "send_back") else ""
    return format_html(ASK, primary=primary, keys=keys, label=button.label, form=form)


def _url(one):
    return _pattern("collaboration:page").replace("R-0", one.code)


@functools.cache
def _pattern(name, *more):
    return reverse(name, args=[0, *more])


def _as_pattern(sentence):
    """A translated sentence as a pattern whose %(date)s takes markup."""
    return conditional_escape(sentence).replace("{", "{{").replace("}", "}}").replace("%(date)s", "{}")


def _more(row, page, url):
    """⋯: what asks for more than one press, and the page itself."""
    if not row.buttons:
        return ""
    links = []
    for button in row.buttons:
        if button.how == "more" and not button.primary:
            keys = SafeString(' data-key="g"') if button.verb == "hand_over" else ""
            links.append(format_html('<a href="{0}?do={1}#do-{1}"{2}>{3}</a>', url, button.verb, keys, button.label))
        elif button.verb == "accept":
            links.append(format_html('<a href="{}?do=accept#do-accept">{}</a>', url, page.other))
    return format_html(
        MORE, label=page.more % {"code": row.request.code}, dots=_icon("dots", False), url=url,
        links=SafeString("".join(links)), open=page.open,
    )  # fmt: skip
