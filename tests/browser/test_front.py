"""The front's own promises, on a page that needs nothing else of the product: the error page and the scripts."""

import pytest

from tests.browser.conftest import axe, overflow

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [360, 390, 768, 1024, 1440])
def test_an_error_page_stands_in_both_languages_at_every_width(page_of, transactional_db, language, width):
    page = page_of(width=width, language=language)
    page.goto("/no-such-page")
    assert page.locator("h1").inner_text() == ("We can't find this page" if language == "en" else "找不到这一页")
    assert overflow(page) == 0
    assert axe(page) == []
