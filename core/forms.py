"""How forms are drawn: labels above, hints under them, the sentence of an error beside its field, a summary on top."""

from pathlib import Path

import django.forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.text import controls


def refuse_controls(value):
    """Validator of every text field (core/apps.py): what cannot be shown is refused with words, not cut out (B25)."""
    if isinstance(value, str) and controls(value):
        raise django.forms.ValidationError(_("This text holds characters that cannot be shown."))


class Renderer(DjangoTemplates):
    """Django's form renderer over our own templates/forms/, with the words and icons of every other page."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    @cached_property
    def engine(self):
        folders = [settings.BASE_DIR / "templates", Path(django.forms.__file__).parent / "templates"]
        builtins = settings.TEMPLATES[0]["OPTIONS"]["builtins"]
        return self.backend({"APP_DIRS": True, "DIRS": folders, "NAME": "forms", "OPTIONS": {"builtins": builtins}})
