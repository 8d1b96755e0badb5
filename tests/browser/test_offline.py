"""The network cut in the middle: a log is kept on the device, shown as waiting, sent once, in its writer's name."""

import pytest
from django.utils import timezone

from customers import transferring
from customers.models import FollowUp
from tests.browser.conftest import axe, overflow, session_cookie
from tests.browser.hand import closed, settled
from tests.browser.test_main_jobs import customer_of
from tests.cast import make_customer

pytestmark = pytest.mark.browser
TEXT = "预批走到财务总监那里"
KEPT = {"zh-hans": "已保存在本机，联网后自动提交。", "en": "Saved on this device. It will send when you are online."}
PILL = {"zh-hans": "待同步 1", "en": "1 waiting"}


@pytest.fixture
def customer(cast):
    return customer_of(cast.alice, timezone.now())


def logs():
    return FollowUp.objects.filter(text=TEXT)


def write(page, customer):
    """The log's form, filled in."""
    page.goto(f"/customers/{customer.pk}")
    page.locator("#tabs a.log, .btn-log").filter(visible=True).first.click()
    page.wait_for_selector("#id_text")
    page.fill("#id_text", TEXT)
    page.locator("#id_next .chip").nth(1).click()


def save(page):
    page.locator("#drawer .btn-primary").click()


def kept(page):
    closed(page)
    page.wait_for_selector("#waiting:not([hidden])")


def sent(page):
    page.wait_for_selector("#waiting[hidden]", state="attached")


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 390), ("en", 1440), ("en", 360)])
def test_a_log_waits_for_the_connection_and_is_sent_once(page_of, customer, cast, language, width):
    page = page_of(cast.alice, width=width, language=language)
    write(page, customer)
    page.context.set_offline(True)
    save(page)
    kept(page)
    assert page.locator("#toast").inner_text() == KEPT[language]
    assert page.locator("#waiting").inner_text() == PILL[language]
    assert page.locator("#timeline .ev.waits .ev-t").inner_text() == TEXT
    assert overflow(page) == 0
    page.locator("#waiting").click()
    page.wait_for_selector("#dialog dialog")
    rows = page.locator("[data-waiting-list] li")
    assert (rows.count(), TEXT in rows.inner_text(), customer.name in rows.inner_text()) == (1, True, True)
    assert axe(page) == []
    assert logs().count() == 0
    page.context.set_offline(False)
    sent(page)
    saved = logs().get()
    assert (saved.source, saved.talked_by, saved.customer) == ("offline", cast.alice, customer)
    page.keyboard.press("Escape")
    page.wait_for_selector(f"#ev-{saved.pk}")  # the line is an ordinary one now
    assert page.locator("#timeline .ev.waits").count() == 0
    page.reload()
    settled(page)
    assert logs().count() == 1


@pytest.mark.proves("REL2")
def test_the_answer_that_was_lost_after_the_server_saved(page_of, customer, cast):
    page = page_of(cast.alice, width=390)
    write(page, customer)

    def swallow(route):
        route.fetch()  # it arrives and is saved
        route.abort()  # and its answer does not

    page.route("**/log?customer=*", swallow)
    page.route("**/log/kept", lambda route: route.abort())
    save(page)
    kept(page)
    first = logs().get()
    page.unroute("**/log/kept")
    page.evaluate("dispatchEvent(new Event('online'))")
    sent(page)
    assert logs().get().pk == first.pk


def test_nobody_else_sends_or_sees_it(page_of, customer, cast, live_server):
    page = page_of(cast.alice, width=390)
    write(page, customer)
    page.context.set_offline(True)
    save(page)
    kept(page)
    calls = []
    page.on("request", lambda request: calls.append(request.url))
    page.context.add_cookies([session_cookie(cast.mia, live_server.url)])  # alice's session ran out, mia signs in
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(f"{live_server.url}/customers/{customer.pk}")  # hers to see as well
    settled(page)
    assert page.locator("#waiting").is_hidden()
    assert page.locator(".ev.waits").count() == 0
    assert [url for url in calls if "/log/kept" in url] == []
    assert logs().count() == 0
    page.context.add_cookies([session_cookie(cast.alice, live_server.url)])
    page.goto(f"{live_server.url}/today")
    sent(page)
    assert logs().get().talked_by == cast.alice


def test_a_refused_log_keeps_its_words(page_of, customer, cast):
    """The customer went to another team while there was no connection: said so, and written for another one instead."""
    mine = make_customer(cast.alice, now=timezone.now(), name="云帆物流")
    page = page_of(cast.alice, width=390)
    write(page, customer)
    page.context.set_offline(True)
    save(page)
    kept(page)
    customer.refresh_from_db()
    transferring.assign_many([customer], cast.charlie, by=cast.ada, now=timezone.now())
    page.context.set_offline(False)
    page.wait_for_selector("#waiting.late")
    page.locator("#waiting").tap()
    row = page.locator("[data-waiting-list] li")
    assert (TEXT in row.inner_text(), "这个客户已经打不开" in row.inner_text()) == (True, True)
    row.locator("[data-correct]").tap()
    page.fill("#log-q", mine.name)
    page.wait_for_timeout(400)  # the list is drawn anew after a pause of the typing
    settled(page)
    page.locator("#drawer").get_by_role("link", name=mine.name, exact=False).first.tap()
    page.wait_for_selector("#id_text")
    assert page.locator("#id_text").input_value() == TEXT
    save(page)
    sent(page)
    assert logs().get().customer == mine


def test_a_saved_text_is_not_offered_again(page_of, customer, cast):
    page = page_of(cast.alice, width=1440)
    write(page, customer)
    page.wait_for_selector("[data-draft-note]:not([hidden])")  # kept while it is typed
    save(page)
    closed(page)
    page.locator(".btn-log").click()
    page.wait_for_selector("#id_text")
    assert page.locator("#id_text").input_value() == ""


def test_signing_out_asks_before_it_deletes(page_of, customer, cast):
    page = page_of(cast.alice, width=1440)
    write(page, customer)
    page.route("**/log?customer=*", lambda route: route.abort())
    page.route("**/log/kept", lambda route: route.abort())
    save(page)
    kept(page)
    page.locator("summary.av").filter(visible=True).click()
    page.locator("[data-sign-out] button").filter(visible=True).click()
    page.locator("[data-sign-out-now]").click()
    page.wait_for_url("**/login*")
    assert page.evaluate("Object.keys(localStorage).filter((name) => /^(log|draft|person)/.test(name))") == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_without_a_connection_takes_a_log(page_of, customer, cast, language):
    page = page_of(cast.alice, width=390, language=language, worker=True)
    page.goto("/today")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller")
    kept_there = page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((n) => caches.open(n).then((c) => c.keys()))))"
        ".then((lists) => lists.flat().map((request) => new URL(request.url).pathname).sort())"
    )
    assert [path for path in kept_there if not path.startswith("/static/")] == ["/offline"]
    stored = page.evaluate("caches.match('/offline').then((answer) => answer.text())")
    assert [word for word in (cast.alice.name, cast.alice.username, "csrf", customer.name) if word in stored] == []
    page.route("**/*", lambda route: route.abort())
    page.context.set_offline(True)
    page.goto("/customers")
    title = {"zh-hans": "没有网络", "en": "No connection"}[language]
    assert page.locator("h1").inner_text() == title
    assert (overflow(page), axe(page)) == (0, [])
    assert cast.alice.name in page.locator("[data-writer]").inner_text()
    page.fill("#shell-customer", customer.name)
    page.fill("#shell-text", TEXT)
    page.locator("#shell .btn-primary").tap()
    page.wait_for_selector("#waiting:not([hidden])")
    assert logs().count() == 0
    page.unroute("**/*")
    page.context.set_offline(False)
    page.goto("/today")
    sent(page)
    assert (logs().get().customer, logs().get().source) == (customer, "offline")
