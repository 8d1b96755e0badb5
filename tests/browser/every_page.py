"""Every page of every role, in both languages and both themes, at every width: nothing wider than the window, nothing
said by the console, no violation found by axe, nothing too small for a thumb (P6, ux §7).

The pages are those the gate's matrix lets a person read, in the gate's world. Each is loaded once and its widths change
while it is open. test_pages_<language>_<theme>.py run this: a file each, so that two workers share them.
"""

from tests.browser.conftest import HEIGHTS, axe, menus_outside, overflow, small_targets
from tests.browser.hand import settled
from tests.gate.matrix import ROWS
from tests.gate.world import build_world

ROLES = ("alice", "mia", "sam", "ada")
OWN = {"today", "team", "pipeline:board", "collaboration:queue", "collaboration:page", "customer", "reviews:week", "me"}
WIDTHS = (360, 390, 768, 1440)
THUMB = (360, 390)  # the widths at which a thumb must find every target
READ = (390, 1440)  # the widths at which axe reads
LAYERS = ["#drawer", "#dialog", "#palette", "details.menu[open]"]
OPENED = {  # what opens over a page: (address by name, what is clicked)
    "alice": [("customer", ".compose .stub"), ("customer", "#next [data-dialog]"), ("pipeline:board", ".btn-log"),
              ("pipeline:board", "[data-palette]"), ("today", "[data-drawer]"),
              ("customer", ".cust-more > summary"), ("customers:list", "#list-menus summary"),
              ("customers:list", ".filter-fold > summary"), ("pipeline:board", ".filter-fold > summary")],
    "mia": [("team", "#decisions [data-dialog]"), ("team", "#reps .menu > summary"), ("team", "#reps td .icon-btn"),
            ("pipeline:board", ".do-more"), ("reviews:targets", ".aim .menu > summary")],
    "ada": [("setup_stages", "[id^=stage-row] [data-dialog]")],
}  # fmt: skip


def walk(page_of, role, language, theme):
    """What is wrong on the pages of one role: lines of text, none when all is well."""
    world, faults = build_world(), []
    page = page_of(getattr(world.cast, role), width=390, language=language, theme=theme)
    page.on("download", lambda download: download.cancel())
    for path in pages_of(role, world):
        try:
            look(page, path, faults)
        except Exception as error:  # a file instead of a page
            if "Download is starting" not in str(error):
                raise
    faults += opened(page, role, world)
    return "\n".join(sorted(set(faults)))


def pages_of(role, world):
    """The addresses this person may read; one that looks the same to everybody is left to the first role."""
    seen = {}
    for login in ROLES[: ROLES.index(role) + 1]:
        for name, rows in ROWS.items():
            for row in rows:
                if not row.get or row.get[login] != 200 or row.label == "others' changes":  # fragments
                    continue
                if name == "reviews:picture":  # an image, as wide as it is
                    continue
                path = row.path(name, world)
                if login == role and (name in OWN or path not in seen):
                    seen[path] = role
                seen.setdefault(path, login)
    return [path for path, login in seen.items() if login == role]


def look(page, path, faults):
    """One address at all widths."""
    answer = page.goto(path)
    if "text/html" not in (answer.headers.get("content-type") or "") or "<html" not in answer.text()[:400]:
        return
    page.wait_for_selector("body:not(:has(.htmx-request))", state="attached")
    inspect(page, path, faults)


def inspect(page, what, faults, widths=WIDTHS, within=None):
    """From the width the page has towards the other end."""
    now = page.viewport_size["width"]
    for width in sorted(widths, reverse=now == max(widths)):
        if width != page.viewport_size["width"]:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        if wide := overflow(page):
            faults.append(f"{what} at {width}: {wide} px too wide")
        faults += [f"{what} at {width}: out of the window {found}" for found in menus_outside(page)]
        if width in READ:
            faults += [f"{what} at {width}: {found}" for found in axe(page, within)]
        if width in THUMB:
            faults += [f"{what} at {width}: small {found}" for found in small_targets(page)]


def opened(page, login, world):
    """The layers over a page: axe reads the layer, the page under it has been read."""
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
            inspect(page, f"{name} {click}", faults, THUMB if width == 390 else (width,), LAYERS)
    return faults
