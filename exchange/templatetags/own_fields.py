"""What a change of a field or table changed, which table an event is about, what a field holds: in words."""

from django import template
from django.utils.translation import gettext as _

from core.words import NOTHING
from exchange import linking, tuning
from exchange.models import AskedField, FieldDefinition, in_language

register = template.Library()
LISTS = {
    "how": AskedField.How,
    "kind": FieldDefinition.Kind,
    "asked": FieldDefinition.Asked,
    "element": FieldDefinition.Element,
}


@register.filter
def differences(data):
    """[(label, before, after)] of an event's before and after."""
    before, after = data.get("before") or {}, data.get("after") or {}
    names = [name for name in after if before.get(name) != after[name] and name != "target"]
    return [(_label(name), _said(name, before.get(name)), _said(name, after[name])) for name in names]


@register.filter
def table_words(data):
    """The table an event names, in the reader's language."""
    return in_language(data.get("table", ""), data.get("table_en", ""))


@register.filter
def type_words(one):
    """What a field holds; of a record, which."""
    target = linking.target_of(one.target) if one.target else None
    return target.label if target else one.get_kind_display()


def _label(name):
    if name == "on":
        return _("in use")
    if name == "about":
        return _("what it is for")
    if name in tuning.STATE:
        return AskedField._meta.get_field(name).verbose_name
    return FieldDefinition._meta.get_field(name).verbose_name


def _said(name, value):
    if name == "words":
        return "、".join(value or []) or NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "choices":
        return (
            "、".join(
                f"{option['label']}{'→' + _into(option, value) if option.get('into') else ''}"
                for option in value or []
                if not option.get("off")
            )
            or NOTHING
        )
    if name in LISTS and value:
        return LISTS[name](value).label
    return NOTHING if value in (None, "") else value


def _into(option, options):
    return next((one["label"] for one in options if one["code"] == option["into"]), "")
