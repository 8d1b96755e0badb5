"""Board, table and meeting on a projector of 1280 × 720 (S7, S11): the head is one row, nothing is wider than the
window, and the projector's sizes are bigger and always light."""

import datetime as dt

import pytest
from django.utils import timezone

from core.periods import period_of, today
from pipeline.models import Deal, Stage
from pipeline.moving import Move, move_many
from reviews.aiming import aim
from reviews.scopes import Scope
from tests.browser.conftest import menus_outside, overflow
from tests.browser.hand import settled
from tests.cast import make_customer, make_log

pytestmark = pytest.mark.browser
SIZE = {"width": 1280, "height": 720}


@pytest.fixture
def full(cast):
    """A team with money in every stage, a long target, and a customer who has been quiet for nine days."""
    now = timezone.now()
    stages = list(Stage.objects.filter(playbook__is_default=True, kind="open").order_by("position"))
    for n, stage in enumerate(stages):
        deal = make_customer(cast.alice, now=now - dt.timedelta(days=12), name=f"星澜科技集团第{n}公司").deals.get()
        Deal.objects.filter(pk=deal.pk).update(amount=12_345_678)
        make_log(deal.customer, happened_at=now - dt.timedelta(days=9), now=now - dt.timedelta(days=9))
        if n:
            move_many([Move(Deal.objects.get(pk=deal.pk), stage, key_action="谈过")], by=cast.alice, now=now)
    aim(period_of("month", today(now)), "signed", Scope("team", cast.east.pk, "华东一组"), 98_765_432, by=cast.mia,
        now=now, reason="开局")


def size_of(page, selector):
    return page.evaluate("(at) => parseFloat(getComputedStyle(document.querySelector(at)).fontSize)", selector)


def top_of(page, selector):
    return page.locator(f"{selector} >> visible=true").first.bounding_box()["y"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_board_on_a_projector(page_of, cast, full, language):
    page = page_of(cast.grace, language=language, theme="dark")
    page.set_viewport_size(SIZE)
    page.goto("/pipeline", timeout=30_000)
    page.wait_for_selector("#goal dd")
    settled(page)
    assert overflow(page) == 0
    assert top_of(page, ".col:not(.col-all) .card") <= 210  # S7
    assert menus_outside(page) == []
    page.click(".look-back > summary")
    page.click("[data-projector]")
    page.wait_for_selector("[data-view='projector'][data-theme='light']")
    assert (size_of(page, "body"), size_of(page, ".col-title h2")) == (16, 20)
    assert overflow(page) == 0
    assert top_of(page, ".col:not(.col-all) .card") <= 210
    for path in ("/pipeline/table", "/pipeline"):  # it stays on from page to page
        page.goto(path)
        page.wait_for_selector("[data-view='projector'][data-theme='light']")
        assert (size_of(page, "body"), overflow(page)) == (16, 0)
    page.goto("/customers")  # nowhere else
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.goto("/pipeline")
    page.click(".look-back > summary")
    page.click("[data-projector]")
    page.wait_for_selector("html[data-theme='dark']:not([data-view])")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_meeting_on_a_projector(page_of, cast, full, language):
    page = page_of(cast.mia, language=language, theme="dark")
    page.set_viewport_size(SIZE)
    page.goto("/team/meeting")
    page.keyboard.press("s")
    page.wait_for_selector("#on-screen")
    assert page.locator("html").get_attribute("data-theme") == "light"
    assert size_of(page, ".meeting") == 20
    for _item in range(8):
        settled(page)
        assert overflow(page) == 0
        for part in ("#on-screen", ".agenda [aria-current]", "#decide > details >> nth=0"):
            if page.locator(part).count():
                box = page.locator(part).first.bounding_box()
                assert box["y"] + box["height"] <= SIZE["height"], part  # decided without scrolling
        if not page.locator("[data-step='next']").count():
            break
        before = page.locator("#on-screen").inner_text()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(before) => document.querySelector('#on-screen').innerText !== before", arg=before)
