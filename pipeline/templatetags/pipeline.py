"""Small words of pipeline's templates."""

import datetime as dt

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import drawing
from pipeline.playbooks import answering_words, duty_words
from pipeline.strips import note_words

register = template.Library()


def english():
    return (get_language() or "").startswith("en")


@register.simple_tag
def duties(stage):
    """Who answers for a stage read through Playbooks: 销售代表 + 技术部."""
    return duty_words(stage)


@register.simple_tag
def approvers(stage):
    """Who approves entering a gated stage; without a word of its own, who answers for it."""
    chosen = [duty for duty in stage.answering if duty.approves]
    words = [answering_words(duty) for duty in chosen]
    return " + ".join(words) or duty_words(stage)


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
def plus_days(day, days):
    return day + dt.timedelta(days=days)


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
def draw_rows(cards, on):
    """Rows of the table."""
    return format_html_join("", "{}", ((drawing.row_html(card, on),) for card in cards))


@register.simple_tag
def draw_cell(card, name):
    return drawing.cell_html(card, name)


@register.simple_tag
def th(head, label, css=""):
    """A head of the table that sorts: `head` is {"now", "query"}."""
    sort = format_html(' aria-sort="{}"', head["now"]) if head["now"] else ""
    return format_html('<th scope="col" class="{}"{}><a href="{}">{}</a></th>', css, sort, head["query"], label)


@register.filter
def group_words(card, group):
    """What a group of rows is called: its rep or its stage."""
    if group == "stage":
        return card.stage.words
    return card.deal.rep.name if card.deal.rep else _("Nobody")
