"""Reports, the list behind a number, and targets."""

from django.urls import path

from reviews.views import pace, pages, rows, targets

app_name = "reviews"
urlpatterns = [
    path("reviews", pages.home, name="home"),
    path("reviews/rows", rows.rows, name="rows"),
    path("reviews/pace", pace.pace, name="pace"),
    path("reviews/week/<slug:code>", pages.week, name="week"),
    path("reviews/month/<slug:code>", pages.month, name="month"),
    path("reviews/texts/<slug:code>", pages.texts, name="texts"),
    path("reviews/export/<slug:code>", pages.export, name="export"),
    path("reviews/file/<slug:code>", pages.file, name="file"),
    path("targets", targets.home, name="targets_home"),
    path("targets/goal", targets.goal, name="goal_bar"),
    path("targets/<slug:code>", targets.month, name="targets"),
    path("targets/<slug:code>/cell", targets.cell, name="target_cell"),
    path("targets/<slug:code>/copy", targets.copy, name="targets_copy"),
]
