"""The list of key actions as one sheet in Setup: a row each, three empty ones behind."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pipeline import listed

EMPTY = 3


class ActionsForm(forms.Form):
    """`kinds` as they stand. An empty row is dropped; a row of the list is switched off, never deleted."""

    seen = forms.CharField(max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        self.initial["seen"] = listed.stamp(kinds)
        for n in range(len(kinds) + EMPTY):
            kind = kinds[n] if n < len(kinds) else None
            self.fields[f"place_{n}"] = forms.IntegerField(
                label=_("Place"), min_value=1, max_value=999, required=False, initial=n + 1
            )
            self._words(f"label_{n}", _("Chinese label"), kind and kind.label)
            self._words(f"label_en_{n}", _("English label"), kind and kind.label_en)
            self.fields[f"use_{n}"] = forms.BooleanField(
                label=_("In use"), required=False, initial=kind is None or kind.retired_at is None
            )

    def _words(self, name, label, initial):
        self.fields[name] = forms.CharField(label=label, max_length=40, required=False, initial=initial or "")

    @property
    def lines(self):
        """[(number, its four fields)]"""
        names = ("place", "label", "label_en", "use")
        return [(n + 1, [self[f"{name}_{n}"] for name in names]) for n in range(len(self.kinds) + EMPTY)]

    def rows(self):
        """([(pk or None, label, label_en, in use)] in the order asked for, [the row of the form each was typed in])."""
        data, found = self.cleaned_data, []
        for n in range(len(self.kinds) + EMPTY):
            pk = self.kinds[n].pk if n < len(self.kinds) else None
            label, label_en = data[f"label_{n}"], data[f"label_en_{n}"]
            if pk or label or label_en:
                place = data[f"place_{n}"] or 999
                side = (place > n + 1) - (place < n + 1)  # moved up: before who stands there; moved down: behind him
                found.append((place + side / 2, n, (pk, label, label_en, data[f"use_{n}"])))
        found.sort(key=lambda row: row[:2])
        return [row for _place, _n, row in found], [n for _place, n, _row in found]
