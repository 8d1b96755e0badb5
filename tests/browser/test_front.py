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


def test_dates_in_a_text_are_found_by_the_fixed_list_and_nothing_else(page_of, transactional_db):
    page = page_of()
    page.goto("/no-such-page")
    friday = "2024-03-08"
    found = {
        text: page.evaluate(
            "([text, today]) => { const f = sf.dateIn(text, today); return f && f.date.toLocaleDateString('sv'); }",
            [text, friday],
        )
        for text in [
            "明天再打",
            "后天见",
            "大后天见",
            "下周三前有结果",
            "周三开会",
            "周五碰",
            "3月15日前再沟通",
            "15号给答复",
            "5号给答复",
            "月底签",
            "call tomorrow",
            "meet next Wed",
            "on 15 Mar",
            "by Monday",
            "13800005678",
            "第 3 次",
            "2月30日",
            "预算已批",
        ]
    }
    assert found == {
        "明天再打": "2024-03-09",
        "后天见": "2024-03-10",
        "大后天见": "2024-03-11",
        "下周三前有结果": "2024-03-13",
        "周三开会": "2024-03-13",
        "周五碰": "2024-03-08",
        "3月15日前再沟通": "2024-03-15",
        "15号给答复": "2024-03-15",
        "5号给答复": "2024-04-05",
        "月底签": "2024-03-31",
        "call tomorrow": "2024-03-09",
        "meet next Wed": "2024-03-13",
        "on 15 Mar": "2024-03-15",
        "by Monday": "2024-03-11",
        "13800005678": None,
        "第 3 次": None,
        "2月30日": None,
        "预算已批": None,
    }
