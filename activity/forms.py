"""A field for several files, every upload passing activity.files.check; the form of a group robot."""

from django import forms
from django.utils.translation import gettext_lazy as _

from activity import webhooks
from activity.files import ALLOWED, check
from activity.models import Robot

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


class RobotForm(forms.Form):
    """How a team's robot is reached. The address and secret that are there stay when their fields are left empty."""

    kind = forms.ChoiceField(choices=Robot.Kind.choices, label=_("Chat tool"))
    address = forms.CharField(required=False, max_length=500, label=_("Address of the robot"))
    secret = forms.CharField(required=False, max_length=200, label=_("Signing secret"))
    no_secret = forms.BooleanField(required=False, label=_("Forget the secret: the robot asks for none any more"))
    is_on = forms.BooleanField(required=False, label=_("Send the morning message"))

    def __init__(self, *args, robot, **kwargs):
        initial = {"kind": robot.kind, "is_on": robot.is_on}
        super().__init__(*args, initial=initial, **kwargs)
        self.robot = robot
        if not robot.secret:
            del self.fields["no_secret"]
        kept = _("Empty: %(address)s stays.") % {"address": robot.shown} if robot.address else ""
        self.fields["address"].help_text = kept or _("As the chat tool shows it when the robot is made.")
        self.fields["secret"].help_text = (
            _("Empty: the one that is kept stays.") if robot.secret else _("Only when the robot asks for a signature.")
        )

    def clean(self):
        data = super().clean()
        address = data.get("address") or self.robot.address
        try:
            if not address:
                self.add_error("address", _("Enter %(field)s") % {"field": _("the address")})
            elif "kind" in data:
                webhooks.check(data["kind"], address)  # where the name leads is looked up at each sending, not here
        except webhooks.Unsendable as problem:
            self.add_error("address", problem.words)
        if data.get("no_secret") and data.get("secret"):
            self.add_error("no_secret", _("Either enter a new secret or forget the one that is kept."))
        return data
