"""People: sign-in, profile, setup. No namespace: these names are used everywhere."""

from django.urls import path, re_path

from accounts.views import calendar, home, invite, joining, me, people, places, resume, setup, sign_in, waiting

urlpatterns = [
    path("", home.home, name="home"),
    # sign-in (S1)
    path("login", sign_in.login, name="account_login"),
    path("logout", sign_in.logout, name="account_logout"),
    path("inactive", sign_in.inactive, name="account_inactive"),
    path("language", sign_in.set_language, name="set_language"),
    path("resume", resume.resume, name="resume"),
    path("password", sign_in.password_reset, name="account_reset_password"),
    path("password/sent", sign_in.password_reset_done, name="account_reset_password_done"),
    path("password/new/done", sign_in.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$", sign_in.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/change", sign_in.password_change, name="account_change_password"),
    path("confirm", sign_in.reauthenticate, name="account_reauthenticate"),
    path("invite/<str:token>", invite.enter, name="invite"),
    path("join/<str:token>", joining.enter, name="join"),
    path("joining", waiting.enter, name="join_wait"),
    # second factor
    path("second-factor", sign_in.mfa_authenticate, name="mfa_authenticate"),
    path("second-factor/device", sign_in.mfa_trust, name="mfa_trust"),
    path("second-factor/confirm", sign_in.mfa_reauthenticate, name="mfa_reauthenticate"),
    path("me/second-factor", sign_in.mfa_index, name="mfa_index"),
    path("me/second-factor/app", sign_in.activate_totp, name="mfa_activate_totp"),
    path("me/second-factor/off", sign_in.deactivate_totp, name="mfa_deactivate_totp"),
    path("me/second-factor/codes", sign_in.recovery_codes, name="mfa_view_recovery_codes"),
    path("me/second-factor/codes/new", sign_in.generate_codes, name="mfa_generate_recovery_codes"),
    path("me/second-factor/codes/file", sign_in.download_codes, name="mfa_download_recovery_codes"),
    # profile (S21)
    path("me", me.me, name="me"),
    path("me/switch", me.switch, name="me_switch"),
    path("me/leave", me.leave_add, name="me_leave_add"),
    path("me/leave/<int:pk>/remove", me.leave_remove, name="me_leave_remove"),
    path("me/devices/<int:pk>/end", me.device_end, name="me_device_end"),
    path("me/sign-out-everywhere", me.sign_out_everywhere, name="me_sign_out_everywhere"),
    # setup (S18)
    path("setup/switches", setup.switches, name="setup_switches"),
    path("setup/people", people.people, name="setup_people"),
    path("setup/people/new", people.new, name="setup_person_new"),
    path("setup/people/<int:pk>", people.edit, name="setup_person"),
    path("setup/people/<int:pk>/invite", people.invite, name="setup_person_invite"),
    path("setup/people/<int:pk>/deactivate", people.deactivate, name="setup_person_deactivate"),
    path("setup/people/<int:pk>/reactivate", people.reactivate, name="setup_person_reactivate"),
    path("setup/people/<int:pk>/sign-out", people.sign_out, name="setup_person_sign_out"),
    path("setup/people/join", joining.links, name="setup_join"),
    path("setup/people/join/<int:pk>", joining.link, name="setup_join_link"),
    path("setup/people/join/<int:pk>/end", joining.end, name="setup_join_end"),
    path("setup/people/asks/<int:pk>/approve", joining.approve, name="setup_join_approve"),
    path("setup/people/asks/<int:pk>/refuse", joining.refuse, name="setup_join_refuse"),
    path("setup/teams", places.teams, name="setup_teams"),
    path("setup/teams/new", places.team_new, name="setup_team_new"),
    path("setup/teams/<int:pk>", places.team, name="setup_team"),
    path("setup/departments", places.departments, name="setup_departments"),
    path("setup/departments/new", places.department_new, name="setup_department_new"),
    path("setup/departments/<int:pk>", places.department, name="setup_department"),
    path("setup/calendar", calendar.calendar, name="setup_calendar"),
    path("setup/calendar/hours", calendar.hours, name="setup_calendar_hours"),
    path("setup/calendar/days", calendar.day_set, name="setup_calendar_day"),
    path("setup/calendar/days/<int:pk>/remove", calendar.day_remove, name="setup_calendar_day_remove"),
]
