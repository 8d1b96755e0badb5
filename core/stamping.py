"""Triggers that stamp what is written to a table, for answers kept until then (core/answers.py).

core_written holds numbers drawn by lot by the name of the table. A number is there as long as the triggers are: they go
before tables are migrated and come back after, with new numbers (SQLite makes a table anew to change it, and what
stands on it is lost). A table without a number has no stamp, and what is read from it is not kept.
"""

from django.db import transaction

WRITTEN = "core_written"
watched: set[str] = set()  # names of tables

STAMP = f"SELECT name, SUM(token) FROM {WRITTEN} GROUP BY name"  # noqa: S608

# Rows that everybody can see are put together to one now and then; their sum, and so the stamp, stays the same. What
# somebody else has in hand is left to him.
FUNCTION = f"""
CREATE OR REPLACE FUNCTION core_tell_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {WRITTEN} (name, token) VALUES (TG_TABLE_NAME, hashtextextended(gen_random_uuid()::text, 0));
    IF random() < 0.02 THEN
        WITH gone AS (
            DELETE FROM {WRITTEN} WHERE id = ANY(ARRAY(
                SELECT id FROM {WRITTEN} WHERE name = TG_TABLE_NAME ORDER BY id LIMIT 2000 FOR UPDATE SKIP LOCKED
            )) RETURNING token
        )
        INSERT INTO {WRITTEN} (name, token) SELECT TG_TABLE_NAME, sum(token) FROM gone HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$
"""  # noqa: S608


def stamp_of(connection, tables):
    """What changes with every write to one of these tables; None when one of them is not stamped. One query."""
    found = stamps(connection)
    return tuple(sorted((name, found[name]) for name in tables)) if tables <= found.keys() else None


def stamps(connection):
    """{table: what changes with every write to it}. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP)
        return {name: int(token) for name, token in cursor.fetchall()}


def install(connection):
    """Triggers on the watched tables that are there, each with a first number."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {WRITTEN} (id bigserial PRIMARY KEY, name text, token numeric)")
            cursor.execute(FUNCTION)
        else:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {WRITTEN} (id integer PRIMARY KEY, name text, token integer)")
        for table in sorted(watched & there):
            with transaction.atomic(using=connection.alias):
                for statement in _triggers(connection.vendor, table):
                    cursor.execute(statement)


def remove(connection):
    """No triggers and no numbers: nothing is kept until they are back. Both go at once, behind the lock that a trigger
    is dropped under: whoever writes there has ended or waits."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        if WRITTEN not in there:
            return
        for table in sorted(watched & there):
            with transaction.atomic(using=connection.alias):
                if connection.vendor == "postgresql":
                    cursor.execute(f'DROP TRIGGER IF EXISTS written ON "{table}"')
                    cursor.execute(f'DROP TRIGGER IF EXISTS emptied ON "{table}"')
                else:
                    for deed in ("INSERT", "UPDATE", "DELETE"):
                        cursor.execute(f'DROP TRIGGER IF EXISTS "written_{table}_{deed}"')
                cursor.execute(f"DELETE FROM {WRITTEN} WHERE name = %s", [table])  # noqa: S608


def _triggers(vendor, table):
    if vendor == "postgresql":
        for name, deeds in (("written", "INSERT OR UPDATE OR DELETE"), ("emptied", "TRUNCATE")):
            yield f'DROP TRIGGER IF EXISTS {name} ON "{table}"'
            yield (
                f'CREATE TRIGGER {name} AFTER {deeds} ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION core_tell_written()"
            )
        number = "hashtextextended(gen_random_uuid()::text, 0)"
    else:
        for deed in ("INSERT", "UPDATE", "DELETE"):
            told = f"UPDATE {WRITTEN} SET token = random() WHERE name = '{table}'"  # noqa: S608
            yield f'CREATE TRIGGER IF NOT EXISTS "written_{table}_{deed}" AFTER {deed} ON "{table}" BEGIN {told}; END'
        yield f"DELETE FROM {WRITTEN} WHERE name = '{table}'"  # noqa: S608
        number = "random()"
    yield f"INSERT INTO {WRITTEN} (name, token) VALUES ('{table}', {number})"  # noqa: S608
