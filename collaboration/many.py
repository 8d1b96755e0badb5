"""One verb for several chosen requests: accept them all, or hand them to one colleague or department (S12). Each by
itself: what is not his any more, or what the state no longer allows, is left out and named."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from collaboration import rights, verbs
from collaboration.forms.verbs import Plain
from core.errors import Refused

MOST = 100
DEEDS = ("accept", "hand_over")


class ManyForm(Plain):
    """Nothing to ask for accepting; for handing over the colleague, somebody who may serve all of them, or the
    department they all go to."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Person"), required=False)
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Another department"), required=False)

    def __init__(self, *args, do, requests, by, **kwargs):
        super().__init__(*args, by=by, **kwargs)
        if do != "hand_over":
            del self.fields["person"], self.fields["department"]
            return
        places = {one.department_id: one.department for one in requests}
        people = User.objects.active().exclude(pk=by.pk).filter(role="support")
        for place in places.values():
            people = people.filter(department__path__startswith=place.path)
        self.fields["person"].queryset = people.order_by("pinyin", "pk")
        elsewhere = Department.objects.filter(is_active=True, serves=True).exclude(pk__in=places)
        self.fields["department"].queryset = elsewhere if not any(one.kind.makes_customer for one in requests) else (
            Department.objects.none()
        )  # fmt: skip
        self.fields["department"].label_from_instance = lambda place: place.words

    def clean(self):
        found = super().clean()
        if "person" in self.fields and not self.errors and bool(found.get("person")) == bool(found.get("department")):
            raise forms.ValidationError(_("Choose a person here, or another department."))
        return found


def sort_out(requests, do, by, *, now):
    """(those he may do it to, the others). An approval is nobody's to accept or hand on in a heap."""
    fit = [one for one in requests if not one.kind.is_approval and rights.may(by, one, do, now=now)]
    return fit, [one for one in requests if one not in fit]


def do_many(requests, do, *, by, now, **said):
    """(done, refused): refused are (request, sentence) of what somebody was faster with."""
    done, refused = [], []
    for one in requests:
        try:
            getattr(verbs, do)(one, by=by, now=now, **said)
            done.append(one)
        except Refused as problem:
            refused.append((one, problem.message))
    return done, refused
