"""Every page in Chinese, light (tests/browser/every_page.py)."""

import pytest

from tests.browser.every_page import ROLES, walk

pytestmark = [pytest.mark.browser]


@pytest.mark.parametrize("role", ROLES)
def test_every_page(page_of, role):
    faults = walk(page_of, role, "zh-hans", "light")
    assert not faults, faults
