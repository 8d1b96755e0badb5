"""A field for several files, every upload passing activity.files.check; a group robot; how one hears of what."""

from django import forms
from django.utils.translation import gettext_lazy as _

from activity import webhooks
from activity.files import ALLOWED, check
from activity.models import Robot
from activity.topics import MAIL

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
    tells_requests = forms.BooleanField(required=False, label=_("Say at once what comes in"))

    def __init__(self, *args, robot, **kwargs):
        initial = {"kind": robot.kind, "is_on": robot.is_on, "tells_requests": robot.tells_requests}
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


class Clock(forms.TimeInput):
    """The browser's own picker of a time."""

    input_type = "time"

    def __init__(self):
        super().__init__(format="%H:%M")


class NoticesForm(forms.Form):
    """A line a topic: does the bell ring, does mail go out; and the hours in which none does. `now` is {topic: (bell,
    mail)}; of a person the times may be empty: then the company's hold."""

    quiet_from = forms.TimeField(label=_("No mail from"), widget=Clock)
    quiet_until = forms.TimeField(label=_("until"), widget=Clock)
    morning_at = forms.TimeField(label=_("The morning's mail at"), widget=Clock)

    def __init__(self, *args, now, times, own=True, **kwargs):
        super().__init__(*args, initial=times, **kwargs)
        self.topics = list(now)
        for name in ("quiet_from", "quiet_until", "morning_at"):
            self.fields[name].required = not own
        for topic, (bell, mail) in now.items():
            name = {"label": topic.label}
            self.fields[f"bell-{topic.name}"] = forms.BooleanField(required=False, initial=bell, **name)
            self.fields[f"mail-{topic.name}"] = forms.ChoiceField(choices=MAIL.items(), required=False, initial=mail,
                                                                  **name)  # fmt: skip

    def lines(self):
        """[(topic, bell, mail)] for the table."""
        return [(one, self[f"bell-{one.name}"], self[f"mail-{one.name}"]) for one in self.topics]

    def wanted(self):
        """{topic: (bell, mail)} as chosen."""
        data = self.cleaned_data
        return {one: (data[f"bell-{one.name}"], data[f"mail-{one.name}"]) for one in self.topics}
