"""Departments and teams."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department, Team, User


class DepartmentForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = [
            "name", "name_en", "parent", "lead", "sells", "serves", "sees_amounts", "accept_hours", "urgent_hours",
            "position", "is_active",
        ]  # fmt: skip
        labels = {"name": pgettext_lazy("team", "Name")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        places = Department.objects.filter(is_active=True)
        if self.instance.pk:
            places = places.exclude(path__startswith=self.instance.path)
        self.fields["parent"].queryset = places
        self.fields["parent"].empty_label = "–"
        self.fields["lead"].queryset = User.objects.active().order_by("pinyin", "pk")
        self.fields["lead"].empty_label = "–"
        self.fields["accept_hours"].min_value = self.fields["urgent_hours"].min_value = 1
        self.fields["position"].required = False
        if not self.instance.pk:
            del self.fields["is_active"]

    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        if Department.objects.exclude(pk=self.instance.pk).filter(name=name).exists():
            raise forms.ValidationError(_("There is a department of this name"))
        return name

    def clean_position(self):
        return self.cleaned_data["position"] or 0

    def clean_is_active(self):
        active = self.cleaned_data["is_active"]
        if not active and self.instance.people.filter(is_active=True).exists():
            raise forms.ValidationError(_("People still work here: move them first"))
        return active


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ["name", "name_en", "department", "manager", "is_active"]
        labels = {"name": pgettext_lazy("team", "Name")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.filter(sells=True, is_active=True)
        self.fields["department"].empty_label = None
        self.fields["manager"].queryset = User.objects.active().filter(role="manager").order_by("pinyin", "pk")
        self.fields["manager"].empty_label = "–"
        if not self.instance.pk:
            del self.fields["is_active"]

    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        if Team.objects.exclude(pk=self.instance.pk).filter(name=name).exists():
            raise forms.ValidationError(_("There is a team of this name"))
        return name

    def clean_is_active(self):
        active = self.cleaned_data["is_active"]
        if not active and self.instance.people.filter(is_active=True).exists():
            raise forms.ValidationError(_("People still work here: move them first"))
        return active
