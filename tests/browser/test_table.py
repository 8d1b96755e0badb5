"""The table and Excel: rows copied out carry nothing that runs; the same block pasted back changes nothing (S8)."""

import pytest
from django.utils import timezone

from pipeline import actions, risks
from tests.browser.hand import settled
from tests.browser.test_main_jobs import customer_of

pytestmark = pytest.mark.browser


def test_rows_copied_out_come_back_unchanged(page_of, cast):
    now = timezone.now()
    said = [("启明", "样品已寄送", "=1+1"), ("星澜", "=cmd|' /C calc'!A1", "@竞品介入"), ("远洋", "约周五", "")]
    for name, line, risk in said:
        deal = customer_of(cast.alice, now, name).deals.get()
        actions.add_line(deal, line, by=cast.alice, now=now, on=timezone.localdate())
        if risk:
            risks.set_risk(deal, text=risk, by=cast.alice, now=now)
    page = page_of(cast.mia, width=1440)
    page.goto("/pipeline/table?group=none")
    settled(page)
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.locator("[data-all]").check()
    page.locator("[data-copy-rows]").click()
    copied = page.evaluate("window.copied")
    cells = [cell for line in copied.split("\n") for cell in line.split("\t")]
    assert len(copied.split("\n")) == 3
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@") and len(cell) > 1] == []
    assert "'=1+1" in cells and "'@竞品介入" in cells
    page.locator("[id$='-amount'] .cell-in").first.focus()
    page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData('text/plain', text);
        const how = { clipboardData: data, bubbles: true, cancelable: true };
        document.dispatchEvent(new ClipboardEvent('paste', how)); }""",
        "\n".join(line.split("\t", 3)[3] for line in copied.split("\n")),  # from the amounts on
    )
    page.wait_for_selector("#paste-confirm", state="attached")
    assert page.locator("#paste-confirm [name=cell]").count() == 0
    assert page.locator("#paste-confirm [role=alert]").count() == 0
