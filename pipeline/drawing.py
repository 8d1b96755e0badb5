"""A card and a row of the table as markup, in one pass: a page has hundreds, and a template asks forty names each."""

import functools

from django.utils.html import escape, format_html
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from core import periods
from core import words as said
from core.templatetags import words
from customers.models import Customer


@functools.lru_cache(maxsize=2000)
def _day(on, today, language):
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', on.isoformat(), said.exact(on, language),
        said.day_dense(on, today, language),
    )  # fmt: skip


def day(on):
    """3/08, as everywhere, each day of the year built once."""
    return _day(on, words.now().date(), get_language()) if on else ""


@functools.lru_cache(maxsize=1000)
def _disc(name):
    return words.avatar(name)


def disc(person):
    """The initials of a person."""
    return _disc(person.name) if person else ""


@functools.cache
def _tag(tag, _language):
    return words.tag_short(tag)


@functools.lru_cache(maxsize=4000)
def _money(amount, language):
    return format_html('<span class="num" title="{}">{}</span>', said.money_full(amount), said.money(amount, language))


def money(amount):
    return _money(amount, get_language()) if amount is not None else ""


def strip(card):
    """The one alarm in words, with the link of what it is about."""
    alarm = card.strip
    if alarm is None:
        return ""
    text = format_html('<a href="{}">{}</a>', alarm.link, alarm.words) if alarm.link else alarm.words
    mark = words.icon(alarm.icon, small=True)
    return format_html('<p class="strip {}">{}<span>{}</span></p>', alarm.tone, mark, text)


CARD = (
    '<li class="card{css}" id="{where}-{pk}" data-deal="{pk}"{index} tabindex="-1"><a class="card-in" href="{href}">'
    '<span class="card-1">{pip}<b>{name}</b>{money}</span><span class="card-2"><span>{action}</span>{closes}</span>'
    '{step}<span class="card-3">{tag}{disc}</span></a>{strip}<div class="card-do"><a class="btn do-call" {call}>'
    '%(phone)s%(call)s</a><a class="btn do-log" href="{log}" data-drawer title="%(log_long)s">%(pen)s'
    '<span>%(log)s</span></a><a class="btn do-more" href="/deals/{pk}/move" data-dialog aria-label="%(move)s">'
    "%(dots)s</a></div></li>"
)


@functools.cache
def _pattern(_language):
    """CARD with the words and icons every card repeats; the argument is what it is kept by."""
    icons = {name: words.icon(name, small=True) for name in ("phone", "pen", "dots")}
    texts = {"call": _("Call"), "log": _("Log"), "log_long": _("Log a follow-up"), "move": _("Change stage")}
    return CARD % (icons | {name: escape(text) for name, text in texts.items()})


def card_html(card, *, everywhere=False, placed=False, on=False):
    """One card. `everywhere`: in the phone's list of all stages, where it says its own; `placed`: it travels to its
    index; `on`: its buttons show."""
    language, deal = get_language(), card.deal
    closes, step, call = "", "", format_html('href="{}"', card.href)
    if card.closes:
        word = pgettext("card", "Signed") if card.is_won else pgettext("card", "Close")
        closes = format_html('<span class="exp">{} {}</span>', word, day(card.closes))
    if card.step_on:
        step = format_html('<span class="card-next">{}<span>{}</span></span>', day(card.step_on), card.step_text)
    if card.phone:
        call = format_html(
            'href="tel:{}" data-owed="{}" data-how="phone" data-log="{}"', card.phone, deal.customer_id, card.log_href
        )
    return format_html(
        _pattern(language), css=(" has-strip" if card.strip else "") + (" on" if on else ""),
        where="all" if everywhere else "card", pk=str(deal.pk),
        index=format_html(' data-index="{}"', card.index) if placed else "", href=card.href,
        pip=words.pip(card.stage) if everywhere else "", name=card.name, money=money(card.money),
        action=deal.key_action, closes=closes, step=step, tag=_tag(deal.customer.tag, language),
        disc=disc(card.person), strip=strip(card), call=call, log=card.log_href,
    )  # fmt: skip


CELLS = ("amount", "expected_close", "key_action", "risk", "rep", "owner")


def cell_html(card, name):
    """One cell of the table: its value, which a press turns into a field (target and swap are the table's)."""
    return format_html(
        '<span class="cell" id="cell-{pk}-{name}"><a class="cell-in" href="{url}" hx-get="{url}">{value}</a></span>',
        pk=str(card.deal.pk), name=name, url=f"/deals/{card.deal.pk}/field?field={name}", value=_value(card, name),
    )  # fmt: skip


def _value(card, name):
    deal = card.deal
    if name in ("rep", "owner"):
        person = getattr(deal, name)
        return person.name if person else said.NOTHING
    if name == "amount":
        return money(card.money) or said.NOTHING
    if name == "expected_close":
        return day(deal.expected_close) or said.NOTHING
    if name == "risk":
        return deal.risk or said.NOTHING
    if deal.key_action and deal.key_action_on:
        return format_html("{} {}", day(deal.key_action_on), deal.key_action)
    return deal.key_action or said.NOTHING


ROW = (
    '<tr id="row-{pk}" data-row><td class="tick"><input class="pick" type="checkbox" name="ids" value="{pk}" '
    'form="bulk" aria-label="{name}"></td><th scope="row" class="hide-phone">{rep}</th><td class="main">'
    '<a href="{href}" data-open><b>{name}</b></a></td><td><a href="/deals/{pk}/move" data-dialog class="inline">'
    '{pip} {stage}</a></td><td class="num amt" data-value="{raw}">{amount}</td><td class="hide-phone">{entered} '
    '<span class="muted">{days}</span></td><td>{expected_close}</td><td class="full">{key_action}</td><td>{risk}</td>'
    '<td class="hide-phone">{owner}</td></tr>'
)


def row_html(card, on):
    """One deal as the template's second sheet has it."""
    deal, days = card.deal, (on - periods.today(card.deal.entered_at)).days
    cells = {name: cell_html(card, name) for name in CELLS}
    if deal.won_at:
        cells["expected_close"] = format_html('<span title="{}">-</span>', _("Signed on"))
    return format_html(
        ROW, pk=str(deal.pk), href=card.href, name=card.name, pip=words.pip(card.stage), stage=stage_words(card),
        entered=day(periods.today(deal.entered_at)), days=ngettext("%(n)d day", "%(n)d days", days) % {"n": days},
        raw=deal.amount if deal.amount is not None else "", **cells,
    )  # fmt: skip


def stage_words(card):
    """Tag and stage in one, as the template's second sheet has them: 高意向（商务谈判）."""
    return _("%(tag)s (%(stage)s)") % {"tag": Customer.Tag(card.deal.customer.tag).label, "stage": card.stage.words}
