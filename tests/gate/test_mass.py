"""What a form does not ask cannot be set by posting it all the same (INV-7)."""

import re

import pytest
from django.db import connection, transaction
from django.forms.models import fields_for_model

from accounts.forms.people import PersonForm
from customers.forms.customer import ContactForm, CustomerForm
from pipeline.forms import DealForm
from tests.gate.forms import form_at
from tests.gate.matrix import ROWS
from tests.gate.walk import IN, ask, bare, browser, columns_of_tables

EXTRA = {  # columns that matter: who owns, who did, when, in which state
    "team": lambda w: w.cast.south.pk, "team_id": lambda w: w.cast.south.pk, "owner_id": lambda w: w.cast.charlie.pk,
    "role": "admin", "is_active": "", "is_staff": "1", "is_superuser": "1", "state": "done", "state_before": "done",
    "person": lambda w: w.cast.tess.pk, "person_id": lambda w: w.cast.tess.pk, "asker": lambda w: w.cast.charlie.pk,
    "asker_id": lambda w: w.cast.charlie.pk, "made_by": lambda w: w.cast.charlie.pk, "made_at": "2001-01-01T00:00",
    "entered_by": lambda w: w.cast.charlie.pk, "entered_at": "2001-01-01T00:00", "talked_by": lambda w: w.cast.charlie.pk,
    "talked_by_id": lambda w: w.cast.charlie.pk, "recorded_at": "2001-01-01", "voided_at": "2001-01-01",
    "archived_at": "2001-01-01", "merged_into": lambda w: w.helped.customer.pk, "open_amount": "99999999",
    "open_deals": "99", "quiet_since": "2001-01-01", "flagged_on": "2001-01-01", "told_on": "2001-01-01",
    "last_contact_on": "2001-01-01", "number": "424242", "batch": lambda w: w.charlie.batch.pk, "custom": '{"x": 1}',
    "won_at": "2001-01-01", "signed_on": "2001-01-01", "slips": "77", "imported": "1", "accepted_at": "2001-01-01",
    "session_stamp": "55", "is_demo": "1", "password": "x", "client_uuid": "00000000-0000-4000-8000-000000000000",
    "frozen_at": "2001-01-01", "added_by": lambda w: w.cast.charlie.pk, "user": lambda w: w.cast.charlie.pk,
    "moved_by": lambda w: w.cast.charlie.pk, "first_value": "1", "locked_at": "2001-01-01", "as_of": "2001-01-01",
    "name_key": "x", "phone_key": "1", "pk": "1", "id": "1", "tries": "9",
}  # fmt: skip
ASKED = {  # fields that this form asks in its own words
    "pipeline:move": {"signed_on"}, "collaboration:verb": {"person", "state"}, "setup_person_new": {"team", "role"},
    "setup_person": {"team", "role"}, "pipeline:field": {"number"}, "customers:log": {"client_uuid", "talked_by"},
    "customers:log_kept": {"client_uuid", "talked_by"},
    "setup_department_new": {"is_active"}, "setup_department": {"is_active"}, "setup_team": {"is_active"},
    "setup_team_new": {"is_active"}, "account_login": {"password"}, "account_reauthenticate": {"password"},
}  # fmt: skip
DOERS = ("alice", "mia", "sam", "ada")
FREE = {"core_submittedkey", "django_session", "core_cache"}


def doer_of(row):
    return next((login for login in DOERS if (row.post or {}).get(login) == IN), None)


CELLS = [(name, row) for name, rows in ROWS.items() for row in rows if doer_of(row) and "account_" not in name]


def rows_of_all():
    """{table: rows} of the whole database, moments and random words taken out."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in columns_of_tables().items():
            if table in FREE:
                continue
            kept = [c for c in columns if c.strip('"') not in ("token_hash", "sha256", "file")]
            cursor.execute(f"SELECT {', '.join(kept)} FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def news(rows, before):
    """{table: the rows that are new or changed}, what differs between any two runs taken out."""
    return {
        table: sorted(stable(row) for row in set(lines) - set(before[table]))
        for table, lines in rows.items() if lines != before[table]
    }


MOMENT = re.compile(r"datetime\.datetime\([^)]*\)|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.\d]*")
RANDOM = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b|attachments/\S+|imports/\S+")


def stable(row):
    """Moments of now are "now": a posted one of 2001 stays readable."""
    posted = ("2001", "datetime.datetime(2001")
    return RANDOM.sub("#", MOMENT.sub(lambda m: "2001" if m[0].startswith(posted) else "now", row))


def outcome(client, path, data, before):
    with transaction.atomic(), bare("all"):
        response = browser(client).post(path, data)
        rows = rows_of_all()
        transaction.set_rollback(True)
    return response.status_code, news(rows, before)


@pytest.mark.proves("INV-7")
@pytest.mark.parametrize(("name", "row"), CELLS, ids=lambda v: v if isinstance(v, str) else v.label)
def test_extra_fields_change_nothing(name, row, world, clients):
    login = doer_of(row)
    client, path = clients[login], row.path(name, world)
    sent = {"key": "gate-mass-assignment"}
    if row.get and row.get[login] == 200:
        sent |= form_at(ask(client, "get", path).response.content.decode(), path) or {}
    sent |= row.data(world) if row.data else {}
    extra = {
        k: v(world) if callable(v) else v for k, v in EXTRA.items() if k not in sent and k not in ASKED.get(name, ())
    }
    before = rows_of_all()
    plain, full = outcome(client, path, sent, before), outcome(client, path, sent | extra, before)
    assert full == plain


@pytest.mark.proves("INV-18")
@pytest.mark.parametrize(
    ("name", "form", "field"),
    [("customers:edit", CustomerForm, "team"), ("customers:contact_edit", ContactForm, "made_by"),
     ("setup_person", PersonForm, "is_active"), ("pipeline:deal_edit", DealForm, "lost_note")],
)  # fmt: skip
def test_an_opened_whitelist_is_noticed(name, form, field, world, clients, monkeypatch):
    """Negative control: with one field more in the form the very same post changes a row."""
    extra = {"team": world.cast.south.pk, "made_by": world.cast.charlie.pk, "is_active": "", "lost_note": "x"}[field]
    row = ROWS[name][0]
    login, path = doer_of(row), row.path(name, world)
    sent = form_at(ask(clients[login], "get", path).response.content.decode(), path)
    before = rows_of_all()
    shut = outcome(clients[login], path, sent | {field: extra}, before)
    opened = fields_for_model(form._meta.model, fields=[field])
    monkeypatch.setattr(form, "base_fields", form.base_fields | opened)
    monkeypatch.setattr(form._meta, "fields", [*form._meta.fields, field])
    assert outcome(clients[login], path, sent | {field: extra}, before) != shut
