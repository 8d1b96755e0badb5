"""The rep's phone: his page one tap away, a call that asks for its log, all deals by urgency without dragging."""

import pytest
from django.utils import timezone

from core.periods import today
from customers.models import FollowUp, Owed
from pipeline.models import Deal
from tests.browser.conftest import overflow, small_targets
from tests.browser.hand import Hand, closed, settled
from tests.browser.test_main_jobs import customer_of
from tests.cast import make_step

pytestmark = pytest.mark.browser


@pytest.fixture
def now():
    return timezone.now()


@pytest.mark.parametrize("width", [360, 390])
def test_the_own_page_is_one_tap_away(page_of, cast, width):
    page = page_of(cast.alice, width=width)
    for path in ("/today", "/pipeline", "/customers", "/requests"):
        page.goto(path)
        page.locator("a.av-me").tap()
        page.wait_for_url("**/me")
    for name in ("消息", "报表"):
        assert page.locator("#main nav").get_by_role("link", name=name).is_visible()
    assert (overflow(page), small_targets(page)) == (0, [])


def test_a_call_asks_for_its_log_on_return(page_of, cast, now):
    customer = customer_of(cast.alice, now)
    page = page_of(cast.alice, width=390)
    page.goto(f"/customers/{customer.pk}")
    page.evaluate(
        "document.addEventListener('click', (e) => e.target.closest('a[href^=tel]') && e.preventDefault())"
    )  # no telephone here
    link = page.locator(".cust-do a[href^='tel:']")
    assert link.get_attribute("href") == "tel:13800005678"
    hand = Hand(page)
    hand.press(link)
    page.wait_for_selector("#owed:not([hidden])")
    page.wait_for_timeout(5100)  # nobody is back from a call sooner
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector("#id_text")
    assert page.locator(".how input[value=phone]").is_checked()
    hand.press('[data-set="outcome=no_answer"]')
    hand.press("#drawer .btn-primary")
    closed(page)
    assert hand.used == 3  # the call itself is one of them
    assert (FollowUp.objects.latest("pk").outcome, Owed.objects.open().count()) == ("no_answer", 0)


@pytest.mark.parametrize("width", [360, 390])
def test_all_deals_stand_in_one_list_by_urgency_and_move_without_dragging(page_of, cast, now, width):
    calm, quiet, worst = (
        customer_of(cast.alice, now, name, quiet=days, at=at)
        for name, days, at in (("云帆物流", 1, 3), ("启明教育", 5, 2), ("星澜科技", 9, 4))
    )
    Deal.objects.filter(customer=worst).update(amount=900_000)
    page = page_of(cast.alice, width=width)
    page.goto("/pipeline")
    settled(page)
    shown = page.locator(".col-all .card-1 b").filter(visible=True).all_inner_texts()
    assert (set(shown[:2]), shown[-1]) == ({worst.name, quiet.name}, calm.name)
    assert (overflow(page), small_targets(page)) == (0, [])
    deal = calm.deals.get()
    card = page.locator(f"#all-{deal.pk}")
    card.locator(".card-in").tap()  # shows what can be done with it
    assert card.locator(".do-log").is_visible()
    card.locator(".do-more").tap()
    page.wait_for_selector("#dialog dialog[open]")
    page.locator("#dialog").get_by_text("方案提交").tap()
    page.wait_for_selector("#move-form")
    page.locator("#move-form .btn-primary").tap()
    closed(page)
    assert Deal.objects.get(pk=deal.pk).stage.position == 4


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_path_and_the_lines_of_the_day_keep_their_room(page_of, cast, now, language):
    """The day under a stage's name widens no column, or the line before it runs through a number; a button stands off
    the words above it."""
    customer = customer_of(cast.alice, now)
    make_step(customer, today(now), now=now)
    page = page_of(cast.alice, width=390, language=language)
    page.goto(f"/customers/{customer.pk}")
    widths = page.locator("#path li").evaluate_all("all => all.map((one) => one.getBoundingClientRect().width)")
    assert len(widths) == 7 and max(widths) - min(widths) < 4
    page.goto("/today")
    words, button = (page.locator(f"#due .todo {part}").first.bounding_box() for part in (".what", ".do .btn"))
    assert button["y"] - words["y"] - words["height"] >= 6
    assert overflow(page) == 0
