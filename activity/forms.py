"""A field for several files; every upload passes activity.files.check."""

from django import forms
from django.utils.translation import gettext_lazy as _

from activity.files import ALLOWED, check

MOST_FILES = 10


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """cleaned_data is a list, empty when nothing was chosen."""

    def __init__(self, **kwargs):
        kwargs = {"label": _("Files"), "required": False, "widget": ManyFiles, "help_text": ALLOWED} | kwargs
        super().__init__(**kwargs)

    def clean(self, data, initial=None):
        uploads = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(uploads) > MOST_FILES:
            raise forms.ValidationError(_("At most 10 files at once."))
        found = [super(FilesField, self).clean(upload, initial) for upload in uploads]
        if self.required and not found:
            raise forms.ValidationError(self.error_messages["required"])
        for upload in found:
            check(upload)
        return found
