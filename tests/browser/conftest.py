"""A real Chromium in front of the live server: signed in by cookie, with every console error caught.

    def test_…(page_of, cast):
        page = page_of(cast.alice, width=390)
        page.goto("/today")
        assert axe(page) == []

Every page traps what the console says; a violated content policy or a script error fails the test at its end.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles import finders
from django.db import connections

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
HEIGHTS = {360: 640, 390: 844, 768: 1024, 1024: 768, 1440: 900}
EXPECTED = "the server responded with a status of 4"  # an answer of 404, 409 or 422 may be what is tested
EXPECTED_HTMX = "Response Status Error Code 4"
EXPECTED_CUT = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED", "htmx:sendError", "htmx:afterRequest",
                "Service Worker registration blocked")


@pytest.fixture(scope="session", autouse=True)
def seeds_known(django_db_setup):
    """Playwright's loop makes Django open a second connection: what the first one keeps is known to both."""
    first = connections["default"]
    type(first)._test_serialized_contents = first._test_serialized_contents


@pytest.fixture(autouse=True)
def seeds(django_db_serialized_rollback):
    """Stages, kinds and topics are there again after another test's data was thrown away."""


@pytest.fixture(autouse=True)
def joined_files_first():
    """The joined files are written before two requests ask for them at once."""
    finders.find("css/app.css")
    finders.find("js/app.js")


def session_cookie(user, url):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}


@pytest.fixture
def page_of(browser, live_server):
    """page_of(user, width=1440, language="zh-hans", theme=None): a page in which that person is signed in."""
    contexts, said = [], []

    def opened(user=None, *, width=1440, language="zh-hans", theme=None, touch=None, scripts=True, worker=False):
        if user is not None:
            type(user).objects.filter(pk=user.pk).update(language=language, **({"theme": theme} if theme else {}))
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            locale="en-GB" if language == "en" else "zh-CN", timezone_id=settings.COMPANY_ZONE,
            has_touch=width < 861 if touch is None else touch, is_mobile=width < 500,
            java_script_enabled=scripts, reduced_motion="reduce",
            service_workers="allow" if worker else "block",  # a worker would keep answers between two tests
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(10_000)
        if user is not None:
            context.add_cookies([session_cookie(user, live_server.url)])
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    known = (EXPECTED, EXPECTED_HTMX, *EXPECTED_CUT)
    assert [text for text in said if not any(words in text for words in known)] == []


def axe(page, within=None):
    """What axe finds against WCAG 2.2 AA: a list of "rule: selector". `within`: selectors of the parts to read, those
    of them that are there."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return page.evaluate(
        """async ([within, options]) => {
            const parts = within && within.filter((part) => document.querySelector(part));
            const found = await axe.run(parts || document, options);
            return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target[0]}`));
        }""",
        [within, {"runOnly": WCAG, "resultTypes": ["violations"], "preload": False}],
    )


def overflow(page):
    """How many pixels the page is wider than its window: 0 wherever P6 holds."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def menus_outside(page):
    """The menus whose box, once open, reaches over an edge of the window: what their summary says and by how much."""
    return page.evaluate(
        """() => {
            const shut = [...document.querySelectorAll('details.menu:not([open])')];
            return shut.filter((menu) => menu.checkVisibility()).map((menu) => {
                menu.open = true;
                const box = menu.querySelector('.menu-box').getBoundingClientRect();
                menu.open = false;
                const over = Math.max(-box.left, box.right - document.documentElement.clientWidth);
                return [menu.querySelector('summary'), Math.round(over)];
            }).filter(([, over]) => over > 0).map(([said, over]) => `${said.outerHTML.slice(0, 80)} ${over}`);
        }"""
    )


def small_targets(page, least=44):
    """Buttons and fields, and links of bars and forms, that are lower than `least` pixels; menus and what is folded
    count as well, so they are opened for the moment. Links in a text or a table may be lower: axe holds them to 24."""
    return page.evaluate(
        """async (least) => {
            window.addEventListener('toggle', (event) => event.stopImmediatePropagation(), true);
            const shut = [...document.querySelectorAll('details:not([open])')];
            shut.forEach((e) => { e.open = true; });
            // what was folded when the window changed its width is laid out anew with the next frame
            await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
            const small = [...document.querySelectorAll('button, summary, input:not([type=hidden]), select,'
                + 'a.btn, a.chip, a.icon-btn, header a, nav a, form a')]
            .filter((e) => e.offsetParent && !e.closest('p:not(.actions, .do, .inline), td, label.chip, .sr'))
            .map((e) => [e, (e.closest('label') || e).getBoundingClientRect()])
            .filter(([e, box]) => box.width > 1 && box.height > 1 && box.height < least - 0.5)
            .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${Math.round(box.height)}`);
            shut.forEach((e) => { e.open = false; });
            return small;
        }""",
        least,
    )
