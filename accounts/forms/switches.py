"""Rules and switches as an admin sees them; names and defaults are those of accounts/switches.py."""

import datetime as dt

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

NUMBERS = {
    "import_quiet_days": (_("Days without alarms after an import"), 0, 60),
    "in_time_minutes": (_("Minutes in which a conversation is logged in time"), 5, 240),
    "visit_hours": (_("Hours a visit takes when nobody says when it ended"), 1, 12),
    "duplicate_answers": (_("Answers about customers of others a day, at most"), 0, 200),
    "long_leave_days": (_("Days of leave without a substitute after which work counts as nobody's"), 0, 60),
    "agreement_deals": (_("Deals a rep and the manager judge a week for the stage agreement"), 1, 20),
    "won_shown_days": (_("Days a won deal stays on the board"), 0, 365),
    "idle_minutes": (_("Minutes without a page after which a session ends (0: no limit)"), 0, 720),
    "session_hours": (_("Hours after which a session ends in any case"), 1, 12),
    "remember_days": (_("Days of “keep me signed in” (0: not offered)"), 0, 30),
}
TOGGLES = {
    "duplicate_names": (_("Duplicate warning names customer and owner"), _("Inside the sales departments only.")),
    "rep_share_shown": (_("Managers see each rep's share of conversations logged in time"), ""),
    "second_factor_admins": (_("Administrators need a second factor"), _("Asked at the next page after signing in.")),
    "export_listed": (
        _("Exports are listed to the manager"),
        _("On “The team's week”: who took which list out, how many rows, when. The audit has them in any case."),
    ),
    "passkey_sign_in": (
        _("Sign-in by passkey"),
        _("Fingerprint, face or screen lock instead of name and password; each adds his own."),
    ),
    "remember_admins": (_("Administrators may stay signed in"), _("Otherwise their sessions end like all others.")),
    "pool": (
        _("Customer pool"),
        _("Every rep sees name, industry and tag of customers in the pool and may claim one."),
    ),
    "ics": (
        _("Calendar feed"),
        _("Everybody may make a secret address for a calendar app: own next steps, no phone numbers."),
    ),
    "api": (
        _("Tokens for other programs"),
        _("Everybody may make tokens by which a program reads or writes in his name what he may; see /api/docs."),
    ),
    "more_playbooks": (
        _("More playbooks"),
        _("Pipelines with stages of their own, as repeat purchase and key accounts; each is switched on in Setup."),
    ),
    "class_limits": (
        _("Quiet limits by class of customer"),
        _("Class A, B or C may have a limit of its own, beside those of the tags."),
    ),
    "wip_advice": (
        _("Advice on full stages"),
        _("A hint where a stage holds more deals than it should; nothing is held up."),
    ),
    "calibration": (
        _("Share really won beside each probability"),
        _("What stays in a stage really led to, with its range, is offered in Setup, not imposed."),
    ),
    "stage_agreement": (
        _("Stage agreement"),
        _("Each week rep and manager judge a few deals without seeing the other's answer."),
    ),
    "payments": (
        _("Payments"), _("Date and amount are entered on won deals; the monthly report has a column of them."),
    ),
}


class SwitchesForm(forms.Form):
    def __init__(self, *args, values, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["company_name"] = forms.CharField(
            label=_("Name of the company"), required=False, max_length=60, initial=values["company_name"]
        )
        for name, (label, least, most) in NUMBERS.items():
            self.fields[name] = forms.IntegerField(
                label=label, min_value=least, max_value=most, initial=values[name], required=True
            )
        days = [(0, _("No fixed day")), *((n + 1, name) for n, name in WEEKDAYS.items())]
        self.fields["meeting_day"] = forms.TypedChoiceField(
            label=_("Day of the weekly meeting"), choices=days, coerce=int, initial=values["meeting_day"]
        )
        self.fields["meeting_at"] = forms.TimeField(
            label=_("The weekly meeting begins at"),
            initial=dt.time.fromisoformat(values["meeting_at"]),
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        )
        for name, (label, hint) in TOGGLES.items():
            self.fields[name] = forms.BooleanField(label=label, help_text=hint, required=False, initial=values[name])

    def clean_meeting_at(self):
        return f"{self.cleaned_data['meeting_at']:%H:%M}"  # as the setting keeps it

    @property
    def rules(self):
        return [self[name] for name in ("company_name", "meeting_day", "meeting_at", *NUMBERS)]

    @property
    def toggles(self):
        return [self[name] for name in TOGGLES]
