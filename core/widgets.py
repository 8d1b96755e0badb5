"""Chips instead of a drop-down: one of few, or several of few; or one of few with what each means."""

from django import forms


class Chips(forms.RadioSelect):
    template_name = "forms/chips.html"


class Explained(forms.RadioSelect):
    """One of few, each with a sentence of what it means: Explained({"rep": "…"})."""

    template_name = "forms/explained.html"

    def __init__(self, why, attrs=None):
        super().__init__(attrs)
        self.why = why

    def create_option(self, name, value, *args, **kwargs):
        return super().create_option(name, value, *args, **kwargs) | {"why": self.why.get(str(value), "")}


class ChipsMany(forms.CheckboxSelectMultiple):
    template_name = "forms/chips.html"


class Day(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")
