"""The named cast, with a fixed meaning (architecture §8), and plain factories built on the product's own verbs.

alice, bob: reps of 华东一组. charlie: rep of 华南组, must not see. mia, nadia: their managers. sam, tess: support in
法务部 and 技术部. ada: admin. ian: deactivated. grace: sales director, all teams below, no admin rights.
"""

import secrets
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Department, Team, User
from core.text import initials, pinyin

PASSWORD = "correct-horse-battery"
PEOPLE = {
    "alice": ("李强", "rep", "east", "sales"), "bob": ("王敏", "rep", "east", "sales"),
    "charlie": ("赵磊", "rep", "south", "sales"), "mia": ("陈曦", "manager", "east", "sales"),
    "nadia": ("何娜", "manager", "south", "sales"), "sam": ("孙立", "support", None, "legal"),
    "tess": ("周婷", "support", None, "tech"), "ada": ("安达", "admin", None, "office"),
    "ian": ("伊恩", "rep", "east", "sales"), "grace": ("顾岚", "manager", None, "sales"),
}
DEPARTMENTS = {
    "sales": ("销售部", "Sales", {"sells": True, "serves": False, "sees_amounts": True}),
    "legal": ("法务部", "Legal", {"sees_amounts": True}), "tech": ("技术部", "Tech", {}),
    "finance": ("财务部", "Finance", {"sees_amounts": True}), "production": ("生产部", "Production", {}),
    "office": ("总经办", "Office", {"serves": False}),
}


def make_department(name, name_en="", *, parent=None, **fields):
    department = Department.objects.create(name=name, name_en=name_en, parent=parent, **fields)
    path = f"{parent.path if parent else '/'}{department.pk}/"
    Department.objects.filter(pk=department.pk).update(path=path)
    department.path = path
    return department


def make_user(username, name, role, *, team=None, department=None, is_active=True, **fields):
    fields = {"email": f"{username}@example.com", "language": "en"} | fields
    return User.objects.create_user(
        username, PASSWORD, name=name, role=role, team=team, department=department, is_active=is_active,
        pinyin=pinyin(name), initials=initials(name), **fields,
    )


def build_cast():
    """Departments, teams and the ten people, as attributes of one object."""
    found = SimpleNamespace()
    for key, (name, name_en, fields) in DEPARTMENTS.items():
        setattr(found, key, make_department(name, name_en, **fields))
    found.east = Team.objects.create(name="华东一组", name_en="East team 1", department=found.sales)
    found.south = Team.objects.create(name="华南组", name_en="South team", department=found.sales)
    for login, (name, role, team, department) in PEOPLE.items():
        person = make_user(
            login, name, role, team=getattr(found, team) if team else None,
            department=getattr(found, department), is_active=login != "ian",
        )
        setattr(found, login, person)
    Team.objects.filter(pk=found.east.pk).update(manager=found.mia)
    Team.objects.filter(pk=found.south.pk).update(manager=found.nadia)
    Department.objects.filter(pk=found.sales.pk).update(lead=found.grace)
    Department.objects.filter(pk=found.legal.pk).update(lead=found.sam)
    for place in (found.east, found.south, found.sales, found.legal):
        place.refresh_from_db()
    return found


def key():
    """A fresh one-time key, as a rendered form would carry."""
    return f"{secrets.token_urlsafe(12)}.test"


@pytest.fixture
def cast(db):
    return build_cast()


@pytest.fixture
def client_of():
    """client_of(user) → a browser in which that person is signed in (without the sign-in form)."""

    def signed_in(user, **kwargs):
        client = Client(**kwargs)
        client.force_login(user)
        return client

    return signed_in


def confirm(client):
    """He has just said again who he is, as dangerous deeds ask for."""
    client.post("/confirm", {"password": PASSWORD, "next": "/me"})
    return client


def make_customer(owner, *, by=None, now=None, name="星澜科技", **row):
    """A customer with its first deal, by the product's own verb."""
    from customers import creating  # noqa: PLC0415  (the cast stands before the verbs do)

    return creating.create(by=by or owner, now=now or timezone.now(), name=name, owner=owner, **row)


def make_log(customer, *, by=None, happened_at=None, now=None, **entry):
    """A follow-up by the product's own verb."""
    from customers import logging  # noqa: PLC0415

    now = now or timezone.now()
    by = by or customer.owner
    entry = {"text": "介绍公司产品案例", "methods": ("phone",), "no_next_reason": "other"} | entry
    return logging.log(
        logging.Entry(customer=customer, talked_by=by, happened_at=happened_at or now, **entry), by=by, now=now
    )


def make_deal(customer, *, by=None, now=None, **fields):
    """A further deal of a customer."""
    from pipeline import opening  # noqa: PLC0415

    return opening.open_deal(customer, by=by or customer.owner, now=now or timezone.now(), **fields)


def make_step(customer, due_on, *, by=None, now=None, **fields):
    """A next step; of the customer's owner unless said otherwise."""
    from customers import steps  # noqa: PLC0415

    by = by or customer.owner
    fields = {"text": "发送报价", "owner": customer.owner or by} | fields
    return steps.plan(customer, by=by, now=now or timezone.now(), due_on=due_on, **fields)


def make_request(by, department, *, now=None, code="technical", **fields):
    """A request to a department. `code` names its kind."""
    from collaboration.models import RequestKind  # noqa: PLC0415
    from collaboration.raising import raise_request  # noqa: PLC0415

    fields = {"title": "定制方案技术评估", "description": "评估 4 个部门的实时同步"} | fields
    kind = RequestKind.objects.get(code=code)
    return raise_request(by=by, now=now or timezone.now(), department=department, kind=kind, **fields)
