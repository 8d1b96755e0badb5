"""Every word carries its owner: nobody reads one that is not his, on any page, in any workbook (INV-5, INV-12)."""

import io
import re
import zipfile
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core import mail
from django.urls import Resolver404, resolve, reverse

from activity.models import Notification
from core.jobs import run_now
from exchange.sheets import sheets
from tests.gate.forms import read
from tests.gate.matrix import ROWS
from tests.gate.walk import PEOPLE, ask
from tests.gate.world import CANARIES

ROOTS = re.compile("|".join(f"{word}[a-z]*" if word[0].isalpha() else word for word in sorted(CANARIES, key=len)))
READERS = [*PEOPLE, "leo"]
SHORT = ("alice", "charlie", "mia", "sam", "ada", "leo")  # one of each kind, and one without a team
MOST_LINKS = 40  # further pages found by following links, in the short run


def pytest_generate_tests(metafunc):
    if "reader" in metafunc.fixturenames:
        metafunc.parametrize("reader", READERS if metafunc.config.getoption("--long") else SHORT)


SKIP = {"account_logout", "activity:download", "mfa_download_recovery_codes"}


def foreign(text, login):
    """The canaries in a text that this person may not read."""
    found = set()
    for token in set(ROOTS.findall(text)):
        word = max((word for word in CANARIES if token.startswith(word)), key=len)
        if login not in CANARIES[word]:
            found.add(token)
    return found


def text_of(answer):
    """What an answer holds, the parts of a workbook unpacked."""
    content = answer.response.content if not answer.response.streaming else b""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return " ".join([*book.namelist(), *(book.read(n).decode("utf-8", "replace") for n in book.namelist())])
    return content.decode("utf-8", "replace") + str(answer.response.headers)


def seats(world):
    """The world as it is, and with everybody else's things in alice's place."""
    for place in (world.alice, world.charlie):
        yield SimpleNamespace(**{**vars(world), "alice": place})


def addresses(world):
    """Every GET address of the matrix, for alice's things and for charlie's."""
    for seat in seats(world):
        for name, rows in ROWS.items():
            if name in SKIP:
                continue
            for row in rows:
                if row.get is not None:
                    yield row.path(name, seat)
    for place in (world.bob, world.nobody, world.east, world.leo, world.helped):
        yield reverse("customer", args=[place.customer.pk])


def crawl(client, login, world):
    """{address: foreign words} and the names of the patterns seen, following links one step."""
    seen, leaks, names = set(), {}, set()
    queue = [(path, 0) for path in dict.fromkeys(addresses(world))]
    most = len(queue) + MOST_LINKS
    while queue:
        path, depth = queue.pop(0)
        if path in seen or len(seen) >= most:
            continue
        seen.add(path)
        try:
            names.add(resolve(urlsplit(path).path).view_name)
        except Resolver404:
            continue
        answer = ask(client, "get", path, draw="pages")
        assert answer.status < 500, (path, answer)
        assert answer.written == [], path
        text = text_of(answer)
        for typed in (path, path.replace("&", "&amp;"), *dict(parse_qsl(urlsplit(path).query)).values()):
            text = text.replace(typed, "")  # what was asked for is no answer
        if words := foreign(text, login):
            leaks[path] = words
        if depth or answer.status != 200:
            continue
        for link in read(text).links if "<html" in text or "<div" in text else ():
            parts = urlsplit(link)
            known = parts.path and parts.path.startswith("/") and not parts.netloc
            if known and not parts.path.startswith("/static") and "logout" not in link:
                target = f"{parts.path}?{parts.query}" if parts.query else parts.path
                if kind(target) not in {kind(p) for p in seen}:
                    queue.append((target, 1))
    return leaks, names


def kind(path):
    """Addresses that differ only by sort, page and filter are one; a thing's own address is not."""
    parts = urlsplit(path)
    return parts.path, tuple(sorted(pair.partition("=")[0] for pair in parts.query.split("&")))


@pytest.mark.proves("INV-5", "INV-9", "INV-12")
def test_no_foreign_word_on_any_page(world, clients, reader):
    leaks, names = crawl(clients[reader], reader, world)
    assert leaks == {}
    if reader == "ada":
        pages = {name for name, rows in ROWS.items() if any(row.get is not None for row in rows)} - SKIP
        assert len(pages & names) >= 0.95 * len(pages)


@pytest.mark.proves("INV-5", "INV-12")
def test_no_foreign_word_in_any_workbook(world, clients, reader):
    login, client, leaks, made = reader, clients[reader], {}, 0
    for sheet in sheets():
        for form in ("xlsx", "csv"):
            client.raise_request_exception = True
            response = client.post(reverse("exchange:export"), {"sheet": sheet.slug, "form": form, "key": f"{sheet.slug}-{form}-{login}"})
            if response.status_code != 302:
                continue
            made += 1
            text = text_of(ask(client, "get", response["Location"]))
            if words := foreign(text, login):
                leaks[sheet.slug, form] = words
    assert leaks == {}
    assert made


@pytest.mark.proves("INV-5")
def test_no_foreign_word_in_any_mail(world, settings):
    Notification.objects.filter(mailed_at=None).update(mail_due_at=world.now)
    mail.outbox.clear()
    run_now("deliver_mail")
    by_address = {getattr(world.cast, login).email: login for login in READERS}
    leaks = {}
    for message in mail.outbox:
        words = foreign(f"{message.subject} {message.body} {getattr(message, 'alternatives', '')}", by_address[message.to[0]])
        if words:
            leaks[message.to[0], message.subject] = words
    assert mail.outbox
    assert leaks == {}


def test_the_nose_works(world, clients):
    """Negative control: read as somebody else, alice's own page smells."""
    text = text_of(ask(clients["alice"], "get", reverse("customer", args=[world.alice.customer.pk])))
    assert foreign(text, "alice") == set()
    assert len(foreign(text, "charlie")) >= 5
