"""The permission matrix of reliability §2, one row a URL: every address of the product × every actor × GET and POST.

Read like a contract. Actors: alice RO (the thing's owner), bob RP (same team), charlie RP (other team), mia MG, nadia MX,
grace the director (MG of all teams below), sam DP (the request's department), tess DX, ada AD. What is not yours is 404,
a page that is known but not for your role 403 (D8). Nobody signed in: 302 to the sign-in, unless `anon` says otherwise.
Every value is what the *world* of tests/gate/world.py must answer. A URL without a row fails test_access.
"""

import datetime as dt

from django.utils import timezone

from activity.models import Event
from core.periods import period_of, today
from pipeline.models import LossReason
from tests.gate.walk import IN, Row, all_of, of_alice, only, roles

ADMIN = roles(admin=200)  # pages under /setup: known, closed to other roles
ADMIN_POST = roles(admin=IN)
SELLERS = roles(rep=200, manager=200, admin=200)  # pages of the sales side: known, closed to departments (D8)
SELLERS_POST = roles(rep=IN, manager=IN, admin=IN)
ANYBODY, ANYBODY_POST = all_of(200), all_of(IN)



def day(n):
    return (timezone.localdate() + dt.timedelta(days=n)).isoformat()


def PAST(w):
    """A day gone by, as a page of that day is asked for."""
    return f"as_of={day(-1)}"


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
    "resume": [Row(get=all_of(302), post=ANYBODY_POST)],
    "invite": [
        Row(get=all_of(404), post=all_of(404), anon=404, kwargs=lambda w: {"token": "made-up"},
            mixed="a made-up link does not exist for anybody")
    ],
    "join": [
        Row(get=all_of(404), post=all_of(404), anon=404, kwargs=lambda w: {"token": "made-up"},
            mixed="a made-up link does not exist for anybody")
    ],
    "join_wait": [Row(get=all_of(404), post=all_of(404), anon=404)],
    "reach": [
        Row(get=all_of(404), post=all_of(404), anon=404, kwargs=lambda w: {"token": "made-up"},
            mixed="a made-up code does not exist for anybody")
    ],
    "mfa_authenticate": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_trust": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_reauthenticate": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_login_webauthn": [Row(get=all_of(302), post=all_of(302), anon=302)],
    "mfa_reauthenticate_webauthn": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_add_webauthn": [Row(get=all_of(302), post=ANYBODY_POST)],
    "mfa_remove_webauthn": [Row(get=all_of(302), post=ANYBODY_POST, kwargs=lambda w: {"pk": 1})],
    "mfa_index": [Row(get=ANYBODY)],
    # ways that are switched off are not there; on: tests/accounts/test_sso.py
    "sso": [Row(post=all_of(302), anon=404, kwargs=lambda w: {"way": "oidc"})],
    "openid_connect_callback": [Row(get=all_of(404), anon=404, mixed="switched off: not there for anybody")],
    "feishu_callback": [Row(get=all_of(404), anon=404, mixed="switched off: not there for anybody")],
    "dingtalk_callback": [Row(get=all_of(404), anon=404, mixed="switched off: not there for anybody")],
    "me_sso": [
        Row(post=all_of(404), kwargs=lambda w: {"way": "oidc"}, mixed="switched off: not there for anybody")
    ],
    "me_sso_remove": [
        Row(post=all_of(404), kwargs=lambda w: {"pk": 1}, mixed="nobody has linked one")
    ],
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
    "me_leave_add": [Row(post=ANYBODY_POST, data=lambda w: {"first": day(60), "last": day(61)})],
    "me_leave_remove": [Row(post=only(IN, alice=True), kwargs=lambda w: {"pk": w.alice.leave.pk})],
    "me_device_end": [Row(post=only(IN, alice=True), kwargs=lambda w: {"pk": w.alice.device.pk})],
    "me_sign_out_everywhere": [Row(post=ANYBODY_POST)],
    "setup": [Row(get=ADMIN)],
    "setup_switches": [Row(get=ADMIN, post=ADMIN_POST)],
    # off until switched on (D52); with the switch on: tests/accounts/test_feed.py
    "calendar_feed": [
        Row(get=all_of(404), anon=404, kwargs=lambda w: {"token": "made-up"},
            mixed="a made-up address does not exist for anybody")
    ],
    "me_feed": [Row(post=all_of(403))],
    "me_feed_remove": [Row(post=ANYBODY_POST)],
    "setup_person_feed_remove": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.bob.pk})],
    "setup_sso": [Row(get=ADMIN)],
    "setup_sso_way": [Row(get=roles(admin=302), post=roles(admin=302), kwargs=lambda w: {"way": "oidc"})],
    "setup_quiet": [
        Row(get=ADMIN, post=ADMIN_POST),
        Row(get=ADMIN, post=ADMIN_POST, query="preview=1&stale_days=5&planned_days=14&manager_ladder_days=2&meeting_ladder_days=5", label="tried"),
    ],
    "setup_people": [Row(get=ADMIN)],
    "setup_person_new": [Row(get=ADMIN, post=ADMIN_POST)],
    "setup_person": [Row(get=ADMIN, post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.bob.pk})],
    "setup_person_invite": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.bob.pk})],
    "setup_person_deactivate": [Row(get=ADMIN, post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.bob.pk})],
    "setup_person_reactivate": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.ian.pk})],
    "setup_person_sign_out": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.bob.pk})],
    "exchange:people_paste": [Row(get=ADMIN, post=ADMIN_POST)],
    "exchange:people_waiting": [Row(get=ADMIN, post=ADMIN_POST)],
    "setup_join": [Row(get=ADMIN, post=ADMIN_POST)],
    "setup_join_link": [Row(get=ADMIN, kwargs=lambda w: {"pk": w.join.link_id})],
    "setup_join_end": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.join.link_id})],
    "setup_join_approve": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.join.pk})],
    "setup_join_refuse": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.join.pk})],
    "setup_phones": [Row(get=ADMIN)],
    "setup_go_live": [Row(get=ADMIN, post=ADMIN_POST)],
    "setup_go_live_remove": [Row(post=ADMIN_POST)],
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
    "setup_copies": [Row(get=ADMIN)],
    "setup_copies_write": [Row(post=ADMIN_POST)],
    "setup_copy": [Row(get=ADMIN, kwargs=lambda w: {"day": w.copy})],
    "setup_backup_now": [Row(post=ADMIN_POST)],
    # taken out and restored only by who confirmed lately that it is he: first a way to confirm
    "setup_backup_take": [
        Row(post=roles(admin=302), kwargs=lambda w: {"name": "salesflow-20240301-021500-nightly"})
    ],
    "setup_backup": [Row(get=roles(admin=302), kwargs=lambda w: {"name": "salesflow-20240301-021500-nightly"})],
    "setup_restore": [Row(get=roles(admin=302), post=roles(admin=302))],
    "setup_restore_of": [
        Row(
            get=roles(admin=302),
            post=roles(admin=302),
            kwargs=lambda w: {"name": "salesflow-20240301-021500-nightly"},
        )
    ],
    # for everybody, with nothing of anybody in them
    "worker": [Row(get=ANYBODY, anon=200)],
    "manifest": [Row(get=ANYBODY, anon=200)],
    "offline": [Row(get=ANYBODY, anon=200)],
    # the address of a robot is shown only to who confirmed lately that it is he: first a way to confirm
    "setup_robots": [Row(get=ADMIN)],
    "setup_robot": [
        Row(
            get=roles(admin=302),
            post=roles(admin=302),
            kwargs=lambda w: {"of": "team", "pk": w.cast.east.pk},
            data=lambda w: {"kind": "wecom", "address": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"},
        )
    ],
    "setup_robot_test": [Row(post=ADMIN_POST, kwargs=lambda w: {"of": "team", "pk": w.robot.team_id})],
    "setup_robot_remove": [Row(post=ADMIN_POST, kwargs=lambda w: {"of": "team", "pk": w.robot.team_id})],
    "setup_webhooks": [Row(get=ADMIN)],
    "setup_webhook_hosts": [Row(get=roles(admin=302), post=roles(admin=302))],
    "setup_webhook_new": [Row(get=roles(admin=302), post=roles(admin=302))],
    "setup_webhook": [Row(get=roles(admin=302), post=roles(admin=302), kwargs=lambda w: {"pk": w.hook.pk})],
    "setup_webhook_test": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.hook.pk})],
    "setup_webhook_remove": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.hook.pk})],
    "setup_delivery_again": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.delivery.pk})],
    "setup_forms": [Row(get=ADMIN, post=ADMIN_POST)],
    "exchange:fields": [Row(get=ADMIN)],
    "exchange:field_new": [
        Row(get=ADMIN, post=ADMIN_POST, label="of customers"),
        Row(get=roles(admin=404), query="of=own-999", label="of a table that is not there"),
    ],
    "exchange:field": [Row(get=ADMIN, post=ADMIN_POST, kwargs=lambda w: {"pk": w.field.pk})],
    "exchange:table": [Row(get=ADMIN, post=ADMIN_POST, kwargs=lambda w: {"pk": w.table.pk})],
    "exchange:table_new": [Row(get=ADMIN, post=ADMIN_POST)],
    "exchange:useless": [
        Row(get=ANYBODY, post=ANYBODY_POST, kwargs=lambda w: {"name": "request"}, data=lambda w: {"field": "title"}, label="of a request"),
        Row(get=SELLERS, post=SELLERS_POST, kwargs=lambda w: {"name": "log"}, data=lambda w: {"field": "text"}, label="of the log"),
    ],
    "exchange:table_ready": [Row(post=ADMIN_POST, data=lambda w: {"name": "key-accounts"})],
    "setup_jobs": [Row(get=ADMIN)],
    "setup_audit": [Row(get=ADMIN)],
    "setup_audit_event": [Row(get=ADMIN, kwargs=lambda w: {"pk": Event.objects.order_by("pk").first().pk})],
    "setup_audit_export": [Row(post=ADMIN_POST)],
    "setup_audit_file": [Row(get=ADMIN)],
    "setup_access": [
        Row(get=ADMIN, query=lambda w: f"person={w.cast.alice.pk}&what=R-{w.alice.asked.number}", label="seen"),
        Row(get=ADMIN, query="person=0&what=", label="nobody"),
    ],
    "setup_mail_again": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.cast.alice.pk})],
    "setup_job_again": [Row(post=ADMIN_POST, kwargs=lambda w: {"pk": w.job.pk})],
}

ACTIVITY = {
    "activity:messages": [Row(get=ANYBODY)],
    "activity:notices": [Row(get=ANYBODY, post=ANYBODY_POST)],
    "activity:notice_defaults": [Row(get=ADMIN, post=ADMIN_POST)],
    "activity:read": [Row(post=ANYBODY_POST, data=lambda w: {"notice": w.alice.notice.pk, "read": "1"})],
    # who did it, or an admin, while he still sees the thing
    "activity:undo": [Row(post=only(IN, alice=True, ada=True), kwargs=lambda w: {"pk": w.alice.move.pk})],
    "activity:download": [
        Row(get=of_alice(sam=200), kwargs=lambda w: {"pk": w.alice.file.pk}, label="of a request"),
        Row(get=of_alice(), kwargs=lambda w: {"pk": w.alice.own_file.pk}, label="of a customer"),
    ],
    "activity:view_file": [
        Row(get=of_alice(sam=200), kwargs=lambda w: {"pk": w.alice.picture.pk}),
        Row(get=all_of(404), kwargs=lambda w: {"pk": w.alice.file.pk}, label="a text", mixed="never shown in the page"),
    ],
    "activity:remove_file": [
        Row(post=of_request(no=403, ada=True), kwargs=lambda w: {"pk": w.alice.file.pk}, label="older than a day"),
    ],
}

REQUESTS = {
    "collaboration:queue": [Row(get=ANYBODY)],
    "collaboration:new": [
        Row(get=roles(rep=200, manager=200, support=200), post=roles(rep=IN, manager=IN, support=IN),
            data=lambda w: {"kind": "technical", "title": "闸门", "description": "说明", "department": w.cast.tech.pk,
                            "needed_by": day(5), "priority": "normal"})
    ],
    "collaboration:page": [Row(get=of_alice(sam=200), **REQUEST)],
    "collaboration:edit": [
        Row(get=of_request(200, alice=True), post=of_request(alice=True), label="while submitted", **ASKED),
        Row(get=of_request(403), post=of_request(), label="taken: nobody", **REQUEST),
    ],
    "collaboration:comment": [
        Row(post=of_request(alice=True, mia=True, grace=True, sam=True), data=lambda w: {"text": "问一句"}, **REQUEST)
    ],
    "collaboration:nudge": [Row(post=of_request(alice=True, mia=True, grace=True), **ASKED)],
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
        verb("add-step", **of_request()),
    ],
    "collaboration:items": [
        Row(post=of_request(alice=True, mia=True, grace=True, sam=True), data=lambda w: {"text": "报价"}, **REQUEST)
    ],
    "collaboration:item": [
        Row(post=of_request(alice=True, mia=True, grace=True, sam=True), data=lambda w: {"do": "done"},
            kwargs=lambda w: {"number": w.alice.request.number, "pk": w.alice.item.pk})
    ],
    "collaboration:links": [
        Row(post=of_request(alice=True, mia=True, grace=True, sam=True),
            data=lambda w: {"code": w.alice.asked.code}, **REQUEST)
    ],
    "collaboration:watchers": [
        Row(post=of_request(alice=True, mia=True, grace=True, sam=True),
            data=lambda w: {"user": w.cast.tess.pk}, **REQUEST)
    ],
    "collaboration:merge": [
        Row(get=of_request(200, sam=200, ada=200), post=of_request(sam=True, ada=True),
            data=lambda w: {"keep": w.alice.request.number}, **ASKED)
    ],
    "collaboration:split": [
        Row(get=of_request(200, alice=200, sam=200), post=of_request(alice=True, sam=True),
            data=lambda w: {"title": "另一件", "description": "说明", "department": w.cast.tech.pk}, **ASKED)
    ],
    "collaboration:many": [
        Row(get=of_alice(sam=200), post=of_alice(IN, sam=IN), query=lambda w: f"do=accept&ids={w.alice.asked.number}",
            data=lambda w: {"do": "accept", "ids": w.alice.asked.number})
    ],
    "collaboration:kinds": [Row(get=ADMIN)],
    "collaboration:kind_new": [Row(get=ADMIN, post=ADMIN_POST)],
    "collaboration:kind": [Row(get=ADMIN, post=ADMIN_POST, kwargs=lambda w: {"pk": w.alice.request.kind_id})],
    "collaboration:customer_panel": [Row(get=of_alice(), **CUSTOMER)],
}

CLOSED = {"sam": 403, "tess": 403}  # the same for a thing on such a page, whatever its id


def of_deal(yes=200, **others):
    """A deal of alice's customer; for departments every page about deals is closed."""
    return of_alice(yes, **CLOSED | others)


CUSTOMERS = {
    "customers:list": [Row(get=SELLERS), Row(get=SELLERS, query=PAST, label="of the past")],
    "customers:new": [
        Row(get=SELLERS, post=SELLERS_POST, data=lambda w: {"name": "闸门公司", "contact_name": "闸门", "sure": "1"})
    ],
    "customers:bulk": [
        Row(get=of_deal(), post=of_deal(IN), label="tag", query=lambda w: f"do=tag&ids={w.alice.customer.pk}",
            data=lambda w: {"do": "tag", "ids": w.alice.customer.pk, "tag": "hot"}),
        Row(get=of_deal(alice=403), post=of_deal(IN, alice=403), label="assign",
            query=lambda w: f"do=assign&ids={w.alice.customer.pk}",
            data=lambda w: {"do": "assign", "ids": w.alice.customer.pk, "owner": w.cast.bob.pk}),
    ],
    "customers:views": [Row(get=SELLERS, post=SELLERS_POST, query="tag=prospect",
                            data=lambda w: {"name": "闸门", "query": "tag=hot", "shared": "1"})],
    "customers:view_remove": [
        Row(post=only(IN, alice=True, sam=403, tess=403), kwargs=lambda w: {"pk": w.alice.view.pk})
    ],
    "customers:cell": [
        Row(get=of_alice(), post=of_alice(IN), label="tag", query="field=tag", **CUSTOMER,
            data=lambda w: {"field": "tag", "tag": "hot", "shown": w.alice.customer.tag}),
        Row(get=of_alice(alice=403), post=of_alice(IN, alice=403), label="owner", query="field=owner", **CUSTOMER,
            data=lambda w: {"field": "owner", "owner": w.cast.bob.pk, "shown": w.alice.customer.owner_id}),
    ],
    "customers:table": [
        Row(get=SELLERS, kwargs=lambda w: {"slug": w.table.slug}),
        Row(get=roles(rep=404, manager=404, admin=404), kwargs=lambda w: {"slug": "own-999"}, label="not there",
            mixed="there is no such table for anybody"),
    ],
    "customers:row_new": [
        Row(get=SELLERS, post=SELLERS_POST, kwargs=lambda w: {"slug": w.table.slug}),
        Row(get=of_alice(**CLOSED), post=of_alice(IN, **CLOSED), kwargs=lambda w: {"slug": w.table.slug},
            query=lambda w: f"customer={w.alice.customer.pk}", label="of alice's customer",
            mixed="the customer is in the query"),
    ],
    "customers:row_edit": [Row(get=of_alice(), post=of_alice(IN), kwargs=lambda w: {"pk": w.alice.row.pk})],
    "customers:row_remove": [Row(post=of_alice(IN), kwargs=lambda w: {"pk": w.alice.row.pk})],
    "customers:tables_of": [Row(get=of_alice(), **CUSTOMER)],
    "customers:own": [
        Row(get=of_alice(), post=of_alice(IN), kwargs=lambda w: {"pk": w.alice.customer.pk, "slug": w.field.slug}),
    ],
    "customers:restore": [
        Row(post=of_alice(IN), label="of its own history", **CUSTOMER,
            data=lambda w: {"of": "customer", "field": "name", "row": w.alice.customer.history.earliest().history_id})
    ],
    # every rep sees name, industry and tag; who sells may claim, the one who had it not at once
    "customers:pool": [Row(get=SELLERS, query="q=公海")],
    "customers:claim": [
        Row(post=all_of(IN) | {"sam": 403, "tess": 403, "ada": 403}, kwargs=lambda w: {"pk": w.pooled.customer.pk},
            mixed="in the pool it is there for everybody who sells"),
        Row(post=only(404, sam=403, tess=403, ada=403), kwargs=lambda w: {"pk": w.alice.customer.pk},
            label="not in the pool", mixed="an admin claims nothing, whatever the id"),
    ],
    "customers:pool_move": [Row(post=of_alice(IN, alice=403), data=lambda w: {"do": "lock"}, **CUSTOMER)],
    "customers:pool_rules": [Row(get=ADMIN, post=ADMIN_POST)],
    "customers:alike": [Row(get=SELLERS, query="name=quokkaonename&phone=13911112222")],
    # two records become one: whoever answers for both
    "customers:merge": [
        Row(get=of_alice(), post=of_alice(404), label="with nobody", **CUSTOMER),
        Row(get=only(200, mia=True, grace=True, ada=True), post=only(IN, mia=True, grace=True, ada=True),
            query=lambda w: f"with={w.bob.customer.pk}", data=lambda w: {"with": w.bob.customer.pk}, label="with bob's",
            **CUSTOMER),
    ],
    "customers:merge_two": [
        Row(get=roles(rep=302, manager=302, admin=302)),
        Row(get=of_alice(302, **CLOSED), query=lambda w: f"ids={w.alice.customer.pk}&ids={w.bob.customer.pk}",
            label="two"),
    ],
    "customers:pairs": [Row(get=roles(manager=200, admin=200))],
    "customers:pair_apart": [
        Row(post=only(IN, mia=True, grace=True, ada=True, alice=403, bob=403, charlie=403, sam=403, tess=403),
            kwargs=lambda w: {"pk": w.pair.pk})
    ],
    "customers:edit": [Row(get=of_alice(), post=of_alice(IN), **CUSTOMER)],
    "customers:tag": [Row(post=of_alice(IN), data=lambda w: {"tag": "hot"}, **CUSTOMER)],
    "customers:archive": [Row(post=of_alice(IN, alice=403), **CUSTOMER)],
    "customers:helpers": [
        Row(post=of_alice(IN), data=lambda w: {"add": w.cast.bob.pk}, label="of one's own", **CUSTOMER),
        Row(post=only(IN, charlie=True, nadia=True, grace=True, ada=True, alice=403), label="not by a helper",
            data=lambda w: {"add": w.cast.bob.pk}, kwargs=lambda w: {"pk": w.helped.customer.pk}),
    ],
    "customers:history": [Row(get=of_alice(), **CUSTOMER)],
    "customers:contact_new": [Row(get=of_alice(), post=of_alice(IN), data=lambda w: {"name": "闸门"}, **CUSTOMER)],
    "customers:contact_edit": [Row(get=of_alice(), post=of_alice(IN), kwargs=lambda w: {"pk": w.alice.contact.pk})],
    # only who sees the mask may lift it
    "customers:reveal": [Row(post=of_alice(403, ada=IN), kwargs=lambda w: {"pk": w.alice.contact.pk})],
    "customers:log": [
        Row(get=SELLERS, post=SELLERS_POST),
        Row(get=of_deal(), post=of_deal(IN), query=lambda w: f"customer={w.alice.customer.pk}", label="of a customer",
            data=lambda w: {"customer": w.alice.customer.pk, "text": "谈了闸门", "methods": "phone", "time": "now",
                            "next": "pick", "next_date": day(3), "next_text": "再约"}),
    ],
    "customers:log_kept": [
        Row(post=of_deal(IN), label="of a customer",
            data=lambda w: {"customer": w.alice.customer.pk, "text": "谈了闸门", "next": "pick", "next_date": day(3)}),
    ],
    "customers:line": [
        Row(get=roles(rep=302, manager=302, admin=302)),
        Row(get=SELLERS, query="text=%E7%94%B5%E8%AF%9D+%E5%91%A8%E4%BA%94%E5%86%8D%E8%B0%88", label="that names nobody"),
        Row(get=of_deal(), query=lambda w: f"text=call+tomorrow&customer={w.alice.customer.pk}", label="of a customer"),
    ],
    "customers:dates": [Row(get=SELLERS, query="text=tomorrow")],
    "customers:paste": [
        Row(get=SELLERS, post=SELLERS_POST),
        Row(get=of_deal(), post=of_deal(IN), query=lambda w: f"customer={w.alice.customer.pk}", label="of a customer",
            data=lambda w: {"customer": w.alice.customer.pk, "text": "谈了闸门"}),
    ],
    "customers:paste_save": [
        Row(post=of_deal(IN), label="of a customer",
            data=lambda w: {"customer": w.alice.customer.pk, "text": "张敏 2024/3/1 10:12:03\n谈了闸门"}),
    ],
    "customers:visit": [Row(post=of_alice(IN, ada=403), **CUSTOMER)],
    "customers:owed": [Row(post=of_alice(IN), data=lambda w: {"customer": w.alice.customer.pk, "how": "phone"})],
    # its author corrects, managers comment, nobody rewrites (D7)
    "customers:talk_edit": [
        Row(get=of_alice(403, alice=200), post=of_alice(403, alice=IN), kwargs=lambda w: {"pk": w.alice.log.pk})
    ],
    "customers:talk_comment": [
        Row(get=of_alice(alice=403), post=of_alice(IN, alice=403), data=lambda w: {"text": "问一句"},
            kwargs=lambda w: {"pk": w.alice.log.pk})
    ],
    "customers:step_new": [
        Row(get=of_alice(), post=of_alice(IN), data=lambda w: {"next": "pick", "next_date": day(4), "next_text": "再约"},
            **CUSTOMER)
    ],
    "customers:step_shift": [Row(get=of_alice(), post=of_alice(IN), data=lambda w: {"next": "pick", "next_date": day(6), "version": w.alice.step.version}, kwargs=lambda w: {"pk": w.alice.step.pk})],
    "customers:step_done": [Row(get=of_alice(), post=of_alice(IN), kwargs=lambda w: {"pk": w.alice.step.pk})],
}

DEAL = {"kwargs": lambda w: {"pk": w.alice.deal.pk}}
STAGE = {"kwargs": lambda w: {"pk": w.stage.pk}}
BOOK = {"kwargs": lambda w: {"pk": w.book.pk}}  # one that is off
COLUMN = {"kwargs": lambda w: {"stage": w.stage.pk}}

PIPELINE = {
    "pipeline:board": [Row(get=SELLERS), Row(get=SELLERS, query="since=2026-01-01T00:00:00Z", label="others' changes"), Row(get=SELLERS, query=PAST, label="of the past")],
    "pipeline:table": [Row(get=SELLERS), Row(get=SELLERS, query="state=all&group=stage", label="all"), Row(get=SELLERS, query=PAST, label="of the past")],
    "pipeline:changes": [
        Row(get=SELLERS), Row(get=SELLERS, query=lambda w: f"since={day(-30)}&as_of={day(-1)}", label="between two days"),
    ],
    "pipeline:paste": [Row(get=SELLERS, post=SELLERS_POST, data=lambda w: {"text": "7", "first": "amount", "start": "0"})],
    "pipeline:many": [
        Row(get=of_deal(), post=of_deal(IN), query=lambda w: f"do=plan&ids={w.alice.deal.pk}",
            data=lambda w: {"do": "plan", "ids": w.alice.deal.pk, "due_on": day(3), "text": "再约"}),
    ],
    "pipeline:peek": [Row(get=of_deal(), **DEAL)],
    "pipeline:payment_add": [Row(post=of_deal(409), data=lambda w: {"amount": "5", "paid_on": day(-1)}, **DEAL)],  # open
    "pipeline:payment_remove": [
        Row(post=of_deal(IN), kwargs=lambda w: {"pk": w.alice.deal.pk, "payment": w.alice.deal.payments.create(
            amount=5, paid_on=day(-1), made_at=timezone.now(), made_by=w.cast.alice).pk})],
    "pipeline:risk_close": [
        Row(post=of_deal(IN), kwargs=lambda w: {
            "pk": w.alice.deal.pk, "risk": w.alice.deal.risks.create(text="预算", opened_at=timezone.now()).pk})],
    "pipeline:need_close": [
        Row(post=of_deal(IN), kwargs=lambda w: {"pk": w.alice.deal.pk, "need": w.alice.customer.needs.create(
            text="月付", follow_up=w.alice.customer.followups.first()).pk})],
    "pipeline:filters": [Row(get=SELLERS)],
    "pipeline:view_save": [Row(post=SELLERS_POST, data=lambda w: {"name": "闸门", "query": "tag=hot"})],
    "pipeline:view_remove": [
        Row(post=only(IN, alice=True, sam=403, tess=403), kwargs=lambda w: {"pk": w.alice.board_view.pk})
    ],
    "pipeline:more": [Row(get=roles(rep=302, manager=302, admin=302), **COLUMN)],
    "pipeline:fold": [Row(post=SELLERS_POST, **COLUMN)],
    "pipeline:deal": [Row(get=of_deal(302), **DEAL)],
    "pipeline:deal_edit": [Row(get=of_deal(), post=of_deal(IN), **DEAL)],
    "pipeline:move": [
        Row(get=of_deal(), post=of_deal(IN), **DEAL, data=lambda w: {
            "to": w.stages[2].pk, "frm": w.stages[1].pk, "key_action": "再约", "expected_close": day(20)})
    ],
    "pipeline:lost": [Row(get=of_deal(), post=of_deal(IN), **DEAL)],
    "pipeline:field": [
        Row(get=of_deal(), post=of_deal(IN), query="field=amount", **DEAL,
            data=lambda w: {"field": "amount", "amount": "7", "version": "1"}),
    ],
    # one playbook is on: nothing of the others is there (D52); with several: tests/pipeline/test_playbooks.py
    "pipeline:switch": [Row(get=roles(rep=404, manager=404, admin=404), post=roles(rep=404, manager=404, admin=404), **DEAL)],
    "pipeline:after_win": [
        Row(get=roles(rep=404, manager=404, admin=404), post=roles(rep=404, manager=404, admin=404),
            kwargs=lambda w: {"customer": w.alice.customer.pk})
    ],
    "pipeline:customer_panel": [Row(get=of_deal(), **CUSTOMER)],
    "pipeline:deal_new": [
        Row(get=of_deal(), post=of_deal(IN), kwargs=lambda w: {"customer": w.alice.customer.pk},
            data=lambda w: {"name": "闸门单", "amount": "8"})
    ],
    "pipeline:update": [Row(get=SELLERS, post=SELLERS_POST)],
    "pipeline:update_all": [Row(get=SELLERS, post=SELLERS_POST)],
    "pipeline:update_row": [Row(post=of_deal(IN), **DEAL)],
    "pipeline:process": [Row(get=SELLERS)],
    "pipeline:agreement": [Row(get=SELLERS)],
    "pipeline:agreement_judge": [  # the two it was drawn for and nobody else, whoever leads them
        Row(post=only(IN, alice=True, mia=True, sam=403, tess=403), kwargs=lambda w: {"pk": w.sample.pk},
            data=lambda w: {"stage": w.stages[2].pk}),
    ],
    "pipeline:agreement_results": [Row(get=roles(manager=200, admin=200))],
    "setup_stages": [Row(get=ANYBODY)],  # readable by everybody (D8)
    "setup_stage_new": [Row(get=ADMIN, post=ADMIN_POST)],
    "setup_stages_order": [Row(post=ADMIN_POST, data=lambda w: {"playbook": "new-customers"})],
    "setup_stage": [Row(get=ADMIN, post=ADMIN_POST, **STAGE)],
    "setup_stage_effect": [Row(get=ADMIN, **STAGE)],
    "setup_stage_chance": [  # off until switched on (D52)
        Row(get=roles(admin=404), post=roles(admin=404), **STAGE)
    ],
    "setup_actions": [Row(get=ADMIN, post=ADMIN_POST)],
    "setup_playbooks": [Row(get=ADMIN)],
    "setup_playbook": [Row(get=ADMIN, post=ADMIN_POST, **BOOK)],
    "setup_playbook_copy": [Row(post=ADMIN_POST, **BOOK)],
    "setup_playbook_turn": [Row(post=ADMIN_POST, **BOOK)],
    "setup_playbook_empty": [Row(get=roles(admin=302), post=roles(admin=IN), **BOOK)],
    "setup_stage_shift": [Row(post=ADMIN_POST, **STAGE)],
    "setup_stage_retire": [Row(post=ADMIN_POST, **STAGE)],
    "setup_stage_merge": [Row(get=ADMIN, post=ADMIN_POST, data=lambda w: {"into": w.stages[2].pk}, **STAGE)],
}

BATCH = {"kwargs": lambda w: {"pk": w.alice.batch.pk}}
READY = {"kwargs": lambda w: {"pk": w.alice.ready.pk}}

EXCHANGE = {  # creator only; admins look (matrix: "Import job")
    "exchange:imports": [Row(get=ANYBODY, post=ANYBODY_POST)],
    "exchange:template": [Row(get=ANYBODY, kwargs=lambda w: {"slug": "all"})],
    "exchange:import": [Row(get=only(302, alice=True, ada=True), **BATCH)],
    "exchange:import_map": [Row(get=only(200, alice=True, ada=403), post=only(IN, alice=True, ada=403), **READY)],
    "exchange:import_check": [Row(get=only(200, alice=True, ada=True), post=only(IN, alice=True, ada=403), **READY)],
    "exchange:import_done": [Row(get=only(200, alice=True, ada=True), **BATCH)],
    "exchange:import_undo": [Row(post=only(IN, alice=True, ada=403), **BATCH)],
    "exchange:import_errors": [Row(get=only(200, alice=True, ada=True), **BATCH)],
    "exchange:profiles": [Row(get=ANYBODY)],
    # one's own; those for everybody are in tests/exchange/test_other_systems.py
    "exchange:profile": [Row(post=only(IN, alice=True), kwargs=lambda w: {"pk": w.alice.matches.pk})],
    "exchange:export": [
        Row(post=ANYBODY_POST, data=lambda w: {"sheet": "requests"}, label="requests"),
        # a department sees no customer: its workbook has the headers alone (tests/gate/test_canaries.py reads it)
        Row(post=ANYBODY_POST, data=lambda w: {"sheet": "follow-ups"}, label="follow-ups"),
        Row(post=ANYBODY_POST, data=lambda w: {"sheet": "stage-progress"}, label="stage progress"),
    ],
    # the file holds what its maker could see, full numbers too, so not even admins get it
    "exchange:file": [Row(get=only(200, alice=True), kwargs=lambda w: {"pk": w.alice.export.pk})],
}

WEEK = {"kwargs": lambda w: {"code": w.week.code}}
MONTH = {"kwargs": lambda w: {"code": w.month.code}}
QUARTER = {"kwargs": lambda w: {"code": period_of("quarter", w.month.first).code}, "label": "of a quarter"}
OF_FIELD = {
    "kwargs": lambda w: {"code": period_of("quarter", w.month.first).code, "key": "customer.industry"}, "label": "of a field",
}
MANAGERS = roles(manager=200, admin=200)
ABOUT_ALICE = {"query": lambda w: f"scope=person-{w.cast.alice.pk}", "label": "of alice"}
ABOUT_EAST = {"query": lambda w: f"scope=team-{w.cast.east.pk}", "label": "of 华东一组"}
COMPANY = {"query": "scope=company", "label": "of the company"}
MIXED = {"mixed": "whose figures: in the query, not in the address"}
LEADS_ALL = only(200, grace=True, ada=True)  # who leads every team reads the company as well as he sets its target
TEAM_ONLY = only(200, mia=True, grace=True, ada=True)
SALES_TEAM = only(200, mia=True, grace=True, ada=True, **CLOSED)


def scoped(**fields):
    """A POST about alice's figures."""
    return lambda w: {"scope": f"person-{w.cast.alice.pk}"} | fields


# the meeting of this week, which has not begun: everybody of a team reads his own part, who leads the team runs it
NOW_WEEK = {"kwargs": lambda w: {"code": period_of("week", today()).code}}
OF_EAST = {"query": lambda w: f"team={w.cast.east.pk}", "mixed": "whose team: in the query, not in the address"}
EAST_READS = only(200, alice=True, bob=True, mia=True, grace=True, ada=True, sam=403, tess=403)
EAST_RUNS = only(IN, mia=True, grace=True, ada=True, alice=403, bob=403, sam=403, tess=403)


def run_east(**fields):
    return {"data": lambda w: {"team": w.cast.east.pk} | fields, "mixed": OF_EAST["mixed"]} | NOW_WEEK


MEETING = {
    "pipeline:meetings": [Row(get=roles(rep=302, manager=302, admin=302))],
    "pipeline:meeting": [Row(get=SELLERS, **NOW_WEEK), Row(get=EAST_READS, label="of 华东一组", **NOW_WEEK, **OF_EAST)],
    "pipeline:meeting_start": [Row(post=EAST_RUNS, **run_east())],
    "pipeline:meeting_show": [Row(post=EAST_RUNS, **run_east(item="0"))],
    "pipeline:meeting_attend": [Row(post=EAST_RUNS, **run_east())],
    "pipeline:meeting_end": [Row(post=EAST_RUNS, **run_east())],
    # nothing is on an agenda that was not frozen: tests/pipeline/test_meeting.py decides in a running one
    "pipeline:meeting_decide": [
        Row(post=EAST_RUNS | {"mia": 404, "grace": 404, "ada": 404}, **run_east(item="0", decision="note", text="x"))
    ],
    "pipeline:meeting_rep": [
        Row(get=of_deal(), post=of_deal(IN), data=lambda w: {"team": w.cast.east.pk, "support": "x"},
            kwargs=lambda w: {"code": period_of("week", today()).code, "pk": w.cast.alice.pk},
            query=lambda w: f"team={w.cast.east.pk}", mixed=OF_EAST["mixed"]),
    ],
    "pipeline:meeting_rows": [  # of a meeting that runs: tests/pipeline/test_meeting_rows.py
        Row(get=of_deal(), kwargs=lambda w: {"code": period_of("week", today()).code, "pk": w.cast.alice.pk},
            query=lambda w: f"team={w.cast.east.pk}&of=logs", mixed=OF_EAST["mixed"]),
    ],
    "pipeline:meeting_rep_step": [
        Row(post=of_deal(IN), kwargs=lambda w: {"code": period_of("week", today()).code, "pk": w.cast.alice.pk},
            data=lambda w: {"team": w.cast.east.pk, "customer": w.alice.customer.pk, "text": "再约", "due_on": day(3)},
            mixed=OF_EAST["mixed"]),
    ],
    "pipeline:meeting_minutes": [Row(get=all_of(404) | CLOSED, label="not begun", mixed="nobody has any", **NOW_WEEK)],
    "pipeline:meeting_file": [Row(post=all_of(404) | CLOSED, label="not begun", mixed="nobody has any", **NOW_WEEK)],
    "pipeline:meeting_tick": [
        Row(post=EAST_RUNS | {"mia": 404, "grace": 404, "ada": 404}, mixed=OF_EAST["mixed"], label="of no meeting",
            kwargs=lambda w: {"code": period_of("week", today()).code, "pk": 7},
            data=lambda w: {"team": w.cast.east.pk}),
    ],
}

REVIEWS = {
    "reviews:home": [Row(get=all_of(302))],
    "reviews:week": [
        Row(get=ANYBODY, query=PAST, label="of the past", **WEEK),
        Row(get=ANYBODY, **WEEK), Row(get=of_alice(), **WEEK, **ABOUT_ALICE, **MIXED),
        Row(get=TEAM_ONLY, **WEEK, **ABOUT_EAST, **MIXED), Row(get=LEADS_ALL, **WEEK, **COMPANY, **MIXED),
    ],
    "reviews:theme": [  # what a team's week says is its readers'
        Row(get=TEAM_ONLY, **WEEK, mixed=MIXED["mixed"], label=of, query=lambda w, of=of:
            f"scope=team-{w.cast.east.pk}&theme=multi-warehouse&of={of}")
        for of in ("logs", "open")
    ],
    "reviews:words": [  # the dictionary is taught by managers and admins, read by who sells
        Row(get=SELLERS, post=roles(rep=403, manager=IN, admin=IN),
            data=lambda w: {"text": "多仓调拨", "topic": w.objection.pk}),
    ],
    "reviews:word_take": [Row(post=roles(rep=403, manager=IN, admin=IN), data=lambda w: {"word": w.word.pk})],
    "reviews:month": [
        Row(get=ANYBODY, query=PAST, label="of the past", **MONTH),
        Row(get=ANYBODY, **MONTH), Row(get=of_alice(), **MONTH, **ABOUT_ALICE, **MIXED),
        Row(get=TEAM_ONLY, **MONTH, **ABOUT_EAST, **MIXED), Row(get=LEADS_ALL, **MONTH, **COMPANY, **MIXED),
    ],
    "reviews:quarter": [Row(get=MANAGERS, **QUARTER)],
    "reviews:quarter_rows": [
        Row(get=MANAGERS, query="field=customer.industry&of=rows", **QUARTER),
        Row(get=MANAGERS, query=lambda w: f"stage={w.stage.pk}", **QUARTER | {"label": "of a stage"}),
    ],
    "reviews:quarter_field": [Row(get=MANAGERS, **OF_FIELD)],
    "reviews:quarter_change": [Row(post=ADMIN_POST, data=lambda w: {"do": "hide", "version": "0"}, **OF_FIELD)],
    "reviews:bottleneck": [
        Row(get=ANYBODY | {"sam": 404, "tess": 404}, **MONTH, **MIXED), Row(get=of_alice(), **MONTH, **ABOUT_ALICE, **MIXED),
        Row(get=TEAM_ONLY, **MONTH, **ABOUT_EAST, **MIXED), Row(get=LEADS_ALL, **MONTH, **COMPANY, **MIXED),
    ],
    "reviews:improve": [  # of a closed month: the running one answers 409
        Row(post=of_alice(IN, alice=403), label="of a closed month", **MIXED,
            kwargs=lambda w: {"code": w.month.previous().code},
            data=lambda w: {"scope": f"person-{w.cast.alice.pk}", "text": "早些沟通方案", "measure": f"rate-{w.stage.pk}",
                            "owner": w.cast.alice.pk, "due_on": day(9)}),
    ],
    "reviews:improvement": [
        Row(get=of_alice(), post=of_alice(IN), kwargs=lambda w: {"pk": w.improvement.pk},
            data=lambda w: {"state": "done", "outcome": "提前一周沟通", "version": "1"}),
    ],
    "reviews:answers": [Row(get=SELLERS), Row(get=of_deal(), **ABOUT_ALICE, **MIXED)],
    "reviews:answer": [  # written by managers and admins, read by who sells
        Row(get=SELLERS, post=roles(rep=403, manager=IN, admin=IN), kwargs=lambda w: {"pk": w.objection.pk},
            data=lambda w: {"text": "先算三年总账", "version": "0"}),
        Row(get=of_deal(), post=of_deal(IN, alice=403), data=lambda w: {"text": "先算总账", "version": "0"},
            kwargs=lambda w: {"pk": w.objection.pk}, **ABOUT_ALICE, **MIXED),
    ],
    "reviews:answer_rows": [
        Row(get=of_deal(), kwargs=lambda w: {"pk": w.objection.pk}, mixed=MIXED["mixed"],
            query=lambda w: f"of=talks&version=0&scope=person-{w.cast.alice.pk}"),
    ],
    "reviews:goals": [
        Row(get=SELLERS), Row(get=of_deal(), **ABOUT_ALICE, **MIXED), Row(get=SALES_TEAM, **ABOUT_EAST, **MIXED),
    ],
    "reviews:goal_new": [
        Row(get=of_deal(alice=403), post=of_deal(IN, alice=403), **ABOUT_ALICE, **MIXED, data=lambda w: {
            "metric": "conversion", "direction": "up", "kind": "relative", "size": "15", "owner": w.cast.alice.pk,
            "before_first": day(-90), "before_last": day(-10), "since": day(-9), "ends_on": day(60),
        }),
    ],
    "reviews:goal": [
        Row(get=of_deal(), post=of_deal(IN, alice=403), kwargs=lambda w: {"pk": w.goal.pk},
            data=lambda w: {"version": "1"}),
    ],
    "reviews:goal_rows": [
        Row(get=of_deal(), kwargs=lambda w: {"pk": w.goal.pk}, query="side=before"),
        Row(get=of_deal(), kwargs=lambda w: {"pk": w.goal.pk}, query="side=now&of=on", label="now"),
    ],
    "reviews:trends": [
        Row(get=SELLERS), Row(get=of_deal(), **ABOUT_ALICE, **MIXED), Row(get=SALES_TEAM, **ABOUT_EAST, **MIXED),
        *(Row(get=SELLERS, query=f"of={of}", label=of) for of in ("response", "slips", "waiting")),
        Row(get=of_deal(mia=404, grace=404, ada=404), label="alice's own share", **MIXED,
            query=lambda w: f"of=in_time&scope=person-{w.cast.alice.pk}"),
    ],
    "reviews:trend_rows": [
        Row(get=of_deal(), **MIXED,
            query=lambda w: f"of=response_elapsed&month={w.month.code}&scope=person-{w.cast.alice.pk}"),
    ],
    "reviews:waiting": [
        Row(get=ANYBODY, **MONTH), Row(get=of_alice(), **MONTH, **ABOUT_ALICE, **MIXED),
        Row(get=TEAM_ONLY, **MONTH, **ABOUT_EAST, **MIXED), Row(get=LEADS_ALL, **MONTH, **COMPANY, **MIXED),
    ],
    "reviews:waiting_rows": [
        Row(get=ANYBODY, **MONTH), Row(get=of_alice(), **MONTH, **ABOUT_ALICE, **MIXED),
        Row(get=TEAM_ONLY, **MONTH, **ABOUT_EAST, **MIXED),
    ],
    "reviews:rows": [
        Row(get=of_alice(), query=lambda w: f"of=talks&period={w.week.code}&scope=person-{w.cast.alice.pk}",
            mixed=MIXED["mixed"]),
    ],
    # the causes are the managers' to write, a rep reads them
    "reviews:texts": [Row(post=of_alice(IN, alice=403), data=scoped(causes="", version="1"), **WEEK, **MIXED)],
    "reviews:export": [Row(post=of_alice(IN), data=scoped(), **WEEK, **MIXED)],
    # of a closed period that was frozen: here none is, so who may write there reads that (409)
    "reviews:recount": [Row(post=of_alice(409, alice=403), data=scoped(reason="x", seen="1"), **WEEK, **MIXED)],
    "reviews:file": [Row(get=of_alice(), **WEEK, **ABOUT_ALICE, **MIXED)],
    "reviews:picture": [Row(get=of_alice(), **MONTH, **ABOUT_ALICE, **MIXED), Row(get=ANYBODY, **WEEK)],
    "reviews:pace": [
        Row(get=SELLERS), Row(get=of_deal(mia=404, grace=404, ada=404), **ABOUT_ALICE, **MIXED),  # his own alone (D25)
        Row(get=only(200, mia=True, grace=True, ada=True, **CLOSED), **ABOUT_EAST, **MIXED),
    ],
    "reviews:targets_home": [Row(get=roles(rep=302, manager=302, admin=302))],
    "reviews:goal_bar": [
        Row(get=SELLERS), Row(get=of_deal(), **ABOUT_ALICE, **MIXED),
    ],
    "reviews:course": [
        Row(get=SELLERS), Row(get=of_deal(), **ABOUT_ALICE, **MIXED), Row(get=SALES_TEAM, **ABOUT_EAST, **MIXED),
    ],
    "reviews:targets": [
        Row(get=SELLERS, **MONTH), Row(get=SELLERS, **QUARTER),
        Row(get=SELLERS, kwargs=MONTH["kwargs"], query="view=rates", label="rates"),
    ],
    # edited by managers, read by the rest
    "reviews:targets_save": [
        Row(post=of_deal(IN, alice=403, ada=403), data=lambda w: {
            f"v~{w.month.code}~signed~~person-{w.cast.alice.pk}": "5", "reason": "x"
        }, **MONTH, mixed="whose target: in the name of the field"),
    ],
    "reviews:attained_rows": [
        Row(get=SELLERS, kwargs=MONTH["kwargs"], query="of=signed", label="signed"),
        Row(get=of_deal(), **MONTH, query=lambda w: f"of=new_customers&scope=person-{w.cast.alice.pk}",
            mixed=MIXED["mixed"]),
        Row(get=SALES_TEAM, **MONTH, query=lambda w: f"of=won&scope=team-{w.cast.east.pk}", mixed=MIXED["mixed"]),
    ],
    "reviews:contract": [
        Row(get=SELLERS, **MONTH), Row(get=of_deal(), **MONTH, **ABOUT_ALICE, **MIXED),
        Row(get=SALES_TEAM, **MONTH, **ABOUT_EAST, **MIXED),
        Row(get=LEADS_ALL | CLOSED, **MONTH, **COMPANY, **MIXED),
    ],
    # a figure of a month whose opening was not kept has no list
    "reviews:contract_lines": [
        Row(get=roles(rep=404, manager=404, admin=404), kwargs=MONTH["kwargs"], query="of=nothing", label="none"),
    ],
    "reviews:response": [
        Row(get=SELLERS, **MONTH), Row(get=of_deal(), **MONTH, **ABOUT_ALICE, **MIXED),
        Row(get=SALES_TEAM, **MONTH, **ABOUT_EAST, **MIXED), Row(get=SELLERS, **QUARTER),
    ],
    "reviews:response_rows": [
        Row(get=of_deal(), **MONTH, query=lambda w: f"of=elapsed-due&scope=person-{w.cast.alice.pk}",
            mixed=MIXED["mixed"]),
    ],
    "reviews:approval": [
        Row(get=SELLERS, **MONTH), Row(get=of_deal(), **MONTH, **ABOUT_ALICE, **MIXED),
        Row(get=SALES_TEAM, **MONTH, **ABOUT_EAST, **MIXED),
    ],
    "reviews:approval_rows": [
        Row(get=of_deal(), **MONTH, **ABOUT_ALICE, **MIXED), Row(get=SALES_TEAM, **MONTH, **ABOUT_EAST, **MIXED),
    ],
    "reviews:forecast": [
        Row(get=SELLERS), Row(get=of_deal(), **ABOUT_ALICE, **MIXED), Row(get=SALES_TEAM, **ABOUT_EAST, **MIXED),
    ],
    "reviews:forecast_lines": [
        Row(get=SELLERS), Row(get=of_deal(), **ABOUT_ALICE, **MIXED), Row(get=SALES_TEAM, **ABOUT_EAST, **MIXED),
    ],
    "reviews:targets_copy": [Row(post=roles(manager=IN), **MONTH)],
}

LED = only(200, no=403, mia=True, grace=True, ada=True, nadia=404)
LED_POST = only(IN, no=403, mia=True, grace=True, ada=True, nadia=404)

ROOF = {
    "today": [Row(get=SELLERS)],
    "team": [Row(get=roles(manager=200, admin=200))],
    # whoever leads the owner's team, in place
    "team_nudge": [
        Row(get=LED, post=LED_POST, query=lambda w: f"customer={w.alice.customer.pk}",
            data=lambda w: {"customer": w.alice.customer.pk, "text": "请今天联系"}, mixed="whose: in the query"),
        Row(get=LED, post=LED_POST, query=lambda w: f"rep={w.cast.alice.pk}", label="a rep",
            data=lambda w: {"rep": w.cast.alice.pk, "text": "请今天看一下"}, mixed="whose: in the query"),
    ],
    "team_comment": [
        Row(get=LED, post=LED_POST, query=lambda w: f"customer={w.alice.customer.pk}",
            data=lambda w: {"customer": w.alice.customer.pk, "text": "先讲收益"}, mixed="whose: in the query"),
    ],
    "team_join": [
        Row(get=LED | {"ada": 403}, post=LED_POST | {"ada": 403}, query=lambda w: f"customer={w.alice.customer.pk}",
            data=lambda w: {"customer": w.alice.customer.pk}, mixed="whose: in the query"),
    ],
    "team_rep": [
        Row(get=LED, kwargs=lambda w: {"pk": w.cast.alice.pk}),
        Row(get=LED, kwargs=lambda w: {"pk": w.cast.alice.pk}, query="of=amount", label="behind a number"),
    ],
    "team_week": [Row(get=roles(manager=200, admin=200))],
    "team_sums": [
        Row(get=LED, kwargs=lambda w: {"pk": w.cast.east.pk}, query="of=amount", label="behind a sum"),
    ],
    "unowned": [Row(get=roles(manager=200, admin=200))],
    "unowned_count": [Row(get=roles(manager=200, admin=200))],
    "unowned_give": [
        Row(get=roles(manager=404, admin=200) | {"mia": 200, "grace": 200},
            post=roles(manager=404, admin=IN) | {"mia": IN, "grace": IN},
            kwargs=lambda w: {"kind": "customer", "pk": w.east.customer.pk}, data=lambda w: {
                "to": w.cast.alice.pk, "version": w.east.customer.version}),
    ],
    "search": [Row(get=ANYBODY), Row(get=ANYBODY, query="q=quokkaonename", label="a name")],
    "customer": [Row(get=of_alice(), **CUSTOMER)],
}

# By token (tests/gate/test_api.py): the rights are those of the pages. `post` stands for every method that writes.
ONE = {name: {"kwargs": lambda w, name=name: {"pk": getattr(w.alice, name).pk}}
       for name in ("customer", "contact", "log", "step", "deal")}
API = {
    "api:customers": [
        Row(get=SELLERS, post=SELLERS_POST, data=lambda w: {"name": "接口公司", "contact_name": "接口", "sure": True})
    ],
    "api:customer": [
        Row(get=of_alice(), post=of_alice(IN), data=lambda w: {"version": w.alice.customer.version, "industry": "接口"},
            **ONE["customer"])
    ],
    "api:contacts": [
        Row(get=SELLERS, post=of_alice(IN), data=lambda w: {"customer": w.alice.customer.pk, "name": "接口"},
            mixed="whose: in the body")
    ],
    "api:contact": [
        Row(get=of_alice(), post=of_alice(IN), data=lambda w: {"version": w.alice.contact.version, "position": "接口"},
            **ONE["contact"])
    ],
    "api:follow_ups": [
        Row(get=SELLERS, post=of_alice(IN, sam=403, tess=403), mixed="whose: in the body",
            data=lambda w: {"customer": w.alice.customer.pk, "text": "接口", "next": "none", "reason": "other"})
    ],
    "api:follow_up": [Row(get=of_alice(), **ONE["log"])],
    "api:next_steps": [
        Row(get=SELLERS, post=of_alice(IN), mixed="whose: in the body",
            data=lambda w: {"customer": w.alice.customer.pk, "next_text": "接口", "next": day(2)})
    ],
    "api:next_step": [
        Row(get=of_alice(), post=of_alice(IN), data=lambda w: {"version": w.alice.step.version, "next": day(3)},
            **ONE["step"])
    ],
    "api:next_step_close": [Row(post=of_alice(IN), data=lambda w: {"dropped": True}, **ONE["step"])],
    "api:deals": [
        Row(get=SELLERS, post=of_deal(IN), data=lambda w: {"customer": w.alice.customer.pk, "name": "接口"},
            mixed="whose: in the body")
    ],
    "api:deal": [
        Row(get=of_deal(), post=of_deal(IN), data=lambda w: {"version": w.alice.deal.version, "competitor": "接口"},
            **ONE["deal"])
    ],
    "api:deal_move": [
        Row(post=of_deal(IN), data=lambda w: {"from": w.alice.deal.stage_id, "to": w.alice.deal.stage_id},
            **ONE["deal"])
    ],
    "api:deal_lose": [
        Row(post=of_deal(IN), **ONE["deal"], data=lambda w: {
            "from": w.alice.deal.stage_id, "lost_reason": LossReason.objects.first().pk})
    ],
    "api:requests": [
        Row(get=ANYBODY, post=roles(rep=IN, manager=IN, support=IN),
            data=lambda w: {"kind": "technical", "title": "接口", "description": "说明", "department": w.cast.tech.pk,
                            "needed_by": day(5), "priority": "normal"})
    ],
    "api:request": [Row(get=of_alice(sam=200), **REQUEST)],
    "api:request_act": [
        Row(post=of_request(sam=True), kwargs=lambda w: {"number": w.alice.asked.number, "verb": "ask-back"},
            data=lambda w: {"question": "接口"}),
        Row(post=of_request(alice=True, mia=True, grace=True),
            kwargs=lambda w: {"number": w.alice.request.number, "verb": "withdraw"}),
    ],
    "api:month": [
        Row(get=ANYBODY, kwargs=lambda w: {"code": period_of("month", today(timezone.now())).code}),
        Row(get=only(200, alice=True, mia=True, grace=True, ada=True), query=lambda w: f"scope=person-{w.cast.alice.pk}",
            kwargs=lambda w: {"code": period_of("month", today(timezone.now())).code}, mixed="whose: in the query"),
    ],
}
# By cookie, and switched off: not there for anybody.
BY_COOKIE = {
    name: [Row(get=all_of(404), anon=404, kwargs=rows[0].kwargs, mixed="opened by tokens alone, where they are on")]
    for name, rows in API.items()
}
OTHER_PROGRAMS = {
    "api_docs": [Row(get=ANYBODY)],
    "api_openapi": [Row(get=ANYBODY)],
    "me_tokens": [Row(get=all_of(404), post=all_of(404), mixed="switched off: not there for anybody")],
    "me_token_end": [Row(post=only(IN, alice=True, ada=True), kwargs=lambda w: {"pk": w.alice.token.pk})],
}

ROWS = SIGN_IN | PEOPLE_ROWS | ACTIVITY | REQUESTS | CUSTOMERS | PIPELINE | MEETING | EXCHANGE | REVIEWS | ROOF | BY_COOKIE | OTHER_PROGRAMS
ROWS["healthz"] = [Row(get=ANYBODY, anon=200)]

EXEMPT = {}  # name: reason; may only shrink
