"""The workbook of a review has native charts, and each draws the numbers of its page."""

import datetime as dt
import io
import re

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from core import words
from reviews.closing import close_period
from tests.cast import key
from tests.reviews.test_picture import tables_of
from tests.reviews.test_waiting import make_history
from tests.reviews.world import World, moment

pytestmark = pytest.mark.django_db
MARCH, W10 = "2024-03", "2024-W10"
NOW = moment(dt.date(2024, 4, 1), 0, 40)


def taken(client, code):
    asked = client.post(f"/reviews/export/{code}", {"scope": "company", "key": key()})
    return load_workbook(io.BytesIO(client.get(asked["Location"]).content))


def cells_of(book, reference):
    name, _bang, area = reference.rpartition("!")
    left, top, right, bottom = range_boundaries(area.replace("$", ""))
    sheet = book[name.strip("'")]
    return [row[0].value for row in sheet.iter_rows(top, bottom, left, right)]


def charts(book):
    """{(sheet, what a chart is called): [(categories, values) of each series]}."""
    found = {}
    for sheet in book:
        for chart in sheet._charts:
            title = "".join(run.t for part in chart.title.tx.rich.p for run in part.r or ())
            found[sheet.title, title] = [
                (cells_of(book, one.cat.strRef.f if one.cat.strRef else one.cat.numRef.f),
                 cells_of(book, one.val.numRef.f)) for one in chart.series
            ]
    return found


def column(cells, width, number):
    return cells[number - 1 :: width]


def test_the_week_draws_what_was_said(cast, client_of):
    World(cast, 3, customers=60)
    client = client_of(cast.ada)
    shown = tables_of(client.get(f"/reviews/week/{W10}").content.decode())
    drawn = charts(taken(client, W10))
    counted = ("needs", "Needs", 3), ("objections", "Objections", 3), ("lost", "Why deals were lost", 2)
    for slug, title, width in counted:
        (labels, values), = drawn["Review", title]
        assert [str(value) for value in values] == column(shown[slug], width, 1), slug
        assert len(labels) == len(values) > 0
    (_labels, values), = drawn["Review", "Conversion of what entered, so far"]
    assert [words.percent(value) for value in values] == column(shown["rates"], 5, 5)


def test_the_month_draws_its_stages_and_the_year_around_it(cast, client_of):
    World(cast, 3, customers=24, last=dt.date(2024, 3, 28))
    make_history(cast, 3)
    for code, at in (("2024-02", moment(dt.date(2024, 3, 1), 1)), (MARCH, NOW)):
        close_period("month", code, now=at)
    client = client_of(cast.ada)
    shown = tables_of(client.get(f"/reviews/month/{MARCH}").content.decode())
    book = taken(client, MARCH)
    drawn = charts(book)
    (labels, values), = drawn["Review", "Conversion of what entered, so far"]
    assert [words.percent(value) for value in values] == column(shown["rates"], 6, 5)
    (months, won), = drawn["Twelve months", "Won amount"]
    assert months == ["2024-02", MARCH]
    pages = [tables_of(client.get(f"/reviews/month/{code}").content.decode())["heads"][0] for code in months]
    assert [words.money(str(value), "en") for value in won] == pages
    stages = drawn["Twelve months", "Conversion by stage, by the month's end"]
    assert len(stages) == len(labels)
    for of, title in (("cycle", "Days to the win"), ("response", "First response"), ("slips", "Put off")):
        page = client.get(f"/reviews/trends?of={of}").content.decode()
        told = re.findall(r'<td class="num"[^>]* data-v="([^"]*)"', page)
        series = drawn["Twelve months", title]
        found = [value for row in zip(*(values for _labels, values in series), strict=True) for value in row]
        share = 100 if of == "response" else 1
        assert ["" if value is None else f"{value * share:.1f}" for value in found] == told, of
    page = tables_of(client.get(f"/reviews/waiting/{MARCH}").content.decode())
    for slug, title, width in (("department", "By department", 4), ("trend", "The last twelve months", 4)):
        (_labels, days), = drawn["Waiting for others", title]
        assert [f"{value:.1f}" for value in days] == column(page[slug], width, 1)
        assert any(days), slug
