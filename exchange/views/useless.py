"""/fields/log/useless: which field of a form is of no use, as whoever fills it in says (S16)."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.asked import number
from core.entryforms import entry_forms
from core.errors import NotAllowed
from core.keys import deed
from core.text import controls
from exchange import useless
from exchange.models import UselessNote


class WordsForm(forms.Form):
    words = forms.CharField(required=False, max_length=200, label=gettext_lazy("In your words"))

    def clean_words(self):
        words = " ".join(self.cleaned_data["words"].split())
        if controls(words):
            raise forms.ValidationError(_("This holds a character that cannot be kept."))
        return words


@require_http_methods(["GET", "POST"])
@deed
def page(request, name):
    """GET: the fields of the form, and what one said of them. POST: say it of `field`, or take `back` a note."""
    form = next((one for one in entry_forms() if one.name == name), None)
    if form is None:
        raise Http404
    if not form.opens(request.user):
        raise NotAllowed
    now = timezone.now()
    lines, words = useless.lines(form, user=request.user, now=now), WordsForm(request.POST or None)
    if request.method == "POST" and (words.is_valid() or "back" in request.POST):
        _do(request, form, lines, words.cleaned_data.get("words", ""), now=now)
        return redirect("exchange:useless", name)
    status = 422 if words.is_bound else 200
    context = {"form": form, "lines": lines, "words": words, "typed": request.POST.get("field", "")}
    return render(request, "exchange/useless.html", context, status=status)


def _do(request, form, lines, words, *, now):
    if "back" in request.POST:
        mine = UselessNote.objects.visible_to(request.user).filter(by=request.user)
        note = get_object_or_404(mine, pk=number(request.POST["back"]), form=form.name)
        useless.take_back(note, now=now)
        messages.success(request, _("Taken back"))
        return
    field = next((line.field for line in lines if line.field == request.POST.get("field")), None)
    if field is None:
        raise Http404
    useless.say_useless(form, field, words, by=request.user, now=now)
    messages.success(request, _("Noted. The fields are looked through every quarter."))
