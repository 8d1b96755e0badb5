"""The editor of fields and of own tables (S18): shape of what an admin types."""

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from exchange import linking
from exchange.models import FieldDefinition, OwnTable

Kind = FieldDefinition.Kind
LISTED = (Kind.CHOICE, Kind.CHOICES)
OPTIONS, LABEL = 100, 40
RECORD = "record-"  # before the slug of what a field of kind record names


class FieldForm(forms.Form):
    """One field; `one` may be new, its `of` and table are settled. Options that exist are lines of their own."""

    label = forms.CharField(max_length=LABEL, label=gettext_lazy("Chinese label"))
    label_en = forms.CharField(max_length=60, required=False, label=gettext_lazy("English label"))
    kind = forms.ChoiceField(label=gettext_lazy("Type"))
    unit = forms.CharField(
        max_length=12, required=False, label=gettext_lazy("Unit"), help_text=gettext_lazy("Of a number: 台, 天, %")
    )
    more = forms.CharField(
        required=False,
        max_length=8_000,
        label=gettext_lazy("New options"),
        help_text=gettext_lazy("One a line, for a list. Both languages: 高 | High"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    asked = forms.ChoiceField(choices=FieldDefinition.Asked.choices, label=pgettext_lazy("field", "Asked"))
    required = forms.BooleanField(required=False, label=gettext_lazy("Required"))
    element = forms.ChoiceField(
        choices=[("", "–"), *FieldDefinition.Element.choices],
        required=False,
        label=gettext_lazy("Core element"),
        help_text=gettext_lazy("A table cannot lose the last field of one."),
    )
    position = forms.IntegerField(min_value=1, max_value=999, required=False, label=gettext_lazy("Place"))
    on = forms.BooleanField(required=False, initial=True, label=pgettext_lazy("field", "In use"))

    def __init__(self, data=None, *, one):
        names = ("label", "label_en", "unit", "asked", "required", "element", "position")
        super().__init__(data, initial={name: getattr(one, name) for name in names})
        self.one = one
        kinds = [(value, label) for value, label in Kind.choices if value != Kind.RECORD]
        if one.table_id:
            kinds += [(RECORD + target.slug, target.label) for target in linking.targets()]
        else:
            del self.fields["element"]
        self.fields["kind"].choices = kinds
        self.initial["kind"] = RECORD + one.target if one.kind == Kind.RECORD else one.kind or Kind.TEXT
        self.initial["on"] = one.is_on
        if one.pk is None:
            self.initial["position"] = None
            del self.fields["on"]
        self.codes = [option["code"] for option in one.choices] if one.kind in LISTED else []
        self._option_lines()

    def _option_lines(self):
        known = {option["code"]: option for option in self.one.choices}
        names = [(code, known[code]["label"]) for code in self.codes if not known[code].get("into")]
        for code in self.codes:
            option, label = known[code], known[code]["label"]
            words = {"name": label}
            self.fields[f"opt_{code}"] = forms.CharField(
                max_length=LABEL, label=_("%(name)s: Chinese label") % words, initial=label
            )
            self.fields[f"opt_{code}_en"] = forms.CharField(
                max_length=60,
                required=False,
                label=_("%(name)s: English label") % words,
                initial=option.get("label_en", ""),
            )
            others = [("", "–"), *(pair for pair in names if pair[0] != code)]
            self.fields[f"opt_{code}_into"] = forms.ChoiceField(
                choices=others, required=False, label=_("%(name)s: becomes") % words, initial=option.get("into", "")
            )
            self.fields[f"opt_{code}_on"] = forms.BooleanField(
                required=False, label=_("%(name)s: offered") % words, initial=not option.get("off")
            )

    def clean_label(self):
        return " ".join(self.cleaned_data["label"].split())

    def clean_label_en(self):
        return " ".join(self.cleaned_data["label_en"].split())

    def clean(self):
        data = super().clean()
        lines = [line.strip() for line in data.get("more", "").splitlines() if line.strip()]
        made = [[part.strip() for part in re.split(r"[|｜]", line, maxsplit=1)] for line in lines]
        if any(not parts[0] or len(parts[0]) > LABEL or len(parts[-1]) > 60 for parts in made):
            self.add_error("more", _("An option has a name of at most %(n)s characters.") % {"n": LABEL})
        elif len(made) + len(self.codes) > OPTIONS:
            self.add_error("more", _("A hundred options are enough."))
        self.made = made
        for code in self.codes:
            into = data.get(f"opt_{code}_into")
            if into and data.get(f"opt_{into}_into"):
                self.add_error(f"opt_{code}_into", _("That option becomes another one itself."))
        return data

    @property
    def main(self):
        names = [name for name in self.fields if not name.startswith("opt_") and name not in ("more", "on")]
        return [self[name] for name in names]

    @property
    def lines(self):
        """[[(field, head of its column)]] of the options there are."""
        heads = {"": _("Chinese label"), "_en": _("English label"), "_into": _("Becomes"), "_on": _("Offered")}
        return [[(self[f"opt_{code}{end}"], head) for end, head in heads.items()] for code in self.codes]

    @property
    def sentences(self):
        """What is wrong, for a preview."""
        return [f"{self.fields[name].label}: {said}" for name, errors in self.errors.items() for said in errors
                if name in self.fields]  # fmt: skip

    def wanted(self):
        """The values of exchange/defining.py; of a valid form."""
        data = self.cleaned_data
        kind, _record, target = data["kind"].partition("-")
        values = {name: data[name] for name in ("label", "label_en", "unit", "asked", "required")}
        values |= {"kind": kind, "target": target, "choices": self._choices(), "element": data.get("element", "")}
        if self.one.pk is not None:
            values["on"] = data["on"]
        return values | {"position": data.get("position") or self.one.position or None}

    def _choices(self):
        known, data = {option["code"]: option for option in self.one.choices}, self.cleaned_data
        found = [option for code, option in known.items() if code not in self.codes]
        for code in self.codes:
            option = {"code": code, "label": data[f"opt_{code}"], "label_en": data[f"opt_{code}_en"]}
            if into := data[f"opt_{code}_into"]:
                option["into"] = into
            found.append(option if data[f"opt_{code}_on"] else option | {"off": True})
        number = max((int(code[1:]) for code in known), default=0)
        for place, parts in enumerate(self.made, number + 1):
            found.append({"code": f"o{place}", "label": parts[0], "label_en": parts[1] if len(parts) > 1 else ""})
        return found


class TableForm(forms.ModelForm):
    label = forms.CharField(max_length=LABEL, label=gettext_lazy("Chinese label"))
    on = forms.BooleanField(required=False, initial=True, label=pgettext_lazy("field", "In use"))

    class Meta:
        model = OwnTable
        fields = ["label", "label_en", "about"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["on"] = self.instance.retired_at is None
        if self.instance.pk is None:
            del self.fields["on"]

    def clean_label(self):
        return " ".join(self.cleaned_data["label"].split())

    def wanted(self):
        data = self.cleaned_data
        values = {name: data[name] for name in ("label", "label_en", "about")}
        return values | ({"on": data["on"]} if "on" in self.fields else {})
