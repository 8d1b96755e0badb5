"""A request to a department decided in a weekly meeting (pipeline/deciding.py, M4)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from collaboration import rights
from collaboration.forms.new import kinds_for
from collaboration.models import CollaborationRequest, RequestKind
from collaboration.raising import raise_request
from core.widgets import Day
from pipeline.deciding import Decision, Made, decision
from pipeline.decisions import Deciding

KEPT = {"done", "delivered"}
MISSED = {"refused", "withdrawn", "closed"}


class AskForm(Deciding):
    """The short form: which kind, what, by when. The department follows from the kind."""

    kind = forms.ModelChoiceField(RequestKind.objects.none(), label=_("Kind"), to_field_name="code", empty_label=None)
    text = forms.CharField(label=_("What"), max_length=120)
    due_on = forms.DateField(label=_("Needed by"), widget=Day)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = kinds_for(self.user).filter(makes_customer=False)

    def clean_kind(self):
        kind = self.cleaned_data["kind"]
        self.department = rights.department_of(kind)
        if self.department is None:
            raise forms.ValidationError(_("No department answers for this kind yet."))
        return kind


def ask(deal, said, *, by, now):
    kind = said["kind"]
    request = raise_request(
        by=by, now=now, department=rights.department_of(kind), kind=kind, title=said["text"],
        description=kind.template or said["text"], standard=kind.standard, needed_by=said["due_on"], deal=deal,
        missing=kind.needs,
    )  # fmt: skip
    return Made(f"{request.code} {said['text']}", request.person or by, said["due_on"], request.pk)


def kept_requests(keys, on):
    """Delivered or done; refused, withdrawn, closed or past its day; else open."""
    states = {}
    rows = CollaborationRequest.objects.filter(pk__in=keys)
    for pk, state, needed in rows.values_list("pk", "state", "needed_by"):
        late = state in MISSED or (needed and needed < on)
        states[pk] = "kept" if state in KEPT else "missed" if late else "open"
    return states


def plug():
    decision(Decision(
        "request", _("Ask a team"), "hands", AskForm, ask, allowed=lambda user, deal: rights.may_raise(user),
        keeper=kept_requests, alone=True,
    ))  # fmt: skip
