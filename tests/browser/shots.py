"""Pictures of every page: page × language × theme × width, into ./shots/ (not kept).

python -m tests.browser.shots http://127.0.0.1:8000 --login mia --password … /pipeline /customers
"""

import argparse
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import machine

WIDTHS = {360: 640, 390: 844, 768: 1024, 1024: 768, 1440: 900}
PAGES = ["/today", "/team", "/pipeline", "/pipeline/table", "/customers", "/requests", "/messages", "/me"]


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("url")
    ask.add_argument("pages", nargs="*", default=PAGES)
    ask.add_argument("--login")
    ask.add_argument("--password")
    ask.add_argument("--widths", default="390,1440")
    ask.add_argument("--languages", default="zh-hans,en")
    ask.add_argument("--themes", default="light,dark")
    ask.add_argument("--full", action="store_true", help="the whole page, not only the window")
    wish = ask.parse_args()
    folder = Path("shots")
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.chromium(), args=machine.BROWSER_FLAGS)
        for width in map(int, wish.widths.split(",")):
            context = browser.new_context(
                base_url=wish.url, viewport={"width": width, "height": WIDTHS.get(width, 900)}, has_touch=width < 861
            )
            page = context.new_page()
            page.on("console", lambda message: message.type == "error" and print("  console:", message.text))
            if wish.login:
                sign_in(page, wish.login, wish.password)
            for language, theme, path in product(wish.languages.split(","), wish.themes.split(","), wish.pages):
                context.add_cookies([{"name": "django_language", "value": language, "url": wish.url}])
                page.set_extra_http_headers({"Accept-Language": language})
                page.goto(path)
                page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
                name = f"{path.strip('/').replace('/', '-').replace('?', '-') or 'home'}-{language}-{theme}-{width}.png"
                page.screenshot(path=str(folder / name), full_page=wish.full)
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                print(name, f"WIDER BY {wide}" if wide > 0 else "")
            context.close()
        browser.close()


def sign_in(page, login, password):
    page.goto("/login")
    page.fill("input[name=login], input[name=username]", login)
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


if __name__ == "__main__":
    main()
