"""The customer list at the keyboard: a cell is edited where it stands; a stale row is acted on in two actions (R32)."""

import pytest
from django.utils import timezone

from collaboration.models import CollaborationRequest
from customers.models import Customer, NextStep
from tests.browser.conftest import axe, overflow, small_targets
from tests.browser.hand import Hand, closed, days, settled
from tests.browser.test_main_jobs import customer_of
from tests.cast import make_step

pytestmark = pytest.mark.browser


@pytest.fixture
def now():
    return timezone.now()


def test_a_cell_is_edited_by_the_keyboard_and_given_back(page_of, cast, now):
    customer = customer_of(cast.alice, now)
    page = page_of(cast.alice, width=1440)
    page.goto("/customers")
    settled(page)
    cell = page.locator(f"#row-{customer.pk} [data-cell]").first
    cell.focus()
    was = Customer.objects.get(pk=customer.pk).tag
    page.keyboard.press("Enter")
    field = page.locator("[data-cell-form] select")
    field.wait_for()
    settled(page)
    assert field.evaluate("(field) => field === document.activeElement")
    field.select_option("hot")
    page.keyboard.press("Escape")
    assert page.locator("[data-cell-form]").count() == 0
    assert cell.evaluate("(link) => link === document.activeElement")
    page.keyboard.press("F2")
    field.wait_for()
    settled(page)
    field.select_option("hot")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toast form", state="attached")
    settled(page)
    assert Customer.objects.get(pk=customer.pk).tag == "hot" != was
    page.locator("[data-cell]:focus").wait_for()
    page.keyboard.press("Control+z")
    page.wait_for_selector("body:not(:has(#toast form))", state="attached")
    settled(page)
    assert Customer.objects.get(pk=customer.pk).tag == was
    page.locator(f"#row-{customer.pk} [data-cell]").first.focus()
    page.keyboard.press("F2")
    field.wait_for()
    settled(page)
    field.select_option("hot")
    page.keyboard.press("Tab")  # saves, and the day of the next step stands open or focused
    page.wait_for_selector("#toast form", state="attached")
    settled(page)
    page.locator("td :focus").wait_for()
    assert Customer.objects.get(pk=customer.pk).tag == "hot"


def test_a_cell_that_is_refused_says_why_and_stays_open(page_of, cast, now):
    """What cannot be saved is said in the cell; Esc still gives the cell back."""
    customer = customer_of(cast.alice, now)
    make_step(customer, (now + days(2)).date())
    page = page_of(cast.alice, width=1440)
    page.goto("/customers")
    settled(page)
    page.locator(f"#row-{customer.pk} [data-cell]").last.focus()
    page.keyboard.press("F2")
    field = page.locator("[data-cell-form] input[type=date]")
    field.wait_for()
    settled(page)
    field.evaluate("(field) => { field.removeAttribute('min'); field.value = '2020-01-01'; }")
    page.keyboard.press("Enter")
    page.locator("[data-cell-form] .err").wait_for()
    settled(page)
    assert page.locator("[data-cell-form]").count() == 1
    page.locator("[data-cell-form] input[type=date]").focus()
    page.keyboard.press("Escape")
    assert page.locator("[data-cell-form]").count() == 0


@pytest.mark.proves("R32")
def test_from_a_stale_row_a_step_an_owner_or_a_request_is_two_actions_away(page_of, cast, now):
    """Two actions: one on the row, one that saves; what is typed between them is the content itself."""
    customer = customer_of(cast.alice, now, quiet=9)
    page = page_of(cast.alice, width=1440)
    page.goto("/today")
    settled(page)
    hand = Hand(page)
    hand.press(page.locator("#stale li", has_text=customer.name).locator("a[href*='requests/new']"))
    page.wait_for_selector("[name=description]")
    page.fill("[name=title]", "报价需要特批")
    page.fill("[name=description]", "客户九天没有回复，请给一个价格底线")
    page.fill("[name=needed_by]", (now + days(5)).date().isoformat())
    hand.press("#req-form .btn-primary")
    page.wait_for_url("**/requests/R-*")
    request = CollaborationRequest.objects.get()
    assert (hand.used, request.customer, request.asker) == (2, customer, cast.alice)

    page.goto("/today")
    settled(page)
    hand = Hand(page)
    row = page.locator("#stale li", has_text=customer.name)
    hand.press(row.locator("a[href*='steps/new']"))
    page.wait_for_selector("#step-form")
    page.locator("#step-form [name=next]").first.check(force=True)
    page.fill("#step-form [name=next_text]", "打电话问结果")
    hand.press("#step-form .btn-primary")
    closed(page)
    assert (hand.used, NextStep.objects.get(customer=customer).text) == (2, "打电话问结果")

    page = page_of(cast.mia, width=1440)
    page.goto("/customers?show=quiet")
    settled(page)
    hand = Hand(page)
    hand.press(page.locator(f"#row-{customer.pk} [data-cell][href*='do=assign']"))
    page.locator("[data-cell-form] select").select_option(str(cast.bob.pk))
    hand.press("[data-cell-form] .btn-primary")
    page.wait_for_selector("#toast form", state="attached")
    assert (hand.used, Customer.objects.get(pk=customer.pk).owner) == (2, cast.bob)


@pytest.mark.parametrize("width", [390, 360])
def test_a_long_touch_chooses_on_the_phone(page_of, cast, now, width):
    """A long touch opens nothing and shows the boxes; while they show a tap chooses; "Select" does the same."""
    customers = [customer_of(cast.alice, now, name) for name in ("远扬制造", "启明教育", "云帆物流")]
    page = page_of(cast.alice, width=width)
    page.goto("/customers")
    rows = [page.locator(f"#row-{customer.pk}") for customer in customers]
    box = rows[0].locator("a[data-open]").bounding_box()
    finger = page.context.new_cdp_session(page)
    place = [{"x": box["x"] + 20, "y": box["y"] + 20}]
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": place})
    page.wait_for_selector("#selbar:not([hidden])")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert page.url.endswith("/customers")
    rows[1].locator("a[data-open]").tap()  # a tap chooses, and opens neither page nor cell
    rows[2].locator(".tick label").tap()
    rows[2].locator("a[data-open]").tap()
    assert page.url.endswith("/customers")
    assert [row.locator(".pick").is_checked() for row in rows] == [True, True, False]
    assert (overflow(page), small_targets(page), axe(page)) == (0, [], [])
    page.locator("#selbar button[value=tag]").tap()
    page.locator("#dialog select[name=tag]").select_option("hot")
    page.locator("#dialog .btn-primary").tap()
    closed(page)
    assert [Customer.objects.get(pk=customer.pk).tag for customer in customers] == ["hot", "hot", "interested"]
    page.goto("/customers")
    page.locator("[data-choose]").tap()
    page.locator("[data-choose][aria-pressed=true]").wait_for()
    rows[0].locator("a[data-open]").tap()
    assert page.locator("[data-selected]").inner_text() == "已选 1 项"
    page.locator("#selbar [data-unselect]").tap()
    rows[0].locator("a[data-open]").tap()
    page.wait_for_url(f"**/customers/{customers[0].pk}*")
