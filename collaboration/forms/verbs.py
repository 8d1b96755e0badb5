"""Shape of what is typed: a form for each verb that asks something, and for the text of a request."""

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department, User
from activity.files import clean_name
from collaboration import rights
from collaboration.own import own_of
from collaboration.verbs import POSTPONE_REASONS
from core.periods import today
from core.text import controls
from core.widgets import Chips, Day
from exchange.ownforms import add_fields, patch_of
from exchange.tuning import tune

BLANK = forms.ModelChoiceField(None).empty_label  # a row of hyphens
FARTHEST = 366 * 3  # days ahead a promise may lie


def text(label, most, *, rows=3, required=True, help_text=""):
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": most}),
    )  # fmt: skip


class Plain(forms.Form):
    """Control characters are refused by their field (REL12); `asked_of` is the request, `by` who types."""

    def __init__(self, *args, asked_of=None, by=None, **kwargs):
        self.asked_of, self.by = asked_of, by
        kwargs.setdefault("auto_id", f"id_{type(self).__name__.lower()}_%s")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if getattr(field, "empty_label", None) == BLANK:
                field.empty_label = "–"

    def clean(self):
        found = super().clean()
        for name, value in found.items():
            if isinstance(value, str) and controls(value):
                self.add_error(name, _("This holds a character that cannot be kept."))
        return found

    def day_ahead(self, name):
        """A date from today on."""
        day = self.cleaned_data.get(name)
        here = today(timezone.now())
        if day and not here <= day <= here + dt.timedelta(days=FARTHEST):
            raise forms.ValidationError(_("Pick a date from today on."))
        return day


class AcceptForm(Plain):
    """接收: me, by the date asked; both changeable."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Person"), required=False)
    promised_on = forms.DateField(label=_("Promised for"), widget=Day(), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = servers(self.asked_of)
        self.fields["promised_on"].help_text = _("A later date than asked is an offer the asker must agree to.")

    def clean_promised_on(self):
        return self.day_ahead("promised_on")


class CounterForm(Plain):
    on = forms.DateField(label=_("Another date"), widget=Day())
    reason = text(pgettext_lazy("label", "Reason"), 300, rows=2)

    def clean_on(self):
        return self.day_ahead("on")


class ReasonForm(Plain):
    reason = text(pgettext_lazy("label", "Reason"), 300, rows=2)


class RefuseForm(ReasonForm):
    pass


class ReopenForm(ReasonForm):
    pass


class CloseForm(ReasonForm):
    pass


class WithdrawForm(Plain):
    reason = text(pgettext_lazy("label", "Reason"), 300, rows=2, required=False)


class InsistForm(Plain):
    note = text(pgettext_lazy("label", "Note"), 300, rows=2, required=False)


class AskBackForm(Plain):
    question = text(_("What is missing"), 2000)


class Decided(Plain):
    """A decision, which for some kinds was made in an outside OA: its number or link and its date are kept (D32)."""

    oa_number = forms.CharField(label=_("Decided in OA: number or link"), max_length=200, required=False)
    oa_on = forms.DateField(label=_("Date of that decision"), widget=Day(), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.asked_of.kind.in_oa:
            del self.fields["oa_number"], self.fields["oa_on"]

    def clean(self):
        found, here = super().clean(), today(timezone.now())
        if found.get("oa_number") and not found.get("oa_on") and "oa_on" not in self.errors:
            found["oa_on"] = here
        if found.get("oa_on") and found["oa_on"] > here:
            self.add_error("oa_on", _("A decision that was made has a date up to today."))
        if found.get("oa_on") and not found.get("oa_number"):
            self.add_error("oa_number", _("Enter the number or the link of that decision."))
        return found


class SendBackForm(Decided):
    comment = text(_("What should be changed?"), 500)
    field_order = ["comment"]


class ApproveForm(Decided):
    comment = text(pgettext_lazy("label", "Comment"), 500, rows=2, required=False)
    field_order = ["comment"]


class DeliverForm(Plain):
    result = text(_("What was the result?"), 500)


class PostponeForm(Plain):
    on = forms.DateField(label=_("New date"), widget=Day())
    reason = forms.ChoiceField(
        label=pgettext_lazy("label", "Reason"), choices=list(POSTPONE_REASONS.items()), widget=Chips
    )

    def clean_on(self):
        day = self.day_ahead("on")
        if day and self.asked_of.promised_on and day <= self.asked_of.promised_on:
            raise forms.ValidationError(_("Pick a date after the promised one."))
        return day


class HandOverForm(Plain):
    """转交, to a person or to another department."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Person"), required=False)
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Another department"), required=False)
    note = text(pgettext_lazy("label", "Note"), 300, rows=2, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.asked_of.kind.is_approval:
            del self.fields["department"]
            asker = self.asked_of.asker_id or 0  # who asks does not approve
            people = User.objects.active().exclude(pk__in=[self.by.pk, asker]).exclude(role=User.Role.ADMIN)
            self.fields["person"].queryset = people.order_by("pinyin", "pk")
            self.fields["person"].required = True
        else:
            self.fields["person"].queryset = servers(self.asked_of).exclude(pk=self.asked_of.person_id)
            here = rights.departments_for(self.asked_of.kind).exclude(pk=self.asked_of.department_id)
            self.fields["department"].queryset = here

    def clean(self):
        found = super().clean()
        if "department" in self.fields and bool(found.get("person")) == bool(found.get("department")):
            raise forms.ValidationError(_("Choose a person here, or another department."))
        return found


class AddStepForm(Plain):
    """加签: a person or a department, after his own step or beside it."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Person"), required=False)
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Or a department"), required=False)
    beside = forms.BooleanField(label=_("At the same time as me"), required=False)
    note = text(pgettext_lazy("label", "Note"), 300, rows=2, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.active().exclude(pk__in=[self.by.pk, self.asked_of.asker_id or 0])
        people = people.exclude(role=User.Role.ADMIN)
        self.fields["person"].queryset = people.order_by("pinyin", "pk")
        self.fields["department"].queryset = Department.objects.filter(is_active=True, serves=True)

    def clean(self):
        found = super().clean()
        if bool(found.get("person")) == bool(found.get("department")):
            raise forms.ValidationError(_("Choose a person, or a department."))
        return found


class EditForm(Plain):
    """The text of a request, while it may be edited; also what an answer and a new submission may change."""

    title = forms.CharField(label=_("What"), max_length=120)
    description = text(_("What is needed"), 20_000, rows=6)
    standard = text(_("What counts as done"), 5_000, rows=2, required=False)
    needed_by = forms.DateField(label=_("Needed by"), widget=Day())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        one = self.asked_of
        self.own = own_of(one.kind, self.by)
        add_fields(self, self.own, one.custom, user=self.by)
        tune(self, "request", new=False)

    def clean(self):
        """Custom fields leave as one patch, "own"; it is not there when none of them changed."""
        found, slugs = super().clean(), {one.slug for one in self.own}
        patch = patch_of(self, self.own) if not self.errors else {}
        return {name: value for name, value in found.items() if name not in slugs} | ({"own": patch} if patch else {})

    def clean_needed_by(self):
        day = self.cleaned_data["needed_by"]
        return day if day == self.asked_of.needed_by else self.day_ahead("needed_by")


class AnswerForm(Plain):
    text = text(pgettext_lazy("label", "Answer"), 5000)


class ResubmitForm(EditForm):
    pass


class CommentForm(Plain):
    use_required_attribute = False  # a picture alone is enough
    text = text(pgettext_lazy("label", "Reply"), 5000, rows=2)
    internal = forms.BooleanField(label=_("Only for our department"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs |= {"data-key": "r", "data-paste": "#comment-files"}
        self.fields["text"].error_messages["required"] = _("Say something, or add a file.")
        self.fields["text"].required = not self.files
        if not rights.serves(self.by, self.asked_of):
            del self.fields["internal"]

    def clean(self):
        """Words, or a file: then its name is what was said."""
        found = super().clean()
        names = ", ".join(clean_name(upload.name) for upload in self.files.getlist("files")) if self.files else ""
        if names and found.get("internal"):
            self.add_error("internal", _("Both sides see the files: send them without this."))
        if not found.get("text", "").strip():
            found["text"] = names[:5000]
        return found


class Empty(Plain):
    """Verbs that ask nothing."""


FORMS = {
    "accept": AcceptForm, "counter": CounterForm, "refuse": RefuseForm, "ask_back": AskBackForm,
    "hand_over": HandOverForm, "deliver": DeliverForm, "postpone": PostponeForm, "agree": Empty, "insist": InsistForm,
    "answer": AnswerForm, "resubmit": ResubmitForm, "confirm": Empty, "reopen": ReopenForm, "withdraw": WithdrawForm,
    "approve": ApproveForm, "send_back": SendBackForm, "add_step": AddStepForm,
    "close": CloseForm,
}  # fmt: skip


def form_for(verb, request, *, by, data=None, now=None):
    """The form of a verb, filled with what is there already."""
    initial = {}
    if verb in ("resubmit",):
        initial = {name: getattr(request, name) for name in EditForm.base_fields}
    if verb == "accept" and now:
        initial = {"person": by.pk}
    return FORMS[verb](data, asked_of=request, by=by, initial=initial)


def servers(request):
    """Who may be the person of a request: the department's people; for a lead, those who sell there."""
    if not request.kind.makes_customer:
        return User.objects.in_department(request.department).filter(role="support")
    return User.objects.in_department(request.department).filter(role__in=["rep", "manager"])
