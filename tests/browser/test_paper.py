"""The month that is handed up is one A4 page, whatever there is to say (D28), and one long picture at a press; a week
takes the pages it needs."""

import datetime as dt
import os
import re
import struct
import zlib
from pathlib import Path

import pytest
from django.db.models import F

from core.kept import forget
from customers.models import Customer
from pipeline.models import LossReason, Stage, StageVersion
from reviews.models import Review
from tests.reviews.world import World, moment

pytestmark = pytest.mark.browser
MARCH, W10 = "2024-03", "2024-W10"
LONG = "本月老客户续约占比过高，新客户进展慢于计划；三个大单卡在方案阶段等待法务和技术支持的答复。" * 30
ENGLISH = "Renewals made up too much of the month, while new customers moved slower than planned. " * 30


def more_stages(book, positions):
    for n in positions:
        names = {"label": f"第{n}步客户内部评审与预算审批", "label_en": f"Internal review and budget approval {n}"}
        stage = Stage.objects.create(playbook=book, position=n, kind="open", short=f"第{n}步", **names)
        StageVersion.objects.create(stage=stage, since=moment(dt.date(2020, 1, 1)), **names)


@pytest.fixture
def full(cast):
    """Ten open stages with long names, ten reasons of losses, customers with long names, and three long texts."""
    book = Stage.objects.filter(playbook__is_default=True).first().playbook
    ended = Stage.objects.filter(playbook=book).exclude(kind="open")
    ended.update(position=F("position") + 20)
    ended.update(position=F("position") - 15)
    more_stages(book, range(6, 11))
    for n in range(LossReason.objects.count(), 10):
        words = f"客户内部原因其他第{n}种"
        LossReason.objects.create(code=f"more-{n}", label=words, label_en=f"Reason of the customer {n}")
    world = World(cast, 3, customers=90)
    Customer.objects.update(name="上海星澜数据智能科技发展集团股份有限公司华东分公司")
    Review.objects.create(
        kind="month", period=MARCH, scope="company", causes=LONG, plan=ENGLISH, support=LONG + "\n" + ENGLISH
    )
    return world


def pages_of(pdf):
    """How many pages a PDF has: the objects of that type, written plainly or in packed streams."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    parts = [pdf]
    for one in packed:
        try:
            parts.append(zlib.decompress(one))
        except zlib.error:
            continue
    return sum(len(re.findall(rb"/Type\s*/Page\b(?!s)", part)) for part in parts)


def printed(page, path, name):
    page.goto(path)
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    if folder := os.environ.get("PAPER_TO"):
        Path(folder, f"{name}.pdf").write_bytes(pdf)
    return pages_of(pdf)


@pytest.mark.proves("D28")
@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "dark"), ("en", "light")])
def test_the_month_is_one_page_and_the_week_a_few(cast, full, page_of, language, theme):
    page = page_of(cast.ada, language=language, theme=theme)
    assert printed(page, f"/reviews/month/{MARCH}?scope=company", f"month-{language}") == 1
    page.emulate_media(media="print")
    rows = page.locator("#part-balance tbody tr:visible")
    assert rows.count() == 11
    assert page.locator("#part-top tbody tr:visible").count() == 10
    assert page.locator("#part-lost tbody tr:visible").count() == 6
    texts = page.locator(".texts.paper-only p:visible")
    cut = texts.evaluate_all("all => all.map((p) => p.scrollHeight > p.clientHeight)")
    assert cut == [True] * 3
    assert page.locator("#id_causes").input_value() == LONG  # whole on the screen
    assert not page.locator("#part-by-team, #part-dwell").first.is_visible()
    ink = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()")
    assert ink == "#1c1e23"  # light, whatever the theme
    page.emulate_media(media="null")
    with page.expect_download() as saved:
        page.locator("a[data-picture]").click()
    png = Path(saved.value.path()).read_bytes()
    if folder := os.environ.get("PAPER_TO"):
        Path(folder, f"long-{language}.png").write_bytes(png)
    width, height = struct.unpack(">II", png[16:24])
    assert (png[:4], width) == (b"\x89PNG", 750)
    assert height > 2500
    assert saved.value.suggested_filename.endswith(".png")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy-from]").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('上海星澜数据'))")
    more_stages(full.book, range(30, 36))
    forget()
    assert printed(page, f"/reviews/month/{MARCH}?scope=company", f"closer-{language}") == 1
    assert page.locator("#part-balance tbody tr:visible").count() == 17
    assert 1 < printed(page, f"/reviews/week/{W10}?scope=company", f"week-{language}") <= 3
