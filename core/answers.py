"""Answers of the database that are kept until something they were read from is written: exact, on both databases.

    watch(Deal, Customer)                                     in an app's ready()
    rows = answered(deals.values("stage").annotate(n=Count("pk")))

The text of a question and its values say what is asked: who sees what, on which day, under which filters. What it is
read from is said by a stamp: beside every watched table stand triggers (core/stamping.py) that write a number drawn by
lot with each statement that writes there, in its transaction. On PostgreSQL each adds a row and the stamp is the sum of
those one can see, so that writers never wait for each other and an earlier write that is committed later changes it as
well; on SQLite, where one writes at a time, it is one number. Whoever has not committed sees his own numbers, which
nobody else ever will. The stamp is read before the question is asked: what is kept can be newer than its stamp says,
and is then never found again; it cannot be older.

A question that reads a table that is not watched, or the clock, is asked each time. Each process keeps at most MOST
rows, the answers used last; rows are values that nobody changes, handed out in new lists and dictionaries. Settings:
SETUP_SECONDS (0 in tests: nothing is kept).
"""

import functools
import json
import re
import threading
from collections import OrderedDict

from django.apps import apps
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models.query import ValuesIterable

from core import stamping

MOST = 30_000  # rows of all kept answers together: some 20 MB
LONGEST = 10_000  # rows of one that is kept
LINE = 300  # characters of a remembered text that count as a row
NAMES = re.compile(r'"(\w+)"')
CLOCKS = re.compile(r"\b(NOW|RANDOM|CURRENT_\w+|\w+_TIMESTAMP|NEXTVAL)\b", re.I)

_kept: OrderedDict[tuple, tuple] = OrderedDict()
_lock = threading.Lock()
_held = 0


def watch(*models):
    """Answers read from the tables of these models may be kept."""
    stamping.watched.update(model._meta.db_table for model in models)


def answered(question):
    """The rows of a queryset of values() or values_list() as a list: from the database, or as it said them last when
    nothing was written since. One small query, and the question's own when it has to be asked."""
    if not settings.SETUP_SECONDS:
        return _asked(question)
    try:
        sql, values = question.query.get_compiler(using=question.db).as_sql()
    except EmptyResultSet:
        return []
    tables = tables_of(sql)
    if tables is None:
        return _asked(question)
    stamp = stamping.stamp_of(connections[question.db], tables)
    if stamp is None:
        return _asked(question)
    key = (question._iterable_class, sql, tuple(values))
    rows = _find(key, stamp)
    if rows is None:
        rows = _asked(question)
        _keep(key, stamp, rows)
    # What is kept is never handed out itself.
    return [dict(row) for row in rows] if issubclass(question._iterable_class, ValuesIterable) else list(rows)


def _asked(question):
    """Its rows anew, whatever the queryset has read before: of a prepared one as well (core/prepared.py)."""
    return list(question._iterable_class(question))


@functools.lru_cache(maxsize=500)
def tables_of(sql):
    """Names of the tables that a statement of the ORM reads; None when one is not watched, or it asks the clock."""
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    tables = frozenset(NAMES.findall(sql)) & known
    return tables if tables and tables <= stamping.watched and not CLOCKS.search(sql) else None


def _find(key, stamp):
    with _lock:
        found = _kept.get(key)
        if found is None or found[0] != stamp:
            return None
        _kept.move_to_end(key)
        return found[1]


def _keep(key, stamp, rows):
    global _held
    if len(rows) > LONGEST:
        return
    with _lock:
        _held -= _size(_kept.pop(key, None))
        _kept[key] = (stamp, rows)
        _held += len(rows) + 1
        while _held > MOST:
            _held -= _size(_kept.popitem(last=False)[1])


def _size(entry):
    return len(entry[1]) + 1 if entry else 0


def forget():
    """Everything is asked again."""
    global _held
    with _lock:
        _kept.clear()
        _held = 0


def remembered(key, make):
    """What `make()` made of the database, as JSON keeps it, until a table it read is written. `key` says all that it
    depends on beside the database. What it reads is seen while it runs: with a table that is not watched, nothing is
    kept. One small query when it is known."""
    if not settings.SETUP_SECONDS:
        return make()
    with _lock:
        found = _kept.get(key)
    if found and stamping.stamp_of(connection, found[0][0]) == found[0][1]:
        return json.loads("".join(found[1]))
    seen = set()

    def look(execute, sql, params, many, context):
        seen.add(sql)
        return execute(sql, params, many, context)

    before = stamping.stamps(connection)
    with connection.execute_wrapper(look):
        value = make()
    read = [tables_of(sql) for sql in seen]
    if read and None not in read:
        tables = frozenset().union(*read)
        if tables <= before.keys():
            text = json.dumps(value)
            lines = [text[start : start + LINE] for start in range(0, len(text), LINE)]
            _keep(key, (tables, tuple(sorted((name, before[name]) for name in tables))), lines)
            return json.loads(text)
    return value
