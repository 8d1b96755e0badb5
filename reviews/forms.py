"""Shape of what is typed in reviews."""

import datetime as dt

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.asked import number
from core.widgets import Day
from customers.models import Topic
from customers.teaching import add_topic
from reviews.models import Answer, Improvement, MethodGoal, Review

LONGEST = dt.timedelta(days=366)  # of a baseline, and of what is measured against it


class TextsForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ["causes", "plan", "support"]
        widgets = {name: forms.Textarea({"rows": 4}) for name in fields}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=300, label=gettext_lazy("Why it is counted again"), widget=forms.TextInput({"class": "in"})
    )
    also = forms.BooleanField(required=False, initial=True)  # the reports that contain it
    seen = forms.IntegerField(widget=forms.HiddenInput)


class ImprovementForm(forms.ModelForm):
    """`measures` [(metric-detail, label)] are the figures of the month, `owners` who may answer for it, `on` today."""

    measure = forms.ChoiceField(label=gettext_lazy("Measured by"))

    class Meta:
        model = Improvement
        fields = ["text", "measure", "owner", "due_on"]
        widgets = {"due_on": Day}

    def __init__(self, *args, measures, owners, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        self.fields["measure"].choices = measures
        self.fields["owner"].queryset = owners
        self.fields["owner"].label_from_instance = lambda person: person.name

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day < self.on:
            raise forms.ValidationError(_("This day is over."))
        if day > self.on + dt.timedelta(days=3660):
            raise forms.ValidationError(_("This day is too far ahead."))
        return day


class OutcomeForm(forms.Form):
    state = forms.ChoiceField(choices=Improvement.State.choices, label=gettext_lazy("State"))
    outcome = forms.CharField(
        max_length=500, required=False, label=gettext_lazy("What became of it"), widget=forms.Textarea({"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self):
        data = super().clean()
        if data.get("state") in ("done", "dropped") and not data.get("outcome"):
            self.add_error("outcome", _("Say in a sentence what became of it"))
        return data


class AnswerForm(forms.ModelForm):
    class Meta:
        model = Answer
        fields = ["text"]
        widgets = {"text": forms.Textarea({"rows": 5})}


class WordForm(forms.Form):
    """A word for the dictionary and what it means: a label, "none" to leave it out, "new" for a label that is added,
    which only those are offered who may (M8)."""

    text = forms.CharField(max_length=60, label=gettext_lazy("Word or phrase"))
    topic = forms.CharField(max_length=20, label=pgettext_lazy("dictionary", "Label"))
    kind = forms.ChoiceField(choices=Topic.Kind.choices, required=False, label=pgettext_lazy("dictionary", "Kind"))
    label = forms.CharField(max_length=60, required=False, label=gettext_lazy("New label"))
    label_en = forms.CharField(max_length=60, required=False, label=gettext_lazy("In English"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self):
        data = super().clean()
        self.chosen = None
        if data.get("topic") == "new":
            if not data.get("label"):
                self.add_error("label", _("Enter %(field)s") % {"field": _("the new label")})
            if not data.get("kind"):
                self.add_error("kind", _("Choose whether it is a need or an objection"))
        elif data.get("topic") not in (None, "none"):
            self.chosen = Topic.objects.filter(retired_at=None, pk=number(data["topic"])).first()
            if self.chosen is None:
                self.add_error("topic", _("This label is no longer in use."))
        return data

    def meant(self, *, by, now):
        """The Topic meant, added when it is a new one; None to leave the word out. Raises NotAllowed."""
        data = self.cleaned_data
        if data["topic"] == "new":
            return add_topic(data["kind"], data["label"].strip(), data["label_en"].strip(), by=by, now=now)
        return self.chosen


class MethodGoalForm(forms.ModelForm):
    """`measures` [(name, label)] are what may be measured here, `shares` the names of those that are shares, `owners`
    who may answer for it, `on` today; `was(data)` the value of the baseline, None for none. Nothing of
    it may be left out (R10)."""

    metric = forms.ChoiceField(label=gettext_lazy("Measured by"))

    class Meta:
        model = MethodGoal
        fields = ["metric", "direction", "kind", "size", "before_first", "before_last", "since", "ends_on", "owner"]
        labels = {
            "kind": pgettext_lazy("goal", "How it changes"), "size": pgettext_lazy("goal", "By how much"),
            "ends_on": pgettext_lazy("goal", "Runs until"),
        }
        widgets = dict.fromkeys(["before_first", "before_last", "since", "ends_on"], Day)

    def __init__(self, *args, measures, shares, owners, on, was, **kwargs):
        super().__init__(*args, **kwargs)
        self.on, self.shares, self.was = on, shares, was
        self.fields["metric"].choices = measures
        self.fields["owner"].queryset = owners
        self.fields["owner"].label_from_instance = lambda person: person.name

    def clean_size(self):
        size = self.cleaned_data["size"]
        if size <= 0:
            raise forms.ValidationError(_("A goal changes something: a number above 0."))
        return size

    def clean(self):
        data = super().clean()
        days = [data.get(name) for name in ("before_first", "before_last", "since", "ends_on")]
        if None not in days:
            self._in_order(*days)
        size, kind = data.get("size"), data.get("kind")
        if not self.errors and (found := self.was(data)) is not None:
            self._possible(found, data)
        if size and size > 100 and kind != "relative" and data.get("metric") in self.shares:
            self.add_error("size", _("A share is at most 100 percent."))
        return data

    def _possible(self, was, data):
        """A share stays between 0 and 100 percent, and no time falls below 0."""
        share, kind = data["metric"] in self.shares, data["kind"]
        size = float(data["size"]) / (100 if share or kind == "relative" else 1)
        if kind == "level":
            return
        change = was * size if kind == "relative" else size
        value = f"{was * 100:.1f}%" if share else f"{was:.1f}"
        if data["direction"] == "up" and share and was + change > 1:
            self.add_error("size", _("It was %(value)s in the baseline: it cannot rise so far.") % {"value": value})
        if data["direction"] == "down" and change >= was:
            self.add_error("size", _("It was %(value)s in the baseline: it cannot fall so far.") % {"value": value})

    def _in_order(self, first, last, since, ends_on):
        if last < first:
            self.add_error("before_last", _("The baseline ends before it begins."))
        elif last - first >= LONGEST:
            self.add_error("before_first", _("The baseline is at most a year long."))
        if since <= last:
            self.add_error("since", _("What is measured begins after the baseline."))
        if ends_on < max(since, self.on):
            self.add_error("ends_on", _("This day is over."))
        elif ends_on - since >= LONGEST:
            self.add_error("ends_on", _("A goal runs for a year at most."))
