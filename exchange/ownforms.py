"""Custom fields in a form: what each kind asks with, read by the one typed room (exchange/typed.py)."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from core.asked import number
from core.kept import Kept
from core.periods import today
from core.widgets import ChipsMany, Day
from exchange import linking, typed
from exchange.models import FieldDefinition
from exchange.problems import Wrong

Kind = FieldDefinition.Kind
CHOSEN = frozenset({Kind.YES, Kind.CHOICE, Kind.CHOICES, Kind.PERSON, Kind.RECORD})


class OwnField(forms.Field):
    """One custom field; its cleaned value is what is kept, None for empty. `value` is what the record has now,
    `offered` the pairs to choose from."""

    def __init__(self, one, *, value=None, offered=()):
        self.one, self.value, self.offered = one, value, [(str(key), words) for key, words in offered]
        label = f"{one.words} ({one.unit})" if one.unit else one.words
        super().__init__(label=label, required=one.required, widget=self._widget(), initial=typed.typed(value, one))

    def _widget(self):
        kind = self.one.kind
        if kind == Kind.CHOICES:
            return ChipsMany(choices=self.offered)
        if kind in CHOSEN:
            return forms.Select(choices=[("", "–"), *self.offered])
        if kind == Kind.LONG:
            return forms.Textarea(attrs={"rows": 3, "maxlength": typed.LONG})
        if kind == Kind.DATE:
            return Day()
        if kind in (Kind.NUMBER, Kind.MONEY):
            return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 40})
        most = typed.ADDRESS if kind == Kind.URL else typed.SHORT
        return forms.TextInput(attrs={"maxlength": most} | ({"inputmode": "url"} if kind == Kind.URL else {}))

    def to_python(self, value):
        kind, known = self.one.kind, dict(self.offered)
        if kind == Kind.CHOICES:
            found = [code for each in value or [] for code in typed.codes_of(each)]  # a conflict sends them joined
            if not set(found) <= known.keys():
                raise ValidationError(_("Choose one of the list."))
            return typed.packed(found)
        text = "" if value is None else str(value)
        if kind not in CHOSEN:
            try:
                return typed.parse(text, self.one, today=today())
            except Wrong as wrong:
                raise ValidationError(str(wrong)) from wrong
        if not text:
            return None
        if text not in known:
            raise ValidationError(_("Choose one of the list."))
        return {Kind.YES: text == "1", Kind.CHOICE: text}.get(kind, number(text))

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != typed.current(self.value, self.one)
        except ValidationError:
            return True


def add_fields(form, fields, values, *, user, customer=None):
    """Put custom fields into a form, by their slugs; `values` are those of the record."""
    for one in fields:
        value, offered = (values or {}).get(one.slug), offered_for(one, values or {}, user, customer)
        form.fields[one.slug] = OwnField(one, value=value, offered=offered)


_active = Kept(lambda: list(User.objects.active().order_by("pinyin", "pk").values_list("pk", "name")))


def people():
    """[(key, name)] of whom anybody may pick: the people here now."""
    return _active.get()


def offered_for(one, values, user, customer=None):
    """The pairs a field offers; what the record has already stays, whatever became of it."""
    value = values.get(one.slug)
    if one.kind == Kind.YES:
        return [("1", _("Yes")), ("0", _("No"))]
    if one.kind in (Kind.CHOICE, Kind.CHOICES):
        now = typed.current(value, one) if value else None
        return typed.options(one, keep=typed.codes_of(now or ""))
    if one.kind == Kind.PERSON:
        gone = value and value not in dict(people())
        return [*people(), *(User.objects.filter(pk=value).values_list("pk", "name") if gone else ())]
    if one.kind == Kind.RECORD and (target := linking.target_of(one.target)):
        found = target.offered(user, customer) if customer else []
        return found if not value or value in dict(found) else [*found, (value, "–")]
    return []


def patch_of(form, fields):
    """{slug: value or None} of the custom fields of a valid form that were changed in it."""
    return {one.slug: form.cleaned_data[one.slug] for one in fields if one.slug in form.changed_data}


def patched(values, patch):
    """The values with a patch on them; an empty one goes."""
    return {slug: value for slug, value in {**(values or {}), **patch}.items() if value is not None}
