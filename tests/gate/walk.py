"""How the gate is walked: a row of the matrix, one answer a cell, what was written on the way (INV-1, INV-2, INV-9)."""

import functools
import hashlib
import re
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from django.db import connection, transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.safestring import mark_safe

from tests.cast import key

ACTORS = ("anon", "alice", "bob", "charlie", "mia", "nadia", "grace", "sam", "tess", "ada", "ian")
PEOPLE = ACTORS[1:-1]
IN = "in"  # a POST's door is open, whatever the form then says: 2xx, 3xx, 400, 409, 422
OPEN = {200, 204, 302, 303, 400, 409, 422, 429}


@dataclass
class Row:
    """What each person gets at one URL. `get`: {login: status}; `post`: {login: IN | 403 | 404}; None: no such method,
    405 for whoever passes the door. `kwargs` and `data` are functions of the world. `anon` is what nobody gets
    (302 to the sign-in unless the page is open)."""

    get: dict | None = None
    post: dict | None = None
    kwargs: object = None
    data: object = None
    anon: int = 302
    query: object = ""
    label: str = ""
    mixed: str = ""  # why 404 is not about the id in the address, so that INV-3 has nothing to compare

    def path(self, name, world, *, beyond=False):
        """The address; `beyond`: with ids that never existed."""
        kwargs = self.kwargs(world) if self.kwargs else {}
        if beyond:
            kwargs = {k: v + 7_000_000 if isinstance(v, int) else v for k, v in kwargs.items()}
        query = self.query(world) if callable(self.query) else self.query
        return reverse(name, kwargs=kwargs) + (f"?{query}" if query else "")

    @property
    def is_object(self):
        """Some signed-in person is told that it does not exist."""
        return 404 in {*(self.get or {}).values(), *(self.post or {}).values()} and self.kwargs and not self.mixed


def all_of(code):
    return dict.fromkeys(PEOPLE, code)


def roles(*, rep=403, manager=403, support=403, admin=403):
    """By role alone."""
    return {
        "alice": rep, "bob": rep, "charlie": rep, "mia": manager, "nadia": manager, "grace": manager, "sam": support,
        "tess": support, "ada": admin,
    }


def of_alice(yes=200, no=404, **others):
    """A thing of alice's customer: alice, her manager, the director and admins; nobody else (D2)."""
    return dict.fromkeys(PEOPLE, no) | {"alice": yes, "mia": yes, "grace": yes, "ada": yes} | others


def only(yes, no=404, **who):
    """Everybody `no`, those named `yes` or their own code: only(200, alice=True, ada=403)."""
    return dict.fromkeys(PEOPLE, no) | {name: yes if code is True else code for name, code in who.items()}


def patterns(resolver=None, prefix="", space=""):
    """(name, route) of every URL pattern of the product."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry, route, inner)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", route


# --- Asking --------------------------------------------------------------------------------------------------
@dataclass
class Answer:
    response: object
    written: list

    @property
    def status(self):
        return self.response.status_code

    def __repr__(self):
        error = getattr(self.response, "exc_info", None)
        return f"{self.status}{f' {error[1]!r}' if error else ''}"


@functools.cache
def handler(csrf):
    """The middleware, loaded once: WhiteNoise looks for its files each time it is made."""
    return Client(enforce_csrf_checks=csrf).handler


def browser(client, *, csrf=False):
    """A fresh browser with the same session: what one answer sets is nothing to the next."""
    copy = Client(raise_request_exception=False)
    copy.handler = handler(csrf)
    for name, morsel in client.cookies.items():
        copy.cookies[name] = morsel.value
    return copy


@contextmanager
def bare(of):
    """Draw nothing ("all"), or no page of a refusal ("errors"): where the body is not examined (reliability §2.1)."""
    real = Template.render

    def render(template, context=None, request=None):
        name = template.template.name or ""
        if of == "all" or name.startswith(("errors/", "403", "404")):
            return mark_safe("")
        return real(template, context, request)

    Template.render = render
    try:
        yield
    finally:
        Template.render = real


def ask(client, method, path, data=None, *, draw="everything", **headers):
    """One request in a savepoint that is rolled back, with the statements that would have changed data. `draw` is
    everything, "pages" (not those of refusals) or "nothing"."""
    written, less = [], {"everything": "", "pages": "errors", "nothing": "all"}[draw]
    with transaction.atomic(), bare(less) if less else nullcontext():
        with connection.execute_wrapper(watch(written)):
            response = getattr(browser(client), method)(path, data or {}, headers=headers)
            if getattr(response, "streaming", False):
                b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return Answer(response, written)


def post(client, path, data=None, **options):
    return ask(client, "post", path, {"key": key()} | (data or {}), **options)


WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)", re.I)
FREE = re.compile(r"django_session|core_cache|\"seen_at\"|account_|core_submittedkey", re.I)


def watch(written):
    """Keep the statements that change data, less session, last seen, throttle and the form's key, which is rolled
    back with a refusal (INV-2, INV-9)."""

    def note(execute, sql, params, many, context):
        if WRITES.match(sql) and not FREE.search(sql):
            written.append(sql[:200])
        return execute(sql, params, many, context)

    return note


@functools.cache
def columns_of_tables():
    """{table: its columns}, less what every request may touch."""
    with connection.cursor() as cursor:
        return {
            table: [
                connection.ops.quote_name(c.name)
                for c in connection.introspection.get_table_description(cursor, table)
                if c.name not in ("seen_at", "last_login")
            ]
            for table in sorted(connection.introspection.table_names(cursor))
            if table not in ("django_session", "core_cache", "core_written", "django_migrations")
        }


def fingerprint():
    """A hash of every table, less sessions, the throttle's cache and the stamps of kept answers."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table, columns in columns_of_tables().items():
            cursor.execute(f"SELECT {', '.join(columns)} FROM {connection.ops.quote_name(table)}")
            digest.update(f"{table} {sorted(map(repr, cursor.fetchall()))}".encode())
    return digest.hexdigest()


def masked(response):
    """The body without what differs between any two answers: tokens, keys, the request's id, and numbers of the
    address asked for."""
    text = response.content.decode("utf-8", "replace") if not getattr(response, "streaming", False) else ""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    text = re.sub(r'csrf-token" content="[^"]*"', "", text, flags=re.I)
    text = re.sub(r'X-CSRFToken(&quot;|"): ?(&quot;|")[^"&]*', "", text)
    text = re.sub(r'name="key" value="[^"]*"', "", text)
    path = response.request["PATH_INFO"]
    text = text.replace(path, "")
    for number in re.findall(r"\d+", path):
        text = re.sub(rf"([?&;]\w+=){number}\b", r"\1#", text)  # ?customer=7 of "Log" in the bar
    return re.sub(r"\b[0-9a-f]{12}\b", "", text)


def headers_of(response):
    """The headers that could tell two answers apart."""
    left = {"X-Request-Id", "Set-Cookie", "Content-Length", "Date", "Server-Timing"}
    return {name: value for name, value in response.items() if name not in left}
