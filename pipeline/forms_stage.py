"""The form of one stage in Setup (S18)."""

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from core.widgets import ChipsMany
from customers.models import Customer
from pipeline.asks import CHOICES, asked_in
from pipeline.models import Stage


class StageForm(forms.ModelForm):
    duty_roles = forms.MultipleChoiceField(
        label=_("Roles that answer for it"),
        required=False,
        widget=ChipsMany,
        choices=[(value, label) for value, label in User.Role.choices if value != "admin"],
    )
    duty_departments = forms.ModelMultipleChoiceField(
        Department.objects.filter(is_active=True),
        label=_("Departments that answer for it"),
        required=False,
        widget=ChipsMany,
    )
    approvers = forms.MultipleChoiceField(
        label=_("Who approves entering"),
        required=False,
        widget=ChipsMany,
        help_text=_("Used when entering needs approval."),
    )
    definition = forms.CharField(
        label=_("Definition, Chinese"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    definition_en = forms.CharField(
        label=_("Definition, English"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    evidence = forms.CharField(
        label=_("Exit evidence, Chinese"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    evidence_en = forms.CharField(
        label=_("Exit evidence, English"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    class Meta:
        model = Stage
        fields = [
            "label", "label_en", "short", "short_en", "default_tag", "probability", "stale_days", "advised", "gated",
        ]  # fmt: skip
        help_texts = {
            "label_en": _("Empty: the Chinese label is shown."),
            "short": _("At most two Han characters"),
            "short_en": _("At most eight letters"),
            "stale_days": _("Empty: the general limit."),
            "advised": _("Empty: no advice. More deals than this only show a hint."),
        }

    def __init__(self, *args, playbook, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = asked_in(playbook)
        self.fields["probability"].validators.append(MaxValueValidator(100))
        self.fields["probability"].widget.attrs["max"] = 100
        self.fields["default_tag"] = forms.ChoiceField(
            label=_("Tag"), required=False, choices=[("", "–"), *Customer.Tag.choices]
        )
        self.fields["approvers"].choices = [
            *[(f"role:{value}", label) for value, label in User.Role.choices if value != "admin"],
            *[(f"department:{d.pk}", str(d)) for d in self.fields["duty_departments"].queryset],
        ]
        for name, label in self.asked.items():
            self.fields[f"ask_{name}"] = forms.ChoiceField(label=label, choices=CHOICES, required=False)
        if self.instance.pk:
            self._read()

    def _read(self):
        duties = list(self.instance.duties.all())
        last = self.instance.versions.order_by("-since", "-id").first()
        self.initial |= {
            "duty_roles": [duty.role for duty in duties if duty.role],
            "duty_departments": [duty.department_id for duty in duties if duty.department_id],
            "approvers": [
                f"role:{duty.role}" if duty.role else f"department:{duty.department_id}"
                for duty in duties
                if duty.approves and not duty.person_id
            ],
            **{name: getattr(last, name, "") for name in ("definition", "definition_en", "evidence", "evidence_en")},
            **{f"ask_{name}": (self.instance.asks or {}).get(name, "ask") for name in self.asked},
        }
        self.people = [duty for duty in duties if duty.person_id]

    def clean_short(self):
        short = self.cleaned_data["short"].strip()
        if len(short) > 2 and any("\u4e00" <= char <= "\u9fff" for char in short):
            raise forms.ValidationError(_("At most two Han characters"))
        return short

    @property
    def asks(self):
        return [self[f"ask_{name}"] for name in self.asked]

    def duties(self):
        """The chosen duties, those of persons kept as they are."""
        data = self.cleaned_data
        approves = set(data["approvers"])
        rows = [{"role": role, "approves": f"role:{role}" in approves} for role in data["duty_roles"]]
        rows += [
            {"department": one, "approves": f"department:{one.pk}" in approves} for one in data["duty_departments"]
        ]
        people = getattr(self, "people", [])
        return rows + [{"person": duty.person, "approves": duty.approves} for duty in people]

    def meaning(self):
        return {name: self.cleaned_data[name] for name in ("definition", "definition_en", "evidence", "evidence_en")}

    def values(self):
        """The stage's own fields."""
        data = self.cleaned_data
        asks = {name: data[f"ask_{name}"] for name in self.asked if data.get(f"ask_{name}") not in ("", "ask", None)}
        return {name: data[name] for name in self.Meta.fields} | {"asks": asks}
