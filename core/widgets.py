"""Chips instead of a drop-down: one of few, or several of few."""

from django import forms


class Chips(forms.RadioSelect):
    template_name = "forms/chips.html"


class ChipsMany(forms.CheckboxSelectMultiple):
    template_name = "forms/chips.html"


class Day(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")
