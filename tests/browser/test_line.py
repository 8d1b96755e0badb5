"""The ten-second log line in a real browser (M14): Enter reads, Enter saves; palette, phone, input method, draft."""

import pytest
from django.utils import timezone

from customers.models import FollowUp
from tests.browser.conftest import axe, overflow
from tests.browser.hand import Hand, closed, settled
from tests.cast import make_customer

KEPT = "() => Object.values(localStorage).some((kept) => kept.includes('张经理'))"
LINE = "电话 张经理 需要降本 3月3日上门演示 #高意向"
pytestmark = [pytest.mark.browser, pytest.mark.proves("M14")]
both = pytest.mark.parametrize("width", [1440, 390])


@pytest.fixture
def customer(cast):
    return make_customer(cast.alice, contacts=[{"name": "张敏", "position": "采购经理", "is_main": True}])


def saved(customer):
    follow_up = FollowUp.objects.get()
    assert (follow_up.customer_id, follow_up.source, follow_up.methods, follow_up.text) == (
        customer.pk, "line", ",phone,", "需要降本"
    )
    step = follow_up.steps.get()
    assert (step.text, step.due_on.month, step.due_on.day) == ("上门演示", 3, 3)
    assert step.due_on >= timezone.localdate()


@both
def test_a_whole_log_in_four(page_of, cast, customer, width):
    """Open, type the line, Enter, Enter."""
    page = page_of(cast.alice, width=width)
    page.goto("/customers")
    hand = Hand(page)
    hand.press("#tabs a.log" if width == 390 else ".btn-log")
    page.wait_for_selector("#log-q:focus")
    hand.type(LINE)
    settled(page)
    hand.keys("Enter")
    page.wait_for_selector("#drawer .btn-primary:focus")
    assert page.locator(".said select[name=contact]").input_value() == str(customer.contacts.get().pk)
    assert overflow(page) == 0
    assert axe(page) == []
    hand.keys("Enter")
    closed(page)
    assert hand.used == 4
    saved(customer)


def test_from_the_palette_on_any_page(page_of, cast, customer):
    page = page_of(cast.alice)
    page.goto("/reviews")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open]")
    page.keyboard.insert_text(LINE)
    page.wait_for_selector("#palette [role=option][data-drawer][aria-selected=true]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#drawer .btn-primary:focus")
    page.keyboard.press("Enter")
    closed(page)
    saved(customer)


def test_the_palette_chooses_its_first_line_on_a_slow_line_too(page_of, cast, customer):
    """What is typed while the first answer is still on its way waits for it, and is chosen when it comes."""
    page = page_of(cast.alice)
    page.goto("/reviews")

    def late(route):
        page.wait_for_timeout(600)
        route.continue_()

    page.route(lambda url: url.endswith("/search?q="), late)
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open]")
    page.keyboard.insert_text(LINE)
    page.wait_for_selector("#palette [role=option][data-drawer][aria-selected=true]")


def test_enter_of_an_input_method_reads_nothing(page_of, cast, customer):
    page = page_of(cast.alice)
    page.goto("/customers")
    page.click(".btn-log")
    page.wait_for_selector("#log-q:focus")
    page.keyboard.insert_text(LINE)
    settled(page)
    prevented = page.evaluate("""() => {
      const field = document.getElementById('log-q');
      field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
      const key = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
      field.dispatchEvent(key);
      return key.defaultPrevented;
    }""")
    assert prevented
    assert page.locator("#qlf").count() == 0


def test_a_line_survives_a_lost_connection(page_of, cast, customer):
    page = page_of(cast.alice)
    page.goto("/customers")
    page.click(".btn-log")
    page.wait_for_selector("#log-q:focus")
    page.keyboard.insert_text(LINE)
    page.wait_for_selector("[data-draft-note]:not([hidden])")
    assert page.evaluate(KEPT) is True
    page.goto("/customers")
    page.click(".btn-log")
    page.wait_for_selector("[data-draft-note]:not([hidden])")
    settled(page)
    assert page.locator("#log-q").input_value() == LINE
    page.locator("#log-q").press("Enter")
    page.wait_for_selector("#drawer .btn-primary:focus")
    page.keyboard.press("Enter")
    closed(page)
    saved(customer)
    assert page.evaluate(KEPT) is False


def test_a_date_in_the_text_of_a_log_is_its_first_chip(page_of, cast, customer):
    page = page_of(cast.alice)
    page.goto(f"/log?customer={customer.pk}")
    page.click("#id_text")
    page.keyboard.insert_text("客户认可方案，3月3日上门演示")
    page.wait_for_selector("#id_next .chip[data-found] input:checked", state="attached")
    assert page.locator("#id_next .chip").first.get_attribute("data-found") is not None
    assert page.locator("#id_next_text").input_value() == "客户认可方案，3月3日上门演示"


@both
def test_without_scripts(page_of, cast, customer, width):
    page = page_of(cast.alice, width=width, scripts=False)
    page.goto("/log")
    page.fill("#log-q", LINE)
    page.locator("#log-q").press("Enter")
    page.wait_for_selector("#qlf")
    page.click("button.btn-primary[form=qlf]")
    page.wait_for_url(f"**/customers/{customer.pk}#ev-*")
    saved(customer)
