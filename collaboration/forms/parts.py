"""Shape of what is typed about the checklist, links, watchers, merging and splitting."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from collaboration import rights
from collaboration.forms.verbs import Plain, text
from collaboration.models import CheckItem, CollaborationRequest


class ItemForm(Plain):
    text = forms.CharField(label=_("To tick off"), max_length=200)


class LinkForm(Plain):
    """A number as people write it: R-318, r318, 318; only of a request the person sees."""

    code = forms.CharField(label=_("Number of the other request"), max_length=12)

    def clean_code(self):
        digits = self.cleaned_data["code"].strip().upper().removeprefix("R").removeprefix("-")
        rows = CollaborationRequest.objects.visible_to(self.by)
        self.other = rows.filter(number=digits).first() if digits.isascii() and digits.isdigit() else None
        if self.other is None:
            raise forms.ValidationError(_("There is no such request."))
        return self.cleaned_data["code"]


class WatchForm(Plain):
    """Somebody who does not hear of it yet."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Keep somebody informed"), empty_label="–")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hear = [self.asked_of.asker_id, self.asked_of.person_id, *self.asked_of.watchers.values_list("user", flat=True)]
        people = User.objects.active().exclude(pk__in=[key for key in hear if key])
        self.fields["user"].queryset = people.order_by("pinyin", "pk")


class MergeForm(Plain):
    keep = forms.ModelChoiceField(
        CollaborationRequest.objects.none(), label=_("Goes on"), to_field_name="number",
        empty_label=_("Choose a request"),
    )  # fmt: skip

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["keep"].queryset = choices
        self.fields["keep"].label_from_instance = lambda one: f"{one.code} {one.title} · {one.state_words}"


class SplitForm(Plain):
    title = forms.CharField(label=_("What"), max_length=120)
    description = text(_("What is needed"), 20_000, rows=4)
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Department"), empty_label=None)
    items = forms.ModelMultipleChoiceField(
        CheckItem.objects.none(), label=_("Goes along"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        places = rights.departments_for(self.asked_of.kind)
        self.fields["department"].queryset = places.order_by("position", "id")
        self.fields["department"].label_from_instance = lambda place: place.words
        self.fields["items"].queryset = self.asked_of.items.filter(done_at=None)
        if not self.fields["items"].queryset.exists():
            del self.fields["items"]
