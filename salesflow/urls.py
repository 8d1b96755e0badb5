"""The table of contents. No trailing slashes; sign-in pages under our own paths (D33)."""

from django.urls import include, path

from customers.views import limits
from exchange.views import forms
from salesflow.health import healthz
from salesflow.views import (
    audit,
    beside,
    copies,
    customer,
    device,
    feed,
    golive,
    jobs,
    phones,
    robots,
    search,
    setup,
    team,
    today,
    unowned,
)

urlpatterns = [
    path("today", today.today, name="today"),
    path("team", team.team, name="team"),
    path("team/nudge", beside.nudge, name="team_nudge"),
    path("team/comment", beside.comment, name="team_comment"),
    path("team/join", beside.join, name="team_join"),
    path("team/week", team.week, name="team_week"),
    path("team/sums/<int:pk>", beside.sums, name="team_sums"),
    path("team/rep/<int:pk>", beside.rep, name="team_rep"),
    path("team/unowned", unowned.unowned, name="unowned"),
    path("team/unowned/count", unowned.count, name="unowned_count"),
    path("team/unowned/<slug:kind>/<int:pk>", unowned.give, name="unowned_give"),
    path("customers/<int:pk>", customer.page, name="customer"),
    path("calendar/<str:token>.ics", feed.feed, name="calendar_feed"),
    path("me/calendar", feed.make, name="me_feed"),
    path("me/calendar/remove", feed.revoke, name="me_feed_remove"),
    path("setup/people/<int:pk>/calendar/remove", feed.revoke_of, name="setup_person_feed_remove"),
    path("search", search.search, name="search"),
    path("reach/<str:token>", phones.enter, name="reach"),
    path("setup", setup.index, name="setup"),
    path("setup/phones", phones.index, name="setup_phones"),
    path("setup/go-live", golive.index, name="setup_go_live"),
    path("setup/go-live/remove", golive.remove, name="setup_go_live_remove"),
    path("setup/quiet", limits.limits, name="setup_quiet"),
    path("setup/forms", forms.forms, name="setup_forms"),
    path("setup/jobs", jobs.jobs, name="setup_jobs"),
    path("setup/jobs/<int:pk>/again", jobs.again, name="setup_job_again"),
    path("setup/jobs/mail/<int:pk>/again", jobs.mail_again, name="setup_mail_again"),
    path("setup/robots", robots.index, name="setup_robots"),
    path("setup/robots/<slug:of>/<int:pk>", robots.robot, name="setup_robot"),
    path("setup/robots/<slug:of>/<int:pk>/test", robots.test, name="setup_robot_test"),
    path("setup/robots/<slug:of>/<int:pk>/remove", robots.remove, name="setup_robot_remove"),
    path("setup/copies", copies.copies, name="setup_copies"),
    path("setup/copies/write", copies.write, name="setup_copies_write"),
    path("setup/copies/<slug:day>", copies.copy, name="setup_copy"),
    path("setup/audit", audit.index, name="setup_audit"),
    path("setup/audit/export", audit.export, name="setup_audit_export"),
    path("setup/audit/file", audit.file, name="setup_audit_file"),
    path("setup/audit/<int:pk>", audit.event, name="setup_audit_event"),
    path("setup/access", audit.access, name="setup_access"),
    path("sw.js", device.worker, name="worker"),
    path("manifest.webmanifest", device.manifest, name="manifest"),
    path("offline", device.offline, name="offline"),
    path("healthz", healthz, name="healthz"),
    path("", include("accounts.urls")),
    path("", include("activity.urls")),
    path("", include("exchange.urls")),
    path("", include("customers.urls")),
    path("", include("pipeline.urls")),
    path("", include("collaboration.urls")),
    path("", include("reviews.urls")),
]

handler400 = "salesflow.errors.bad_request"
handler403 = "salesflow.errors.permission_denied"
handler404 = "salesflow.errors.page_not_found"
handler500 = "salesflow.errors.server_error"
