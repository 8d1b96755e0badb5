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


def test_a_cell_is_edited_as_in_a_sheet(page_of, cast):
    """A press anywhere in the cell opens it, its words in hand; Tab, Enter, Esc and Ctrl+Z do as in Excel (S8)."""
    now = timezone.now()
    one, two = (customer_of(cast.alice, now, name).deals.get() for name in ("启明", "星澜"))
    page = page_of(cast.mia, width=1440)
    page.goto("/pipeline/table?group=none")
    settled(page)
    first, second = page.locator("[data-row]").evaluate_all("rows => rows.map((row) => row.id.slice(4))")
    assert {first, second} == {str(one.pk), str(two.pk)}

    def holds(cell, tag):
        page.wait_for_selector(f"#cell-{cell} > {tag}:focus")

    page.locator(f"td:has(> #cell-{first}-risk)").click(position={"x": 4, "y": 4})
    holds(f"{first}-risk", "input[name=risk]")
    page.keyboard.press("Escape")
    holds(f"{first}-risk", "a")
    page.focus(f"#cell-{first}-amount > a")
    page.keyboard.press("Enter")
    holds(f"{first}-amount", "input[name=amount]")
    page.keyboard.insert_text("52万")  # over what was there
    page.keyboard.press("Tab")
    holds(f"{first}-expected_close", "input[name=expected_close]")
    page.keyboard.press("Shift+Tab")
    holds(f"{first}-amount", "input[name=amount]")
    assert page.input_value(f"#cell-{first}-amount input[name=amount]") == "520000"
    page.keyboard.insert_text("53万")
    page.keyboard.press("Enter")
    holds(f"{second}-amount", "a")
    page.keyboard.press("Control+z")
    page.wait_for_function("(id) => document.getElementById(id)?.innerText.includes('52')", arg=f"cell-{first}-amount")
