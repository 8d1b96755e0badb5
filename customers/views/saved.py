"""Saved filters: what the menu of the customer list loads when it is opened (S4)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import rights
from accounts.gates import only
from accounts.models import SavedView
from core.keys import deed
from core.lists import answer
from customers.forms.view import SaveViewForm
from customers.saving import PAGE, remove_view, save_view, tidy


def _views(user):
    return SavedView.objects.visible_to(user).filter(page=PAGE).select_related("owner", "team")


@only(rights.may_see_pipeline)
@deed
def views(request):
    """GET the list, with a form while the filter on screen is not saved yet; POST saves it."""
    form = SaveViewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        view = save_view(
            data["name"], data["query"], by=request.user, now=timezone.now(), shared=data["shared"]
        )
        messages.success(request, _("Saved"))
        return redirect(f"{reverse('customers:list')}?{view.query}")
    query = tidy(request.POST.get("query", "") if request.method == "POST" else request.GET.urlencode())
    saved = list(_views(request.user))
    context = {"views": saved, "query": query, "form": form, "known": any(tidy(v.query) == query for v in saved)}
    if form.is_bound:
        return render(request, "customers/views.html", context, status=422)
    return answer(request, "customers/views.html", "customers/_views.html", context)


@require_POST
@only(rights.may_see_pipeline)
@deed
def remove(request, pk):
    view = get_object_or_404(_views(request.user), pk=pk)
    remove_view(view, by=request.user, now=timezone.now())
    messages.success(request, _("Removed"))
    return redirect("customers:list")
