"""The checklist, links, watchers, merging and splitting of a request (S13)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collaboration import joining, life, parts, reading, rights
from collaboration.forms.parts import ItemForm, LinkForm, MergeForm, SplitForm, WatchForm
from collaboration.views.page import changed, fetch, refuse_form
from core.asked import number as as_number
from core.errors import NotAllowed
from core.keys import deed


def theirs(request, number):
    """The request, for who takes part in it while it is open."""
    one, now = fetch(request, number), timezone.now()
    if one.is_over or not rights.may_comment(request.user, one, now=now):
        raise NotAllowed
    return one, now


@require_POST
@deed
def add_item(request, number):
    one, now = theirs(request, number)
    form = ItemForm(request.POST, asked_of=one, by=request.user)
    if not form.is_valid():
        context = reading.page(one, request.user, now=now) | {"item_form": form}
        return refuse_form(request, context, "collaboration/_items.html")
    parts.add_item(one, form.cleaned_data["text"], by=request.user, now=now)
    return changed(request, one, "collaboration/_items.html", now=now)


@require_POST
@deed
def item(request, number, pk):
    """`do=done|open|drop`; who added a line takes it away again."""
    one, now = theirs(request, number)
    line, do = get_object_or_404(one.items.all(), pk=pk), request.POST.get("do")
    if do == "drop":
        if line.added_by != request.user:
            raise NotAllowed
        parts.drop_item(line)
    else:
        parts.tick(line, done=do == "done", by=request.user, now=now)
    return changed(request, one, "collaboration/_items.html", now=now)


@require_POST
@deed
def link(request, number):
    """Add one by its number, or with `drop` let one go."""
    one, now = theirs(request, number)
    if drop := as_number(request.POST.get("drop")):
        parts.unlink(one, fetch(request, drop))
        return changed(request, one, "collaboration/_links.html", now=now)
    form = LinkForm(request.POST, asked_of=one, by=request.user)
    if not form.is_valid():
        context = reading.page(one, request.user, now=now) | {"link_form": form}
        return refuse_form(request, context, "collaboration/_links.html")
    parts.link(one, form.other, by=request.user, now=now)
    return changed(request, one, "collaboration/_links.html", now=now)


@require_POST
@deed
def watch(request, number):
    """Keep one more person informed, or with `drop` one less; who watches may always stop it for himself."""
    if as_number(request.POST.get("drop")) == request.user.pk:
        one = fetch(request, number)
        parts.unwatch(one, request.user)
        if reading.refetch(one, request.user) is None:
            return leave(request, _("You no longer follow %(code)s") % {"code": one.code})
        return changed(request, one, "collaboration/_watchers.html", now=timezone.now())
    one, now = theirs(request, number)
    if drop := as_number(request.POST.get("drop")):
        parts.unwatch(one, drop)
        return changed(request, one, "collaboration/_watchers.html", now=now)
    form = WatchForm(request.POST, asked_of=one, by=request.user)
    if not form.is_valid():
        context = reading.page(one, request.user, now=now) | {"watch_form": form}
        return refuse_form(request, context, "collaboration/_watchers.html")
    parts.watch(one, form.cleaned_data["user"], by=request.user, now=now)
    return changed(request, one, "collaboration/_watchers.html", now=now)


def leave(request, said):
    """Back to the queue: what was shown is no longer his to see."""
    messages.success(request, said)
    if not request.htmx:
        return redirect("collaboration:queue")
    response = HttpResponse()
    response["HX-Redirect"] = reverse("collaboration:queue")
    return response


@require_http_methods(["GET", "POST"])
@deed
def merge(request, number):
    one, now = fetch(request, number), timezone.now()
    if not joining.may_merge(request.user, one):
        raise NotAllowed
    form = MergeForm(
        request.POST or None, choices=joining.candidates(one, request.user), asked_of=one, by=request.user
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        if request.POST.get("state", one.state) != one.state:
            raise life.refusal(one, now=now)
        keep = form.cleaned_data["keep"]
        joining.merge(one, keep, by=request.user, now=now)
        messages.success(request, _("%(code)s goes on for both") % {"code": keep.code})
        return redirect("collaboration:page", keep.number)
    status = 422 if form.is_bound else 200
    return render(request, "collaboration/merge.html", {"one": one, "form": form}, status=status)


@require_http_methods(["GET", "POST"])
@deed
def split(request, number):
    one, now = fetch(request, number), timezone.now()
    if not joining.may_split(request.user, one):
        raise NotAllowed
    form = SplitForm(request.POST or None, initial={"department": one.department_id}, asked_of=one, by=request.user)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("state", one.state) != one.state:
            raise life.refusal(one, now=now)
        new, _event = joining.split(one, by=request.user, now=now, **form.cleaned_data)
        messages.success(request, _("%(code)s is on its way") % {"code": new.code})
        return redirect("collaboration:page", new.number)
    status = 422 if form.is_bound else 200
    return render(request, "collaboration/split.html", {"one": one, "form": form}, status=status)
