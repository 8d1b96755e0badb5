"""One verb for several chosen requests: accept them all, or hand them to one colleague (S12). Each by itself: what is
not his any more, or what the state no longer allows, is left out and named."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from collaboration import rights, verbs
from core.errors import Refused

MOST = 100
DEEDS = ("accept", "hand_over")


class ManyForm(forms.Form):
    """Nothing to ask for accepting; for handing over the colleague, somebody who may serve all of them."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Person"))

    def __init__(self, *args, do, requests, by, **kwargs):
        super().__init__(*args, **kwargs)
        if do != "hand_over":
            del self.fields["person"]
            return
        places = {one.department_id: one.department for one in requests}
        people = User.objects.active().exclude(pk=by.pk).filter(role="support")
        for place in places.values():
            people = people.filter(department__path__startswith=place.path)
        self.fields["person"].queryset = people.order_by("pinyin", "pk")


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
