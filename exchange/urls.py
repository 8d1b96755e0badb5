"""Workbooks: the import wizard (S6) and exports; fields and own tables under Setup (S18)."""

from django.urls import path

from exchange.views import exports, fields, imports, people, profiles, useless

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
    path("imports/profiles", profiles.profiles, name="profiles"),
    path("imports/profiles/<int:pk>", profiles.profile, name="profile"),
    path("setup/people/paste", people.paste, name="people_paste"),
    path("setup/people/waiting", people.waiting, name="people_waiting"),
    path("setup/fields", fields.fields, name="fields"),
    path("setup/fields/new", fields.field_new, name="field_new"),
    path("setup/fields/<int:pk>", fields.field, name="field"),
    path("setup/tables/new", fields.table_new, name="table_new"),
    path("setup/tables/ready", fields.ready, name="table_ready"),
    path("setup/tables/<int:pk>", fields.table, name="table"),
    path("fields/<slug:name>/useless", useless.page, name="useless"),
    path("exports", exports.export, name="export"),
    path("exports/<int:pk>", exports.file, name="file"),
]
