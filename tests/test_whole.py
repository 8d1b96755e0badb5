"""The whole of it, from an empty folder over HTTP: start, an administrator, people, the four workbooks, a day's work.

Nothing here touches the product from inside: a child process runs `run.py --no-demo`, a browser without scripts sends
the forms it finds, and the jobs run in the embedded worker.
"""

import datetime as dt
import os
import re
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

import pytest

from tests.machine import free_port, wait_until
from tests.plain_browser import Browser
from tests.test_run import Server, health

ROOT = Path(__file__).resolve().parent.parent
WORKBOOKS = ROOT / "tests/data/templates"
PASSWORD = "a-long-enough-password"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are sent as on Linux and macOS")


def manage(data, *arguments):
    strange = ("DATABASE_URL", "TEST_DATABASE_URL", "DJANGO_SETTINGS_MODULE", "REDIS_URL")
    env = {key: value for key, value in os.environ.items() if key not in strange}
    env |= {"SALESFLOW_DATA": str(data), "SALESFLOW_EMBEDDED": "1"}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A started, empty product and its address."""
    data, port = tmp_path_factory.mktemp("whole") / "data", free_port()
    server = Server(data, port)
    try:
        server.wait_ready()
        wait_until(lambda: health(port) == "status: ok", within=60)
        yield data, f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def sign_in(base, login):
    browser = Browser(base).get("/login")
    browser.send(browser.form("/login"), login=login, password=PASSWORD)
    assert browser.status == 200 and "/login" not in browser.url, browser.text
    return browser


def follow_invitation(base, text):
    """Open a one-time link and set the first password."""
    link = re.search(r"https?://[^\s\"<]+/invite/[\w\-:]+", text)[0]
    browser = Browser(base).get(urllib.parse.urlparse(link).path)
    form = next(form for form in browser.forms if "/invite/" in (form.action or browser.url) and form.method == "post"
                and any("password" in name for name in form.choices))
    browser.send(form, **{name: PASSWORD for name in form.choices if "password" in name})
    assert browser.status == 200, browser.text
    return browser


def department(admin, name, **fields):
    admin.get("/setup/departments/new")
    admin.send(admin.form(containing="name_en"), name=name, **fields)
    assert admin.status == 200 and name in admin.text, admin.text


def option(browser, select, words):
    """The value of an option, by its words, in a select of the page."""
    inner = re.search(rf'<select name="{select}".*?</select>', browser.html, re.S)[0]
    return next(v for v, w in re.findall(r'<option value="(\d+)"[^>]*>([^<]+)', inner) if words in w)


def person(base, admin, login, name, role, place, team=""):
    admin.get("/setup/people/new")
    form = admin.form(containing="username")
    admin.send(
        form, username=login, name=name, role=role, department=option(admin, "department", place),
        team=option(admin, "team", team) if team else "", email=f"{login}@example.com",
    )
    assert "/invite/" in admin.html, admin.text
    follow_invitation(base, admin.html)


def bring_in(admin, name):
    """Upload, agree with the columns and people proposed, check, confirm. Returns the result page's text."""
    admin.get("/imports")
    form = admin.form("/imports", containing="file")
    form.files["file"] = (name, (WORKBOOKS / name).read_bytes())
    admin.send(form)
    admin.send(admin.form("/map"))
    checked = admin.text
    assert "/check" in admin.url, checked
    admin.send(next(f for f in admin.forms if "/check" in f.action and f.method == "post"), do="import")
    assert "/done" in admin.url, admin.text
    return checked, admin.text


@pytest.mark.proves("R62", "R65")
def test_an_office_from_nothing(office):
    data, base = office
    printed = manage(data, "make_admin", "boss@example.com")
    follow_invitation(base, printed)
    admin = sign_in(base, "boss@example.com")

    department(admin, "销售部", sells="on")
    for name in ("财务部", "技术部", "生产部"):
        department(admin, name, serves="on")
    admin.get("/setup/teams/new")
    admin.send(admin.form(containing="manager"), name="销售一组", department=option(admin, "department", "销售部"))
    for login, name in (("li", "李强"), ("wang", "王敏"), ("zhao", "赵磊")):
        person(base, admin, login, name, "rep", "销售部", "销售一组")
    person(base, admin, "chen", "陈曦", "manager", "销售部", "销售一组")
    person(base, admin, "zhang", "张琳", "support", "财务部")
    admin.get("/setup/teams")
    team = re.search(r"/setup/teams/\d+", admin.html)[0]
    admin.get(team)
    admin.send(admin.form(containing="manager"), manager=option(admin, "manager", "陈曦"))

    # the four workbooks, exactly as they are
    for name in ("客户跟进记录表-列表.xlsx", "客户跟进记录表.xlsx", "销售阶段进度表.xlsx", "跨部门协作需求表.xlsx"):
        bring_in(admin, name)

    # a rep's log
    rep = sign_in(base, "li")
    rep.get("/customers")
    customer = re.search(r"/customers/(\d+)", rep.html)[1]
    rep.get(f"/log?customer={customer}")
    form = next(form for form in rep.forms if form.method == "post" and "text" in str(form.fields))
    due = (dt.date.today() + dt.timedelta(days=3)).isoformat()
    form.set(text="预算已批，约好谈合同", next="pick", next_date=due, next_text="谈合同")
    rep.send(form)
    assert rep.status == 200, rep.text
    rep.get(f"/customers/{customer}")
    assert "预算已批，约好谈合同" in rep.text

    # the jobs, by the embedded worker
    for job in ("flag_stale", "build_weekly_review", "build_monthly_review"):
        manage(data, job)
    admin.get("/setup/copies")
    admin.send(admin.form("/setup/copies/write"))
    deadline = time.monotonic() + 90
    while ".xlsx" not in admin.get("/setup/copies").text and time.monotonic() < deadline:
        time.sleep(1)
    assert ".xlsx" in admin.text, "the embedded worker did not write the copy"

    # what they say afterwards
    manager = sign_in(base, "chen")
    manager.get("/customers?show=quiet")
    assert "YY制造企业" in manager.text and "XX科技公司" not in manager.text, manager.text  # XX was spoken to just now
    manager.get("/pipeline")
    assert "XX科技公司" in manager.text and "YY制造企业" in manager.text
    finance = sign_in(base, "zhang")
    asked = {number: finance.get(f"/requests/R-{number}").status for number in (1, 2, 3)}
    assert sorted(asked.values()) == [200, 404, 404]  # its own request, and not those of tech and production
    mine = next(number for number, status in asked.items() if status == 200)
    assert "XX科技公司" in finance.get(f"/requests/R-{mine}").text
    for path in ("/reviews/week/2024-W10", "/reviews/month/2024-03"):
        assert manager.get(path).status == 200
        assert "3" in manager.text
