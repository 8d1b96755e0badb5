"""The words and small marks of every page. Registered as builtins: no {% load %} needed."""

import functools

from django import template
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import refusals, words
from core.entryforms import opened_before
from core.keys import new_key
from core.markup import format_html, format_html_join

register = template.Library()


def tongue():
    return translation.get_language()


def now():
    return timezone.localtime()  # the company's zone is TIME_ZONE


def _local(moment):
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def _as_day(value):
    return _local(value).date() if hasattr(value, "hour") else value


# --- Numbers -------------------------------------------------------------------------------------------------
@register.filter
def money(amount):
    return words.money(amount, tongue())


@register.simple_tag(name="money")
def money_tag(amount):
    """The short form with the whole value in its title."""
    return format_html(
        '<span class="num" title="{}">{}</span>', words.money_full(amount), words.money(amount, tongue())
    )


@register.filter
def money_full(amount):
    return words.money_full(amount)


@register.filter
def money_in_wan(amount):
    return words.money_in_wan(amount)


@register.filter
def percent(share):
    return words.percent(share)


# --- Days and moments ----------------------------------------------------------------------------------------
def _time(value, title, text):
    stamp = value.isoformat(timespec="minutes") if hasattr(value, "hour") else value.isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', stamp, title, text)


@functools.lru_cache(maxsize=4000)
def _day(say, on, today, language):
    return _time(on, words.exact(on, language), say(on, today, language))


def _day_filter(say):
    """The filter that says a day this way; a list shows the same few days a hundred times."""

    def render(value):
        return _day(say, _as_day(value), now().date(), tongue()) if value else words.NOTHING

    register.filter(say.__name__, render)
    return render


day = _day_filter(words.day)
day_plain = _day_filter(words.day_plain)
day_dense = _day_filter(words.day_dense)
day_chip = _day_filter(words.day_chip)


@register.filter
def when(moment):
    if not moment:
        return words.NOTHING
    if not hasattr(moment, "hour"):
        return day(moment)
    moment = _local(moment)
    return _time(moment, words.exact(moment, tongue()), words.when(moment, now(), tongue()))


@register.filter
def when_dense(moment):
    if not moment:
        return words.NOTHING
    moment = _local(moment)
    return _time(moment, words.exact(moment, tongue()), words.when_dense(moment, now(), tongue()))


@register.filter
def span(minutes):
    """Minutes or a timedelta."""
    if hasattr(minutes, "total_seconds"):
        minutes = minutes.total_seconds() // 60
    return words.span(minutes, tongue())


@register.filter
def days(number):
    return words.days(number, tongue())


@register.filter
def week(on):
    return words.week(_as_day(on), tongue())


@register.filter
def month(on):
    return words.month(_as_day(on), tongue())


# --- Marks ---------------------------------------------------------------------------------------------------
@functools.cache  # a list shows the same few marks a thousand times
def use(name, css):
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, static("icons.svg"), name)


@register.simple_tag
def icon(name, small=False):
    return use(name, "i i-s" if small else "i")


GLYPHS = {
    "prospect": "g-prospect", "interested": "g-interested", "hot": "g-hot", "won": "g-won", "lost": "g-lost",
}
TAGS = {  # the whole word and the short one
    "prospect": (gettext_lazy("Prospect"), pgettext_lazy("short", "Prospect")),
    "interested": (gettext_lazy("Interested"), pgettext_lazy("short", "Interested")),
    "hot": (gettext_lazy("High intent"), pgettext_lazy("short", "High intent")),
    "won": (pgettext_lazy("tag", "Won"), pgettext_lazy("short", "Won")),
    "lost": (pgettext_lazy("tag", "Lost"), pgettext_lazy("short", "Lost")),
}


def _tag(key, full, fill=False):
    key = str(key or "")
    if key in ("hot", "high", "high_intent"):
        key = "hot"
    return _known_tag(key, full, fill, tongue()) if key in TAGS else key


@functools.cache
def _known_tag(key, full, fill, _language):
    label = TAGS[key][0 if full else 1]
    return format_html('<span class="tag{}">{}{}</span>', " fill" if fill else "", use(GLYPHS[key], "g"), label)


@register.simple_tag
def tag(key, fill=False):
    """{% tag customer.tag %}: glyph and the whole word (潜在客户), for tables and filters. fill=True: outlined."""
    return _tag(key, full=True, fill=fill)


@register.simple_tag
def tag_short(key, fill=False):
    """{% tag_short customer.tag %}: glyph and the short word (潜在), for cards."""
    return _tag(key, full=False, fill=fill)


@register.filter
def stage_class(stage):
    """s1 … s7, the step of the stage ramp; s0 is the lost one. A stage, or its position."""
    kind, position = getattr(stage, "kind", ""), getattr(stage, "position", stage)
    if kind == "lost":
        return "s0"
    if kind in ("won", "after"):
        return "s6" if kind == "won" else "s7"
    position = int(position or 0)
    return f"s{min(max(position, 1), 5 if kind else 7)}"


@register.simple_tag
def pip(stage):
    return format_html('<span class="pip {}">{}</span>', stage_class(stage), getattr(stage, "position", stage))


def _name(user):
    return getattr(user, "name", "") or user.get_full_name() or user.get_username()


@register.filter
def person(user):
    return _name(user) if user else ""


@register.filter
def initials(user):
    return words.initials(user if isinstance(user, str) else _name(user))


@register.simple_tag
def avatar(user, large=False):
    """Initials in a disc, the whole name in its title. A user, or a name."""
    if not user:
        return ""
    name = user if isinstance(user, str) else _name(user)
    css = "av av-l" if large else "av"
    return format_html('<span class="{}" title="{}">{}</span>', css, name, words.initials(name))


# --- Forms ---------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def form_key(context, form_name):
    """The one-time key of a form: a double press saves once. Fresh with every render of the fragment."""
    writer = getattr(context.get("user"), "pk", None)
    opened = opened_before(context.get("request"), form_name)
    return format_html('<input type="hidden" name="key" value="{}">', new_key(form_name, writer, opened=opened))


@register.simple_tag
def version(obj):
    return format_html('<input type="hidden" name="version" value="{}">', obj.version)


@register.filter
def as_input(value):
    """A value as a form field would carry it: dates ISO, records by their id."""
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(getattr(value, "pk", value))


@register.simple_tag(takes_context=True)
def qs(context, **changes):
    """{% qs page=2 stale=None %}: the current query string with these changed; None or "" drops the key."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = value
    text = query.urlencode()
    return f"?{text}" if text else "?"


@register.simple_tag(takes_context=True)
def in_use(context, names):
    """{% in_use "q tag" as n %}: how many of these parameters the page was asked for with a value."""
    query = context["request"].GET
    return sum(any(query.getlist(name)) for name in names.split())


@register.simple_tag(takes_context=True)
def keep_query(context, *without):
    """The query string as hidden fields of a form, these names and the page left out."""
    pairs = ((name, value) for name, values in context["request"].GET.lists() for value in values)
    kept = ((name, value) for name, value in pairs if name not in (*without, "page", "from", "key"))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', kept)


@register.simple_tag
def attrs(**pairs):
    """Attributes from a mapping of names and values, escaped; underscores become dashes, empty ones are left out."""
    return format_html_join(" ", '{}="{}"', ((k.replace("_", "-"), v) for k, v in pairs.items() if v not in (None, "")))


# --- What could not be done ----------------------------------------------------------------------------------
@register.simple_tag
def said(status, part="heading"):
    """The sentence of an error page: {% said 404 %} the heading, {% said 404 "way_out" %} the way on."""
    heading, way_out = refusals.WORDS[int(status)]
    return heading if part == "heading" else way_out


# --- The joined files ----------------------------------------------------------------------------------------
@register.simple_tag
def app_css():
    return format_html('<link rel="stylesheet" href="{}">', static("css/app.css"))


@register.simple_tag
def app_js():
    return format_html('<script src="{}" defer></script>', static("js/app.js"))
