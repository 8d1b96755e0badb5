"""The limits of quiet as an admin sets them; the names are those of accounts/switches.py."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.facts import MOST_DAYS
from customers.models import Customer


class LimitsForm(forms.Form):
    """`values` are the switches as they are. A limit by tag or class may stay empty: the next wider one holds."""

    stale_days = forms.IntegerField(
        label=_("Days without contact until a customer is quiet"), min_value=1, max_value=60
    )
    stale_working_days = forms.BooleanField(
        label=_("Count working days only"), help_text=_("The quiet days of a customer skip rest days."), required=False
    )
    planned_days = forms.IntegerField(
        label=_("An own next step counts as a plan up to so many days ahead"), min_value=1, max_value=90
    )
    manager_ladder_days = forms.IntegerField(
        label=_("Working days after its owner was told until the manager hears"), min_value=1, max_value=30
    )
    meeting_ladder_days = forms.IntegerField(
        label=_("Working days after its owner was told until the meeting speaks of it"), min_value=1, max_value=60
    )

    def __init__(self, data=None, *, values):
        super().__init__(data, initial={name: values[name] for name in self.base_fields})
        self.values = values
        self.tags = self._own_limits("tag", Customer.Tag.choices, values["stale_by_tag"])
        grades = Customer.Grade.choices if values["class_limits"] else []
        self.grades = self._own_limits("class", grades, values["stale_by_class"])

    def _own_limits(self, kind, choices, now):
        names = []
        for key, label in choices:
            names.append(f"{kind}_{key}")
            self.fields[names[-1]] = forms.IntegerField(
                label=label, min_value=0, max_value=MOST_DAYS, required=False, initial=now.get(key)
            )
        return names

    def clean(self):
        data = super().clean()
        manager, meeting = data.get("manager_ladder_days"), data.get("meeting_ladder_days")
        if manager and meeting and meeting < manager:
            self.add_error("meeting_ladder_days", _("The meeting comes after the manager."))
        return data

    def wanted(self):
        """{switch: value} as the form says; valid forms only."""
        data = {name: self.cleaned_data[name] for name in self.base_fields}
        return data | {
            "stale_by_tag": self._said("tag", self.tags, self.values["stale_by_tag"]),
            "stale_by_class": self._said("class", self.grades, self.values["stale_by_class"]),
        }

    def _said(self, kind, names, now):
        if not names:
            return now
        found = {name.removeprefix(f"{kind}_"): self.cleaned_data[name] for name in names}
        return {key: days for key, days in found.items() if days is not None}

    @property
    def rules(self):
        return [self[name] for name in self.base_fields if name != "stale_working_days"]

    @property
    def tag_fields(self):
        return [self[name] for name in self.tags]

    @property
    def grade_fields(self):
        return [self[name] for name in self.grades]
