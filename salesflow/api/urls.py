"""/api: one view an address, made from the table."""

from django.urls import include, path

from salesflow.api.docs import docs, openapi
from salesflow.api.door import door
from salesflow.api.table import OPS


def _routes():
    found = {}
    for op in OPS:
        found.setdefault((op.path, op.name), {})[op.method] = (op.run, op.status)
    return [path(where, door(handlers), name=name) for (where, name), handlers in found.items()]


urlpatterns = [
    path("api/docs", docs, name="api_docs"),
    path("api/openapi.json", openapi, name="api_openapi"),
    path("api/v1/", include((_routes(), "api"))),
]
