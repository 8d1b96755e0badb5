"""One conversation of a pasted thread on its check page: taken or skipped, whose, when it ended, what it says."""

import datetime as dt

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.periods import today
from customers.forms.log import FIRST
from customers.models import FollowUp

LONG = 20_000


class PartForm(forms.Form):
    known = forms.IntegerField(required=False)  # how many of its messages were there when the page was made
    take = forms.BooleanField(required=False, label=gettext_lazy("Take this conversation"))
    customer = forms.IntegerField(required=False, label=gettext_lazy("Customer"))
    at = forms.DateTimeField(required=False, label=gettext_lazy("Ended at"))
    text = forms.CharField(required=False, max_length=LONG, label=gettext_lazy("What was said"))
    outcome = forms.ChoiceField(choices=FollowUp.Outcome.choices, required=False, label=gettext_lazy("Outcome"))
    topics = forms.TypedMultipleChoiceField(required=False, coerce=int, label=gettext_lazy("Needs / objections"))
    plan = forms.BooleanField(required=False, label=gettext_lazy("Next step"))
    next_on = forms.DateField(required=False, label=gettext_lazy("Date of the next step"))
    next_time = forms.TimeField(required=False, label=gettext_lazy("Time of day"))
    next_text = forms.CharField(required=False, max_length=120, label=gettext_lazy("Next step"))

    def __init__(self, *args, row, customers, topics, now, **kwargs):
        """`customers` are those of the person that may be chosen, {pk: Customer}; `topics` the team's."""
        super().__init__(*args, prefix=row.ref, auto_id="id_%s", **kwargs)
        self.row, self.customers, self.now, self.known = row, customers, now, {topic.pk: topic for topic in topics}
        self.fields["topics"].choices = [(topic.pk, topic.words) for topic in topics]

    @property
    def is_taken(self):
        return bool(self.cleaned_data.get("take"))

    def clean(self):
        data = super().clean()
        if not data.get("take"):
            self._errors.clear()  # what is skipped need not be right
            return data
        data["outcome"] = data.get("outcome") or "talked"
        data["topics"] = [self.known[pk] for pk in data.get("topics") or []]
        data["customer"] = self.customers.get(data.get("customer"))
        if data["customer"] is None and "customer" not in self.errors:
            self.add_error("customer", _("Choose the customer."))
        self._when(data)
        if not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Enter %(field)s") % {"field": _("what was said")})
        if data.get("plan") and "next_on" not in self.errors:
            self._plan(data)
        return data

    def _when(self, data):
        """Given to the minute: the seconds that were read stay when nobody changed it."""
        when, read = data.get("at"), self.row.part.end
        if "at" in self.errors:
            return
        if when is None:
            self.add_error("at", _("Enter %(field)s") % {"field": _("the time")})
        elif when > self.now + dt.timedelta(minutes=1):
            self.add_error("at", _("This time is still to come."))
        elif when < FIRST:
            self.add_error("at", _("This day is too long ago."))
        elif read and when == read.replace(second=0):
            data["at"] = read

    def _plan(self, data):
        if data.get("next_on") is None:
            self.add_error("next_on", _("Pick a date for the next step, or say why there is none"))
        elif data["next_on"] < today(self.now):
            self.add_error("next_on", _("This day is over."))
        elif data["next_on"] > today(self.now) + dt.timedelta(days=3660):
            self.add_error("next_on", _("This day is too far ahead."))
