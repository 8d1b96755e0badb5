"""The rows of a table as lines of JSON, the same from SQLite and from PostgreSQL, and back again."""

import base64
import datetime as dt
import json
from itertools import islice

from django.core.management.color import no_style
from django.db.models import QuerySet
from django.utils.duration import duration_string

CHUNK = 2000  # rows in memory at once
TEXT = {"DateTimeField", "DateField", "TimeField", "DecimalField", "UUIDField", "DurationField", "BinaryField"}


def columns_of(model):
    return [field.column for field in model._meta.local_concrete_fields]


def read(connection, model, columns=None):
    """One line a row, in the order of the key; memory is bounded by CHUNK. `columns` in another order than the model's:
    that of the models of another version may differ."""
    known = {field.column: field.attname for field in model._meta.local_concrete_fields}
    names = [known[column] for column in columns or known]
    query = QuerySet(model).order_by("pk").values_list(*names).query
    rows = query.get_compiler(connection=connection).results_iter(chunked_fetch=True, chunk_size=CHUNK)
    line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=plain).encode
    for row in rows:
        yield line(list(row))


def plain(value):
    if isinstance(value, dt.timedelta):
        return duration_string(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return str(value)  # UUID, Decimal


def write(connection, model, columns, lines):
    """Put the lines into the table. Returns how many. Constraints are the caller's to check."""
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    turned = [(number, turn) for number, name in enumerate(columns) if (turn := _turn(fields[name], connection))]

    def row(line):
        values = json.loads(line)
        for number, turn in turned:
            values[number] = turn(values[number])
        return values

    name = connection.ops.quote_name
    listed = ", ".join(name(column) for column in columns)
    table, lines, total = name(model._meta.db_table), iter(lines), 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(row(line))
                    total += 1
            return total
        marks = ", ".join(["%s"] * len(columns))
        while some := [row(line) for line in islice(lines, CHUNK)]:
            cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", some)  # noqa: S608
            total += len(some)
    return total


def _turn(field, connection):
    """How a value of the line becomes one of the database; None where it is the same."""
    while field.remote_field and not field.many_to_many:
        field = field.target_field
    kind = field.get_internal_type()
    if kind == "JSONField":
        return _json(field)
    if kind in TEXT:
        return lambda value: None if value is None else field.get_db_prep_save(field.to_python(value), connection)
    return None


def _json(field):
    def turn(value):  # a column that takes no NULL holds JSON's own null
        return None if value is None and field.null else json.dumps(value, ensure_ascii=False)

    return turn


def after(connection, models):
    """Numbers go on after the highest one."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
