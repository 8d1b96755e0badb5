"""Files: every byte passes the right of its parent, asked at each download (B39)."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from activity.files import remove
from activity.models import Attachment
from activity.sniffing import INLINE, PDF
from core.keys import deed

BARE = {"default-src": ["'none'"], "frame-ancestors": ["'none'"], "sandbox": True}
# A picture or PDF in the page. Chromium shows no PDF in a sandboxed document, so only pictures are sandboxed.
SHOWN = {
    "default-src": ["'none'"], "img-src": ["'self'"], "object-src": ["'self'"], "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
}  # fmt: skip


@require_safe
def download(request, pk):
    return _send(_file(request, pk), as_attachment=True, policy=BARE)


@require_safe
@xframe_options_sameorigin
def view_file(request, pk):
    """PDF and pictures open in the page; anything else is 404 here and downloaded there."""
    attachment = _file(request, pk)
    if attachment.kind not in INLINE:
        raise Http404
    policy = SHOWN if attachment.kind == PDF.type else SHOWN | {"sandbox": True}
    return _send(attachment, as_attachment=False, policy=policy)


@require_POST
@deed
def remove_file(request, pk):
    remove(_file(request, pk), by=request.user, now=timezone.now())
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe and back.startswith("/") else reverse("home"))


def _file(request, pk):
    return get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)


def _send(attachment, *, as_attachment, policy):
    """Through nginx when it is there (ACCEL_ROOT), else by ourselves. The type is ours, never the sender's."""
    accel = getattr(settings, "ACCEL_ROOT", "")
    if accel:
        response = HttpResponse(content_type=attachment.kind)
        response["X-Accel-Redirect"] = f"{accel}/{attachment.file.name}"
        response["Content-Disposition"] = content_disposition_header(as_attachment, attachment.name)
    else:
        try:
            opened = attachment.file.open("rb")
        except FileNotFoundError as missing:
            raise Http404 from missing
        response = FileResponse(opened, as_attachment=as_attachment, filename=attachment.name,
                                content_type=attachment.kind)  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response._csp_config = policy  # read by django-csp instead of the policy of pages
    return response
