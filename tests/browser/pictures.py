"""The four pictures of the README, from a running demo in Chinese, into docs/pictures/ (quantised PNG, under 200 KB).

python -m tests.browser.pictures http://127.0.0.1:8000 --password …

Needs ImageMagick (`apt-get install imagemagick`) for the last step.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import machine
from tests.browser.shots import HEIGHTS, sign_in, speak

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("url")
    ask.add_argument("--password", required=True)
    wish = ask.parse_args()
    if not shutil.which("convert"):
        sys.exit("ImageMagick is missing: apt-get install imagemagick")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.chromium(), args=machine.BROWSER_FLAGS)
        for name, login, width, prepare in (
            ("board", "mia", 1440, board), ("today-phone", "alice", 390, today),
            ("customer-log", "alice", 1440, customer_log), ("request", "sam", 1440, request),
        ):  # fmt: skip
            context = browser.new_context(
                base_url=wish.url, viewport={"width": width, "height": HEIGHTS[width]}, locale="zh-CN",
                has_touch=width < 861, is_mobile=width < 861, reduced_motion="reduce",
                device_scale_factor=2 if width < 861 else 1,
            )  # fmt: skip
            page = context.new_page()
            sign_in(page, login, wish.password)
            speak(context, page, "zh-hans", "light", wish.url, signed_in=True)
            prepare(page)
            page.wait_for_load_state("networkidle")
            file = FOLDER / f"{name}.png"
            page.screenshot(path=str(file))
            subprocess.run(["convert", str(file), "+dither", "-colors", "200", "-strip", f"PNG8:{file}"], check=True)
            print(file.name, file.stat().st_size // 1024, "KB")
            context.close()
        browser.close()


def board(page):
    page.goto("/pipeline")


def today(page):
    page.goto("/today")


def customer_log(page):
    """The customer of the sample table, with a log being written."""
    page.goto("/customers?q=星澜数据")
    page.locator("[data-row] a[data-open]").first.click()
    page.wait_for_url("**/customers/*")
    page.locator(".btn-log").click()
    page.wait_for_selector("#id_text:focus")
    page.keyboard.insert_text("预算预批已到财务总监，下周三前有结果。对方问能否分两期付款。")


def request(page):
    numbers = re.findall(r"/requests/(R-\d+)", page.request.get("/requests?tab=mine").text())
    page.goto(f"/requests/{numbers[0]}" if numbers else "/requests")


if __name__ == "__main__":
    main()
