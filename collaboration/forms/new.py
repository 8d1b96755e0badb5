"""The form of a new request, and which kinds and days it offers."""

import datetime as dt

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.calendar import Calendar
from accounts.models import Department, User
from activity.needed import NeedsFiles
from collaboration import rights
from collaboration.forms.verbs import Plain, text
from collaboration.models import CollaborationRequest, RequestKind
from collaboration.own import own_of
from collaboration.raising import usual_day
from core.periods import today
from core.widgets import Chips, Day
from core.words import day_chip
from exchange.ownforms import add_fields, patched
from exchange.tuning import tune

Priority = CollaborationRequest.Priority


class RequestForm(NeedsFiles, Plain):
    """A new request (ux §3.3): department, kind, what is needed, by when. Target: 30 seconds."""

    kind = forms.ModelChoiceField(
        RequestKind.objects.none(), label=_("Kind"), to_field_name="code", widget=Chips, empty_label=None
    )
    title = forms.CharField(label=_("What"), max_length=120)
    description = text(_("What is needed"), 20_000, rows=5)
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Department"))
    day = forms.ChoiceField(label=_("Needed by"), widget=Chips, required=False)
    needed_by = forms.DateField(label=_("Or pick a date"), widget=Day(), required=False)
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, widget=Chips, initial="normal")
    urgent_why = forms.CharField(label=_("Why is it urgent?"), max_length=200, required=False)
    customer_name = forms.CharField(
        label=_("Customer"), max_length=200, required=False, widget=forms.TextInput(attrs={"list": "customer-names"})
    )
    lead_contact = forms.CharField(label=_("Contact"), max_length=60, required=False)
    lead_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    standard = text(_("What counts as done"), 5_000, rows=2, required=False)
    watchers = forms.ModelMultipleChoiceField(User.objects.none(), label=_("For information"), required=False)
    reference = forms.CharField(label=_("Foreign number"), max_length=60, required=False)
    use_required_attribute = False  # a date may come from a chip or from the field
    MAIN = ("kind", "title", "description", "department", "day", "needed_by", "priority", "urgent_why")
    LEAD = ("customer_name", "lead_contact", "lead_phone")

    def __init__(self, *args, kind=None, has_customer=False, now=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.sort, fields = kind, self.fields
        fields["day"].required = not (self.data and self.data.get("needed_by"))
        fields["kind"].queryset = kinds_for(self.by)
        fields["department"].queryset = rights.departments_for(kind)
        place = rights.department_of(kind) if kind else None
        if place:  # a kind knows its department: it is filled in, and what was sent without one goes there
            fields["department"].help_text = _("Follows from the kind; another may do it.")
            fields["department"].empty_label = None
            if self.is_bound and not self.data.get("department"):
                self.data = self.data.copy()
                self.data["department"] = place.pk
        fields["department"].error_messages["required"] = _("Choose a department")
        fields["watchers"].queryset = User.objects.active().exclude(pk=self.by.pk)
        fields["day"].choices = [(day.isoformat(), day_chip(day, today(now), get_language())) for day in next_days(now)]
        if has_customer:
            for name in self.LEAD:
                del fields[name]
        elif kind and kind.makes_customer:
            fields["customer_name"].required = True  # whom the lead is about
            fields["customer_name"].error_messages["required"] = _("Enter the customer")
        else:
            del fields["lead_contact"], fields["lead_phone"]
        self.own = own_of(kind, self.by, new=True) if kind else []
        add_fields(self, self.own, {}, user=self.by)
        self.ask_files(kind.needs if kind else [])
        tune(self, "request", new=True)
        if kind and not self.is_bound:
            self._preset(kind, place, now)

    def _preset(self, kind, place, now):
        """The day its kind is usually done by is chosen already."""
        day = usual_day(kind, place, "normal", now=now).isoformat() if place else None
        if day in dict(self.fields["day"].choices):
            self.initial.setdefault("day", day)
        elif day:
            self.initial.setdefault("needed_by", day)

    def clean(self):
        found = super().clean()
        kind = found.get("kind")
        if found.get("priority") == "urgent" and not found.get("urgent_why", "").strip():
            self.add_error("urgent_why", _("Say why it is urgent."))
        if kind and kind.makes_customer and "customer_name" not in self.fields:
            self.add_error("kind", _("A lead hand-over is for somebody who is not a customer yet."))
        found["needed_by"] = self.day_ahead("needed_by") or self._chip(found.get("day"))
        return found

    def _chip(self, day):
        return dt.date.fromisoformat(day) if day else None

    def main(self):
        own = [one.slug for one in self.own if one.required]  # one that is required never hides
        return [self[name] for name in (*self.LEAD, *self.MAIN, *own) if name in self.fields]

    def more(self):
        own = [one.slug for one in self.own if not one.required]
        return [self[name] for name in (*own, "standard", "watchers", "reference") if name in self.fields]

    def own_patch(self):
        """{slug: value} of the custom fields that were filled in."""
        return patched({}, {one.slug: self.cleaned_data[one.slug] for one in self.own})


def kinds_for(user):
    """Live kinds; only departments hand leads over."""
    rows = RequestKind.objects.filter(retired_at=None)
    return rows if user.is_support else rows.filter(makes_customer=False)


def next_days(now):
    """The chips of needed-by: the next three working days and a week on."""
    calendar, here = Calendar.load(), today(now)
    return [calendar.next_working_day(here, n) for n in (1, 2, 3, 5)]
