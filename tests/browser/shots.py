"""Pictures of every page: role × page × language × theme × width, into ./shots/ (not kept).

python -m tests.browser.shots http://127.0.0.1:8000 --password … [--roles alice,mia] [--widths 390,1440] [/pipeline …]

Signs in with the demo's logins and changes their language and theme, so point it at a demo of your own.
A page may carry a deed to be seen in its opened state: "/customers/{customer} .cust-do [data-drawer]" clicks that link.
"""

import argparse
import re
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import machine

HEIGHTS = {360: 640, 390: 844, 768: 1024, 1024: 768, 1440: 900}
SALES = [
    "/pipeline", "/pipeline/table", "/customers", "/customers/{customer}", "/customers/{customer} [data-key='l']",
    "/deals/{deal}/move?to={stage}", "/deals/{deal}/lost", "/customers/new", "/requests", "/requests/{request}",
    "/requests/new", "/reviews/week/{week}", "/reviews/month/{month}", "/messages", "/imports",
]  # fmt: skip
PAGES = {
    "alice": ["/today", "/today/update", "/log", *SALES, "/search?q=1", "/me"],
    "mia": ["/team", "/today", *SALES, "/targets", "/process"],
    "sam": ["/requests", "/requests/{request}", "/requests/new", "/messages", "/reviews", "/me"],
    "ada": ["/setup", "/setup/people", "/setup/people/new", "/setup/teams", "/setup/departments", "/setup/calendar",
            "/setup/stages", "/setup/stages/{stage}", "/setup/switches", "/setup/jobs", "/team", "/imports"],
    "": ["/login", "/password", "/no-such-page"],
}  # fmt: skip
FOUND_ON = {  # what an address needs is read from the links of a page
    "customer": ("/pipeline", r"/customers/(\d+)"), "deal": ("/pipeline", r"/deals/(\d+)/move"),
    "stage": ("/pipeline", r'data-stage="(\d+)"'), "request": ("/requests", r"/requests/(R-\d+)"),
    "week": ("/reviews", r"/reviews/week/(\d{4}-W\d\d)"), "month": ("/reviews", r"/reviews/month/(\d{4}-\d\d)"),
}  # fmt: skip


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("url")
    ask.add_argument("pages", nargs="*")
    ask.add_argument("--roles", default=",".join(PAGES))
    ask.add_argument("--password", default="")
    ask.add_argument("--widths", default="390,1440")
    ask.add_argument("--languages", default="zh-hans,en")
    ask.add_argument("--themes", default="light,dark")
    ask.add_argument("--window", action="store_true", help="only the window, not the whole page")
    ask.add_argument("--to", default="shots", help="the folder")
    wish = ask.parse_args()
    Path(wish.to).mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.chromium(), args=machine.BROWSER_FLAGS)
        for role, width in product(wish.roles.split(","), map(int, wish.widths.split(","))):
            context = browser.new_context(
                base_url=wish.url, viewport={"width": width, "height": HEIGHTS.get(width, 900)},
                has_touch=width < 861, is_mobile=width < 861, reduced_motion="reduce",
            )  # fmt: skip
            page = context.new_page()
            page.on("console", lambda message: message.type == "error" and print("  console:", message.text))
            page.on("pageerror", lambda error: print("  script:", error))
            if role:
                sign_in(page, role, wish.password)
            for language, theme in product(wish.languages.split(","), wish.themes.split(",")):
                speak(context, page, language, theme, wish.url, signed_in=bool(role))
                for address in wish.pages or PAGES[role]:
                    name = f"{role or 'nobody'}{_slug(address)}-{language}-{theme}-{width}.png"
                    _shoot(page, address, Path(wish.to) / name, whole=not wish.window)
            context.close()
        browser.close()


def _shoot(page, address, file, *, whole):
    path, _, click = address.partition(" ")
    for word in re.findall(r"{(\w+)}", path):
        source, pattern = FOUND_ON[word]
        found = re.findall(pattern, page.request.get(source).text())
        if not found:
            print(file.name, f"NO {word}")
            return
        path = path.replace(f"{{{word}}}", found[len(found) // 2])
    answer = page.goto(path)
    page.wait_for_load_state("networkidle")
    if click:
        page.locator(click).first.dispatch_event("click")
        page.wait_for_load_state("networkidle")
    page.wait_for_timeout(150)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    tall = whole and not click
    page.screenshot(path=str(file), full_page=tall)
    said = [f"STATUS {answer.status}"] if answer.status >= 400 else []
    print(file.name, *said, *([f"WIDER BY {wide}"] if wide > 0 else []))


def _slug(address):
    path, _, click = address.partition(" ")
    slug = re.sub(r"[^\w]+", "-", path.replace("{", "").replace("}", "")).strip("-")
    return f"-{slug}{'-opened' if click else ''}"


def sign_in(page, login, password):
    page.goto("/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def speak(context, page, language, theme, url, *, signed_in):
    """The person's own language and theme, by the switches of his profile."""
    context.add_cookies([{"name": "django_language", "value": language, "url": url}])
    page.set_extra_http_headers({"Accept-Language": language})
    if not signed_in:
        return
    for name, value in (("language", language), ("theme", theme)):
        html = page.request.get("/me").text()
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', html)[1]
        key = re.search(r'name="key" value="([^"]+)"', html)[1]
        page.request.post(
            "/me/switch", form={"csrfmiddlewaretoken": token, "key": key, name: value}, headers={"Referer": f"{url}/me"}
        )


if __name__ == "__main__":
    main()
