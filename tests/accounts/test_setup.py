import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import leaving, switches
from accounts.changing import add_person, deactivate, edit_person, set_preference
from accounts.forms.switches import TOGGLES
from accounts.inviting import invite
from accounts.models import CompanyDay, Department, Invitation, Leave, Team, User, WorkingHours
from activity.models import Event, Notification
from core.errors import Conflict, NotAllowed, Refused
from salesflow.phones import tell
from tests.cast import PASSWORD, confirm, key, make_customer

PAGES = [
    "setup",
    "setup_switches",
    "setup_people",
    "setup_person_new",
    "setup_teams",
    "setup_team_new",
    "setup_departments",
    "setup_department_new",
    "setup_calendar",
]
POSTS = ["setup_calendar_hours", "setup_calendar_day"]


@pytest.fixture
def admin(cast, client_of):
    return confirm(client_of(cast.ada))


def verbs():
    return sorted(Event.objects.values_list("verb", flat=True))


@pytest.mark.parametrize("name", PAGES)
def test_setup_is_for_admins(cast, client_of, client, name):
    url = reverse(name)
    assert client_of(cast.ada).get(url).status_code == 200
    for other in (cast.alice, cast.mia, cast.grace, cast.sam):
        assert client_of(other).get(url).status_code == 403
    assert client.get(url)["Location"] == f"/login?next={url}"


def test_things_below_setup_are_for_admins_too(cast, client_of):
    urls = [
        reverse("setup_person", args=[cast.bob.pk]),
        reverse("setup_person_deactivate", args=[cast.bob.pk]),
        reverse("setup_team", args=[cast.east.pk]),
        reverse("setup_department", args=[cast.legal.pk]),
    ]
    for url in urls:
        assert client_of(cast.ada).get(url).status_code == 200
        assert client_of(cast.mia).get(url).status_code == 403
    posts = [reverse(f"setup_person_{verb}", args=[cast.bob.pk]) for verb in ("invite", "reactivate", "sign_out")]
    for url in [*posts, *[reverse(name) for name in POSTS]]:
        assert client_of(cast.ada).get(url).status_code == 405
        assert client_of(cast.grace).post(url, {"key": key()}).status_code == 403
    assert client_of(cast.ada).get(reverse("setup_person", args=[10**9])).status_code == 404


@pytest.mark.parametrize("language, word", [("zh-hans", "人员"), ("en", "People")])
def test_setup_speaks_both_languages(cast, client_of, language, word):
    set_preference(cast.ada, by=cast.ada, language=language)
    client = client_of(cast.ada)
    for name in PAGES:
        page = client.get(reverse(name))
        assert page.status_code == 200
        assert word in page.content.decode()


# --- People ---------------------------------------------------------------------------------------------------
def test_the_list_filters_and_sorts(cast, admin):
    def names(query):
        return [row.username for row in admin.get(f"/setup/people?{query}").context["listing"].rows]

    assert names("q=lq") == ["alice"]
    assert names("role=manager&sort=-name") == ["nadia", "grace", "mia"]  # 何娜, 顾岚, 陈曦
    assert set(names("state=left")) == {"ian"}
    assert set(names(f"department={cast.legal.pk}")) == {"sam"}
    assert set(names(f"team={cast.south.pk}")) == {"charlie", "nadia"}
    assert names("q=nobody-at-all") == []
    assert len(names("role=king&sort=password&page=99999999999999999999")) == 10


def test_the_list_costs_the_same_with_many_people(cast, admin, settings, django_assert_num_queries):
    settings.SETUP_SECONDS = 60  # as in the product: what setup says is not read anew at each request
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    admin.get("/setup/people")
    with CaptureQueriesContext(connection) as few:
        admin.get("/setup/people")
    cost = len(few)
    for n in range(30):
        User.objects.create_user(f"p{n}", name=f"人{n}", role="rep", team=cast.east, department=cast.sales)
    admin.get("/setup/people")
    with django_assert_num_queries(cost):
        admin.get("/setup/people")


PERSON = {"name": "钱多", "username": "qian", "email": "Qian@Example.com", "mobile": "+86 139 0013 9000", "role": "rep"}


def test_inviting_shows_a_link_once_that_sets_the_first_password(cast, admin):
    form = {**PERSON, "team": cast.east.pk, "key": key()}
    page = admin.post("/setup/people/new", form)
    assert page.status_code == 200
    link = page.context["link"]
    person = User.objects.get(username="qian")
    assert (person.email, person.mobile, person.department, person.pinyin) == (
        "qian@example.com",
        "13900139000",
        cast.sales,
        "qianduo",
    )
    assert not person.has_usable_password() and person.version == 1
    assert person.history.count() == 1 and person.history.first().history_user == cast.ada
    assert link.rpartition("/")[2] not in str(list(Invitation.objects.values()))
    again = admin.post("/setup/people/new", form)
    assert again.content == page.content and User.objects.filter(username="qian").count() == 1
    assert verbs() == ["accounts.invited", "accounts.person_added"]

    path = link.removeprefix("http://testserver")
    guest = Client()
    assert guest.get(path).status_code == 200
    assert guest.post(path, {"password1": "short", "password2": "short"}).status_code == 422
    assert guest.post(path, {"password1": "a long sentence", "password2": "another sentence"}).status_code == 422
    answer = guest.post(path, {"password1": "a long sentence", "password2": "a long sentence"})
    assert answer["Location"] == "/" and "_auth_user_id" in guest.session
    assert Client().get(path).status_code == Client().get("/invite/made-up").status_code == 404
    assert Client().post("/login", {"login": "qian", "password": "a long sentence"}).status_code == 302


def test_an_old_or_replaced_link_is_dead(cast):
    now = timezone.now()
    first = invite(cast.bob, by=cast.ada, now=now)
    second = invite(cast.bob, by=cast.ada, now=now)
    old = invite(cast.alice, by=cast.ada, now=now - dt.timedelta(days=8))
    codes = [Client().get(reverse("invite", args=[token])).status_code for token in (first, second, old)]
    assert codes == [404, 200, 404]
    with pytest.raises(Refused):
        invite(cast.ian, by=cast.ada, now=now)


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"username": "ALICE"}, "username"),
        ({"username": "a b"}, "username"),
        ({"email": "alice@example.com"}, "email"),
        ({"mobile": "12"}, "mobile"),
        ({"role": "king"}, "role"),
        ({"role": ""}, "role"),
        ({"name": ""}, "name"),
        ({"role": "support"}, "department"),
    ],
)
def test_wrong_people_are_told_beside_the_field(cast, admin, wrong, field):
    response = admin.post("/setup/people/new", {**PERSON, **wrong, "key": key()})
    assert response.status_code == 422 and list(response.context["form"].errors) == [field]
    assert not User.objects.filter(name="钱多").exists()


@pytest.mark.proves("INV-7")
def test_nothing_but_the_fields_of_the_form_is_taken(cast, admin):
    extra = {"is_active": "", "session_stamp": 9, "is_demo": "on", "password": "x", "version": 1, "theme": "dark"}
    form = {**edited(cast.bob), "name": "王敏敏", **extra, "key": key()}
    assert admin.post(f"/setup/people/{cast.bob.pk}", form).status_code == 302
    bob = User.objects.get(pk=cast.bob.pk)
    assert (bob.name, bob.initials, bob.is_active, bob.session_stamp, bob.is_demo, bob.theme, bob.version) == (
        "王敏敏",
        "wmm",
        True,
        0,
        False,
        "light",
        2,
    )
    assert bob.check_password(PASSWORD)


def edited(user, **changes):
    fields = {
        "name": user.name,
        "username": user.username,
        "email": user.email,
        "mobile": user.mobile,
        "role": user.role,
        "department": user.department_id or "",
        "team": user.team_id or "",
        "version": user.version,
    }
    return fields | changes


@pytest.mark.proves("INV-6")
def test_a_foreign_key_that_is_not_offered_is_an_invalid_choice(cast, admin):
    gone = Team.objects.create(name="旧组", department=cast.sales, is_active=False)
    for team in (gone.pk, 10**9):
        response = admin.post(f"/setup/people/{cast.bob.pk}", edited(cast.bob, team=team, key=key()))
        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["team"]


def test_edit_writes_version_history_and_event(cast, admin):
    form = edited(cast.bob, team=cast.south.pk, key=key())
    assert admin.post(f"/setup/people/{cast.bob.pk}", form).status_code == 302
    bob = User.objects.get(pk=cast.bob.pk)
    assert (bob.team, bob.version, bob.history.first().history_user) == (cast.south, 2, cast.ada)
    event = Event.objects.get()
    assert (event.verb, event.by, event.subject) == ("accounts.person_changed", cast.ada, bob)
    assert event.data["fields"] == ["team"]
    assert Notification.objects.count() == 0


@pytest.mark.proves("REL1")
def test_the_same_field_changed_by_two_is_a_conflict(cast, admin):
    stale = edited(cast.bob, name="王小敏", key=key())
    edit_person(User.objects.get(pk=cast.bob.pk), by=cast.ada, now=timezone.now(), name="王大敏")
    response = admin.post(f"/setup/people/{cast.bob.pk}", stale)
    assert response.status_code == 409
    assert User.objects.get(pk=cast.bob.pk).name == "王大敏"


def test_a_new_role_is_told_and_not_ones_own(cast, admin):
    assert admin.post(f"/setup/people/{cast.bob.pk}", edited(cast.bob, role="manager", key=key())).status_code == 302
    assert list(Notification.objects.values_list("recipient__username", "kind")) == [("bob", "accounts.person_changed")]
    own = admin.post(f"/setup/people/{cast.ada.pk}", edited(cast.ada, role="rep", key=key()))
    assert own.status_code == 403 and User.objects.get(pk=cast.ada.pk).role == "admin"


def test_rights_and_links_are_given_by_who_confirmed_lately(cast, client_of):
    """What was sent waits for the confirmation and is then done, once."""
    ada, url = client_of(cast.ada), f"/setup/people/{cast.bob.pk}"
    asked = ada.post(url, edited(cast.bob, role="manager", key=key()))
    assert asked["Location"] == f"/confirm?next=%2Fsetup%2Fpeople%2F{cast.bob.pk}"
    assert User.objects.get(pk=cast.bob.pk).role == "rep"
    assert ada.post(f"{url}/invite", {"key": key()})["Location"].startswith("/confirm")
    assert ada.post("/setup/audit/export", {"key": key()})["Location"].startswith("/confirm")
    other = client_of(cast.ada)
    other.post(url, edited(cast.bob, role="manager", key=key()))
    other.post("/confirm", {"password": PASSWORD, "next": url})
    assert User.objects.get(pk=cast.bob.pk).role == "manager"
    plain = edited(User.objects.get(pk=cast.bob.pk), team=cast.south.pk, key=key())
    assert client_of(cast.ada).post(url, plain)["Location"] == "/setup/people"


def test_the_last_admin_stays(cast):
    now = timezone.now()
    second = add_person(by=cast.ada, now=now, role="admin", name="二", username="er")
    deactivate(User.objects.get(pk=cast.ada.pk), None, by=second, now=now)
    with pytest.raises(NotAllowed):
        deactivate(second, None, by=second, now=now)
    with pytest.raises(Refused):
        edit_person(second, by=None, now=now, role="rep")
    with pytest.raises(Refused):
        deactivate(second, None, by=None, now=now)


@pytest.fixture
def socket():
    """What the floors above plug in, put back afterwards."""
    handlers, counters = list(leaving._handlers), dict(leaving._counters)
    leaving._handlers.clear(), leaving._counters.clear()
    yield leaving
    leaving._handlers[:] = handlers
    leaving._counters.clear()
    leaving._counters.update(counters)


def test_leaving_hands_everything_over_in_one_go(cast, admin, socket):
    moved = []
    socket.on_leaving(lambda user, to, *, by, now: moved.append((user, to, by)) or 3, counting=lambda user: 3)
    socket.on_leaving(lambda user, to, *, by, now: 2)
    url = f"/setup/people/{cast.bob.pk}/deactivate"
    page = admin.get(url)
    assert page.context["waiting"] == 3
    offered = set(page.context["form"].fields["to"].queryset)
    assert offered == {cast.alice, cast.charlie, cast.mia, cast.nadia, cast.grace}
    version = {"version": cast.bob.version}
    assert admin.post(url, {"key": key(), **version}).status_code == 422  # something is open: somebody must take it
    assert admin.post(url, {"key": key(), "to": cast.sam.pk, **version}).status_code == 422
    assert moved == []
    assert admin.post(url, {"key": key(), "to": cast.alice.pk, **version}).status_code == 302
    assert moved == [(cast.bob, cast.alice, cast.ada)]
    bob = User.objects.get(pk=cast.bob.pk)
    assert (bob.is_active, bob.session_stamp) == (False, 1)
    event = Event.objects.get()
    assert (event.verb, event.data["to"], event.data["moved"]) == ("accounts.person_left", "李强", 5)
    assert admin.post(url, {"key": key(), "to": cast.alice.pk, "version": 2}).status_code == 409
    assert admin.post(f"/setup/people/{bob.pk}/reactivate", {"key": key()}).status_code == 302
    assert User.objects.get(pk=bob.pk).is_active


def test_a_hand_over_that_fails_leaves_everything_as_it_was(cast, admin, socket):
    def broken(user, to, *, by, now):
        CompanyDay.objects.create(day="2024-01-01", works=True)
        raise Refused("no")

    socket.on_leaving(broken)
    url = f"/setup/people/{cast.bob.pk}/deactivate"
    assert admin.post(url, {"key": key(), "to": cast.alice.pk, "version": 1}).status_code == 409
    assert User.objects.get(pk=cast.bob.pk).is_active and not CompanyDay.objects.exists() and verbs() == []


def test_signing_somebody_out(cast, admin, client_of):
    client = client_of(cast.bob)
    assert admin.post(f"/setup/people/{cast.bob.pk}/sign-out", {"key": key()}).status_code == 302
    assert client.get("/me").status_code == 302


# --- Places ---------------------------------------------------------------------------------------------------
def test_departments_form_a_tree(cast, admin):
    form = {
        "name": "合同组",
        "name_en": "Contracts",
        "parent": cast.legal.pk,
        "serves": "on",
        "accept_hours": 4,
        "urgent_hours": 2,
        "key": key(),
    }
    assert admin.post("/setup/departments/new", form).status_code == 302
    child = Department.objects.get(name="合同组")
    assert child.path == f"{cast.legal.path}{child.pk}/"
    move = {**form, "parent": cast.tech.pk, "position": 0, "is_active": "on", "version": 1, "key": key()}
    assert admin.post(f"/setup/departments/{child.pk}", move).status_code == 302
    child.refresh_from_db()
    assert (child.path, child.version, child.history.count()) == (f"{cast.tech.path}{child.pk}/", 2, 2)
    loop = {
        "name": "技术部",
        "parent": child.pk,
        "accept_hours": 8,
        "urgent_hours": 4,
        "position": 0,
        "is_active": "on",
        "version": 1,
        "key": key(),
    }
    response = admin.post(f"/setup/departments/{cast.tech.pk}", loop)
    assert list(response.context["form"].errors) == ["parent"]
    tree = admin.get("/setup/departments").context["departments"]
    assert [(row.name, row.depth) for row in tree if row in (cast.tech, child)] == [("技术部", 0), ("合同组", 1)]
    assert verbs() == ["accounts.place_changed", "accounts.place_made"]


def test_a_department_with_people_is_not_retired(cast, admin):
    form = {"name": "法务部", "accept_hours": 8, "urgent_hours": 4, "position": 0, "version": 1, "key": key()}
    response = admin.post(f"/setup/departments/{cast.legal.pk}", form)
    assert response.status_code == 422 and list(response.context["form"].errors) == ["is_active"]


def test_teams(cast, admin):
    form = {"name": "华北组", "department": cast.sales.pk, "manager": cast.mia.pk, "key": key()}
    assert admin.post("/setup/teams/new", form).status_code == 302
    team = Team.objects.get(name="华北组")
    assert team in Team.objects.led_by(cast.mia)
    assert admin.post("/setup/teams/new", {**form, "key": key()}).status_code == 422  # the name is taken
    wrong = admin.post(
        "/setup/teams/new", {**form, "name": "x", "department": cast.legal.pk, "manager": cast.alice.pk, "key": key()}
    )
    assert sorted(wrong.context["form"].errors) == ["department", "manager"]


# --- Calendar and switches -----------------------------------------------------------------------------------
def test_the_calendar_page_draws_a_year(cast, admin):
    page = admin.get("/setup/calendar?year=2024")
    assert len(page.context["months"]) == 12 and page.context["knows"]
    assert [dt.date(2024, 2, 10), dt.date(2024, 2, 17), "Spring Festival", False] in page.context["special"]
    assert admin.get("/setup/calendar?year=2035").context["knows"] is False
    for odd in ("0", "abc", "99999", "10^30", "1999", "\u0663"):
        assert admin.get("/setup/calendar", {"year": odd}).status_code == 200


def test_own_days_and_hours(cast, admin):
    day = {"day": "2024-03-04", "works": "0", "name": "年会", "key": key()}
    assert admin.post("/setup/calendar/days", day)["Location"] == "/setup/calendar?year=2024"
    row = CompanyDay.objects.get()
    assert (row.day, row.works, row.name) == (dt.date(2024, 3, 4), False, "年会")
    assert admin.post("/setup/calendar/days", {**day, "day": "2024-02-30", "key": key()}).status_code == 422
    assert admin.post(f"/setup/calendar/days/{row.pk}/remove", {"key": key()}).status_code == 302
    assert not CompanyDay.objects.exists()
    hours = {
        "weekdays": ["1", "2", "3", "4", "5", "6"],
        "starts": "08:30",
        "lunch_starts": "12:00",
        "lunch_ends": "13:30",
        "ends": "17:30",
        "version": 1,
        "key": key(),
    }
    assert admin.post("/setup/calendar/hours", {**hours, "ends": "07:00"}).status_code == 422
    assert admin.post("/setup/calendar/hours", hours | {"key": key()}).status_code == 302
    found = WorkingHours.load()
    assert (found.weekdays, found.starts, found.version) == ("123456", dt.time(8, 30), 2)
    assert verbs() == ["accounts.day_removed", "accounts.day_set", "accounts.hours_changed"]


def test_switches_have_defaults_and_keep_changes(cast, django_assert_num_queries):
    now = timezone.now()
    assert (switches.get("stale_days"), switches.get("pool"), switches.get("tag_labels")) == (3, False, {})
    row = switches.set("stale_days", 5, by=cast.ada, now=now)
    assert switches.get("stale_days") == 5 and row.history.count() == 1
    switches.set("stale_days", 4, by=cast.ada, now=now)
    with django_assert_num_queries(1):
        assert switches.everything()["stale_days"] == 4
    with pytest.raises(switches.UnknownSwitch):
        switches.get("nonsense")
    with pytest.raises(TypeError):
        switches.set("stale_days", "5", by=cast.ada, now=now)
    with pytest.raises(Conflict):
        switches.set("stale_days", 9, by=cast.ada, now=now, expect=1)
    assert verbs() == ["accounts.switched", "accounts.switched"]


def test_the_page_of_switches_saves_only_what_changed(cast, admin):
    page = admin.get("/setup/switches")
    data = {
        field.html_name: "on" if field.value() is True else field.value()
        for field in page.context["form"]
        if field.value() is not False
    }
    assert admin.post("/setup/switches", {**data, "visit_hours": 3, "pool": "on", "key": key()}).status_code == 302
    assert (switches.get("visit_hours"), switches.get("pool")) == (3, True)
    assert verbs() == ["accounts.switched"] * 2
    assert admin.post("/setup/switches", {**data, "visit_hours": 0, "key": key()}).status_code == 422


# --- Home and profile ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("who, home", [("ada", "/setup")])
def test_home_leads_by_role(cast, client_of, who, home):
    assert client_of(getattr(cast, who)).get("/")["Location"] == home


@pytest.mark.parametrize(
    "name, value, kept",
    [
        ("language", "zh-hans", "zh-hans"),
        ("theme", "dark", "dark"),
        ("dense", "1", True),
        ("single_keys", "", False),
        ("mail_reminders", "", False),
    ],
)
def test_each_switch_of_the_profile_saves_itself(cast, client_of, name, value, kept):
    client = client_of(cast.alice)
    assert client.post("/me/switch", {name: value, "key": key()})["Location"] == "/me"
    assert getattr(User.objects.get(pk=cast.alice.pk), name) == kept
    answer = client.post("/me/switch", {name: value, "key": key()}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.get("HX-Redirect") == ("/me" if name in ("language", "theme", "dense") else None)
    assert client.get("/me/switch").status_code == 405


def test_nonsense_in_a_switch_changes_nothing(cast, client_of):
    client = client_of(cast.alice)
    for data in ({"theme": "pink"}, {"language": "tlh"}, {"role": "admin"}, {"is_active": ""}):
        assert client.post("/me/switch", {**data, "key": key()}).status_code == 302
    alice = User.objects.get(pk=cast.alice.pk)
    assert (alice.version, alice.role, alice.theme) == (1, "rep", "light")


def test_the_language_applies_at_once(cast, client_of):
    client = client_of(cast.alice)
    assert '<html lang="en"' in client.get("/me").content.decode()
    client.post("/me/switch", {"language": "zh-hans", "key": key()})
    page = client.get("/me").content.decode()
    assert '<html lang="zh-CN"' in page and "单键快捷键" in page


def test_ones_own_leave(cast, client_of):
    client = client_of(cast.alice)
    form = {"first": "2099-03-04", "last": "2099-03-08", "substitute": cast.bob.pk, "note": "", "key": key()}
    assert client.post("/me/leave", form).status_code == 302
    leave = Leave.objects.get()
    assert (leave.user, leave.substitute) == (cast.alice, cast.bob)
    assert list(Notification.objects.values_list("recipient__username", "kind")) == [("bob", "accounts.leave_added")]
    assert client.post("/me/leave", {**form, "key": key()}).status_code == 409
    for wrong in ({"last": "2099-03-01"}, {"substitute": cast.alice.pk}, {"substitute": cast.sam.pk}):
        assert client.post("/me/leave", {**form, **wrong, "key": key()}).status_code == 422
    url = f"/me/leave/{leave.pk}/remove"
    assert client_of(cast.bob).post(url, {"key": key()}).status_code == 404
    assert client_of(cast.ada).post(url, {"key": key()}).status_code == 404
    assert client.post(url, {"key": key()}).status_code == 302 and not Leave.objects.exists()


def test_signing_out_everywhere_ends_this_session_too(cast, client_of):
    client, other = client_of(cast.alice), client_of(cast.alice)
    assert client.post("/me/sign-out-everywhere", {"key": key()}).status_code == 302
    assert (client.get("/me").status_code, other.get("/me").status_code) == (302, 302)


# --- The command ---------------------------------------------------------------------------------------------
def test_make_admin_prints_a_link_that_works_once(db, capsys):
    from django.core.management import call_command

    call_command("make_admin", "Root@Example.com")
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://127.0.0.1:8000/invite/")
    path = link.removeprefix("http://127.0.0.1:8000")
    client = Client()
    assert client.post(path, {"password1": "a long sentence", "password2": "a long sentence"})["Location"] == "/"
    root = User.objects.get()
    assert (root.role, root.username, root.email) == ("admin", "Root", "root@example.com")
    assert client.get("/")["Location"] == "/setup"
    call_command("make_admin", "root@example.com")
    assert User.objects.count() == 1 and capsys.readouterr().out.strip() != link


def test_make_admin_names_the_address_run_py_answers_at(db, capsys, settings, tmp_path, monkeypatch):
    from django.core.management import call_command

    monkeypatch.delenv("SITE_URL", raising=False)
    settings.DATA_DIR = tmp_path
    (tmp_path / "state.json").write_text('{"url": "http://127.0.0.1:8003"}')
    call_command("make_admin", "root@example.com")
    assert capsys.readouterr().out.startswith("http://127.0.0.1:8003/invite/")


def test_an_empty_house_says_what_to_do_first(db, client):
    root = User.objects.create_user("root", role="admin", name="Root")
    client.force_login(root)
    page = client.get("/setup").content.decode()
    assert page.index('href="/setup/people/paste"') < page.index('href="/imports"')  # its rows name them
    assert 'class="done"' not in page
    add = User.objects.create_user("second", role="rep", name="Second")
    assert add.is_active and client.get("/setup").content.decode().count('class="done"') == 1
    make_customer(add, by=root)
    tell("192.168.1.20", secure=False, now=timezone.now())
    assert 'id="first-run"' not in client.get("/setup").content.decode()


def test_the_invitation_offers_the_four_roles_rep_first_each_explained(admin):
    page = admin.get(reverse("setup_person_new"))
    field = page.context["form"]["role"]
    assert [value for value, _label in field.field.choices] == ["rep", "manager", "support", "admin"]
    html = page.content.decode()
    assert html.count('type="radio" name="role"') == 4 and 'value="rep"' in html
    assert field.value() == "rep"
    assert "Owns customers, logs talks, moves his own deals." in html and "phones masked" in html


def test_the_page_offers_every_switch_the_product_asks_and_no_other():
    """What is quiet until switched on (D52) must have its switch, and a switch must do something."""
    root, own = Path(settings.BASE_DIR), {"switches.py"}
    floors = [str(path.parent) for path in root.glob("*/apps.py")] + [str(root / "templates")]
    files = [path for floor in floors for kind in ("*.py", "*.html") for path in Path(floor).rglob(kind)]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files if path.name not in own)
    own_page = {"stale_working_days"}
    quiet = {name for name, value in switches.DEFAULTS.items() if value is False} - own_page
    asked = {name for name in quiet if any(f"{mark}{name}{end}" in text for mark, end in ('""', "''"))}
    assert asked == {name for name in TOGGLES if name in quiet}
