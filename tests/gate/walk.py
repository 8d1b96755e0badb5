"""Every URL of the product, who may do what there, and a world to walk in (reliability §2, INV-1).

A row says, for one URL name, what each of eleven actors gets. Codes: 200 a page, 302 an answer that leads on, 403
known but not for this role, 404 not yours or not there. `post` rows are what a bare POST with a fresh key gets: "in" means the
door is open (whatever the form then says: 2xx, 3xx, 409, 422), else 403 or 404.
"""

import re
from dataclasses import dataclass, field

from django.urls import URLPattern, URLResolver, get_resolver

ACTORS = ("anon", "alice", "bob", "charlie", "mia", "nadia", "grace", "sam", "tess", "ada", "ian")
PEOPLE = ACTORS[1:-1]


@dataclass
class Row:
    """Answers by actor for GET and POST; None: the method is not there (405 for whoever passes the door)."""

    get: dict | None = None
    post: dict | None = None
    kwargs: object = None  # function(world) -> kwargs of the URL
    query: str = ""
    why: str = ""  # for exemptions
    extra: dict = field(default_factory=dict)


def all_of(code):
    return dict.fromkeys(PEOPLE, code)


def but(base, **others):
    return base | others


def roles(*, rep=403, manager=403, support=403, admin=403):
    """By role alone."""
    return {
        "alice": rep, "bob": rep, "charlie": rep, "mia": manager, "nadia": manager, "grace": manager, "sam": support,
        "tess": support, "ada": admin,
    }


def of_alice(yes=200, no=404, **others):
    """A thing of alice's customer: alice, her manager, the director and admins; nobody else (D2)."""
    base = dict.fromkeys(PEOPLE, no) | {"alice": yes, "mia": yes, "grace": yes, "ada": yes}
    return base | others


def patterns(resolver=None, prefix="", space=""):
    """(name, route) of every URL pattern of the product."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry, route, inner)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", route


def writes(queries):
    """The statements that change data, less session, last seen, throttle and savepoints (INV-2, INV-9)."""
    free = re.compile(r"django_session|core_cache|\"seen_at\"|account_", re.I)
    return [
        q["sql"] for q in queries
        if re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE)", q["sql"], re.I) and not free.search(q["sql"])
    ]


def masked(response):
    """The body without what differs between any two answers: tokens, keys, the request's id."""
    text = response.content.decode("utf-8", "replace")
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    text = re.sub(r'"X-CSRFToken": "[^"]*"', "", text)
    text = re.sub(r'name="key" value="[^"]*"', "", text)
    return re.sub(r"\b[0-9a-f]{12}\b", "", text)
