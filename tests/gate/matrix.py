"""The permission matrix of reliability §2, one row a URL: every address of the product × every actor × GET and POST.

Read like a contract. Actors: alice RO (the thing's owner), bob RP (same team), charlie RP (other team), mia MG, nadia MX,
grace the director (MG of all teams below), sam DP (the request's department), tess DX, ada AD. What is not yours is 404,
a page that is known but not for your role 403 (D8). Nobody signed in: 302 to the sign-in, unless `anon` says otherwise.
Every value is what the *world* of tests/gate/world.py must answer. A URL without a row fails test_access.
"""

from tests.gate.walk import IN, Row, all_of, of_alice, only, roles

ADMIN = roles(admin=200)  # pages under /setup: known, closed to other roles
ADMIN_POST = roles(admin=IN)
ANYBODY, ANYBODY_POST = all_of(200), all_of(IN)

CUSTOMER = {"kwargs": lambda w: {"pk": w.alice.customer.pk}}
REQUEST = {"kwargs": lambda w: {"number": w.alice.request.number}}
ASKED = {"kwargs": lambda w: {"number": w.alice.asked.number}}


def verb(name, *, about="request", **answers):
    """A request's verb: 404 for whoever does not see the request, 403 for the wrong side."""
    return Row(
        post=answers, label=name, kwargs=lambda w: {"number": getattr(w.alice, about).number, "verb": name}
    )


def of_request(yes=IN, no=403, **others):
    """alice's request to 法务部: she, her managers, the department and admins see it; `others` act."""
    seen = {"alice": no, "mia": no, "grace": no, "sam": no, "ada": no}
    return dict.fromkeys(("bob", "charlie", "nadia", "tess"), 404) | seen | {
        name: yes if code is True else code for name, code in others.items()
    }


SIGN_IN = {  # nobody signed in is exactly whom these are for; signed in they lead home
    "account_login": [Row(get=all_of(302), post=all_of(IN), anon=200)],
    "account_logout": [Row(get=all_of(200), post=ANYBODY_POST)],
    "account_inactive": [Row(get=ANYBODY, post=None, anon=200)],
    "set_language": [Row(post=ANYBODY_POST, anon=302)],
    "account_reset_password": [Row(get=ANYBODY, post=ANYBODY_POST, anon=200)],
    "account_reset_password_done": [Row(get=ANYBODY, anon=200)],
    "account_reset_password_from_key": [
        Row(get=ANYBODY, post=ANYBODY_POST, anon=200, kwargs=lambda w: {"uidb36": "1", "key": "made-up"})
    ],
    "account_reset_password_from_key_done": [Row(get=ANYBODY, anon=200)],
    "account_change_password": [Row(get=ANYBODY, post=ANYBODY_POST)],
    "account_reauthenticate": [Row(get=ANYBODY, post=ANYBODY_POST)],
    "invite": [
        Row(get=all_of(404), post=all_of(404), anon=404, kwargs=lambda w: {"token": "made-up"},
            mixed="a made-up link does not exist for anybody")
    ],
    "mfa_authenticate": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_trust": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_reauthenticate": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_index": [Row(get=ANYBODY)],
    "mfa_activate_totp": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_deactivate_totp": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_view_recovery_codes": [Row(get=all_of(302))],
    "mfa_generate_recovery_codes": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_download_recovery_codes": [Row(get=all_of(302))],
}

PEOPLE_ROWS = {
    "home": [Row(get=all_of(302))],
    "me": [Row(get=ANYBODY)],
    "me_switch": [Row(post=ANYBODY_POST, data=lambda w: {"dense": "1"})],
    "me_leave_add": [Row(post=ANYBODY_POST)],
    "me_leave_remove": [Row(post=only(IN, alice=True), kwargs=lambda w: {"pk": w.alice.leave.pk})],
    "me_sign_out_everywhere": [Row(post=ANYBODY_POST)],
    "setup": [Row(get=ADMIN)],
    "setup_switches": [Row(get=ADMIN, post=ADMIN_POST)],
    "setup_people": [Row(get=ADMIN)],
    "setup_person_new": [Row(get=ADMIN, post=ADMIN_POST)],
    "setup_person": [Row(get=ADMIN, post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.bob.pk})],
    "setup_person_invite": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.bob.pk})],
    "setup_person_deactivate": [Row(get=ADMIN, post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.bob.pk})],
    "setup_person_reactivate": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.ian.pk})],
    "setup_person_sign_out": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.bob.pk})],
    "setup_teams": [Row(get=ADMIN)],
    "setup_team_new": [Row(get=ADMIN, post=ADMIN_POST)],
    "setup_team": [Row(get=ADMIN, post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.east.pk})],
    "setup_departments": [Row(get=ADMIN)],
    "setup_department_new": [Row(get=ADMIN, post=ADMIN_POST)],
    "setup_department": [Row(get=ADMIN, post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.legal.pk})],
    "setup_calendar": [Row(get=ADMIN)],
    "setup_calendar_hours": [Row(post=ADMIN_POST)],
    "setup_calendar_day": [Row(post=ADMIN_POST)],
    "setup_calendar_day_remove": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.day.pk})],
    "setup_jobs": [Row(get=ADMIN)],
    "setup_job_again": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.job.pk})],
}

ACTIVITY = {
    "activity:messages": [Row(get=ANYBODY)],
    "activity:read": [Row(post=ANYBODY_POST, data=lambda w: {"notice": w.alice.notice.pk, "read": "1"})],
    # who did it, or an admin, while he still sees the thing
    "activity:undo": [Row(post=only(IN, alice=True, ada=True), kwargs=lambda w: {"pk": w.alice.move.pk})],
    "activity:download": [
        Row(get=of_alice(sam=200), kwargs=lambda w: {"pk": w.alice.file.pk}, label="of a request"),
        Row(get=of_alice(), kwargs=lambda w: {"pk": w.alice.own_file.pk}, label="of a customer"),
    ],
    "activity:view_file": [
        Row(get=all_of(404), kwargs=lambda w: {"pk": w.alice.file.pk}, label="a text is never shown in the page"),
    ],
    "activity:remove_file": [
        Row(post=of_request(no=403, ada=True), kwargs=lambda w: {"pk": w.alice.file.pk}, label="older than a day"),
    ],
}

REQUESTS = {
    "collaboration:queue": [Row(get=ANYBODY)],
    "collaboration:new": [Row(get=roles(rep=200, manager=200, support=200), post=roles(rep=IN, manager=IN, support=IN))],
    "collaboration:page": [Row(get=of_alice(sam=200), **REQUEST)],
    "collaboration:edit": [
        Row(get=of_request(200, alice=True), post=of_request(alice=True), label="while submitted", **ASKED),
        Row(get=of_request(403), post=of_request(), label="taken: nobody", **REQUEST),
    ],
    "collaboration:comment": [Row(post=of_request(alice=True, mia=True, grace=True, sam=True), **REQUEST)],
    "collaboration:files": [Row(post=of_request(alice=True, sam=True), **REQUEST)],
    "collaboration:verb": [
        verb("accept", about="asked", **of_request(sam=True)),
        verb("counter", about="asked", **of_request(sam=True)),
        verb("refuse", about="asked", **of_request(sam=True)),
        verb("ask-back", **of_request(sam=True)),
        verb("deliver", **of_request(sam=True)),
        verb("hand-over", **of_request(sam=True)),
        verb("postpone", **of_request(sam=True)),
        verb("agree", **of_request(alice=True)),
        verb("insist", **of_request(alice=True)),
        verb("answer", **of_request(alice=True)),
        verb("resubmit", **of_request(alice=True)),
        verb("confirm", **of_request(alice=True)),
        verb("reopen", **of_request(alice=True)),
        verb("withdraw", **of_request(alice=True, mia=True, grace=True)),
        verb("close", **of_request(ada=True)),
        verb("approve", **of_request()),
        verb("send-back", **of_request()),
    ],
    "collaboration:customer_panel": [Row(get=of_alice(), **CUSTOMER)],
}

ROWS = SIGN_IN | PEOPLE_ROWS | ACTIVITY | REQUESTS
ROWS["healthz"] = [Row(get=ANYBODY, anon=200)]

EXEMPT = {}  # name: reason; may only shrink
