"""The pages before signing in, in both languages (tests/browser/every_page.py)."""

import pytest

from tests.browser.every_page import look

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_before_signing_in(page_of, language):
    faults = []
    page = page_of(width=390, language=language)
    for path in ("/login", "/password", "/password/sent", "/no-such-page"):
        look(page, path, faults)
    assert not faults, "\n".join(faults)
