"""The setup form of a kind, its approval steps and its own clocks: a line left empty is a line taken away."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department, User
from collaboration.forms.verbs import text
from collaboration.kinds import stages_offering, stages_raising
from collaboration.models import CollaborationRequest, RequestKind
from collaboration.own import own_fields
from core.text import controls
from pipeline.models import Stage

MOST_HOURS, MOST_DAYS, MOST_STEPS = 400, 250, 12


def number(label, most, **kwargs):
    return forms.IntegerField(label=label, min_value=1, max_value=most, required=False, **kwargs)


class KindForm(forms.ModelForm):
    stages = forms.ModelMultipleChoiceField(
        Stage.objects.none(), label=_("Raised by itself when a deal enters"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    offers = forms.ModelMultipleChoiceField(
        Stage.objects.none(), label=_("Offered, unticked, in the dialog of a move into"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    own_fields = forms.MultipleChoiceField(
        label=_("Fields of your own that only some kinds ask"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("One that is ticked in any kind is asked by the kinds that tick it; the others by every kind."),
    )
    in_use = forms.BooleanField(label=_("In use"), required=False, initial=True)
    due_days = forms.IntegerField(label=_("Working days until done"), min_value=1, max_value=MOST_DAYS)
    accept_hours = number(_("Working hours to accept"), MOST_HOURS, help_text=_("Empty: as the department has it."))
    template, template_en = text(_("Template"), 5_000, rows=5, required=False), text(
        _("English template"), 5_000, rows=5, required=False
    )
    standard = text(_("What counts as done"), 2_000, rows=2, required=False)

    class Meta:
        model = RequestKind
        fields = [
            "label", "label_en", "department", "due_days", "accept_hours", "template", "template_en", "standard",
            "files_needed", "synonyms", "is_approval", "in_oa",
        ]  # fmt: skip
        help_texts = {
            "files_needed": _("Names, with commas between. Each becomes a field that must be filled."),
            "synonyms": _("Words that mean it in an imported table, with commas between."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kind, places = self.instance, Department.objects.filter(is_active=True)
        places = places.filter(sells=True) if kind.makes_customer else places.filter(serves=True)
        self.fields["department"].queryset = places
        self.fields["department"].empty_label = _("Found by its name")
        stages = Stage.objects.live().filter(kind__in=["open", "won", "after"], playbook__is_active=True)
        self.fields["stages"].queryset = stages.order_by("playbook__position", "position")
        self.fields["offers"].queryset = self.fields["stages"].queryset.filter(gated=False)
        if kind.pk:
            self.fields["stages"].initial = [stage.pk for stage in stages_raising(kind)]
            self.fields["offers"].initial = [stage.pk for stage in stages_offering(kind)]
            self.fields["in_use"].initial = kind.retired_at is None
            if kind.requests.exists():  # what was asked as one sort does not become the other
                self.fields["is_approval"].disabled = True
        offered = own_fields()
        self.fields["own_fields"].choices = [(one.slug, one.words) for one in offered]
        self.initial["own_fields"] = kind.own_fields
        if not offered:
            del self.fields["own_fields"]
        if kind.makes_customer:
            del self.fields["stages"], self.fields["offers"], self.fields["is_approval"], self.fields["in_oa"]

    def clean(self):
        found = super().clean()
        for name, value in found.items():
            if isinstance(value, str) and controls(value):
                self.add_error(name, _("This holds a character that cannot be kept."))
        label = (found.get("label") or "").strip()
        if label and RequestKind.objects.filter(label=label).exclude(pk=self.instance.pk).exists():
            self.add_error("label", _("There is a kind of this name."))
        return found

    def wanted(self, *, now):
        """{column: value} of what was said; one taken out of use keeps the moment it was."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("stages", "offers", "in_use")}
        if "own_fields" in said:  # those switched off come back as they were
            known = {one.slug for one in own_fields()}
            said["own_fields"] += [slug for slug in self.instance.own_fields if slug not in known]
        retired = None if self.cleaned_data["in_use"] else self.instance.retired_at or now
        return said | {"retired_at": retired}


class StepForm(forms.Form):
    """One approval step: the same place as another means side by side."""

    who = forms.ChoiceField(label=_("Who approves"), required=False)
    position = number(_("Order"), MOST_STEPS)
    min_amount = forms.DecimalField(
        label=_("From this amount on"), max_digits=14, decimal_places=2, min_value=0, required=False
    )
    min_stage = forms.TypedChoiceField(label=_("From this stage on"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args, people=(), stages=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = people
        self.fields["min_stage"].choices = stages

    def row(self, place):
        """{column: value} of KindStep, or None for a line without anybody."""
        said = self.cleaned_data
        side, _sep, key = said.get("who", "").partition(":")
        if not side:
            return None
        who = {"role": key} if side == "role" else {"department_id" if side == "place" else "person_id": int(key)}
        return who | {
            "position": said.get("position") or place, "min_amount": said.get("min_amount"),
            "min_stage": said.get("min_stage"),
        }


class ClockForm(forms.Form):
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), required=False, empty_label=_("Every department")
    )
    priority = forms.ChoiceField(label=_("Priority"), required=False)
    accept_hours = number(_("Working hours to accept"), MOST_HOURS)
    due_days = number(_("Working days until done"), MOST_DAYS)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.filter(is_active=True)
        self.fields["priority"].choices = [("", _("Every priority")), *CollaborationRequest.Priority.choices]

    def row(self):
        said = self.cleaned_data
        if said.get("accept_hours") is None and said.get("due_days") is None:
            return None
        department = said.get("department")
        return {
            "department_id": department.pk if department else None, "priority": said.get("priority", ""),
            "accept_hours": said.get("accept_hours"), "due_days": said.get("due_days"),
        }


class Lines(forms.BaseFormSet):
    """Clocks: two lines that say the same thing twice are refused."""

    def clean(self):
        seen = set()
        for form in self.forms:
            row = form.row() if form.is_valid() and isinstance(form, ClockForm) else None
            if row and (key := (row["department_id"], row["priority"])) in seen:
                form.add_error("priority", _("Another line says this department and priority already."))
            elif row:
                seen.add(key)


StepLines = forms.formset_factory(StepForm, extra=2, max_num=MOST_STEPS, absolute_max=MOST_STEPS)
ClockLines = forms.formset_factory(ClockForm, formset=Lines, extra=2, max_num=40, absolute_max=40)


def step_lines(kind, data=None):
    initial = [
        {"who": _who(step), "position": step.position, "min_amount": step.min_amount, "min_stage": step.min_stage}
        for step in (kind.steps.all() if kind.pk else ())
    ]
    people = [
        ("", "–"), ("role:manager", _("Sales manager of the asker")),
        ("role:department", _("The department that is asked")),
        *((f"place:{place.pk}", place.words) for place in Department.objects.filter(is_active=True)),
        *((f"person:{user.pk}", user.name) for user in User.objects.active().order_by("pinyin", "pk")),
    ]  # fmt: skip
    stages = [("", pgettext_lazy("stage", "Every stage"))]
    stages += [(stage.position, f"{stage.position} {stage.words}") for stage in Stage.objects.live().filter(
        playbook__is_default=True, kind__in=["open", "won", "after"]).order_by("position")]
    return StepLines(data, initial=initial, prefix="steps", form_kwargs={"people": people, "stages": stages})


def clock_lines(kind, data=None):
    initial = [
        {"department": row.department_id, "priority": row.priority, "accept_hours": row.accept_hours,
         "due_days": row.due_days} for row in (kind.clocks.all() if kind.pk else ())
    ]  # fmt: skip
    return ClockLines(data, initial=initial, prefix="clocks")


def _who(step):
    if step.person_id:
        return f"person:{step.person_id}"
    return f"place:{step.department_id}" if step.department_id else f"role:{step.role}"
