"""Workbooks: the import wizard (S6) and exports."""

from django.urls import path

from exchange.views import exports, imports

app_name = "exchange"
urlpatterns = [
    path("imports", imports.imports, name="imports"),
    path("imports/template/<slug:slug>", imports.template, name="template"),
    path("imports/<int:pk>", imports.import_, name="import"),
    path("imports/<int:pk>/map", imports.import_map, name="import_map"),
    path("imports/<int:pk>/check", imports.import_check, name="import_check"),
    path("imports/<int:pk>/done", imports.import_done, name="import_done"),
    path("imports/<int:pk>/undo", imports.import_undo, name="import_undo"),
    path("imports/<int:pk>/error-rows", imports.import_errors, name="import_errors"),
    path("exports", exports.export, name="export"),
    path("exports/<int:pk>", exports.file, name="file"),
]
