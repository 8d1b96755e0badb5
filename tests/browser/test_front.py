"""The front's own promises, on a page that needs nothing else of the product: the error page and the scripts."""

import pytest

from tests.browser.conftest import axe, overflow

pytestmark = pytest.mark.browser


def test_a_switch_that_could_not_be_saved_stays_as_it_was_and_can_be_pressed_again(page_of, cast):
    """Settings of a person (S19): what is shown is what is saved; a lost connection is said beside the switch."""
    page = page_of(cast.alice, language="en")
    page.goto("/me")
    off, on = (page.locator(f"button[name=single_keys][value='{value}']") for value in ("", "1"))
    before = on.get_attribute("aria-pressed")
    pressed, other = (off, on) if before == "true" else (on, off)
    page.context.set_offline(True)
    pressed.click()
    again = page.locator("#switches .error-panel button")
    again.wait_for()
    assert (on.get_attribute("aria-pressed"), pressed.get_attribute("aria-pressed")) == (before, "false")
    page.context.set_offline(False)
    again.click()
    page.locator("#switches .saved").wait_for()
    assert (pressed.get_attribute("aria-pressed"), other.get_attribute("aria-pressed")) == ("true", "false")
    cast.alice.refresh_from_db()
    assert cast.alice.single_keys is (before != "true")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [360, 390, 768, 1024, 1440])
def test_an_error_page_stands_in_both_languages_at_every_width(page_of, transactional_db, language, width):
    page = page_of(width=width, language=language)
    page.goto("/no-such-page")
    assert page.locator("h1").inner_text() == ("We can't find this page" if language == "en" else "找不到这一页")
    assert overflow(page) == 0
    assert axe(page) == []
