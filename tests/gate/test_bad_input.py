"""Odd characters, markup and addresses at every door of the product (reliability §5: B25, B26, B29, B30).

The doors are the rows of the permission matrix, so that a new page or form is tried without a word here.
"""

import random
import re

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test.utils import ContextList
from django.urls import reverse

from tests.cast import key
from tests.gate.forms import form_at
from tests.gate.matrix import ROWS
from tests.gate.test_mass import CELLS, doer_of
from tests.gate.walk import ask, bare, browser
from tests.lanes import BOTH, POSTGRES

BELL, NUL = "铃\x07", "空\x00"
CHARS = [NUL] if POSTGRES and BOTH else [BELL] if BOTH else [BELL, NUL]  # PostgreSQL itself refuses NUL
READ = {"account_logout", "mfa_download_recovery_codes", "activity:download", "exchange:file", "exchange:template"}
PAGES = [
    (name, row) for name, rows in ROWS.items() for row in rows
    if row.get and name not in READ and any(code == 200 for code in row.get.values())
]
KEEP = {"key", "csrfmiddlewaretoken", "version", "customer", "do", "ids", "kind", "to", "frm", "playbook", "then"}


def reader_of(row):
    return next(login for login in ("alice", "mia", "sam", "ada") if row.get.get(login) == 200)


def post(client, path, data):
    """(status, written values that hold a control character) of one POST that is rolled back."""
    bad = []

    def note(execute, sql, params, many, context):
        rows = params if many else [params or ()]
        if re.match(r"\s*(INSERT|UPDATE)", sql) and "core_submittedkey" not in sql:
            bad.extend(
                value for row in rows for value in row
                if isinstance(value, str) and re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]|\\\\u00(00|07)", value)
            )
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(note), bare("all"):
        response = browser(client).post(path, data)
        transaction.set_rollback(True)
    return response, bad


@pytest.mark.proves("B25")
@pytest.mark.parametrize(("name", "row"), CELLS, ids=[f"{n} {r.label}".strip() for n, r in CELLS])
def test_no_control_character_is_kept(world, clients, name, row):
    """Every field of every form: a message or a refusal, never 500, and nothing of it in the database."""
    client, path = clients[doer_of(row)], row.path(name, world)
    page = ask(client, "get", path).response if row.get else None
    found = form_at(page.content.decode(), path) if page is not None and page.status_code == 200 else None
    given = {k: v if isinstance(v, list) else [v] for k, v in (row.data(world) if row.data else {}).items()}
    data = (found or {}) | given
    texts = [field for field, values in data.items() if field not in KEEP and values and isinstance(values[0], str)]
    others = [field for field in ("text", "q", "risk", "how", "note") if field not in texts]
    for char in CHARS:
        for fields in [*([field] for field in texts), others]:
            odd = {field: [f"{data.get(field, [''])[0]}{char}"] for field in fields}
            response, bad = post(client, path, data | odd | {"key": key()})
            assert response.status_code < 500, (fields, response.status_code)
            assert bad == [], (fields, bad)


ODD = [
    "%00%07", "10%5E20", "-1", "999999999999999999999", "owner__password", "%F0%A0%AE%B7", "0001-01-01", "9999-12-31",
    "1e309", "NaN", "-0", "%D9%A1%D9%A2", "%EF%BC%91%EF%BC%92", "%C2%B2", "0x10", "1_000", "%2B1", "%20", "", "None", "[]",
    "a%5B%5D=1", "%7B%7D", "%27%3B--", "%25s", "%25%25%28x%29s", "..%2F..", "2024-W99", "2024-Q9", "2024-02-30", "24:61",
    "%FF%FE", "%ED%A0%80", "%E2%80%AE", "true", "1,2,3", "1.5", "9" * 400, "x" * 2000, "%0D%0ASet-Cookie:a",
]


def odd_values(many):
    """The forty above, and more of the same kind by chance."""
    dice = random.Random(15)
    letters = ["%00", "%0A", "%26", "%3D", "%5B", "%FF", "%E4%B8%AD", "%D9%A1", "-", ".", "_", "__", "9", "e", "T", "Z", "+"]
    return ODD + ["".join(dice.choices(letters, k=dice.randint(1, 12))) for _ in range(many - len(ODD))]


@pytest.mark.proves("B25", "B29", "INV-15")
@pytest.mark.parametrize(("name", "row"), PAGES, ids=[f"{n} {r.label}".strip() for n, r in PAGES])
def test_no_query_string_breaks_a_page(world, clients, request, name, row):
    """Every page meets every odd value, each in another of the names the product knows, eight to a name."""
    client, path = clients[reader_of(row)], row.path(name, world)
    joint, long = "&" if "?" in path else "?", request.config.getoption("--long")
    values = odd_values(2000 if long else len(ODD))
    names = ["page", "per_page", "sort", "q", "show", "tag", "owner", "team", "stage", "since", "after", "of", "period",
             "scope", "customer", "deal", "step", "owed", "ids", "do", "field", "to", "month", "year", "group", "state",
             "rep", "preview", "stale_days", "kind", "next"]
    for turn in range(400 if long else 8):
        query = "&".join(f"{one}={values[(turn * 5 + n * 7) % len(values)]}" for n, one in enumerate([*names, "odd[]"]))
        answer = ask(client, "get", f"{path}{joint}{query}&kind=a&kind=b", draw="pages")
        assert answer.status < 500, (query, answer)
        assert answer.written == []


@pytest.mark.proves("B25")
def test_odd_headers_and_paths(world, clients):
    client = browser(clients["alice"])
    odd = ("/customers/%00", "/customers/1%07", "/%F0%A0%AE%B7", "/reviews/week/%00", "/setup/%2e%2e/")
    for path in (*odd, "/calendar/%00.ics"):
        assert client.get(path).status_code in (302, 400, 404)
    for header in ({"HTTP_ACCEPT_LANGUAGE": "\x07,zh;q=a"}, {"HTTP_HX_CURRENT_URL": "http://x/\x00"}, {"HTTP_REFERER": "\x07"}):
        assert client.get("/customers", **header).status_code == 200


@pytest.mark.proves("B25")
def test_an_export_survives_a_control_character_written_by_other_hands(world, clients):
    customer = world.alice.customer
    type(customer).objects.filter(pk=customer.pk).update(name=f"{customer.name}{BELL}")
    client = browser(clients["alice"])
    for form in ("xlsx", "csv"):
        made = client.post(reverse("exchange:export"), {"key": key(), "sheet": "customers", "form": form})
        content = client.get(made.url).content
        assert content[:2] == b"PK" or customer.name in content.decode()
        assert b"\x07" not in content or form == "xlsx"


LISTS = {"pipeline:table", "activity:messages", "exchange:imports"}  # these cut their pages in another way


def paged(context):
    """Whatever in a page's context is one page of rows: core/lists.Listing or Django's Page."""
    for part in context if isinstance(context, ContextList) else filter(None, [context]):
        for value in part.flatten().values():
            paginator = getattr(value, "paginator", None)
            if hasattr(value, "per_page") and hasattr(value, "rows"):
                yield value.page, value.per_page, len(value.rows)
            elif paginator is not None and hasattr(value, "object_list"):
                yield value.number, paginator.per_page, len(value.object_list)


@pytest.mark.proves("B29")
def test_odd_pages_sizes_and_sorts_are_ignored(world, clients):
    """Every page that is one page of rows: the first or the last page, at most 200 rows, the same answer as without."""
    seen = set()
    for name, row in PAGES:
        client, path = browser(clients[reader_of(row)]), row.path(name, world)
        plain = client.get(path)
        if not list(paged(plain.context)) and name not in LISTS:
            continue
        seen.add(name)
        for query in ("page=0", "page=-1", "page=abc", f"page={10**20}", f"per_page={10**8}", "sort=owner__password",
                      "sort=-", "sort=__class__", "page=&sort=&per_page=", "sort=a&sort=b"):
            answer = client.get(f"{path}{'&' if '?' in path else '?'}{query}")
            assert answer.status_code == plain.status_code, (path, query)
            for number, per_page, shown in paged(answer.context):
                assert number >= 1, (path, query)
                assert shown <= per_page <= 200, (path, query)
            assert answer.content.count(b" data-row") <= 200, (path, query)
    assert seen >= {*LISTS, "customers:list", "customers:pool", "collaboration:queue", "reviews:rows", "setup_people"}


@pytest.mark.proves("B30")
@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=0001-01", "month=9999-12", "day=0001-01-01", "close_from=2026-09-01&close_to=2026-01-01",
              "close_from=2026-13-01", "close_to=9999-12-31", "since=2026-13-40T00:00:00Z", "since=9999-12-31T23:59:59Z"],
)
def test_odd_filter_dates_are_named_and_left_out(world, clients, query):
    client = browser(clients["alice"])
    name = query.split("=")[0]
    for path in ("/customers", "/pipeline/table", "/pipeline", "/setup/calendar"):
        reader = browser(clients["ada"]) if path.startswith("/setup") else client
        answer = reader.get(f"{path}?{query}")
        assert answer.status_code in (200, 204), path  # the board's poll: nothing new
        known = answer.context.get("listing") if answer.context else None
        if known is not None and known.filterset is not None and name in known.filterset.form.fields and known.dropped:
            assert name in known.dropped  # named, and the list is whole
            assert known.total == reader.get(path).context["listing"].total


# --- markup is text ---------------------------------------------------------------------------------------------------
PAYLOAD = "\"><svg onload=alert(1)>{{7*7}}{% load x %}<script>alert(2)</script>"
RAW = re.compile(r"<svg onload|<script>alert|=\"javascript:", re.I)
LEFT = {"username", "password", "email", "code", "key", "verb", "state", "token_hash", "slug", "query", "sha256", "stamp"}
OURS = ("accounts", "activity", "exchange", "customers", "pipeline", "collaboration", "reviews")


def poison():
    """The payload in every free text column of every row there is."""
    touched = 0
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            if model.__name__.startswith("Historical") or not model._meta.managed:
                continue
            fields = [
                f for f in model._meta.concrete_fields
                if isinstance(f, models.CharField | models.TextField) and not isinstance(f, models.SlugField | models.EmailField)
                and not f.choices and not f.unique and f.editable and f.name not in LEFT
                and (f.max_length or 999) >= len(PAYLOAD)
            ]
            for field in fields:
                if field.name in ("website", "link", "page", "size_text", "methods", "labels", "path", "kind", "source"):
                    continue
                touched += model._base_manager.exclude(**{field.name: ""}).update(**{field.name: PAYLOAD})
    return touched


@pytest.mark.proves("B26")
@pytest.mark.parametrize("login", ["alice", "mia", "sam", "ada"])
def test_markup_is_shown_as_typed_everywhere(world, clients, login):
    assert poison() > 50
    client, shown = browser(clients[login]), 0
    for name, row in PAGES:
        if row.get.get(login) != 200:
            continue
        answer = ask(client, "get", row.path(name, world))
        text = answer.response.content.decode("utf-8", "replace") if not answer.response.streaming else ""
        assert answer.status < 500, name
        assert not RAW.search(text), (name, RAW.search(text))
        assert "{{7*7}}" in text or "svg onload" not in text, name  # not calculated either
        shown += "&lt;svg onload" in text
    assert shown >= 3


@pytest.mark.proves("B26")
def test_a_script_as_an_address_is_no_link(world, clients):
    customer = world.alice.customer
    type(customer).objects.filter(pk=customer.pk).update(website="javascript:alert(1)")
    page = browser(clients["alice"]).get(reverse("customer", args=[customer.pk])).content.decode()
    assert 'href="javascript:' not in page.lower()
