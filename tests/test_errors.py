"""The answers to what cannot be done: a page, a panel for htmx, in both languages, without the database at 500."""

from types import SimpleNamespace as Row

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django_htmx.middleware import HtmxDetails

from core.refusals import WORDS
from salesflow import errors
from tests.cast import key, make_customer


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



@pytest.fixture(params=["zh-hans", "en"])
def reader(request, cast, client_of):
    """alice, who reads this language while her browser asks for the other one."""
    cast.alice.language = request.param
    cast.alice.save(update_fields=["language"])
    client = client_of(cast.alice)
    client.raise_request_exception = False
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en" if request.param == "zh-hans" else "zh-CN"
    client.get("/me")
    return Row(client=client, language=request.param)


def told(answer, reader, status, *words):
    """A whole page in the reader's language, with a way out and the code it has in the log, and no word of our own."""
    html = answer.content.decode()
    assert answer.status_code == status, html[:300]
    assert f'<html lang="{"en" if reader.language == "en" else "zh-CN"}"' in html
    assert 'href="/"' in html
    with translation.override(reader.language):
        assert f"{translation.gettext('Reference code')} {answer['X-Request-Id']}" in html
        for word in (WORDS[status][0] if not words else words[0], *words[1:]):
            assert str(translation.gettext(str(word))).replace("'", "&#x27;") in html, word
    for inner in ("Traceback", "salesflow/", "site-packages", "SELECT", "psycopg", "sqlite"):
        assert inner not in html
    return html


@pytest.mark.proves("REL20", "REL13")
def test_every_refusal_is_a_page_in_the_readers_language(reader, cast, settings):
    client, customer = reader.client, make_customer(cast.alice)
    url = f"/customers/{customer.pk}/edit"
    told(client.post(url, {"name": "x"}), reader, 400)
    told(client.get("/setup"), reader, 403)
    told(client.get("/customers/999999"), reader, 404)
    gone = client.get(f"/customers/{customer.pk}/tag")
    told(gone, reader, 405)
    assert "POST" in gone["Allow"]
    much = told(client.post(url, {"name": "x" * 10_000_000, "key": key()}), reader, 413, "This is too much at once")
    assert "2.5 MB" in much
    told(client.post(url, {f"f{n}": "1" for n in range(2_001)}), reader, 413, "This is too much at once")
    files = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-1.7") for n in range(11)]
    told(client.post("/log", {"text": "x", "files": files, "key": key()}), reader, 413, "This is too much at once")
    told(client.get("/calendar/none.ics"), reader, 404)
    told(client.get("/exports/999999"), reader, 404)
    assert client.post(url, {"name": "", "version": customer.version, "key": key()}).status_code == 422


DOWN = [
    (OperationalError("connection to server failed"), "", "The database does not answer", 10),
    (InterfaceError("connection already closed"), "", "The database does not answer", 10),
    (OperationalError("terminating connection by administrator"), "57P01", "The database does not answer", 10),
    (OperationalError("could not extend file: No space left on device"), "53100", "The server's disk is full", 60),
    (OperationalError("database or disk is full"), None, "The server's disk is full", 60),
    (OperationalError("canceling statement, timeout"), "57014", "This took too long and was stopped", 5),
    (OperationalError("database is locked"), None, "Somebody else is saving the same thing", 2),
]


@pytest.mark.proves("REL20", "REL7", "B49")
@pytest.mark.parametrize(("error", "number", "title", "wait"), DOWN, ids=[str(line[0])[:30] for line in DOWN])
def test_a_database_that_cannot_is_said_without_it(reader, cast, error, number, title, wait):
    customer = make_customer(cast.alice)
    if number is not None:
        error.__cause__ = Exception()
        error.__cause__.sqlstate = number or None

    def fails(execute, *rest):
        raise error

    with connection.execute_wrapper(fails):
        for ask in (reader.client.get, reader.client.post):
            for path in (f"/customers/{customer.pk}", "/exports/1", "/calendar/none.ics", "/today"):
                answer = ask(path)
                told(answer, reader, 503, title, "Nothing was saved by this. Go back: what you typed is still there.")
                assert answer["Retry-After"] == str(wait)
        panel = reader.client.post("/log", {"text": "x"}, headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in panel, 'class="error-panel"' in panel) == (False, True)


@pytest.mark.proves("REL20")
def test_an_answer_needs_no_list_of_static_files(monkeypatch):
    def lost(name):
        raise ValueError(f"Missing staticfiles manifest entry for '{name}'")

    monkeypatch.setattr(staticfiles_storage, "url", lost)
    assert "</html>" in errors.answer(asked(), 500).content.decode()
