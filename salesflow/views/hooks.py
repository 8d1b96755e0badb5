"""Setup → Webhooks: which other programs are told of what, where they may be, a test, and what went out."""

import secrets

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import switches
from accounts.confirming import confirmed
from accounts.rights import for_admins
from activity import outgoing
from activity.models import Delivery, Event, Webhook
from activity.recording import record
from core.errors import Refused
from core.jobs import enqueue
from core.keys import deed
from salesflow.forms import HookForm, HostsForm

SHOWN = 50  # deliveries of one webhook


@for_admins
@require_safe
def index(request):
    return render(request, "setup/webhooks.html", {"hooks": Webhook.objects.visible_to(request.user).order_by("pk")})


@for_admins
@reauthentication_required
@deed
def hosts(request):
    form = HostsForm(request.POST or None, initial={"hosts": "\n".join(switches.get("webhook_hosts"))})
    if request.method == "POST" and form.is_valid():
        switches.set("webhook_hosts", form.cleaned_data["hosts"], by=request.user, now=timezone.now())
        messages.success(request, _("Saved"))
        return redirect("setup_webhooks")
    return render(request, "setup/webhook_hosts.html", {"form": form}, status=422 if form.errors else 200)


@for_admins
@reauthentication_required
@deed
def new(request):
    """Its secret is shown this once. It hears of what happens from now on."""
    form = HookForm(request.POST or None, hosts=switches.get("webhook_hosts"))
    if request.method != "POST" or not form.is_valid():
        return render(request, "setup/webhook.html", {"form": form}, status=422 if form.errors else 200)
    newest = Event.objects.visible_to(request.user).order_by("-pk").values_list("pk", flat=True).first()
    hook = Webhook(**form.cleaned_data, secret=secrets.token_hex(24), mark=newest or 0)
    hook.save()
    _told("activity.hook_set", hook, request)
    response = render(request, "setup/webhook_made.html", {"hook": hook})
    response.shown_once = True
    return response


@for_admins
@reauthentication_required
@deed
def edit(request, pk):
    hook = get_object_or_404(Webhook.objects.visible_to(request.user), pk=pk)
    form = HookForm(request.POST or None, hosts=switches.get("webhook_hosts"), hook=hook)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data.pop("version", None) or hook.version
        with transaction.atomic():
            rows = Webhook.objects.visible_to(request.user).filter(pk=hook.pk, version=seen)
            if rows.update(version=seen + 1, **form.cleaned_data) != 1:
                raise Refused(_("This webhook was changed meanwhile."))
            _told("activity.hook_set", hook, request)
        messages.success(request, _("Saved"))
        return redirect("setup_webhooks")
    context = {"form": form, "hook": hook, "deliveries": hook.deliveries.select_related("event")[:SHOWN]}
    return render(request, "setup/webhook.html", context, status=422 if form.errors else 200)


@for_admins
@require_POST
@deed
def test(request, pk):
    """A body without a thing in it, by the same job as all others."""
    hook, now = get_object_or_404(Webhook.objects.visible_to(request.user), pk=pk), timezone.now()
    Delivery(hook=hook, made_at=now, due_at=now).save()
    _send_soon(request, now)
    messages.success(request, _("A test is on its way. Load the page again in a few seconds to see how it went."))
    return redirect("setup_webhook", hook.pk)


@for_admins
@require_POST
@deed
def again(request, pk):
    """What was given up is sent again."""
    rows, now = Delivery.objects.visible_to(request.user), timezone.now()
    one = get_object_or_404(rows, pk=pk)
    outgoing.again(one, now=now)
    _send_soon(request, now)
    return redirect("setup_webhook", one.hook_id)


@for_admins
@require_POST
@deed
def remove(request, pk):
    """The address and its secret are forgotten, with what was told."""
    hook = get_object_or_404(Webhook.objects.visible_to(request.user), pk=pk)
    confirmed(request)
    _told("activity.hook_removed", hook, request)
    hook.delete()
    messages.success(request, _("Removed."))
    return redirect("setup_webhooks")


def _send_soon(request, now):
    enqueue("tell_hooks", key=f"tell_hooks/by hand {now.isoformat()}", by=request.user, now=now)


def _told(verb, hook, request):
    record(verb, request.user, by=request.user, at=timezone.now(), hook=hook.name)
