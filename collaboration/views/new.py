"""S12: a new request, from a customer, a deal or the queue."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from collaboration import asking, reading, rights
from collaboration.forms.new import RequestForm, kinds_for
from core.entryforms import saved
from core.errors import NotAllowed
from core.keys import deed


@require_http_methods(["GET", "POST"])
@deed
def new(request):
    """`?customer=`, `?deal=`, `?kind=` and `?risk=` fill it in; a change of kind asks for the form again (GET)."""
    user, now = request.user, timezone.now()
    if not rights.may_raise(user):
        raise NotAllowed
    given = request.POST if request.method == "POST" else request.GET
    about = asking.about(user, given)
    kind = asking.kind_of(kinds_for(user), about, given)
    options = {"by": user, "kind": kind, "has_customer": about.customer is not None, "now": now}
    if request.method == "GET":
        form = RequestForm(initial=asking.first_words(kind, about, given, user=user), **options)
        return show(request, form, about, kind, 200)
    form = RequestForm(request.POST, request.FILES, **options)
    if not form.is_valid():
        return show(request, form, about, kind, 422)
    one = asking.send(form, about, by=user, now=now)
    problems = reading.attach_all(one, [*form.uploads(), *request.FILES.getlist("files")], by=user, now=now)
    if problems:
        return show(request, form, about, kind, 422, problems)
    saved(request, "request")
    return redirect("collaboration:page", one.number)


def show(request, form, about, kind, status, file_problems=()):
    context = {"form": form, "about": about, "kind": kind, "file_problems": file_problems}
    context["names"] = [] if about.customer else asking.known_names(request.user)
    fragment = request.htmx and request.htmx.target == "req-form"
    template = "collaboration/_new.html" if fragment else "collaboration/new.html"
    return render(request, template, context, status=status)
