"""The shape of a log (S3): what is asked, in the order of the sheet; the rules are in customers/logging.py."""

import datetime as dt
import uuid

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.asked import number
from core.periods import at, today, zone
from core.widgets import ChipsMany
from customers.logged import lines_offered
from customers.models import Customer, FollowUp, NextStep
from customers.promptness import KEPT_DAYS
from exchange.tuning import tune

NOON, EVENING = dt.time(12), dt.time(18)
TIMES = [
    ("now", gettext_lazy("Just now")), ("morning", gettext_lazy("This morning")),
    ("afternoon", gettext_lazy("This afternoon")), ("yesterday", gettext_lazy("Yesterday")),
    ("pick", gettext_lazy("Pick time")),
]
REASONS = [
    ("waiting", gettext_lazy("Waiting for them")), ("won", gettext_lazy("Already won")),
    ("stop", gettext_lazy("No longer followed")), ("other", gettext_lazy("Other")),
]
VIEWS = [
    ("positive", gettext_lazy("Positive")), ("concerns", gettext_lazy("Concerns")),
    ("approval", gettext_lazy("Needs approval")), ("none", pgettext_lazy("feedback", "None")),
]
FIRST = dt.datetime(2000, 1, 1, tzinfo=zone())  # nobody logs a conversation of the last century
ENDS = [("", "–"), *NextStep.Ends.choices]
NEEDS = 8  # free ones a log may add, each at most 20 characters


class StepsField(forms.TypedMultipleChoiceField):
    """A step that another tab or person has closed since is no mistake: there is nothing left to close."""

    def valid_value(self, value):
        return super().valid_value(value) or self.is_closed(value)


class LogForm(forms.Form):
    """`offer` is customers/offering.py's Offer: the customer, his contacts, topics, deals and steps to choose from."""

    contact = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label=gettext_lazy("Contact"))
    time = forms.ChoiceField(choices=TIMES, required=False, label=gettext_lazy("Time"))
    at = forms.DateTimeField(required=False, label=gettext_lazy("Ended at"))
    methods = forms.MultipleChoiceField(required=False, label=gettext_lazy("How"))
    text = forms.CharField(required=False, max_length=2000, label=gettext_lazy("What was said"), strip=True)
    outcome = forms.ChoiceField(
        choices=FollowUp.Outcome.choices, required=False, initial="talked", label=gettext_lazy("Outcome")
    )
    next = forms.CharField(required=False, max_length=10, label=gettext_lazy("Next step"))
    next_date = forms.DateField(required=False, label=gettext_lazy("Date of the next step"))
    next_time = forms.TimeField(required=False, label=gettext_lazy("Time of day"))
    next_text = forms.CharField(required=False, max_length=120, label=gettext_lazy("Next step"))
    next_visit = forms.BooleanField(required=False, label=gettext_lazy("Visit or meeting"))
    repeat = forms.BooleanField(required=False, label=gettext_lazy("Every week"))
    until = forms.DateField(required=False, label=gettext_lazy("Repeat until"))
    ends = forms.ChoiceField(choices=ENDS, required=False, label=gettext_lazy("or until"))
    reason = forms.ChoiceField(
        choices=[("", "")] + REASONS, required=False, label=gettext_lazy("No next step because…")
    )
    wait_until = forms.DateField(required=False, label=gettext_lazy("Until"))
    topics = forms.TypedMultipleChoiceField(required=False, coerce=int, label=gettext_lazy("Needs / objections"))
    answered = forms.TypedMultipleChoiceField(required=False, coerce=int, label=gettext_lazy("Answer given"))
    need_text = forms.CharField(required=False, max_length=100, label=gettext_lazy("Another need"))
    objection_text = forms.CharField(required=False, max_length=100, label=gettext_lazy("Another objection"))
    feedback = forms.ChoiceField(choices=[("", "")] + VIEWS, required=False, label=gettext_lazy("Customer's view"))
    steps = StepsField(required=False, coerce=int, label=gettext_lazy("Done with this"))
    deal = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label=gettext_lazy("Deal"))
    tag = forms.ChoiceField(choices=[("", "")] + Customer.Tag.choices, required=False, label=gettext_lazy("Tag"))
    purpose = forms.CharField(required=False, max_length=60, label=gettext_lazy("Purpose"))
    key_action = forms.CharField(required=False, max_length=80, label=gettext_lazy("Key action"))
    lines = staticmethod(lines_offered)  # what it may say, from the list of the house
    with_people = forms.CharField(required=False, max_length=200, label=gettext_lazy("With"))
    talked_by = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label=gettext_lazy("Entered for"))
    source = forms.ChoiceField(
        choices=[("form", "form"), ("line", "line")], required=False, label=gettext_lazy("Source"),
        widget=forms.HiddenInput,
    )
    owed = forms.IntegerField(required=False, widget=forms.HiddenInput)
    draft_started_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    kept_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)  # a text the device kept: last typed then
    client_uuid = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, offer, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer, self.now, self.on = offer, now, today(now)
        # As functions: what is neither shown nor chosen from is not read.
        self.fields["contact"].choices = lambda: [("", "")] + [(c.pk, str(c)) for c in offer.contacts]
        self.fields["methods"].choices = [(code, method.words) for code, method in offer.choices.methods.items()]
        self.fields["topics"].choices = lambda: [(topic.pk, topic.words) for topic in offer.topics]
        self.fields["answered"].choices = lambda: [(topic.pk, topic.words) for topic in offer.topics]
        self.fields["steps"].choices = lambda: [(step.pk, step.text) for step in offer.steps]
        self.fields["steps"].is_closed = lambda pk: offer.customer.steps.filter(
            pk=number(pk), closed_at__isnull=False).exists()
        self.fields["deal"].choices = lambda: [("", "")] + list(offer.deals)
        self.fields["talked_by"].choices = lambda: [("", "")] + [(each.pk, each.name) for each in offer.talkers]
        if offer.late:
            self.fields["time"].choices = [("tap", _("At the call")), *TIMES]
        tune(self, "log", new=True)

    def clean(self):
        data = super().clean()
        data["kept_at"] = self._kept(data.get("kept_at"))
        data["happened_at"], data["time_known"] = self._ended(data)
        self._next(data)
        if not data.get("text") and data.get("outcome", "talked") in ("", "talked") and "text" not in self.errors:
            self.add_error("text", _("Enter %(field)s") % {"field": _("what was said")})
        needs = [("need", data.get("need_text")), ("objection", data.get("objection_text"))]
        data["free_needs"] = [
            (kind, text.strip()[:20]) for kind, words in needs
            for text in (words or "").replace("；", "，").replace(",", "，").replace("、", "，").split("，")[:NEEDS]
            if text.strip()
        ]
        return data

    def _kept(self, moment):
        """When a kept text was typed last, if a device can have kept it so long (Q15); else None."""
        oldest = self.now - dt.timedelta(days=KEPT_DAYS)
        return moment if moment and oldest <= moment <= self.now else None

    def _ended(self, data):
        """(when the conversation ended, whether the clock time is known). D25."""
        chosen, picked, owed = data.get("time") or "now", data.get("at"), self.offer.owed
        if chosen == "pick" and picked is None and "at" not in self.errors:
            self.add_error("at", _("Enter %(field)s") % {"field": _("the time")})
        if chosen == "pick" and picked is not None:
            if picked > self.now + dt.timedelta(minutes=1):
                self.add_error("at", _("This time is still to come."))
            if picked < FIRST:
                self.add_error("at", _("This day is too long ago."))
            return min(picked, self.now), True
        if chosen == "tap" and owed:
            return min(owed.ended_at or owed.started_at, self.now), True
        said = data["kept_at"] or self.now  # "just now" was said when the kept text was typed
        if chosen == "now":
            return min(owed.ended_at, said) if owed and owed.ended_at and not self.offer.late else said, True
        on = today(said) - dt.timedelta(days=chosen == "yesterday")
        return min(at(on, NOON if chosen == "morning" else EVENING), self.now), False

    def _next(self, data):
        """next_on and next_kind out of the chip, the date or the reason; one of them must be there."""
        chip = data.get("next") or ""
        data["next_on"], data["next_kind"] = None, "ours"
        if chip == "pick" or (not chip and data.get("next_date")):
            data["next_on"] = data.get("next_date")
            if data["next_on"] is None and "next_date" not in self.errors:
                self.add_error("next_date", _("Pick a date for the next step, or say why there is none"))
        elif chip == "none":
            self._none(data)
        elif chip:
            try:
                data["next_on"] = dt.date.fromisoformat(chip)
            except ValueError:
                self.add_error("next", _("This is not a date."))
        elif data.get("outcome") in ("no_answer", "sent"):
            self._proposed(data)
        elif data.get("reason"):
            self._none(data)
        else:
            self.add_error("next", _("Pick a date for the next step, or say why there is none"))
        if data["next_on"] and data["next_on"] < self.on:
            self.add_error("next_date" if chip == "pick" else "next", _("This day is over."))
        if data["next_on"] and data["next_on"] > self.on + dt.timedelta(days=3660):
            self.add_error("next_date", _("This day is too far ahead."))

    def _none(self, data):
        if not data.get("reason"):
            self.add_error("reason", _("Pick a date for the next step, or say why there is none"))
        elif data["reason"] == "waiting":
            data["next_kind"], data["next_on"] = "waiting", data.get("wait_until")
            if data["next_on"] is None and "wait_until" not in self.errors:
                self.add_error("wait_until", _("Until when do we wait?"))
        else:
            data["next_text"] = ""

    def _proposed(self, data):
        """A phrase that says no answer or sent brings its own next step: the whole log is three taps."""
        phrase = next((p for p in self.offer.choices.phrases if p.outcome == data["outcome"] and p.next_days), None)
        if phrase is None:
            self.add_error("next", _("Pick a date for the next step, or say why there is none"))
            return
        data["next_on"] = self.offer.calendar.next_working_day(self.on, phrase.next_days)
        data["next_text"] = data.get("next_text") or phrase.next_text

    def chosen_uuid(self):
        return self.cleaned_data.get("client_uuid") or uuid.uuid4()


class TalkForm(forms.Form):
    """Editing one's own follow-up within 24 hours, or the correction appended later (R24)."""

    text = forms.CharField(
        required=False, max_length=20_000, label=gettext_lazy("What was said"), widget=forms.Textarea
    )
    purpose = forms.CharField(required=False, max_length=60, label=gettext_lazy("Purpose"))
    methods = forms.MultipleChoiceField(required=False, label=gettext_lazy("How"), widget=ChipsMany)
    outcome = forms.ChoiceField(choices=FollowUp.Outcome.choices, label=gettext_lazy("Outcome"))
    feedback = forms.ChoiceField(choices=[("", "—")] + VIEWS, required=False, label=gettext_lazy("Customer's view"))
    happened_at = forms.DateTimeField(
        label=gettext_lazy("Ended at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args, choices, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["methods"].choices = [(code, method.words) for code, method in choices.methods.items()]

    def clean_happened_at(self):
        moment = self.cleaned_data["happened_at"]
        if moment > self.now:
            raise forms.ValidationError(_("This time is still to come."))
        if moment < FIRST:
            raise forms.ValidationError(_("This day is too long ago."))
        return moment


class CommentForm(forms.Form):
    text = forms.CharField(max_length=2000, label=gettext_lazy("Comment"),
                           widget=forms.Textarea(attrs={"rows": 2}))
    private = forms.BooleanField(required=False, label=gettext_lazy("Private note, for managers only"))
