"""The filters of a rep's lists: on the phone behind one button with the number in use, also without scripts; on the
desk they stand open."""

import pytest
from django.utils import timezone

from collaboration.models import CollaborationRequest
from customers.models import Customer
from tests.browser.conftest import overflow, small_targets
from tests.browser.test_main_jobs import customer_of
from tests.cast import make_request

pytestmark = pytest.mark.browser
LISTS = ("/customers", "/pipeline", "/pipeline/table", "/requests?tab=asked", "/today", "/today/update")


@pytest.fixture
def office(cast):
    now = timezone.now()
    for name, tag in (("云帆物流", "prospect"), ("启明教育", "hot"), ("星澜科技", "hot")):
        customer = customer_of(cast.alice, now, name, quiet=9)
        make_request(cast.alice, cast.tech, now=now, customer=customer)
        Customer.objects.filter(pk=customer.pk).update(tag=tag)
    assert CollaborationRequest.objects.count() == 3


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_one_button_folds_the_filters_of_every_list(page_of, cast, office, scripts):
    page = page_of(cast.alice, width=360, scripts=scripts)
    for path in LISTS:
        for width in (360, 390):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(path)
            button, chips = page.locator(".filter-fold > summary"), page.locator(".tag-bar .chip")
            assert (button.count(), button.is_visible(), chips.first.is_visible()) == (1, True, False), path
            assert not page.locator("#fold-n").is_visible()
            button.tap()
            assert chips.filter(visible=True).count() == 2, path
            if scripts:
                assert (overflow(page), small_targets(page)) == (0, []), (path, width)
        chips.filter(visible=True).last.tap()
        page.wait_for_url("**tag=hot**")
        assert page.locator("#fold-n").inner_text() == "1", path


def test_on_the_desk_they_stand_open(page_of, cast, office):
    page = page_of(cast.alice, width=1440)
    for path in LISTS:
        page.goto(path)
        assert not page.locator(".filter-fold > summary").is_visible(), path
        assert page.locator(".tag-bar .chip").filter(visible=True).count() == 2, path
        assert overflow(page) == 0, path


def test_what_is_typed_keeps_the_tag_and_counts_anew(page_of, cast, office):
    page = page_of(cast.alice, width=1440)
    page.goto("/customers?tag=hot")
    page.locator("#id_q").press_sequentially("启明")
    page.wait_for_url("**q=**")
    page.wait_for_function("document.querySelector('#count').textContent === '1'")
    assert page.locator("#results [data-row]").count() == 1
    assert page.locator(".tag-bar .chip").inner_text().split() == ["高意向", "1"]
    assert "tag=hot" in page.url
