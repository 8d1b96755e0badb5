"""The decisions of a meeting that pipeline carries out: a next step, another owner, parked, lost, a note (M4)."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import rights
from accounts.models import User
from core.periods import today
from core.widgets import Chips, Day
from customers import steps, transferring
from customers.models import NextStep
from pipeline.deciding import Decision, Made, decision
from pipeline.forms_meeting import check_step_day
from pipeline.models import DealLink, LossReason
from pipeline.promises import kept_steps


class Deciding(forms.Form):
    """Every form of a decision knows the deal, who decides and when."""

    def __init__(self, *args, deal, user, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.deal, self.user, self.now = deal, user, now

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day:
            check_step_day(day, today(self.now))
        return day


class StepForm(Deciding):
    text = forms.CharField(label=_("Next step"), max_length=120)
    due_on = forms.DateField(label=_("Date of the next step"), widget=Day)


class ReassignForm(Deciding):
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), empty_label="–")
    why = forms.CharField(label=_("Why it changes hands"), max_length=200, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.assignable_by(self.user)
        self.fields["owner"].queryset = people.exclude(pk=self.deal.customer.owner_id).order_by("pinyin", "pk")


class ParkForm(Deciding):
    due_on = forms.DateField(label=_("Park until"), widget=Day)
    text = forms.CharField(label=_("Why"), max_length=120)


class LostForm(Deciding):
    frm = forms.IntegerField(required=False, widget=forms.HiddenInput)
    lost_reason = forms.ModelChoiceField(
        LossReason.objects.filter(retired_at=None), label=_("Why did we lose it?"), widget=Chips, empty_label=None
    )
    competitor = forms.CharField(label=_("Competitor"), max_length=60, required=False)
    lost_note = forms.CharField(label=_("One line for next time"), max_length=300, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["frm"].initial = self.deal.stage_id


class NoteForm(Deciding):
    text = forms.CharField(label=_("Note for the minutes"), max_length=300)
    due_on = forms.DateField(label=pgettext_lazy("meeting", "By"), widget=Day, required=False)


def person_of(deal, by):
    return deal.owner or deal.rep or deal.customer.owner or by


def plan_step(deal, said, *, by, now):
    return _planned(deal, said, by=by, now=now, kind=NextStep.Kind.OURS)


def park(deal, said, *, by, now):
    """Nothing is expected before that day: we wait until it, and own steps planned earlier move there; where the
    customer has several open deals, only those about this one (D14)."""
    earlier = deal.customer.steps.filter(closed_at=None, kind=NextStep.Kind.OURS, due_on__lt=said["due_on"])
    for step in earlier.filter(deal_links__deal=deal) if deal.customer.open_deals > 1 else earlier:
        steps.shift(step, said["due_on"], by=by, now=now)
    made = _planned(deal, said, by=by, now=now, kind=NextStep.Kind.WAITING)
    return Made(made.text, made.owner, made.due_on, made.made_id, kept=True)


def _planned(deal, said, *, by, now, kind):
    who = person_of(deal, by)
    step = steps.plan(
        deal.customer, by=by, now=now, owner=who, due_on=said["due_on"], text=said["text"], kind=kind
    )
    if deal.customer.open_deals > 1:
        DealLink.objects.create(deal=deal, step=step)  # which of them (D14)
    return Made(said["text"], who, said["due_on"], step.pk)


def reassign(deal, said, *, by, now):
    transferring.assign(
        deal.customer, said["owner"], by=by, now=now, why=said["why"], how=transferring.MEETING
    )
    return Made(said["owner"].name, said["owner"], kept=True)


def lose(deal, said, *, by, now):
    """From the stage the meeting saw: a deal that moved meanwhile refuses, by name."""
    note = said["lost_note"]
    deal.lose(
        said["lost_reason"], by=by, now=now, expected=said["frm"] or deal.stage_id, competitor=said["competitor"],
        lost_note=note,
    )
    return Made(f"{said['lost_reason']} · {note}" if note else str(said["lost_reason"]), person_of(deal, by), kept=True)


def note(deal, said, *, by, now):
    return Made(said["text"], person_of(deal, by) if deal else None, said["due_on"])


def is_open(user, deal):
    return deal.stage.is_open


def plug():
    decision(Decision("step", _("Next step"), "cal", StepForm, plan_step, keeper=kept_steps))
    decision(Decision(
        "reassign", _("Reassign"), "people", ReassignForm, reassign,
        allowed=lambda user, deal: rights.may_assign(user, deal.customer),
    ))  # fmt: skip
    decision(Decision("park", _("Park"), "clock", ParkForm, park, allowed=is_open))
    decision(Decision("lost", _("Deal lost"), "x", LostForm, lose, allowed=is_open))
    decision(Decision("note", _("Note"), "pen", NoteForm, note, alone=True))
