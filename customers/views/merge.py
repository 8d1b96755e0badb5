"""Duplicates: the hint while a name is typed, the list of pairs, two customers merged (R1, S28)."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import rights
from accounts.gates import only
from core.asked import number
from core.errors import NotAllowed
from core.keys import deed
from core.periods import today
from customers import pairing
from customers.comparing import chosen, differences
from customers.duplicates import nearby
from customers.merging import merge as merge_two
from customers.models import Customer, CustomerPair
from customers.searching import found
from customers.tagbar import bar_over

MOST = 100


@require_GET
@only(rights.may_see_pipeline)
def alike(request):
    """While somebody types: only what he may open anyway. What others have is asked on saving (D5)."""
    name, phone = (request.GET.get(field, "")[:60].replace("\x00", "") for field in ("name", "phone"))
    context = {"near": nearby(name, request.user, phone=phone), "typed": len(name.strip()) > 1}
    return render(request, "customers/_alike.html", context)


@deed
def merge(request, pk):
    """?with=<id>: field by field; without it, whom to merge with."""
    visible = Customer.objects.visible_to(request.user).select_related("owner", "team")
    keep = get_object_or_404(visible, pk=pk)
    if not rights.may_merge(request.user, keep):
        raise NotAllowed(_("Only who answers for both customers may merge them."))
    other = number(request.POST.get("with") or request.GET.get("with", ""))
    if request.method == "POST" or other:
        drop = get_object_or_404(visible.exclude(pk=keep.pk), pk=other)
        return _merge(request, keep, drop) if request.method == "POST" else _side_by_side(request, keep, drop)
    text = request.GET.get("q", "").strip()[:60].replace("\x00", "")
    condition = found(text, request.user) if text else None
    rows = visible.filter(condition).exclude(pk=keep.pk).order_by("-last_contact_at", "-id") if condition else ()
    context = {"customer": keep, "q": text, "found": rows[:20], "near": _near(keep, visible)}
    return render(request, "customers/merge_pick.html", context)


def _near(keep, visible):
    return visible.filter(name_key=keep.name_key).exclude(pk=keep.pk)[:5]


def _side_by_side(request, keep, drop):
    if not rights.may_merge(request.user, drop):
        raise NotAllowed(_("Only who answers for both customers may merge them."))
    logs = {side.pk: side.followups.count() for side in (keep, drop)}
    context = {"keep": keep, "drop": drop, "sides": differences(keep, drop), "logs": logs[keep.pk],
               "other_logs": logs[drop.pk], "on": today(timezone.now())}
    return render(request, "customers/merge.html", context)


def _merge(request, keep, drop):
    versions = [number(request.POST.get(name, "")) or 0 for name in ("version", "other_version")]
    picks = {name[5:]: value for name, value in request.POST.items() if name.startswith("pick_")}
    values = chosen(keep, drop, picks)
    merge_two(keep, drop, by=request.user, now=timezone.now(), chosen=values, expect=tuple(versions))
    messages.success(request, _("Merged. This can be undone for 30 days."))
    return redirect("customer", keep.pk)


@require_GET
@only(rights.may_see_pipeline)
def two(request):
    """From the list: the two that were ticked."""
    keys = list(dict.fromkeys(n for n in map(number, request.GET.getlist("ids")) if n))
    if len(keys) != 2:
        messages.warning(request, _("Tick exactly two customers to merge them."))
        return redirect("customers:list")
    keep = get_object_or_404(Customer.objects.visible_to(request.user), pk=keys[0])
    return _to(keep.pk, keys[1])


def _to(keep, drop):
    response = redirect("customers:merge", keep)
    response["Location"] += f"?with={drop}"
    return response


@require_GET
@only(rights.may_see_team)
def pairs(request):
    """What the nightly job found, for whoever answers for both."""
    rows = CustomerPair.objects.visible_to(request.user).open()
    bar = bar_over(request.GET, rows, "first__tag", "second__tag")
    if bar.chosen:
        rows = rows.filter(Q(first__tag__in=bar.chosen) | Q(second__tag__in=bar.chosen))
    rows = rows.select_related("first__owner", "second__owner").order_by("-found_at", "-pk")
    return render(request, "customers/pairs.html", {"pairs": rows[:MOST], "n": bar.total, "bar": bar})


@require_POST
@only(rights.may_see_team)
@deed
def apart(request, pk):
    pair = get_object_or_404(CustomerPair.objects.visible_to(request.user).select_related("first", "second"), pk=pk)
    if pair.apart_at:
        raise Http404
    pairing.set_apart(pair, by=request.user, now=timezone.now())
    messages.success(request, _("Kept apart. Nobody will be asked again."))
    return redirect("customers:pairs")
