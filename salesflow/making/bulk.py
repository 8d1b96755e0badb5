"""Rows into a table as fast as each database takes them: COPY on PostgreSQL, executemany on SQLite."""

from contextlib import contextmanager
from datetime import UTC
from itertools import islice

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max

CHUNK = 20_000


def next_id(model):
    """The first free primary key."""
    return (model._base_manager.aggregate(top=Max("pk"))["top"] or 0) + 1


@contextmanager
def bare(models_):
    """The tables without foreign keys and plain indexes while they are filled: on PostgreSQL each is then made, and
    checked, once instead of a row at a time. Elsewhere nothing. Inside one transaction."""
    if connection.vendor != "postgresql":
        yield
        return
    tables, quote = [model._meta.db_table for model in models_], connection.ops.quote_name
    connection.check_constraints()  # what waits for the end of the transaction would hold the tables
    with connection.cursor() as cursor:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):  # a page's: an index takes longer
            cursor.execute(f"SET LOCAL {limit} = 0")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s) ORDER BY 1, 2", [tables],
        )
        keys = cursor.fetchall()
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY(%s) "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY 1", [tables],
        )
        indexes = cursor.fetchall()
        for table, name, _made in keys:
            cursor.execute(f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}")
        for name, _made in indexes:
            cursor.execute(f"DROP INDEX {quote(name)}")
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _name, made in indexes:
            cursor.execute(made)
        for table, name, made in keys:
            cursor.execute(f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(name)} {made}")
        for table in tables:
            cursor.execute(f"ANALYZE {quote(table)}")


def insert(model, columns, rows):
    """Insert tuples `rows` given as attnames `columns`; every other column gets its field's default. Returns how many.

    For made data only: no verb, no history, no event.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    rest = [field for name, field in fields.items() if name not in columns and not field.primary_key]
    constants = tuple(field.get_db_prep_save(_default(field), connection) for field in rest)
    names = [fields[name].column for name in columns] + [field.column for field in rest]
    if connection.vendor == "postgresql":
        return _copy(model, names, [fields[name] for name in columns], rows, constants)
    return _executemany(model, names, [fields[name] for name in columns], rows, constants)


def _default(field):
    value = field.get_default()
    return {} if value is None and isinstance(field, models.JSONField) and not field.null else value


def _copy(model, names, fields, rows, constants):
    done = 0
    table = connection.ops.quote_name(model._meta.db_table)
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    json_at = [i for i, field in enumerate(fields) if isinstance(field, models.JSONField)]
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
        for row in rows:
            if json_at:
                row = tuple(
                    fields[i].get_db_prep_save(value, connection) if i in json_at else value
                    for i, value in enumerate(row)
                )
            copy.write_row(row + constants)
            done += 1
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
    return done


def _executemany(model, names, fields, rows, constants):
    table = connection.ops.quote_name(model._meta.db_table)
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    statement = f"INSERT INTO {table} ({quoted}) VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608
    plain = (models.CharField, models.TextField, models.IntegerField, models.ForeignKey, models.BooleanField)
    prepare = {
        i: _writer(field) for i, field in enumerate(fields)
        if not isinstance(field, plain) or isinstance(field, models.JSONField)
    }
    done, rows = 0, iter(rows)
    with connection.cursor() as cursor:
        while chunk := list(islice(rows, CHUNK)):
            ready = []
            for row in chunk:
                row = list(row)
                for i, write in prepare.items():
                    if row[i] is not None:
                        row[i] = write(row[i])
                ready.append((*row, *constants))
            cursor.executemany(statement, ready)
            done += len(chunk)
    return done


def _writer(field):
    """What SQLite keeps of a value: the field's own preparation, with a short road for moments and days."""
    if isinstance(field, models.DateTimeField):
        return lambda moment: str(moment.astimezone(UTC).replace(tzinfo=None))
    if isinstance(field, models.DateField):
        return str
    return lambda value: field.get_db_prep_save(value, connection)
