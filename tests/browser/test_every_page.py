"""Every page of every role, in both languages and both themes, at every width: nothing wider than the window, nothing
said by the console, no violation found by axe, nothing too small for a thumb (P6, ux §7).

The pages are those the gate's matrix lets a person read, in the gate's world. Widths change in the opened page.
"""

import pytest

from tests.browser.conftest import HEIGHTS, axe, overflow, small_targets
from tests.browser.hand import settled
from tests.gate.matrix import ROWS
from tests.gate.world import build_world

pytestmark = pytest.mark.browser
ROLES = ("alice", "mia", "sam", "ada")
OWN = {"today", "team", "pipeline:board", "collaboration:queue", "collaboration:page", "customer", "reviews:week", "me"}
THUMB = (360, 390)  # the widths at which a thumb must find every target
READ = (390, 1440)  # the widths at which axe reads
OPENED = {  # what opens over a page: (address by name, what is clicked)
    "alice": [("customer", ".compose .stub"), ("customer", "#next [data-dialog]"), ("pipeline:board", ".btn-log"),
              ("pipeline:board", "[data-palette]"), ("today", "[data-drawer]")],
    "mia": [("pipeline:board", ".do-more")],
}  # fmt: skip


def pages_of(login, world, seen):
    """[(name, address)] this person may read; one that looks the same to everybody is read once."""
    for name, rows in ROWS.items():
        for row in rows:
            if not row.get or row.get[login] != 200 or row.label == "others' changes":  # fragments
                continue
            path = row.path(name, world)
            if name not in OWN and path in seen:
                continue
            seen.add(path)
            yield path


def look(page, path, faults):
    """One address at all widths."""
    answer = page.goto(path)
    if "text/html" not in (answer.headers.get("content-type") or "") or "<html" not in answer.text()[:400]:
        return
    page.wait_for_selector("body:not(:has(.htmx-request))", state="attached")
    inspect(page, path, faults)


def inspect(page, what, faults, widths=(360, 390, 768, 1440)):
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        if wide := overflow(page):
            faults.append(f"{what} at {width}: {wide} px too wide")
        if width in READ:
            faults += [f"{what} at {width}: {found}" for found in axe(page)]
        if width in THUMB:
            faults += [f"{what} at {width}: small {found}" for found in small_targets(page)]


def walk(page_of, world, language, theme):
    seen, faults = set(), []
    for login in ROLES:
        page = page_of(getattr(world.cast, login), width=390, language=language, theme=theme)
        page.on("download", lambda download: download.cancel())
        for path in pages_of(login, world, seen):
            try:
                look(page, path, faults)
            except Exception as error:  # a file instead of a page
                if "Download is starting" not in str(error):
                    raise
        faults += opened(page, login, world)
    return sorted(set(faults))


def opened(page, login, world):
    faults = []
    for name, click in OPENED.get(login, ()):
        for width in READ:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            page.goto(ROWS[name][0].path(name, world))
            settled(page)
            place = page.locator(click).filter(visible=True)
            if not place.count():
                continue
            place.first.click()
            settled(page)
            inspect(page, f"{name} {click}", faults, (360, 390) if width == 390 else (width,))
    return faults


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_every_page(page_of, language, theme):
    faults = walk(page_of, build_world(), language, theme)
    assert not faults, "\n".join(faults)


@pytest.mark.long
@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "dark"), ("en", "light")])
def test_every_page_in_the_other_theme(page_of, language, theme):
    faults = walk(page_of, build_world(), language, theme)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_before_signing_in(page_of, language):
    faults = []
    page = page_of(width=390, language=language)
    for path in ("/login", "/password", "/password/sent", "/no-such-page"):
        look(page, path, faults)
    assert not faults, "\n".join(faults)
