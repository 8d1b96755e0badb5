"""Money and days as people type them, in a form as in a sheet (exchange/parsing.py)."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.widgets import Day
from exchange import parsing
from exchange.problems import Wrong


class AmountField(forms.CharField):
    """CNY as Decimal with two places, None when empty: 48万, ¥12,345.60, full-width digits; what is no amount,
    below zero or too large is said in words."""

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


class DayField(forms.DateField):
    """A day by the browser's picker, in the years a sheet may name (1990 to 2100): 9999 is a slip of the hand (B15)."""

    widget = Day

    def to_python(self, value):
        day = super().to_python(value)
        if day and not parsing.FIRST_YEAR <= day.year <= parsing.LAST_YEAR:
            raise ValidationError(
                _("Pick a day between %(first)d and %(last)d.")
                % {"first": parsing.FIRST_YEAR, "last": parsing.LAST_YEAR}
            )
        return day
