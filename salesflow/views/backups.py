"""Setup → Copies: back up, download, restore (S26, REL14). All but the first ask who it is again."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.rights import for_admins
from activity.recording import record
from core import words
from core.jobs import enqueue
from core.keys import deed
from salesflow.backup import Unusable, archive, making, restoring, shown, states
from salesflow.forms import BackupForm


@require_POST
@for_admins
@deed
def now(request):
    at = timezone.now()
    key = f"make_backup/by hand {at:%Y-%m-%dT%H:%M}"
    enqueue("make_backup", key=key, by=request.user, now=at, why="by-hand", person=request.user.pk)
    record("accounts.backup_made", request.user, by=request.user, at=at)
    messages.success(request, _("The backup is being made; it will be in this list in a moment."))
    return redirect("setup_copies")


@require_POST
@for_admins
@reauthentication_required
@deed
def take(request, name):
    """Note that it is taken out, and lead to the file."""
    record("accounts.backup_taken", request.user, by=request.user, at=timezone.now(), name=_path(name).name)
    return redirect("setup_backup", name)


@require_safe
@for_admins
@reauthentication_required
def download(request, name):
    path = _path(name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="application/zip")


@for_admins
@reauthentication_required
@deed
def choose(request):
    """A file of this person's, put beside the others once it is a whole backup that this program can read."""
    form = BackupForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            path = making.take_in(form.cleaned_data["file"], now=timezone.now())
        except Unusable as problem:
            form.add_error("file", str(problem))
        else:
            return redirect("setup_restore_of", path.stem)
    context = {"form": form} | shown.overview(timezone.now())
    return render(request, "setup/restore.html", context, status=422 if form.is_bound else 200)


@for_admins
@reauthentication_required
@deed
def restore(request, name):
    """Its date and counts beside today's; asked once, then the house is closed and a process of its own restores."""
    path, problem, manifest = _path(name), "", None
    try:
        manifest = archive.check(path)
        states.check(manifest["migrations"])
    except Unusable as refused:
        problem = str(refused)
    if request.method == "POST" and not problem:
        at = timezone.now()
        record("accounts.restore_asked", request.user, by=request.user, at=at, name=path.name)
        transaction.on_commit(lambda: restoring.start(path, by=request.user, language=request.LANGUAGE_CODE))
        messages.success(request, _("The restore begins. SalesFlow is closed for a few minutes; then sign in again."))
        return redirect("setup_copies")
    context = {"one": shown.facts(path), "problem": problem, "lines": shown.beside_today(manifest) if manifest else []}
    if manifest:
        moment = timezone.localtime(parse_datetime(manifest["made_at"]))
        context |= {
            "said_at": words.exact(moment, request.LANGUAGE_CODE),
            "other_key": manifest["key"] != making.key_print(),
        }
    return render(request, "setup/restore_one.html", context, status=422 if request.method == "POST" else 200)


def _path(name):
    path = shown.path_of(name)
    if path is None:
        raise Http404
    return path
