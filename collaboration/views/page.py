"""S13: one request, its conversation and files."""

from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collaboration import reading, rights, verbs
from collaboration.forms.verbs import CommentForm, EditForm
from collaboration.models import CollaborationRequest
from core import asked
from core.errors import NotAllowed
from core.keys import deed


def fetch(request, number):
    """The request as far as it exists for this person, with what its page names."""
    return get_object_or_404(CollaborationRequest.objects.visible_to(request.user).with_faces(), number=number)


@require_safe
def show(request, number):
    """`?do=refuse` opens the form of a verb."""
    one = fetch(request, number)
    context = reading.page(one, request.user, now=timezone.now()) | {"do": request.GET.get("do", "")}
    return render(request, "collaboration/page.html", context)


@require_POST
@deed
def comment(request, number):
    one, now = fetch(request, number), timezone.now()
    if not rights.may_comment(request.user, one, now=now):
        raise NotAllowed
    form = CommentForm(request.POST, request.FILES, asked_of=one, by=request.user)
    uploads = request.FILES.getlist("files")
    if uploads and not rights.may_attach(request.user, one, now=now):
        raise NotAllowed
    if form.is_valid():
        with transaction.atomic():  # all files or none
            problems = reading.attach_all(one, uploads, by=request.user, now=now)
            if problems:
                transaction.set_rollback(True)
                form.add_error(None, problems)
    if form.errors:
        context = reading.page(one, request.user, now=now) | {"comment_form": form}
        return refuse_form(request, context, "collaboration/_talk.html")
    said = form.cleaned_data
    internal = said.get("internal", False)
    named = reading.mentioned(one, said["text"], internal=internal)
    verbs.say(one, by=request.user, now=now, text=said["text"], internal=internal, mentions=named)
    return changed(request, one, "collaboration/_talk_after.html", now=now)


@require_POST
@deed
def add_file(request, number):
    """A file, or with `series` a further version of one."""
    one, now = fetch(request, number), timezone.now()
    if not rights.may_attach(request.user, one, now=now):
        raise NotAllowed
    uploads = request.FILES.getlist("files")
    problems = reading.attach_all(one, uploads, by=request.user, now=now, series=request.POST.get("series"))
    if problems:
        return refuse_form(
            request, reading.page(one, request.user, now=now) | {"file_problems": problems}, "collaboration/_files.html"
        )
    return changed(request, one, "collaboration/_files.html", now=now)


@require_http_methods(["GET", "POST"])
@deed
def edit(request, number):
    one, now = fetch(request, number), timezone.now()
    if not rights.may_edit(request.user, one):
        raise NotAllowed
    start = {name: getattr(one, name) for name in EditForm.base_fields}
    form = EditForm(request.POST or None, asked_of=one, by=request.user, initial=start)
    if request.method == "POST" and form.is_valid():
        expect = asked.number(request.POST.get("version"), asked.VERSION) or 0
        verbs.edit(one, by=request.user, now=now, expect=expect, **form.cleaned_data)
        return redirect("collaboration:page", one.number)
    status = 422 if request.method == "POST" else 200
    return render(request, "collaboration/edit.html", {"one": one, "form": form}, status=status)


def changed(request, one, fragment, *, now):
    """Without scripts back to the page, with them the fragment that changed."""
    if not request.htmx:
        return redirect("collaboration:page", one.number)
    return render(request, fragment, reading.page(fetch(request, one.number), request.user, now=now))


def refuse_form(request, context, fragment):
    """422: the fragment with its sentences, or without scripts the whole page."""
    template = fragment if request.htmx else "collaboration/page.html"
    return render(request, template, context, status=422)
