"""Shapes of input around playbooks: a deal goes over, the deal after a win, a playbook in Setup."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.widgets import Day
from pipeline import switching
from pipeline.following import Due

OWN_ROWS, DUE_ROWS = 8, 8


def stage_field(groups, **said):
    """A stage among those given, [(playbook, its stages)]; the names of the playbooks when there are several."""
    places = {str(stage.pk): stage for _book, stages in groups for stage in stages}
    choices = [(str(book), [(one.pk, f"{one.position} {one.words}") for one in stages]) for book, stages in groups]
    return forms.TypedChoiceField(
        choices=choices if len(choices) > 1 else choices[0][1], coerce=places.get, empty_value=None, **said
    )


class SwitchForm(forms.Form):
    """Where a deal goes on in another playbook. `others` are the playbooks in use beside its own."""

    frm = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args, deal, others, **kwargs):
        groups = [(book, switching.places_in(book)) for book in others]
        kwargs.setdefault("initial", {"frm": deal.stage_id})
        super().__init__(*args, **kwargs)
        near = switching.suggest([deal.stage], others[0]).get(deal.stage_id)
        self.fields["to"] = stage_field(groups, label=_("Goes on in"), initial=near and near.pk)
        self.order_fields(["frm", "to", "reason"])


class EmptyForm(forms.Form):
    """For every stage that holds open deals, the stage of `into` they go to."""

    def __init__(self, *args, load, into, **kwargs):
        super().__init__(*args, **kwargs)
        near = switching.suggest([stage for stage, _n in load], into)
        places = [(into, switching.places_in(into))]
        for stage, count in load:
            self.fields[f"stage_{stage.pk}"] = stage_field(
                places, label=f"{stage.position} {stage.words} · {count}",
                initial=near.get(stage.pk) and near[stage.pk].pk,
            )  # fmt: skip

    def mapping(self):
        return {int(name.removeprefix("stage_")): stage for name, stage in self.cleaned_data.items()}


class AfterWinForm(forms.Form):
    """What is due after a win: each line with its tick and its day."""

    def __init__(self, *args, plans, **kwargs):
        super().__init__(*args, **kwargs)
        self.plans = plans
        for n, plan in enumerate(plans):
            self.fields[f"take_{n}"] = forms.BooleanField(label=plan.text, required=False, initial=True)
            self.fields[f"on_{n}"] = forms.DateField(
                label=_("Date of the next step"), required=False, initial=plan.on, widget=Day
            )

    @property
    def lines(self):
        return [(plan, self[f"take_{n}"], self[f"on_{n}"]) for n, plan in enumerate(self.plans)]

    def chosen(self):
        data = self.cleaned_data
        return [
            Due(plan.days, data[f"on_{n}"] or plan.on, plan.text)
            for n, plan in enumerate(self.plans) if data[f"take_{n}"]
        ]  # fmt: skip


class PlaybookForm(forms.Form):
    """Names, questions of its own, what is due after a win. Empty rows are dropped."""

    label = forms.CharField(label=_("Chinese label"), max_length=60)
    label_en = forms.CharField(
        label=_("English label"), max_length=60, required=False, help_text=_("Empty: the Chinese label is shown.")
    )

    def __init__(self, *args, playbook, **kwargs):
        kwargs.setdefault("initial", {"label": playbook.label, "label_en": playbook.label_en})
        super().__init__(*args, **kwargs)
        self.own, self.due = playbook.own_fields, playbook.due_after_win
        for n in range(min(len(self.own) + 2, OWN_ROWS)):
            row = self.own[n] if n < len(self.own) else {}
            self.text(f"own_{n}_label", _("Question, Chinese"), row.get("label"), 40)
            self.text(f"own_{n}_label_en", _("Question, English"), row.get("label_en"), 40)
        for n in range(min(len(self.due) + 2, DUE_ROWS)):
            row = self.due[n] if n < len(self.due) else {}
            self.fields[f"due_{n}_days"] = forms.IntegerField(
                label=_("Days after the win"), min_value=0, max_value=730, required=False, initial=row.get("days")
            )
            self.text(f"due_{n}_text", _("What to do, Chinese"), row.get("text"), 120)
            self.text(f"due_{n}_text_en", _("What to do, English"), row.get("text_en"), 120)

    def text(self, name, label, initial, most):
        self.fields[name] = forms.CharField(label=label, max_length=most, required=False, initial=initial)

    @property
    def own_rows(self):
        return self.rows("own", ("label", "label_en"))

    @property
    def due_rows(self):
        return self.rows("due", ("days", "text", "text_en"))

    def rows(self, what, names):
        count = sum(name.startswith(f"{what}_") and name.endswith(f"_{names[0]}") for name in self.fields)
        return [[self[f"{what}_{n}_{name}"] for name in names] for n in range(count)]

    def clean(self):
        data = super().clean()
        for n in range(len(self.due_rows)):
            if data.get(f"due_{n}_text") and data.get(f"due_{n}_days") is None:
                self.add_error(f"due_{n}_days", _("After how many days?"))
        return data

    def values(self):
        data = self.cleaned_data
        own = [
            (self.own[n]["code"] if n < len(self.own) else "", data[f"own_{n}_label"], data[f"own_{n}_label_en"])
            for n in range(len(self.own_rows))
        ]
        due = [
            (data[f"due_{n}_days"], data[f"due_{n}_text"], data[f"due_{n}_text_en"])
            for n in range(len(self.due_rows))
        ]
        return {"label": data["label"], "label_en": data["label_en"], "own": own, "after_win": due}
