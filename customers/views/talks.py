"""Follow-ups after saving: edit for 24 hours, then correct; comments of managers (R24, D7)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from core.asked import VERSION, number
from core.errors import NotAllowed
from core.keys import deed
from core.lists import answer
from customers import choices, correcting
from customers.drawing import talk_context
from customers.forms.log import CommentForm, TalkForm
from customers.logging import pack_methods
from customers.models import FollowUp
from customers.promptness import Judge
from customers.talkline import talk_html


def _talk(request, pk):
    rows = FollowUp.objects.visible_to(request.user).select_related("customer", "talked_by", "entered_by")
    return get_object_or_404(rows, pk=pk)


@deed
def edit(request, pk):
    talk, now, words = _talk(request, pk), timezone.now(), choices.load()
    late = correcting.may_correct(talk, request.user, now)
    if not late and not correcting.may_edit(talk, request.user, now):
        raise NotAllowed(_("Only its author can edit this, for 24 hours."))
    initial = {name: getattr(talk, name) for name in ("text", "purpose", "outcome", "feedback")}
    initial |= {"methods": talk.methods.strip(",").split(","), "happened_at": timezone.localtime(talk.happened_at)}
    form = TalkForm(request.POST or None, choices=words, now=now, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form, talk, "customers/_talk_edit.html", late=late)
    data = form.cleaned_data | {"methods": pack_methods(form.cleaned_data["methods"])}
    if "happened_at" not in form.changed_data:
        data.pop("happened_at")
    if late:
        saved = correcting.correct(talk, by=request.user, now=now, **data)
    else:
        seen = number(request.POST.get("version"), VERSION)
        expect = talk.version if seen is None else seen
        saved = correcting.edit(talk, by=request.user, now=now, expect=expect, **data)
    return _done(request, saved, _("Saved"), replaces=talk)


@deed
def comment(request, pk):
    talk = _talk(request, pk)
    if not correcting.may_comment(talk, request.user):
        raise NotAllowed(_("Managers of the team comment here."))
    form = CommentForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form, talk, "customers/_talk_comment.html")
    data = form.cleaned_data
    correcting.comment(talk, data["text"], by=request.user, now=timezone.now(), private=data["private"])
    return _done(request, talk, _("Saved"), replaces=talk)


def _ask(request, form, talk, fragment, **context):
    context |= {"form": form, "talk": talk, "customer": talk.customer, "fragment": fragment}
    if form.is_bound:
        return render(request, fragment if request.htmx else "customers/talk_page.html", context, status=422)
    return answer(request, "customers/talk_page.html", fragment, context)


def _done(request, talk, said, *, replaces):
    if not request.htmx:
        messages.success(request, said)
        return redirect("customer", talk.customer_id)
    private = correcting.may_comment(talk, request.user)
    comments = [one for one in talk.comments.select_related("by") if private or not one.private]
    about = talk_context(talk, request.user, now=timezone.now(), judge=Judge.load(), choices=choices.load())
    oob, needs = "true" if replaces.pk == talk.pk else "", talk.needs.select_related("topic")
    entry = talk_html(talk, oob=oob, needs=needs, comments=comments, **about)
    context = {"talk": talk, "entry": entry, "said": said, "replaces": replaces, "customer": talk.customer}
    return HttpResponse(render_to_string("customers/_talk_saved.html", context, request))
