"""A request in two tabs: whoever comes too late is told so where he pressed, in the menu and in the row."""

import pytest
from django.utils import timezone

from tests.browser.hand import settled
from tests.collaboration.world import ask

pytestmark = pytest.mark.browser
GROUND_AND_HOVER = """one => [getComputedStyle(one).backgroundColor,
    getComputedStyle(document.documentElement).getPropertyValue('--accent-hover')]"""


def rgb(hexed):
    return f"rgb({', '.join(str(part) for part in bytes.fromhex(hexed.strip().removeprefix('#')))})"


@pytest.mark.proves("B37")
def test_who_decides_too_late_reads_why_in_the_menu_and_in_the_row(page_of, cast):
    request = ask(cast.alice, cast.legal, code="contract", now=timezone.now())
    first = page_of(cast.mia)
    second, queue = first.context.new_page(), first.context.new_page()
    for tab in (first, second):
        tab.goto(f"/requests/{request.code}")
    queue.goto("/requests?tab=accept")
    for tab in (first, second):
        tab.locator("#do-approve > summary").click()
        tab.locator("#do-approve textarea").fill("同意")
        button = tab.locator("#do-approve button.btn-primary")
        button.hover()
        ground, hover = button.evaluate(GROUND_AND_HOVER)
        assert ground == rgb(hover), "white words keep their ground under the mouse"
        button.click()
        settled(tab)
    first.locator("#req-side", has_text="法务部").wait_for()
    told = second.locator("#do-approve .error-panel")
    told.wait_for()
    assert "法务部" in told.inner_text() and second.locator("#do-approve textarea").input_value() == "同意"
    queue.locator(f"#req-row-{request.number} form button").first.click()
    late = queue.locator(f"#req-row-{request.number} .error-panel")
    late.wait_for()
    assert "法务部" in late.inner_text()
