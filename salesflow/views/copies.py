"""Setup → Copies: the nightly workbooks of the three tables (D49, S26)."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.gates import only
from accounts.rights import may_set_up
from core.jobs import enqueue
from core.keys import deed
from exchange.copies import KEPT
from salesflow.backup import shown

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@only(may_set_up)
def copies(request):
    found = sorted(Path(settings.COPIES_ROOT).glob("????-??-??.xlsx"), reverse=True)
    rows = [{"name": p.name, "day": p.stem, "size": p.stat().st_size} for p in found]
    context = {"rows": rows, "kept": KEPT} | shown.overview(timezone.now())
    return render(request, "setup/copies.html", context)


@require_safe
@only(may_set_up)
def copy(request, day):
    path = Path(settings.COPIES_ROOT) / f"{day}.xlsx"
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", day) or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=XLSX)


@require_POST
@deed
@only(may_set_up)
def write(request):
    now = timezone.now()
    enqueue("write_copies", key=f"write_copies/by hand {now:%Y-%m-%dT%H:%M}", by=request.user, now=now)
    messages.success(request, _("The copy is being written; it will be in this list in a moment."))
    return redirect("setup_copies")
