"""Money as people type it, in a form as in a sheet: 48万, ¥12,345.60, full-width digits (exchange/parsing.py)."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from exchange import parsing
from exchange.problems import Wrong


class AmountField(forms.CharField):
    """CNY as Decimal with two places, None when empty; what is no amount, below zero or too large is said in words."""

    def __init__(self, **said):
        super().__init__(**({"max_length": 40} | said))
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value):
        if value is None or isinstance(value, Decimal):
            return value
        text = super().to_python(value)
        try:
            return parsing.money(text)
        except Wrong as wrong:
            raise ValidationError(str(wrong)) from wrong

    def run_validators(self, value):
        """Those of a text are about the text, which to_python has read."""

    def prepare_value(self, value):
        """As one types it: no separators, no needless zeros."""
        if not isinstance(value, Decimal):
            return value
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True
