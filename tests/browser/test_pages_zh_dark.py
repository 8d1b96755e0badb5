"""Every page in Chinese, dark (tests/browser/every_page.py)."""

import pytest

from tests.browser.every_page import ROLES, walk

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.mark.parametrize("role", ROLES)
def test_every_page(page_of, role):
    faults = walk(page_of, role, "zh-hans", "dark")
    assert not faults, faults
