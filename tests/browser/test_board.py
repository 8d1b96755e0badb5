"""The board in the hand of a manager: a long column, one card in two windows, what a press brings (S7, B32)."""

import pytest
from django.utils import timezone

from pipeline.board import CARDS
from pipeline.models import Deal, Stage
from pipeline.moving import Move, move_many
from tests.browser.hand import settled
from tests.browser.test_main_jobs import customer_of
from tests.cast import make_customer

pytestmark = pytest.mark.browser
MORE = 5


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def third(cast):
    return Stage.objects.get(playbook__is_default=True, position=3)


@pytest.fixture
def long(cast, now, third):
    """A column with more cards than are drawn at once."""
    deals = [make_customer(cast.alice, name=f"批量客户{n:02d}", now=now).deals.get() for n in range(CARDS + MORE)]
    move_many([Move(deal, third, key_action="谈过") for deal in deals], by=cast.alice, now=now)
    return [deal.pk for deal in deals]


def stage_of(page, deal):
    return page.evaluate(f"document.getElementById('card-{deal}').closest('[data-stage]').dataset.stage")


def test_the_heads_stay_over_a_long_column_and_more_is_pressed_below_it(page_of, cast, long, third):
    page = page_of(cast.mia, width=1440)
    page.goto("/pipeline", timeout=30_000)  # the first page of a cold server
    more, cards = page.locator(f"#more-{third.pk}"), page.locator(f"#col-{third.pk} > .card")
    assert cards.count() == CARDS
    below = page.evaluate(
        f"""() => document.querySelector('#more-{third.pk}').getBoundingClientRect().top
            - document.querySelector('#col-{third.pk} > .card:last-child').getBoundingClientRect().bottom"""
    )
    assert below >= 0  # under the last card, not behind it
    page.evaluate("document.querySelector('#board').scrollTop = 1500")
    board = page.locator("#board").bounding_box()
    for head in page.locator(".col:not(.col-shut, .col-all) .col-head").all():
        assert abs(head.bounding_box()["y"] - board["y"]) <= 1
    for name in page.locator(".col-shut .unfold .v").all():
        box = name.bounding_box()
        assert board["y"] <= box["y"] and box["y"] + box["height"] <= board["y"] + board["height"]
    # one leaves the column before the rest is asked for: none is passed over, none comes twice
    first = cards.first.get_attribute("data-deal")
    fourth = Stage.objects.get(playbook=third.playbook, position=4)
    page.evaluate("document.querySelector('#board').scrollTop = 0")
    page.focus(f"#card-{first}")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_selector("#move-form")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#move-form", state="detached")
    page.wait_for_selector(f"#col-{fourth.pk} > #card-{first}")
    more.click()
    page.wait_for_selector(f"#more-{third.pk}", state="detached")
    ids = cards.evaluate_all("all => all.map((card) => Number(card.dataset.deal))")
    assert sorted(ids) == sorted(set(long) - {int(first)})
    # far down a long column the short one beside it ends above: it takes a card there as well
    page.evaluate("document.querySelector('#board').scrollTop = 2500")
    settled(page)
    far = cards.nth(20)
    far.scroll_into_view_if_needed()
    deal, box = far.get_attribute("data-deal"), far.bounding_box()
    beside = page.locator(f"#col-{fourth.pk}").bounding_box()
    assert page.locator(f"#col-{fourth.pk} > .card").last.bounding_box()["y"] < 0
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 30, steps=4)
    page.mouse.move(beside["x"] + 80, box["y"] + 40, steps=8)
    page.mouse.up()
    page.wait_for_selector("#move-form")
    page.keyboard.press("Escape")
    page.wait_for_selector("#move-form", state="detached")
    assert stage_of(page, deal) == str(third.pk)


@pytest.mark.proves("B32")
def test_one_card_in_two_windows(page_of, cast, now, third):
    customer = customer_of(cast.alice, now, "星澜科技", at=2)
    deal = customer.deals.get()
    one, other = page_of(cast.mia), page_of(cast.grace)
    for page in (one, other):
        page.goto("/pipeline")
        page.focus(f"#card-{deal.pk}")
        page.keyboard.press("Shift+ArrowRight")
        page.wait_for_selector("#move-form")
        page.fill("#move-form [name=key_action]", "两个人同时谈")
    one.keyboard.press("Control+Enter")
    one.wait_for_selector("#move-form", state="detached")
    assert Deal.objects.get(pk=deal.pk).stage == third
    other.keyboard.press("Control+Enter")
    told = other.locator("#dialog .error-panel, #dialog .summary")
    told.wait_for()
    assert cast.mia.name in told.inner_text()
    other.wait_for_function(
        "([deal, to]) => document.getElementById(`card-${deal}`).closest('[data-stage]').dataset.stage === to",
        arg=[deal.pk, str(third.pk)],
    )
    assert stage_of(other, deal.pk) == str(third.pk)  # behind the dialog it is where it is


def test_the_actions_of_a_card_cover_no_fact(page_of, cast, now):
    """What a mouse brings lies in the last line of the card, however many lines its strip has."""
    deal = customer_of(cast.alice, now, "星澜科技", at=2).deals.get()
    page = page_of(cast.mia, width=1440)
    page.goto("/pipeline")
    page.evaluate("document.querySelectorAll('.board .strip').forEach((strip) => strip.remove())")
    page.evaluate(
        f"""() => document.querySelector('#card-{deal.pk} .card-in').insertAdjacentHTML('afterend',
            '<p class="strip alert"><span>' + '预批流程延迟，需对接财务部张琳跟进。'.repeat(4) + '</span></p>')"""
    )
    page.hover(f"#card-{deal.pk} b")
    actions, strip, tag = (page.locator(f"#card-{deal.pk} {part}") for part in (".card-do", ".strip", ".card-3 .tag"))
    assert strip.bounding_box()["height"] > 60
    box, line = actions.bounding_box(), tag.bounding_box()
    assert box["y"] + box["height"] <= strip.bounding_box()["y"] and box["x"] >= line["x"] + line["width"]
    assert box["y"] <= line["y"] + line["height"] and line["y"] <= box["y"] + box["height"]  # beside the tag


def test_the_stage_menu_begins_at_the_next_stage(page_of, cast, now):
    deal = customer_of(cast.alice, now, "星澜科技", at=2).deals.get()
    page = page_of(cast.mia, width=1440)
    page.goto("/pipeline")
    page.focus(f"#card-{deal.pk}")
    page.keyboard.press("m")
    after = Stage.objects.get(playbook=deal.stage.playbook, position=deal.stage.position + 1)
    page.wait_for_selector(f"#choose-{deal.pk} [href$='to={after.pk}']:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#move-form")
