"""The long picture says what the page says: every number, in both languages, no line wider than the picture."""

import datetime as dt
import re
from html import unescape
from xml.etree import ElementTree

import pytest

from core.wrapping import width_of, wrapped
from customers.models import Customer
from pipeline.models import Deal
from reviews.closing import close_period
from reviews.models import Review
from reviews.picture import EDGE, ROOM, WIDE
from reviews.reading import read_review
from tests.reviews.world import World, moment

pytestmark = pytest.mark.django_db
MARCH, W10 = "2024-03", "2024-W10"
NOW = moment(dt.date(2024, 4, 1), 0, 40)
PLAN = "下月先把三个大单的方案谈定，<b>不再</b>让法务等资料。\n\nAsk legal for a fixed day a week."


def texts_of(svg):
    return ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")


def plain(html):
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def tables_of(page):
    """{slug: [the words of every cell after the first]} of the page's tables, and of its head."""
    heads = re.search(r'<dl class="figures mt">.*?</dl>', page, re.S)[0]
    heads = re.sub(r"<small>.*?</small>", "", heads)
    found = {"heads": [plain(dd) for dd in re.findall(r"<dd>(.*?)</dd>", heads, re.S)]}
    for slug, table in re.findall(r'id="part-([\w-]+)".*?</h2>(.*?)</section>', page, re.S):
        found[slug] = [plain(cell) for cell in re.findall(r'<td class="(?:num|words)"[^>]*>(.*?)</td>', table, re.S)]
    return found


@pytest.mark.proves("D28")
@pytest.mark.parametrize("path", [f"month/{MARCH}", f"week/{W10}"])
def test_every_number_is_that_of_the_page(cast, client_of, path):
    World(cast, 3, customers=24)
    close_period(*path.split("/"), now=NOW)
    Review.objects.filter(scope="company").update(plan=PLAN)
    client = client_of(cast.ada)
    for language in ("en", "zh-hans"):
        type(cast.ada).objects.filter(pk=cast.ada.pk).update(language=language)
        shown = tables_of(client.get(f"/reviews/{path}").content.decode())
        answer = client.get(f"/reviews/picture/{path.split('/')[1]}")
        assert answer["Content-Type"] == "image/svg+xml"
        whole = {}
        for text in texts_of(answer.content):
            whole.setdefault(text.get("data-part"), []).append(text.text or "")
            width = width_of(text.text or "", float(text.get("font-size")))
            left = float(text.get("x")) - (width if text.get("text-anchor") == "end" else 0)
            assert left >= EDGE - 1, text.text
            assert left + width <= WIDE - EDGE + 1, text.text
        parts = [name for name in whole if name not in (None, "text", "said", "top")]
        assert parts[0] == "heads"
        assert len(parts) > 5
        for name in parts:
            assert whole[name] == shown[name], name
        if path.startswith("month"):  # names of stages may take two lines there
            assert "".join(whole["top"]).replace(" ", "") == "".join(shown["top"]).replace(" ", "") != ""
        assert "by-person" not in whole
        assert "".join(whole["text"]).replace(" ", "") == PLAN.replace("\n", "").replace(" ", "")


def test_what_travels_is_of_ones_own_scope_and_names_ones_own_deals(cast, client_of):
    """Somebody is the rep of a deal of another team's customer: picture, page and text have its line without a name."""
    World(cast, 3, customers=24)
    url = f"/reviews/picture/{MARCH}?scope=person-{cast.alice.pk}"
    assert client_of(cast.charlie).get(url).status_code == 404
    top = read_review(cast.ada, "month", MARCH, "company", now=NOW).figures["top"]
    deal = Deal.objects.filter(pk__in=[line["deal"] for line in top], customer__team=cast.south).first()
    Deal.objects.filter(pk=deal.pk).update(rep=cast.alice)
    Customer.objects.filter(pk=deal.customer_id).update(name="绝不外露有限公司")
    for path in (url, url.replace("picture", "month")):
        said = client_of(cast.mia).get(path).content.decode()
        assert "绝不外露" not in said
        assert "Not visible to you" in said
        assert "绝不外露" in client_of(cast.ada).get(path).content.decode()


def test_lines_break_where_a_reader_would(db):
    assert wrapped("第一步，先谈预算。", 20, 81) == ["第一步，", "先谈预", "算。"]
    assert wrapped("Ask legal for a day", 20, 120) == ["Ask legal", "for a day"]
    assert wrapped("a\n\nb", 20, 100) == ["a", "", "b"]
    long = wrapped("x" * 100 + " 完", 20, ROOM)
    assert "".join(long).replace(" ", "") == "x" * 100 + "完"
    assert all(width_of(line, 20) <= ROOM for line in long)
