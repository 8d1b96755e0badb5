"""Shape of what is brought in and asked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.room import room
from exchange.gate import LARGEST
from exchange.sheets import exported_sheets, sheets


class BringForm(forms.Form):
    """A file or a pasted block, and the table if the person wants to say so."""

    file = forms.FileField(label=_("or choose a file"), required=False, allow_empty_file=True)
    text = forms.CharField(
        label=_("Paste from Excel"),
        required=False,
        strip=False,
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"class": "paste", "rows": 8, "spellcheck": "false"}),
    )
    sheet = forms.ChoiceField(label=_("Table"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [("", _("Recognise by itself")), *((s.slug, s.title) for s in sheets())]
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv,.tsv,.txt"

    def clean_text(self):
        text = self.cleaned_data["text"]
        return text if text.strip() else ""

    def clean(self):
        data = super().clean()
        if not data.get("file") and not data.get("text") and not self.errors:
            raise forms.ValidationError(_("Paste rows from Excel or choose a file."))
        if (file := data.get("file")) and not room().takes(file.size):
            self.add_error("file", _("The server has too little room for files. Tell an admin, then try again."))
        elif file and file.size > LARGEST:
            self.add_error(
                "file",
                _("%(name)s is %(size)d MB. The limit is 10 MB.")
                % {"name": file.name, "size": -(-file.size // 1024 // 1024)},
            )
        return data


class ExportForm(forms.Form):
    sheet = forms.ChoiceField()
    query = forms.CharField(required=False, max_length=2000)
    form = forms.ChoiceField(choices=[("xlsx", "xlsx"), ("csv", "csv")], required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [(sheet.slug, sheet.slug) for sheet in exported_sheets()]


class BudgetsForm(forms.Form):
    """How many required fields and seconds each entry form may have: two numbers a form (R21)."""

    MOST = {"required": 20, "seconds": 600}

    def __init__(self, *args, budgets, labels, **kwargs):
        super().__init__(*args, **kwargs)
        self.budgets = budgets
        words = {"required": _("%(form)s: required fields"), "seconds": _("%(form)s: seconds")}
        for name, budget in budgets.items():
            for what, most in self.MOST.items():
                self.fields[f"{name}_{what}"] = forms.IntegerField(
                    label=words[what] % {"form": labels[name]}, min_value=0, max_value=most, initial=budget[what]
                )

    def wanted(self):
        """{form: {"required", "seconds"}} as typed."""
        return {name: {what: self.cleaned_data[f"{name}_{what}"] for what in self.MOST} for name in self.budgets}


class PeopleForm(forms.Form):
    """A list of people pasted from Excel."""

    text = forms.CharField(
        label=_("Paste from Excel"), strip=False, max_length=200_000,
        widget=forms.Textarea(attrs={"class": "paste", "rows": 8, "spellcheck": "false"}),
    )  # fmt: skip
    only_good = forms.BooleanField(label=_("Only the rows without problems"), required=False)
