"""The table of contents. No trailing slashes; sign-in pages under our own paths (D33)."""

from django.urls import include, path

from customers.views import limits
from exchange.views import forms
from salesflow.health import healthz
from salesflow.views import (
    audit,
    backups,
    beside,
    copies,
    customer,
    device,
    feed,
    hooks,
    jobs,
    robots,
    search,
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
    path("setup/quiet", limits.limits, name="setup_quiet"),
    path("setup/forms", forms.forms, name="setup_forms"),
    path("setup/jobs", jobs.jobs, name="setup_jobs"),
    path("setup/jobs/<int:pk>/again", jobs.again, name="setup_job_again"),
    path("setup/jobs/mail/<int:pk>/again", jobs.mail_again, name="setup_mail_again"),
    path("setup/robots", robots.index, name="setup_robots"),
    path("setup/robots/<slug:of>/<int:pk>", robots.robot, name="setup_robot"),
    path("setup/robots/<slug:of>/<int:pk>/test", robots.test, name="setup_robot_test"),
    path("setup/robots/<slug:of>/<int:pk>/remove", robots.remove, name="setup_robot_remove"),
    path("setup/webhooks", hooks.index, name="setup_webhooks"),
    path("setup/webhooks/hosts", hooks.hosts, name="setup_webhook_hosts"),
    path("setup/webhooks/new", hooks.new, name="setup_webhook_new"),
    path("setup/webhooks/<int:pk>", hooks.edit, name="setup_webhook"),
    path("setup/webhooks/<int:pk>/test", hooks.test, name="setup_webhook_test"),
    path("setup/webhooks/<int:pk>/remove", hooks.remove, name="setup_webhook_remove"),
    path("setup/webhooks/deliveries/<int:pk>/again", hooks.again, name="setup_delivery_again"),
    path("setup/copies", copies.copies, name="setup_copies"),
    path("setup/copies/write", copies.write, name="setup_copies_write"),
    path("setup/copies/<slug:day>", copies.copy, name="setup_copy"),
    path("setup/backups/now", backups.now, name="setup_backup_now"),
    path("setup/backups/restore", backups.choose, name="setup_restore"),
    path("setup/backups/restore/<slug:name>", backups.restore, name="setup_restore_of"),
    path("setup/backups/<slug:name>/take", backups.take, name="setup_backup_take"),
    path("setup/backups/<slug:name>", backups.download, name="setup_backup"),
    path("setup/audit", audit.index, name="setup_audit"),
    path("setup/audit/export", audit.export, name="setup_audit_export"),
    path("setup/audit/file", audit.file, name="setup_audit_file"),
    path("setup/audit/<int:pk>", audit.event, name="setup_audit_event"),
    path("setup/access", audit.access, name="setup_access"),
    path("sw.js", device.worker, name="worker"),
    path("manifest.webmanifest", device.manifest, name="manifest"),
    path("offline", device.offline, name="offline"),
    path("healthz", healthz, name="healthz"),
    path("", include("salesflow.api.urls")),
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
