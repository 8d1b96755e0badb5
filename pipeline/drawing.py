"""A card and a row of the table as markup, in one pass: a page has hundreds, and a template asks forty names each."""

import functools

from django.utils.html import escape
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from core import periods
from core import words as said
from core.markup import format_html, format_html_join
from core.templatetags import words
from customers.models import Customer
from exchange import typed
from exchange.typed import Kind


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
    '<span class="card-1">{pip}<b>{name}</b>{money}</span><span class="card-2"><span{kind}>{action}</span>'
    '{closes}</span>{step}<span class="card-3">{tag}{disc}</span></a>{strip}<div class="card-do">'
    '<a class="btn do-call" {call}>%(phone)s%(call)s</a><a class="btn do-log" href="{log}" data-drawer '
    'title="%(log_long)s">%(pen)s<span>%(log)s</span></a><a class="btn do-more" href="/deals/{pk}/move" data-dialog '
    'aria-label="%(move)s">%(dots)s</a></div></li>'
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
    if card.past:
        return _past_card(card, everywhere=everywhere)
    language, deal = get_language(), card.deal
    call = format_html('href="{}"', card.href)
    closes, step = _closes(card), _step(card)
    if card.phone:
        call = format_html(
            'href="tel:{}" data-owed="{}" data-how="phone" data-log="{}"', card.phone, deal.customer_id, card.log_href
        )
    return format_html(
        _pattern(language), css=" on" if on else "",
        where="all" if everywhere else "card", pk=str(deal.pk),
        index=format_html(' data-index="{}"', card.index) if placed else "", href=card.href,
        pip=words.pip(card.stage) if everywhere else "", name=card.name, money=money(card.money),
        kind=format_html(' data-action="{}"', deal.kind_code) if deal.kind_code else "", action=card.action,
        closes=closes, step=step, tag=_tag(deal.customer.tag, language),
        disc=disc(card.person), strip=strip(card), call=call, log=card.log_href,
    )  # fmt: skip


def _closes(card):
    if not card.closes:
        return ""
    word = pgettext("card", "Signed") if card.is_won else pgettext("card", "Close")
    return format_html('<span class="exp">{} {}</span>', word, day(card.closes))


def _step(card):
    if not card.step_on:
        return ""
    return format_html('<span class="card-next">{}<span>{}</span></span>', day(card.step_on), card.step_text)


PAST_CARD = (
    '<li class="card" id="{where}-{pk}"><a class="card-in" href="{href}"><span class="card-1">{pip}<b>{name}</b>{money}'
    '</span><span class="card-2"><span>{action}</span>{closes}</span>{step}<span class="card-3">{tag}{disc}</span></a>'
    "</li>"
)


def _past_card(card, *, everywhere):
    """A card of a day gone by: its facts, nothing to press but the customer as it is now."""
    return format_html(
        PAST_CARD, where="all" if everywhere else "card", pk=str(card.pk), href=card.href, name=card.name,
        pip=words.pip(card.stage) if everywhere else "", money=money(card.money), action=card.deal.key_action,
        closes=_closes(card), step=_step(card), tag=_tag(card.deal.customer.tag, get_language()),
        disc=disc(card.person),
    )  # fmt: skip


NUMBERS = (Kind.NUMBER, Kind.MONEY)
CELL = (
    '<span class="cell" id="cell-{pk}-{name}"><a class="cell-in" href="{url}" hx-get="{url}">{value}</a>{only}</span>'
)
CELLS = ("amount", "expected_close", "key_action", "risk", "rep", "owner")


def cell_html(card, name, narrow="?action="):
    """One cell of the table: its value, which a press turns into a field (target and swap are the table's). A key
    action of the list has a link beside it to the table of those alone: `narrow` and its code."""
    deal = card.deal
    only = only_html(deal.kind_code, card.kind_words, narrow) if name == "key_action" and deal.kind_code else ""
    own = next((text for one, text in getattr(card, "own", ()) if one.slug == name), None)
    value = _value(card, name) if own is None else own or said.NOTHING
    return format_html(CELL, pk=str(deal.pk), name=name, url=f"/deals/{deal.pk}/field?field={name}", value=value,
                       only=only)  # fmt: skip


def only_html(code, name, narrow):
    """The link that narrows a list to one key action: `narrow` is the address up to its code."""
    title = _("Only “%(action)s”") % {"action": name}
    return format_html(
        '<a class="only" href="{}{}" title="{}" aria-label="{}">{}</a>', narrow, code, title, title,
        words.icon("filter", small=True),
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
        return format_html("{} {}", day(deal.key_action_on), card.action)
    return card.action or said.NOTHING


PAST_ROW = (
    '<tr id="row-{pk}"><th scope="row" class="hide-phone">{rep}</th><td class="main"><a href="{href}"><b>{name}</b></a>'
    '</td><td>{pip} {stage}</td><td class="num amt">{amount}</td><td class="hide-phone">{entered} <span class="muted">'
    '{days}</span></td><td data-label="{l_close}">{expected_close}</td><td class="full">{key_action}</td>'
    '<td data-label="{l_risk}">{risk}</td><td class="hide-phone">{owner}</td></tr>'
)
ROW = (
    '<tr id="row-{pk}" data-row><td class="tick"><input class="pick" type="checkbox" name="ids" value="{pk}" '
    'form="bulk" aria-label="{name}"></td><th scope="row" class="hide-phone">{rep}</th><td class="main">'
    '<a href="{href}" data-open><b>{name}</b></a></td><td><a href="/deals/{pk}/move" data-dialog class="inline">'
    '{pip} {stage}</a></td><td class="num amt" data-value="{raw}">{amount}</td><td class="hide-phone">{entered} '
    '<span class="muted">{days}</span></td><td{close} data-label="{l_close}">{expected_close}</td>'
    '<td class="full">{key_action}</td><td data-label="{l_risk}">{risk}</td><td class="hide-phone">{owner}</td>{own}'
    "</tr>"
)
OWN = '<td class="{}"{} data-label="{}">{}</td>'


def row_html(card, on, narrow="?action="):
    """One deal as the template's second sheet has it."""
    deal, days = card.deal, (on - periods.today(card.deal.entered_at)).days
    cells = {name: _value(card, name) if card.past else cell_html(card, name, narrow) for name in CELLS}
    if deal.won_at:
        cells["expected_close"] = format_html('<span title="{}">-</span>', _("Signed on"))
    return format_html(
        PAST_ROW if card.past else ROW, pk=str(deal.pk), href=card.href, name=card.name, pip=words.pip(card.stage),
        stage=stage_words(card),
        entered=day(periods.today(deal.entered_at)), days=ngettext("%(n)d day", "%(n)d days", days) % {"n": days},
        raw=deal.amount if deal.amount is not None else "", close=_copied(deal.expected_close),
        l_close=_("Expected close"), l_risk=_("Risk"), own=_own(card), **cells,
    )  # fmt: skip


def _own(card):
    """The custom fields that are shown as columns, each a cell like the others."""
    return format_html_join("", OWN, (
        (" ".join(["num"] * (one.kind in NUMBERS) + ["hide-phone"] * (not text)), _copied_own(card.deal, one),
         one.words, cell_html(card, one.slug))
        for one, text in getattr(card, "own", ())
    ))  # fmt: skip


def _copied_own(deal, one):
    """Numbers and days as a copied row carries them, as of the other columns."""
    value = deal.custom.get(one.slug)
    held = value is not None and one.kind in (*NUMBERS, Kind.DATE)
    return format_html(' data-value="{}"', typed.typed(value, one)) if held else ""


def _copied(day):
    """A day as a copied row carries it: whole, so that it comes back as the same day."""
    return format_html(' data-value="{}"', day.isoformat()) if day else ""


def stage_words(card):
    """Tag and stage in one, as the template's second sheet has them: 高意向（商务谈判）."""
    return _("%(tag)s (%(stage)s)") % {"tag": Customer.Tag(card.deal.customer.tag).label, "stage": card.stage.words}
