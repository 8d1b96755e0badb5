"""What a deed on several chosen deals asks: which stage and why, which day, to whom."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.periods import today
from core.widgets import Chips, Day
from customers.models import Need
from pipeline.forms import line_field
from pipeline.forms_meeting import check_step_day
from pipeline.models import LossReason, Stage


class MoveManyForm(forms.Form):
    """Contracts are signed one by one: the stages offered are the open ones and lost, and those after the win when
    every deal is won."""

    to = forms.ModelChoiceField(Stage.objects.none(), label=_("Stage"), empty_label=None, widget=Chips)
    key_action = line_field(required=False)
    evidence = forms.CharField(label=_("What shows it is done"), max_length=300, required=False)
    reason = forms.CharField(label=_("Why is it going back?"), max_length=200, required=False)
    needs = forms.ModelMultipleChoiceField(
        Need.objects.none(), label=_("Open needs: tick what is answered"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    lost_reason = forms.ModelChoiceField(
        LossReason.objects.filter(retired_at=None), label=_("Why did we lose it?"), required=False, widget=Chips,
        empty_label=None,
    )  # fmt: skip

    def __init__(self, *args, deals, user, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [Stage.Kind.OPEN, Stage.Kind.LOST]
        if all(deal.won_at for deal in deals):
            kinds.append(Stage.Kind.AFTER)
        self.fields["to"].queryset = Stage.objects.live().filter(
            playbook__in={deal.playbook_id for deal in deals}, kind__in=kinds
        ).order_by("position")
        needs = Need.objects.visible_to(user).filter(
            customer__in={deal.customer_id for deal in deals}, status=Need.Status.OPEN
        )
        self.fields["needs"].queryset = needs.select_related("customer", "topic").order_by("customer", "id")
        self.fields["needs"].label_from_instance = lambda need: f"{need.customer.name} · {need}"
        if not needs.exists():
            del self.fields["needs"]


class PlanManyForm(forms.Form):
    due_on = forms.DateField(label=_("Date of the next step"), widget=Day)
    text = forms.CharField(label=_("Next step"), max_length=120)

    def __init__(self, *args, deals, user, **kwargs):
        super().__init__(*args, **kwargs)

    def clean_due_on(self):
        check_step_day(self.cleaned_data["due_on"], today())
        return self.cleaned_data["due_on"]


class AssignManyForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), empty_label="–")
    why = forms.CharField(label=_("Why it changes hands"), max_length=200, required=False)

    def __init__(self, *args, deals, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.assignable_by(user).order_by("pinyin", "pk")


FORMS = {"move": MoveManyForm, "plan": PlanManyForm, "assign": AssignManyForm}
