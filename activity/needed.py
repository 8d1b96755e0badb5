"""Files that a form cannot do without: a field a name, under which what is uploaded is kept (合同文本.docx)."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NeedsFiles:
    """For a form. `needs` are the names; call ask_files(names) when the fields are known."""

    needs = ()

    def ask_files(self, names):
        self.needs = list(names)
        for number, name in enumerate(self.needs):
            field = forms.FileField(label=name, max_length=200)
            field.error_messages["required"] = _("Add the file: %(name)s") % {"name": name}
            self.fields[f"needs_{number}"] = field

    def uploads(self):
        """What was uploaded, under the names it was asked by."""
        found = []
        for number, name in enumerate(self.needs):
            upload = self.cleaned_data[f"needs_{number}"]
            upload.name = f"{name}.{upload.name.rpartition('.')[2]}"
            found.append(upload)
        return found

    def needed_files(self):
        return [self[f"needs_{number}"] for number in range(len(self.needs))]
