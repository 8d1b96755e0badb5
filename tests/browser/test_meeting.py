"""The weekly meeting in a real browser (M4): keys, decisions by the keyboard, a timer on wish, a follower's screen."""

import datetime as dt

import pytest
from django.utils import timezone

from pipeline.models import Meeting, MeetingItem
from tests.browser.conftest import HEIGHTS
from tests.browser.every_page import inspect
from tests.browser.hand import settled
from tests.cast import make_customer, make_log

pytestmark = [pytest.mark.browser, pytest.mark.proves("M4", "R29", "R30")]


@pytest.fixture
def quiet(cast):
    """alice's customer that nobody spoke to for nine days."""
    now = timezone.now()
    customer = make_customer(cast.alice, now=now - dt.timedelta(days=12), name="启明电子")
    make_log(customer, happened_at=now - dt.timedelta(days=9), now=now - dt.timedelta(days=9))
    return customer


def test_a_meeting_by_the_keyboard_with_a_follower(page_of, cast, quiet):
    bob = page_of(cast.bob, width=390, language="en", theme="dark")
    bob.goto("/team/meeting")
    page = page_of(cast.mia)
    page.goto("/team")
    page.keyboard.press("s")  # to the meeting
    page.wait_for_selector("text=参会人")
    page.keyboard.press("s")  # and begin
    page.wait_for_selector("#on-screen")
    while page.locator("#on-screen").inner_text().split()[0] != "启明电子":
        before = page.locator("#on-screen").inner_text()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(before) => document.querySelector('#on-screen').innerText !== before", arg=before)
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".parts")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".whys .why-quiet")

    page.keyboard.press("n")  # a note, by Enter
    page.wait_for_selector("#decide-note [name=text]:focus")
    page.keyboard.insert_text("先发降本方案")
    page.keyboard.press("ArrowRight")  # in a field an arrow is the field's
    page.keyboard.press("Enter")
    page.wait_for_selector(".decided:has-text('先发降本方案')")
    assert page.evaluate("document.activeElement.id") == "on-screen"
    page.keyboard.press("1")  # the next step opens; Esc gives it back
    page.wait_for_selector("#decide-step [name=text]:focus")
    page.keyboard.press("Escape")
    page.wait_for_selector(".decide:not(:has(details[open]))")
    assert MeetingItem.objects.get().text == "先发降本方案"
    page.keyboard.press("1")  # what cannot be is said in the form, with what was typed
    page.wait_for_selector("#decide-step [name=text]:focus")
    page.keyboard.insert_text("寄样品")
    page.fill("#decide-step [name=due_on]", "2020-01-01")
    page.keyboard.press("Enter")
    page.wait_for_selector("details[open] #decide-step .summary")
    assert page.input_value("#decide-step [name=text]") == "寄样品"
    page.keyboard.press("Escape")
    page.wait_for_selector(".decide:not(:has(details[open]))")

    place = page.locator("[data-timer]")
    assert place.is_hidden()
    page.keyboard.press("t")
    page.wait_for_selector("[data-timer]:visible")
    seconds = place.inner_text()
    page.wait_for_function("(then) => document.querySelector('[data-timer]').innerText !== then", arg=seconds)
    page.keyboard.press("t")
    assert place.is_hidden()

    bob.wait_for_selector(".whys .why-quiet")  # his screen found the meeting and its item by itself
    assert bob.locator("#decide").count() == 0
    faults = []
    for screen, width, who in ((page, 1440, "presenter"), (bob, 390, "follower")):
        settled(screen)
        inspect(screen, who, faults, widths=(width,))
        screen.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
    inspect(page, "presenter", faults, widths=(390,))
    page.locator(".meeting-do .menu > summary").last.click()
    page.locator("text=结束会议 >> visible=true").last.click()
    page.wait_for_selector("#minutes-text", state="attached")
    inspect(page, "minutes", faults, widths=(390, 1440))
    assert faults == []
    assert Meeting.objects.get().ended_at
    bob.wait_for_selector("#meeting:not(:has(.whys))")  # what is another's is gone from his screen
