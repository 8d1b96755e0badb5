#!/usr/bin/env python
"""Give made data the history its changes would have left, so that days gone by (`?as_of=`) can be measured.

    DATABASE_URL=postgres://…/filled python -m bench.history

One row of history for each stay of a deal and each tag a customer had, with the columns of today but for the stage,
the tag, the amount of some before their last change, and what had not happened yet. Two statements, in the order things
were written; a database that has history of deals or customers already is left alone.
"""

import os
import tempfile

DEALS = {  # column of the history: what it was, of the deal `of` and the stay `was`
    "stage_id": "was.stage_id", "entered_at": "was.entered_at", "version": "was.place",
    "amount": "CASE WHEN of.id % 20 = 0 AND was.place < 3 AND was.place < was.many THEN of.amount * 0.8 ELSE of.amount END",
    "lost_at": "CASE WHEN of.lost_at <= was.known_at THEN of.lost_at END",
    "lost_reason_id": "CASE WHEN of.lost_at <= was.known_at THEN of.lost_reason_id END",
    "won_at": "CASE WHEN of.won_at <= was.known_at THEN of.won_at END",
    "signed_on": "CASE WHEN of.won_at <= was.known_at THEN of.signed_on END",
    "contract_amount": "CASE WHEN of.won_at <= was.known_at THEN of.contract_amount END",
}
CUSTOMERS = {"tag": "was.new", "version": "was.place"}


def fill(model, changes, key, than):
    """Write the history of a model; `changes` is the table of what it was, `key` its column that names it. Returns how
    many rows."""
    from django.db import connection

    history = model.history.model
    if history.objects.exists():
        return 0
    than = than | {
        "history_date": "was.known_at", "history_type": "CASE WHEN was.place = 1 THEN '+' ELSE '~' END",
        "history_change_reason": "NULL", "history_user_id": "of.made_by_id",
    }
    columns = [field.column for field in history._meta.concrete_fields if field.column != "history_id"]
    places = f"row_number() OVER (PARTITION BY {key} ORDER BY recorded_at, id) AS place, "
    places += f"count(*) OVER (PARTITION BY {key}) AS many"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {history._meta.db_table} ({', '.join(columns)}) "
            f"SELECT {', '.join(than.get(name, f'of.{name}') for name in columns)} FROM {model._meta.db_table} of "
            f"JOIN (SELECT {changes}.*, recorded_at AS known_at, {places} FROM {changes} WHERE voided_at IS NULL) was "
            f"ON was.{key} = of.id ORDER BY was.known_at, was.id"
        )
        count = cursor.rowcount
        cursor.execute(f"ANALYZE {history._meta.db_table}")
    return count


def fill_all():
    """The history of all deals and customers: how many rows of each."""
    from customers.models import Customer
    from pipeline.models import Deal

    return (
        fill(Deal, "pipeline_stageprogress", "deal_id", DEALS),
        fill(Customer, "customers_tagchange", "customer_id", CUSTOMERS),
    )


def main():
    folder = tempfile.TemporaryDirectory()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    os.environ.setdefault("SECRET_KEY", "bench" * 12)
    os.environ.setdefault("SALESFLOW_DATA", folder.name)
    import django

    django.setup()
    print("history of deals: {} rows, of customers: {} rows".format(*fill_all()))


if __name__ == "__main__":
    main()
