"""The own page says whether SalesFlow can be put on this device, and what is missing where it cannot."""

import pytest

from tests.browser.conftest import axe, overflow

pytestmark = pytest.mark.browser
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile Safari/604.1"
CASES = {  # what the browser is made to say: (before the page's scripts, words in Chinese, words in English)
    "menu": ("", "在浏览器菜单中选择", "in the browser's menu"),
    "insecure": ("Object.defineProperty(window, 'isSecureContext', {get: () => false})", "不是 HTTPS", "is not HTTPS"),
    "blocked": ("delete Navigator.prototype.serviceWorker", "无痕", "private window"),
    "installed": (
        "const ask = window.matchMedia.bind(window);"
        "window.matchMedia = (query) => query.includes('standalone') ? {matches: true} : ask(query)",
        "正在使用", "the installed app",
    ),
    "ios": (f"Object.defineProperty(navigator, 'userAgent', {{get: () => '{IPHONE}'}})", "添加到主屏幕", "Tap Share"),
    "inside": (
        "Object.defineProperty(navigator, 'userAgent', {get: () => 'Mobile MicroMessenger/8.0 wxwork/4.1'})",
        "内置浏览器", "inside another app",
    ),
}  # fmt: skip


def said(page):
    """The words of the part that are seen."""
    return " ".join(page.locator("#install [data-case]:visible").all_inner_texts())


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_is_said(page_of, cast, case):
    script, chinese, english = CASES[case]
    for language, width, words in (("zh-hans", 390, chinese), ("en", 1440, english)):
        page = page_of(cast.alice, width=width, language=language, worker=case != "blocked")
        if script:
            page.add_init_script(script)
        page.goto("/me")
        page.wait_for_selector(f"#install small[data-case={case}]:visible")
        assert words in said(page)
        assert page.locator("#install small:visible").count() == 1
        assert overflow(page) == 0 and axe(page) == []


def test_the_button_asks_as_the_browser_asks(page_of, cast):
    page = page_of(cast.alice, language="en", worker=True)
    page.goto("/me")
    page.evaluate("""() => {
        const event = new Event('beforeinstallprompt', {cancelable: true});
        window.asked = 0;
        event.prompt = async () => { window.asked += 1; };
        event.userChoice = Promise.resolve({outcome: 'dismissed'});
        window.dispatchEvent(event);
    }""")
    page.click("#install [data-install-now]")
    page.wait_for_selector("#install small[data-case=menu]:visible")
    assert page.evaluate("window.asked") == 1
    page.evaluate("window.dispatchEvent(new Event('appinstalled'))")
    assert "the installed app" in said(page)


def test_without_scripts_it_is_said_in_general(page_of, cast):
    page = page_of(cast.alice, language="en", scripts=False)
    page.goto("/me")
    assert "iPhone: Share" in said(page) and page.locator("#install small:visible").count() == 1
