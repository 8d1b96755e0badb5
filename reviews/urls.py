"""Reports, the list behind a number, and targets."""

from django.urls import path

from reviews.views import answers, bottleneck, contract, forecast, goals, improvements, pace, pages, rows, speeds, targets, waiting

app_name = "reviews"
urlpatterns = [
    path("reviews", pages.home, name="home"),
    path("reviews/rows", rows.rows, name="rows"),
    path("reviews/pace", pace.pace, name="pace"),
    path("reviews/week/<slug:code>", pages.week, name="week"),
    path("reviews/month/<slug:code>", pages.month, name="month"),
    path("reviews/bottleneck/<slug:code>", bottleneck.page, name="bottleneck"),
    path("reviews/improvements/<int:pk>", improvements.page, name="improvement"),
    path("reviews/improvements/<slug:code>/new", improvements.new, name="improve"),
    path("reviews/answers", answers.page, name="answers"),
    path("reviews/answers/<int:pk>", answers.answer, name="answer"),
    path("reviews/answers/<int:pk>/rows", answers.rows, name="answer_rows"),
    path("reviews/goals", goals.page, name="goals"),
    path("reviews/goals/new", goals.new, name="goal_new"),
    path("reviews/goals/<int:pk>", goals.goal, name="goal"),
    path("reviews/goals/<int:pk>/rows", goals.rows, name="goal_rows"),
    path("reviews/waiting/<slug:code>", waiting.waiting, name="waiting"),
    path("reviews/waiting/<slug:code>/rows", waiting.waiting_rows, name="waiting_rows"),
    path("reviews/texts/<slug:code>", pages.texts, name="texts"),
    path("reviews/export/<slug:code>", pages.export, name="export"),
    path("reviews/file/<slug:code>", pages.file, name="file"),
    path("targets", targets.home, name="targets_home"),
    path("targets/goal", targets.goal, name="goal_bar"),
    path("targets/course", contract.course, name="course"),
    path("targets/<slug:code>", targets.sheet, name="targets"),
    path("targets/<slug:code>/save", targets.save, name="targets_save"),
    path("targets/<slug:code>/copy", targets.copy, name="targets_copy"),
    path("targets/<slug:code>/contract", contract.contract, name="contract"),
    path("targets/<slug:code>/lines", contract.lines, name="contract_lines"),
    path("targets/<slug:code>/response", speeds.response, name="response"),
    path("targets/<slug:code>/response/rows", speeds.response_rows, name="response_rows"),
    path("targets/<slug:code>/approval", speeds.approval, name="approval"),
    path("targets/<slug:code>/approval/rows", speeds.approval_rows, name="approval_rows"),
    path("forecast", forecast.page, name="forecast"),
    path("forecast/lines", forecast.lines, name="forecast_lines"),
]
