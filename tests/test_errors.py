"""The answers to what cannot be done: a page, a panel for htmx, in both languages, without the database at 500."""

from types import SimpleNamespace as Row

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django_htmx.middleware import HtmxDetails

from core.refusals import WORDS
from salesflow import errors


def asked(htmx=False):
    request = RequestFactory().get("/x", headers={"HX-Request": "true"} if htmx else {})
    request.htmx = HtmxDetails(request)
    return request


@pytest.mark.parametrize("status", sorted(WORDS))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_and_a_panel_for_every_status(rf, status, language):
    with translation.override(language):
        page, panel = errors.answer(asked(), status), errors.answer(asked(htmx=True), status)
        said = str(WORDS[status][0]).replace("'", "&#x27;")
    assert (page.status_code, panel.status_code) == (status, status)
    assert said in page.content.decode()
    assert said in panel.content.decode()
    assert ("<html" in page.content.decode(), "<html" in panel.content.decode()) == (True, False)


def test_the_panel_says_who_holds_it_and_how_long_to_wait():
    text = render_to_string("errors/409.html", {"message": "Already accepted.", "holder": "周婷"}, asked(htmx=True))
    assert ("Already accepted." in text, "周婷" in text) == (True, True)
    with translation.override("en"):
        waited = errors.answer(asked(), 429, wait=30)
    assert (waited["Retry-After"], "Try again in 30 seconds." in waited.content.decode()) == ("30", True)


def test_a_conflict_shows_both_values_and_carries_the_new_version():
    clash = Row(field="amount", label="金额", before=1, now=480000, yours=520000)
    conflict = Row(obj=Row(version=7), clashes=[clash], by=None, at=None)
    text = render_to_string("errors/conflict.html", {"conflict": conflict}, asked(htmx=True))
    parts = ('data-version="7"', 'value="480000"', 'value="520000"', 'data-clash="amount"')
    assert [part in text for part in parts] == [True] * 4


def test_the_plain_roads_answer_too(client):
    assert isinstance(errors.bad_request(asked()), HttpResponse)
    assert errors.csrf_failure(asked()).status_code == 403
    assert errors.server_error(asked()).status_code == 500
    assert render_to_string("500.html").startswith("<!doctype html>")
