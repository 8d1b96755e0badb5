"""Shapes of input: a move, a loss, a deal, one cell (ux §3.3)."""

import datetime as dt

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from activity.needed import NeedsFiles
from core.periods import at, today
from core.widgets import Chips
from core.words import day_long
from customers.models import Customer, Need
from exchange.fields import AmountField, DayField
from exchange.models import FieldDefinition
from exchange.ownforms import add_fields, patched
from exchange.tuning import tune
from pipeline import entering
from pipeline.asks import add_own, is_asked, own_answers
from pipeline.models import Deal, LossReason, RiskType
from pipeline.moving import UNSET, Move
from pipeline.own import own_fields
from pipeline.proving import is_forward, needs_of

Asked = FieldDefinition.Asked
BACK_REASONS = [
    _("Customer changed plans"),
    _("Decision maker changed"),
    _("Moved by mistake"),
    _("Start over with a new offer"),
]


def line_field(**said):
    """A line of key action: free words, with those of the list to choose from (templates/pipeline/_action_names)."""
    words = forms.TextInput(attrs={"autocomplete": "off", "list": "action-names"})
    return forms.CharField(label=_("Key action"), max_length=80, widget=words, **said)


class MoveForm(forms.Form):
    """What the target stage asks. `deal` and `to` decide which fields there are; `asks` of the stage may drop some."""

    frm = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the stage the mover saw; posted as "from"
    key_action = line_field()
    expected_close = DayField(label=_("Expected close"), required=False)
    reason = forms.CharField(label=_("Why is it going back?"), max_length=200)
    signed_on = DayField(label=_("Signed on"))
    contract_amount = AmountField(label=_("Contract amount (CNY)"))
    risk_type = forms.ModelChoiceField(
        RiskType.objects.filter(retired_at=None), label=_("Risk"), required=False, widget=Chips, empty_label=None
    )
    risk_text = forms.CharField(label=_("Risk in words"), max_length=120, required=False)
    tag = forms.ChoiceField(label=_("Tag"), choices=Customer.Tag.choices, required=False, widget=Chips)
    evidence = forms.CharField(label=_("What shows it is done"), max_length=300, required=False)
    needs = forms.ModelMultipleChoiceField(
        Need.objects.none(),
        label=_("Open needs: tick what is answered"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ask = forms.MultipleChoiceField(label=_("Ask with it"), required=False, widget=forms.CheckboxSelectMultiple)
    entered_on = DayField(label=_("It happened on an earlier day"), required=False)
    late_reason = forms.CharField(label=_("Why it is entered late"), max_length=200, required=False)

    def __init__(self, *args, deal, to, now, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.deal, self.to, self.now = deal, to, now
        self.move = Move(deal, to, was=deal.stage)
        silent = self.move.backward or self.is_bound and "ask" not in self.data
        self.fields["ask"].choices = [] if silent else entering.offered(to, by=by)
        if not self.fields["ask"].choices:
            del self.fields["ask"]
        if not self.move.backward:
            del self.fields["reason"]
        if not self.move.wins:
            del self.fields["signed_on"], self.fields["contract_amount"]
        if not to.is_open:
            del self.fields["expected_close"]
        add_own(self, to.playbook, deal.custom)
        for name in list(self.fields):
            filled = self.fields[name].initial or getattr(deal, name, None)
            if not is_asked(to, name, filled=bool(filled)):
                del self.fields[name]
        if not is_forward(self.move):
            for name in ("evidence", "needs"):
                self.fields.pop(name, None)
        if "needs" in self.fields:
            self.fields["needs"].queryset = needs_of(self.move)

    def add_prefix(self, field_name):
        return "from" if field_name == "frm" else field_name

    def clean(self):
        data = super().clean()
        if data.get("entered_on") and not (data.get("late_reason") or data.get("reason")):
            self.add_error("late_reason", _("Say why the move is entered late."))
        on, since = today(self.now), today(self.deal.entered_at)
        if (day := data.get("entered_on")) and day > on:
            self.add_error("entered_on", _("The move cannot lie in the future."))
        elif day and day < since:
            words = day_long(since, get_language())
            self.add_error("entered_on", _("It is in its stage since %(day)s: no move lies before.") % {"day": words})
        if (day := data.get("signed_on")) and day > on:
            self.add_error("signed_on", _("A contract is not signed on a day to come."))
        return data

    @property
    def own(self):
        return [self[name] for name in self.fields if name.startswith("own_")]

    def custom(self):
        """Deal.custom with the answers to the playbook's own questions."""
        return own_answers(self, self.to.playbook, self.deal.custom)

    def read(self):
        """The Move that was asked for."""
        data, move = self.cleaned_data, self.move
        move.expected = data.get("frm")
        move.key_action = data.get("key_action") or ""
        move.expected_close = data["expected_close"] if "expected_close" in self.fields else UNSET
        move.reason = data.get("reason") or data.get("late_reason") or ""
        move.evidence = data.get("evidence") or ""
        move.signed_on, move.contract_amount = data.get("signed_on"), data.get("contract_amount")
        if data.get("risk_type") or data.get("risk_text"):
            move.risk = (data.get("risk_type"), data.get("risk_text") or "", None)
        move.tag, move.ask = data.get("tag") or None, tuple(data.get("ask") or ())
        if day := data.get("entered_on"):
            move.entered_at = min(max(at(day, dt.time(12)), self.deal.entered_at), self.now)
        return move


class GateForm(NeedsFiles, forms.Form):
    """Asking for the approval before a gated stage: nothing but the files its kind of request needs."""

    def __init__(self, *args, gated, **kwargs):
        super().__init__(*args, **kwargs)
        self.ask_files(entering.files_needed(gated) if gated else ())


class LoseForm(forms.Form):
    frm = forms.IntegerField(required=False, widget=forms.HiddenInput)
    lost_reason = forms.ModelChoiceField(
        LossReason.objects.filter(retired_at=None), label=_("Why did we lose it?"), widget=Chips, empty_label=None
    )
    competitor = forms.CharField(label=_("Competitor"), max_length=60, required=False)
    lost_note = forms.CharField(label=_("One line for next time"), max_length=300, required=False)
    back_on = DayField(label=_("Come back on"), required=False)

    add_prefix = MoveForm.add_prefix

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        tune(self, "deal", new=False)


class DealForm(forms.ModelForm):
    """New and edit. A name only matters when the customer has several deals."""

    amount = AmountField(label=_("Amount (CNY)"), required=False)
    key_action = line_field(required=False)
    risk = forms.CharField(label=_("Risk"), max_length=120, required=False)
    why = forms.CharField(label=_("Why it changes hands"), max_length=200, required=False)

    class Meta:
        model = Deal
        fields = ["name", "amount", "expected_close", "rep", "owner", "competitor"]
        field_classes = {"expected_close": DayField}

    field_order = ["name", "amount", "expected_close", "key_action", "risk", "competitor", "rep", "owner", "why"]
    ALWAYS = ("name", "rep", "owner", "why")  # of every deal, whatever its stage

    def __init__(self, *args, user, customer, stage, **kwargs):
        super().__init__(*args, **kwargs)
        self.stage = stage
        add_own(self, stage.playbook, self.instance.custom)
        self.own = [one for one in own_fields() if self.instance.pk or one.asked == Asked.NEW]
        add_fields(self, self.own, self.instance.custom, user=user)
        people = User.objects.sellers() if user.is_admin or user.is_manager else User.objects.assignable_by(user)
        keep = [self.instance.rep_id, self.instance.owner_id, customer.owner_id]
        for name in ("rep", "owner"):
            self.fields[name].queryset = people | User.objects.filter(pk__in=[pk for pk in keep if pk])
            self.fields[name].empty_label = "–"
        if not self.instance.pk:
            del self.fields["why"]
        if self.instance.pk:
            if not self.instance.stage.is_open:
                del self.fields["expected_close"]
            if self.instance.won_at:
                self.fields["amount"].help_text = _("The contract amount is kept apart.")
        tune(self, "deal", new=not self.instance.pk)

    @property
    def asked(self):
        """The fields the stage asks (R19); the others are `beside`, behind "More"."""
        return [self[name] for name in self.fields if name not in self.ALWAYS and self._is_asked(name)]

    @property
    def beside(self):
        return [self[name] for name in self.fields if name in self.ALWAYS or not self._is_asked(name)]

    def _is_asked(self, name):
        if any(one.slug == name for one in self.own):
            return self.fields[name].required  # one that is required never hides
        return is_asked(self.stage, name, filled=bool(self.get_initial_for_field(self.fields[name], name)))

    def clean(self):
        data = super().clean()
        slugs, before = {one.slug for one in self.own}, self.instance.custom or {}
        answers = own_answers(self, self.stage.playbook, before)
        codes = [row["code"] for row in self.stage.playbook.own_fields]
        # what stands in Deal.custom, to be saved one by one: two people's edits merge (pipeline/own.py)
        self.own_patch = {slug: data[slug] for slug in slugs & set(self.changed_data) if slug in data}
        self.own_patch |= {code: answers.get(code) for code in codes if answers.get(code) != before.get(code)}
        self.changed_data = [name for name in self.changed_data if name not in slugs]
        if not self.instance.pk:
            data["custom"] = patched({}, self.own_patch)
        return {name: value for name, value in data.items() if not name.startswith("own_") and name not in slugs}


class CellForm(forms.ModelForm):
    """One cell of the table: `field` is the only one that is read, one of FIELDS or a custom field's slug."""

    FIELDS = ("amount", "expected_close", "rep", "owner", "key_action", "risk")
    amount = AmountField(label=_("Amount"), required=False)
    key_action = line_field(required=False)
    risk = forms.CharField(label=_("Risk"), max_length=120, required=False)

    class Meta:
        model = Deal
        fields = ["amount", "expected_close", "rep", "owner"]
        field_classes = {"expected_close": DayField}

    def __init__(self, *args, field, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.stage = self.instance.stage
        for name in list(self.fields):
            if name != field:
                del self.fields[name]
        self.own = [one for one in own_fields() if one.slug == field]
        add_fields(self, self.own, self.instance.custom, user=user)
        if field in ("rep", "owner"):
            people = User.objects.sellers() if user.is_admin or user.is_manager else User.objects.assignable_by(user)
            self.fields[field].queryset = people | User.objects.filter(pk=getattr(self.instance, f"{field}_id"))
            self.fields[field].empty_label = "–"

    def clean(self):
        data, slugs = super().clean(), {one.slug for one in self.own}
        self.own_patch = {slug: data[slug] for slug in slugs & set(self.changed_data) if slug in data}
        self.changed_data = [name for name in self.changed_data if name not in slugs]
        return {name: value for name, value in data.items() if name not in slugs}


class UpdateForm(forms.Form):
    """One deal of the end-of-day update: a line of key action, a risk, or neither (no change)."""

    key_action = line_field(required=False)
    risk = forms.CharField(label=_("Risk"), required=False, max_length=200)
