"""Small words of pipeline's templates."""

import datetime as dt

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import switches
from core.markup import format_html, format_html_join
from core.templatetags import words
from pipeline import drawing, listed
from pipeline.asks import answers_of
from pipeline.deciding import label_of
from pipeline.entering import who_approves
from pipeline.playbooks import Playbooks, duty_words
from pipeline.strips import note_words

register = template.Library()
ONLY = "/pipeline/table?action="


def english():
    return (get_language() or "").startswith("en")


@register.simple_tag
def duties(stage):
    """Who answers for a stage read through Playbooks: 销售代表 + 技术部."""
    return duty_words(stage)


@register.simple_tag
def approvers(stage):
    """Who approves entering a gated stage; without a word of its own, who answers for it."""
    return who_approves(stage) or duty_words(stage)


@register.simple_tag
def more_books():
    """Whether Setup speaks of playbooks: the switch, or several are on (D52)."""
    return switches.get("more_playbooks") or len(Playbooks.load().active) > 1


@register.filter
def decision(kind):
    """What a decision of a meeting is called: 下一步计划, 丢单 …"""
    return label_of(kind)


@register.filter
def note(card_note):
    return note_words(card_note)


@register.filter
def spoken(data, name):
    """The name used then, in the reader's language: data["to_en"] or data["to"]."""
    return (english() and data.get(f"{name}_en")) or data.get(name, "")


@register.filter
def meaning(version, name):
    """The definition or exit evidence of a stage in the reader's language."""
    return (english() and getattr(version, f"{name}_en")) or getattr(version, name)


@register.filter
def fields(names, form):
    """The fields of a form that there are, of "a,b,c", in that order."""
    return [form[name] for name in names.split(",") if name in form.fields]


@register.filter
def own_answers(deal):
    """[(question, answer)] of a deal's playbook's own questions."""
    return answers_of(deal)


@register.filter
def plus_days(day, days):
    """The day so many days on; the last there is stays where it is."""
    return min(day, dt.date.max - dt.timedelta(days=days)) + dt.timedelta(days=days)


@register.filter
def iso_day(text):
    """A day as an event keeps it."""
    return dt.date.fromisoformat(text) if text else None


@register.filter
def strip_of_card(card):
    """The one alarm of a card."""
    return drawing.strip(card)


@register.simple_tag
def draw_cards(cards, everywhere=False, placed=False):
    """Cards as the board prints them; `everywhere`: the phone's list of all stages, its first one with its buttons."""
    return format_html_join(
        "", "{}",
        (
            (drawing.card_html(card, everywhere=everywhere, placed=placed, on=everywhere and not place),)
            for place, card in enumerate(cards)
        ),
    )  # fmt: skip


@register.simple_tag
def draw_card(card):
    """One card that travels to its index in its column."""
    return drawing.card_html(card, placed=True)


@register.simple_tag
def draw_rows(cards, on, narrow):
    """Rows of the table; `narrow` begins the address of the table of one key action."""
    return format_html_join("", "{}", ((drawing.row_html(card, on, narrow),) for card in cards))


@register.simple_tag
def draw_cell(card, name, narrow):
    return drawing.cell_html(card, name, narrow)


@register.simple_tag
def action_names():
    """The key actions of the list, to choose from while typing one."""
    return listed.live_kinds()


@register.simple_tag
def only_this(card):
    """The link to the table of the key action a card shows, where it is one of the list."""
    return drawing.only_html(card.deal.kind_code, card.kind_words, ONLY) if card.deal.kind_code else ""


@register.simple_tag
def only_line(line):
    """The same for a line read with its kind."""
    return drawing.only_html(line.kind.code, line.kind.words, ONLY)


@register.simple_tag
def th(head, label, css=""):
    """A head of the table that sorts: `head` is {"now", "query"}."""
    sort = format_html(' aria-sort="{}"', head["now"]) if head["now"] else ""
    return format_html('<th scope="col" class="{}"{}><a href="{}">{}</a></th>', css, sort, head["query"], label)


@register.filter
def group_words(card, group):
    """What a group of rows is called, by one of them."""
    if group == "stage":
        return card.stage.words
    if group == "tag":
        return card.deal.customer.get_tag_display()
    if group == "month":
        day = card.deal.expected_close
        return words.month(day.replace(day=1)) if day else _("No closing date")
    person = getattr(card.deal, group)
    return person.name if person else _("Nobody")
