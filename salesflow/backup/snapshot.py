"""A connection of its own that sees one moment of the database for as long as it is open, while others go on writing:
a read transaction on SQLite (WAL), REPEATABLE READ on PostgreSQL."""

from contextlib import contextmanager

from django.db import connection


@contextmanager
def snapshot(source=connection):
    reader = source.copy()
    begin = "BEGIN"
    try:
        with reader.cursor() as cursor:
            if reader.vendor == "postgresql":
                for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    cursor.execute(f"SET {name} = 0")
                begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            cursor.execute(begin)
            cursor.execute("SELECT count(*) FROM django_migrations")  # the moment is that of the first question
        yield reader
    finally:
        reader.close()
