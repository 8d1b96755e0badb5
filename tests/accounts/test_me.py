"""The person's own page: what the phone can do at this address, and everything the bottom bar has no room for."""

import json
import re

import pytest

pytestmark = pytest.mark.django_db


def lines(page, place):
    """A part of the page as it is without scripts: what they show instead is left out."""
    html = re.sub(r"<(span|small)[^>]* hidden>.*?</\1>", "", page.content.decode())
    return html[html.index(f'id="{place}"'):].split("</section>")[0]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_says_what_is_missing_without_https(cast, client_of, settings, language):
    settings.ALLOWED_HOSTS = ["*"]
    type(cast.alice).objects.filter(pk=cast.alice.pk).update(language=language)
    client = client_of(cast.alice)
    words = {"en": "needs HTTPS", "zh-hans": "需要 HTTPS"}[language]
    plain = client.get("/me", headers={"host": "192.168.1.20:8000"})
    assert lines(plain, "phone").count(words) == 2  # installing, and opening without a connection
    assert lines(client.get("/me", headers={"host": "crm.example.com"}, secure=True), "phone").count(words) == 0
    assert lines(client.get("/me", headers={"host": "127.0.0.1:8000"}), "phone").count(words) == 0


def test_the_phone_reaches_every_place_of_its_role(cast, client_of):
    """What is in the bar of the desk is in the bottom bar or on the own page, one tap away."""
    for user in (cast.alice, cast.mia, cast.sam, cast.ada):
        answer = client_of(user).get("/me")
        shell, html = answer.context["shell"], answer.content.decode()
        own = html[html.index('<div class="me">'):html.index("</nav>", html.index('<div class="me">'))]
        for place in shell.nav:
            assert place in shell.tabs or f'href="{place.url}"' in own, (user.username, place.url)
        assert '<a class="av av-l av-me phone-only" href="/me"' in html


@pytest.mark.parametrize(
    ("language", "name"), [("en", "SalesFlow: sales follow-up"), ("zh-hans", "SalesFlow 销售跟进")]
)
def test_the_manifest_is_in_the_persons_language(cast, client_of, language, name):
    type(cast.alice).objects.filter(pk=cast.alice.pk).update(language=language)
    answer = client_of(cast.alice).get("/manifest.webmanifest")
    body = json.loads(answer.content)
    assert (answer["Content-Type"], body["name"], body["start_url"]) == ("application/manifest+json", name, "/")
    assert {(icon["sizes"], icon["purpose"]) for icon in body["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")
    }


def test_the_worker_is_a_script_of_the_root_and_its_version_follows_its_files(cast, client, settings, monkeypatch):
    from salesflow.views import device

    first = client.get("/sw.js")
    assert (first.status_code, first["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert (first["Service-Worker-Allowed"], first["Cache-Control"]) == ("/", "no-store")
    files = json.loads(first.content.decode().split("const FILES = ")[1].split(";\n")[0])
    assert files[0] == "/offline"
    assert [name for name in files[1:] if not name.startswith("/static/")] == []
    assert client.get("/sw.js").content == first.content
    monkeypatch.setattr(device, "_page", lambda: "other words")
    assert client.get("/sw.js").content != first.content


def test_the_page_without_a_connection_is_the_same_for_everybody(cast, client, client_of):
    """Nothing of the person who asked is in what the device keeps."""
    nobody = client.get("/offline", headers={"accept-language": "en"}).content
    assert {client_of(user).get("/offline").content for user in (cast.alice, cast.mia, cast.sam)} == {nobody}
    assert b"csrf" not in nobody


def test_the_bar_of_a_phone_has_five_places_for_every_role(cast, client_of):
    for person in (cast.alice, cast.mia, cast.sam, cast.ada):
        page = client_of(person).get("/me").content.decode()
        bar = page[page.index('id="tabs"') :]
        assert bar[: bar.index("</nav>")].count("<a ") == 5
