"""The walk-through of docs/ done for real, in each language, with its pictures: docs/pictures/walkthrough/{zh,en}/.

python -m tests.browser.walkthrough [--languages zh,en] [--port 8790]

Starts the product with a data folder of its own and the demo, as 启动.bat and start.sh do, and presses everything a
person presses from the first page to the backup; a step that fails ends it. Needs ImageMagick, as pictures.py does.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import machine
from tests.browser.shots import HEIGHTS, sign_in, speak
from tests.browser.walkstart import first_pictures, password_of, product, settled
from tests.browser.walkwords import WORDS

HERE = Path(__file__).resolve().parents[2]
PICTURES = HERE / "docs" / "pictures" / "walkthrough"
SHEETS = HERE / "tests" / "data" / "templates"
PASSWORD = "a short sentence of mine"
LOCALES = {"zh": ("zh-hans", "zh-CN"), "en": ("en", "en-GB")}


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--languages", default="zh,en")
    ask.add_argument("--port", type=int, default=8790)
    ask.add_argument("--demo", type=Path, help="a data folder with the untouched demo; without it one is made")
    wish = ask.parse_args()
    if not shutil.which("convert"):
        sys.exit("ImageMagick is missing: apt-get install imagemagick")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo = wish.demo or Path(folder) / "demo"
        with product(demo, wish.port) as (_, first):
            pass  # the first start of all, which loads the demo; each language begins with a copy of it
        browser = playwright.chromium.launch(executable_path=machine.chromium(), args=machine.BROWSER_FLAGS)
        for language in wish.languages.split(","):
            data = Path(folder) / language
            shutil.copytree(demo, data)
            with product(data, wish.port) as (url, _):
                walk = Walk(browser, url, language, password=password_of(data))
                first_pictures(walk, first)
                walk.all_steps()
        browser.close()


class Walk:
    """One person's way through it, in one language."""

    def __init__(self, browser, url, language, *, password):
        self.browser, self.url, self.language, self.password = browser, url, language, password
        self.words, self.folder, self.links = WORDS[language], PICTURES / language, {}
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def page(self, width=1440):
        context = self.browser.new_context(
            base_url=self.url, viewport={"width": width, "height": HEIGHTS[width]}, locale=LOCALES[self.language][1],
            has_touch=width < 861, is_mobile=width < 861, reduced_motion="reduce", timezone_id="Asia/Shanghai",
        )  # fmt: skip
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: sys.exit(f"script: {error}"))
        speak(context, page, LOCALES[self.language][0], "light", self.url, signed_in=False)
        return page

    def entered(self, login, password, width=1440):
        page = self.page(width)
        sign_in(page, login, password)
        speak(page.context, page, LOCALES[self.language][0], "light", self.url, signed_in=True)
        return page

    def shoot(self, page, name, part=None, whole=False):
        """The window, or with `part` from that part on; quantised."""
        settled(page)
        if part:
            page.locator(part).first.evaluate("e => scrollTo(0, e.getBoundingClientRect().top + scrollY - 72)")
        page.wait_for_timeout(200)
        file = self.folder / f"{name}.png"
        page.screenshot(path=str(file), full_page=whole)
        subprocess.run(["convert", str(file), "+dither", "-colors", "96", "-strip", f"PNG8:{file}"], check=True)
        print(self.language, file.name, file.stat().st_size // 1024, "KB", flush=True)

    def all_steps(self):
        for step in (
            self.address, self.look_round, self.own_account, self.demo_goes, self.company, self.stages, self.phones,
            self.people, self.joining, self.old_sheet, self.first_log, self.board, self.request, self.reviews,
            self.backup, self.help,
        ):  # fmt: skip
            step()

    def address(self):
        page = self.page()
        page.goto("/")
        self.shoot(page, "03-address")
        page.context.close()

    def look_round(self):
        for login, width, address, name in (
            ("mia", 1440, "/pipeline", "04-demo"), ("alice", 390, "/today", "04-demo-phone"),
        ):  # fmt: skip
            page = self.entered(login, self.password, width)
            page.goto(address)
            self.shoot(page, name)
            page.context.close()

    def own_account(self):
        page = self.entered("ada", self.password)
        page.goto("/setup")
        page.locator("main a[href='/setup/go-live']").first.click()
        for name in ("company", "name", "username", "mobile"):
            page.fill(f"#begin-form [name={name}]", self.words["account"][name])
        for name in ("password1", "password2"):
            page.fill(f"#begin-form [name={name}]", PASSWORD)
        self.shoot(page, "05-own-account")
        page.click("#begin-form .btn-primary")
        page.wait_for_selector(".btn-danger")
        speak(page.context, page, LOCALES[self.language][0], "light", self.url, signed_in=True)
        page.goto("/setup/go-live")
        self.desk = page

    def demo_goes(self):
        self.shoot(self.desk, "06-demo-goes")
        self.desk.click(".btn-danger")
        self.desk.fill("main [name=password]", PASSWORD)  # a deed that asks again who one is
        self.desk.keyboard.press("Enter")
        self.desk.wait_for_url("**/setup/go-live", timeout=120_000)
        self.desk.wait_for_selector(".btn-danger", state="detached", timeout=120_000)
        self.shoot(self.desk, "06-demo-gone")

    def company(self):
        page = self.desk
        page.goto("/setup/calendar")
        page.fill("#hours-form [name=starts]", "08:30")
        page.click("#hours-form .btn")
        settled(page)
        assert page.input_value("#hours-form [name=starts]")[:5] == "08:30"
        self.shoot(page, "07-calendar")
        page.goto("/setup/departments")
        self.shoot(page, "07-departments")

    def people(self):
        page = self.desk
        page.goto("/setup/people")
        page.click("a[href='/setup/people/paste']")
        page.fill("#people-form [name=text]", self.words["people"])
        page.click("#people-form .btn-primary")
        page.wait_for_selector("[name=add]")
        self.shoot(page, "09-people-check")
        page.click("[name=add]")
        page.wait_for_selector(".qr-cards")
        for card in page.locator(".qr-cards > li").all():
            login = re.search(r"[：:] ?(\w[\w.-]*)", card.locator("p").first.inner_text())[1]
            self.links[card.locator("h2").inner_text()] = login, card.locator("input").input_value()
        self.shoot(page, "09-people-links")

    def joining(self):
        page, phone = self.desk, self.page(390)
        page.goto("/setup/people/join")
        page.fill("#join-form [name=name]", self.words["group"])
        page.select_option("#join-form [name=team]", label=self._option("#join-form [name=team]", self.words["team"]))
        page.click("#join-form .btn-primary")
        page.wait_for_selector("#link")
        self.shoot(page, "10-join-link")
        phone.goto(page.input_value("#link"))
        phone.fill("[name=name]", self.words["joiner"])
        phone.fill("[name=mobile]", "13800000009")
        self.shoot(phone, "10-join-phone")
        phone.click("form.form .btn-primary")
        page.goto("/setup/people/join")
        self.shoot(page, "10-join-let-in")
        page.click(".asks .btn-primary")
        page.wait_for_load_state("networkidle")
        phone.click("a[href='/joining']")
        phone.click(".btn-primary")
        self._password_chosen(phone)
        phone.context.close()

    def _option(self, select, start):
        return next(one for one in self.desk.locator(f"{select} option").all_inner_texts() if start in one)

    def _password_chosen(self, page):
        page.wait_for_selector("input[type=password]")
        for box in page.locator("input[type=password]").all():
            box.fill(PASSWORD)
        page.click("form.form .btn-primary")
        page.wait_for_url(lambda url: "/invite" not in url and "/join" not in url)

    def come_in(self, name, width):
        """By the one-time link of the people page, once; then by name and password."""
        login, link = self.links[name]
        if link:
            page = self.page(width)
            page.goto(link)
            self._password_chosen(page)
            page.context.close()
            self.links[name] = login, None
        return self.entered(login, PASSWORD, width)

    def stages(self):
        self.desk.goto("/setup/stages")
        self.shoot(self.desk, "07-stages")

    def old_sheet(self):
        page = self.desk
        for number, name in enumerate(("客户跟进记录表-列表.xlsx", "销售阶段进度表.xlsx")):
            page.goto("/imports")
            page.set_input_files(".import-form [type=file]", SHEETS / name)
            if not number:
                self.shoot(page, "11-import-file")
            page.click(".import-form .btn-primary")
            page.wait_for_selector("form[action$='/map']")
            for person in page.locator("#import-people .f select[name]").all():
                said = page.locator(f"label[for='{person.get_attribute('id')}']").inner_text()
                known = [one for one in person.locator("option").all_inner_texts() if
                         one.startswith(self.words["sheet"].get(said[0], "?"))]  # fmt: skip
                if known:
                    person.select_option(label=known[0])
            if not number:
                self.shoot(page, "11-import-people", part="#import-people")
            page.click("form[action$='/map'] .actions .btn-primary")
            page.wait_for_selector("#import-sum")
            self.shoot(page, "11-import-check") if number else None
            page.click("[name=do][value=import] >> visible=true")
            page.wait_for_url("**/done")
        self.shoot(page, "11-import-done")

    def phones(self):
        self.desk.goto("/setup/phones")
        self.shoot(self.desk, "08-phones")

    def first_log(self):
        phone = self.come_in(self.words["rep"], 390)
        phone.goto("/today")
        phone.tap("#tabs a.log")
        phone.locator("#drawer").get_by_role("link", name="XX科技公司").first.tap()
        phone.wait_for_selector("#id_text")
        phone.fill("#id_text", self.words["said"])
        phone.locator("#id_next .chip").nth(1).tap()
        self.shoot(phone, "12-first-log")
        phone.tap("#drawer .btn-primary")
        phone.wait_for_selector("body:not(:has(#drawer > *))")
        phone.goto("/today")
        self.shoot(phone, "12-my-day")
        phone.context.close()

    def board(self):
        self.lead = self.come_in(self.words["manager"], 1440)
        self.lead.goto("/pipeline")
        self.shoot(self.lead, "13-board")

    def request(self):
        page = self.come_in(self.words["rep"], 1440)
        page.goto("/requests/new")
        page.locator("#req-form label.chip:has([name=kind][value=finance])").click()
        settled(page)
        page.fill("#req-form [name=title]", self.words["title"])
        if page.locator("#req-form [name=customer_name]").count():
            page.fill("#req-form [name=customer_name]", "XX科技公司")
        page.locator("#req-form .chips:has([name=day]) .chip").nth(1).click()
        page.fill("#req-form [name=description]", self.words["detail"])
        self.shoot(page, "14-request")
        page.click("#req-form .btn-primary")
        page.wait_for_url(re.compile(r"/requests/R-\d+"))
        other = self.come_in(self.words["finance"], 1440)
        other.goto("/requests")
        self.shoot(other, "14-request-queue")
        other.locator("form[action$='/accept'] button >> visible=true").first.click()
        settled(other)
        other.context.close()
        page.context.close()

    def reviews(self):
        self.lead.goto("/reviews")
        self.shoot(self.lead, "15-reviews")
        self.lead.context.close()

    def backup(self):
        page = self.desk
        page.goto("/setup/copies")
        page.click("form[action='/setup/backups/now'] button")
        page.locator("form[action$='/take']").nth(1).wait_for()  # beside the one from before the demo went
        self.shoot(page, "16-backup")

    def help(self):
        self.desk.goto("/setup")
        self.shoot(self.desk, "16-setup")


if __name__ == "__main__":
    main()
