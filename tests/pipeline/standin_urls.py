"""Until every floor's pages are merged: the table of contents, and a bare answer under the names still missing."""

from django.http import HttpResponse
from django.urls import NoReverseMatch, include, path, reverse

from salesflow import urls as real

bare = lambda request, *args, **kwargs: HttpResponse("")  # noqa: E731
roof = {"today": "today", "team": "team", "search": "search"}
customers = [
    path("customers", bare, name="list"), path("customers/new", bare, name="new"),
    path("customers/<int:pk>", bare, name="page"), path("log", bare, name="log"), path("owed", bare, name="owed"),
]
named = {pattern.name for pattern in real.urlpatterns if getattr(pattern, "name", None)}
urlpatterns = [*real.urlpatterns]
urlpatterns += [path(where, bare, name=name) for name, where in roof.items() if name not in named]
try:
    reverse("customers:list", urlconf="salesflow.urls")
except NoReverseMatch:
    urlpatterns.insert(0, path("", include((customers, "customers"), namespace="customers")))
