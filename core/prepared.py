"""Questions whose SQL is put together once: the ORM writes many of them for longer than the database takes to answer.

    @prepared
    def _needs(talks):                            # a whole number, a moment, a day, or a list of whole numbers
        return Need.objects.filter(follow_up__in=talks).only("text")

    for need in _needs([3, 5]): ...

Asked the first time, the function is called twice with numbers that stand for nothing; where these are found again
among the values of the SQL, those of the asker go from then on. A value that is not found there again (in the text of
the SQL, within another value) is an error of whoever wrote the question. What it depends on beside its arguments it
must not: everything else that is given, words, flags, who asks (accounts/readers.py), is what the SQL is kept by.
"""

import copy
import datetime as dt
import functools
import itertools
import threading

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone

MOST = 200  # texts of one question, as lists of other lengths and other people have others; the oldest make room
DAY, MOMENT = dt.date(1801, 1, 1), dt.datetime(1801, 1, 1, tzinfo=dt.UTC)
BIGGEST = 2**63 - 1
STAND_INS = (7_131_000_000_000_000, 8_353_000_000_000_000)  # no id, no amount


class Prepared:
    """A function that gives a queryset, called as it is; what comes back is a queryset to be read and nothing else."""

    def __init__(self, build):
        self.build, self.kept, self.lock = build, {}, threading.Lock()
        functools.update_wrapper(self, build)

    def __call__(self, *values):
        if any(isinstance(value, int) and value > BIGGEST for value in values):
            return self.build(*values)  # no database holds it: the ORM knows
        shape = tuple(_shape(value) for value in values)
        key = (connection.vendor, timezone.get_current_timezone_name(), shape)
        question = self.kept.get(key)
        if question is None:
            question = _Question(self.build, values)
            with self.lock:
                while len(self.kept) >= MOST:
                    del self.kept[next(iter(self.kept))]
                self.kept[key] = question
        return question.asked(_flat(values))


prepared = Prepared


class _Question:
    def __init__(self, build, values):
        first, second = (_stand_ins(values, start) for start in STAND_INS)
        self.found = build(*first)
        self.compiler = self.found.query.get_compiler(connection=connection)
        try:
            self.sql, given = self.compiler.as_sql()
        except EmptyResultSet:
            self.sql = None
            return
        sql, others = build(*second).query.get_compiler(connection=connection).as_sql()
        places = {_sent(value): place for place, value in enumerate(_flat(first))}
        self.places = [places.get(value) if _can_stand(value) else None for value in given]
        other = [_sent(value) for value in _flat(second)]
        expected = [value if place is None else other[place] for value, place in zip(given, self.places, strict=True)]
        if sql != self.sql or list(others) != expected:
            raise ValueError(f"the values of {build.__qualname__} are not values of its SQL")
        self.given = given

    def asked(self, values):
        if self.sql is None:
            return self.found.none()
        values = [_sent(value) for value in values]
        pairs = zip(self.given, self.places, strict=True)
        sent = [given if place is None else _as(given, values[place]) for given, place in pairs]
        compiler = copy.copy(self.compiler)
        compiler.connection, compiler.using = connection, connection.alias
        compiler.as_sql = lambda *_all, **_more: (self.sql, tuple(sent))
        found = object.__new__(type(self.found))  # copy.copy() would ask the question first
        found.__dict__ = self.found.__dict__ | {"_result_cache": None, "_query": _Text(self.found.query, compiler)}
        return found


class _Text:
    """A query that is written already; of the rest it knows what the written one does."""

    def __init__(self, query, compiler):
        self._query, self._compiler = query, compiler

    def get_compiler(self, *_all, **_more):
        return self._compiler

    def chain(self, *_all, **_more):
        raise TypeError("a prepared question is read whole, as it was put together")

    def __getattr__(self, name):
        return getattr(self._query, name)


def _shape(value):
    """What the SQL is kept by: the kind of a value that stands for others, the value itself of any other."""
    if isinstance(value, list | tuple):
        return ("list", len(value))
    return type(value) if _stands(value) else value


def _stands(value):
    return isinstance(value, int | dt.date) and not isinstance(value, bool)


def _flat(values):
    """The values that stand for others, one after the other."""
    lists = (value if isinstance(value, list | tuple) else (value,) for value in values)
    return [value for value in itertools.chain.from_iterable(lists) if _stands(value)]


def _stand_ins(values, start):
    numbers = itertools.count(start)

    def one(value):
        number = next(numbers)
        if isinstance(value, dt.datetime):
            return MOMENT + dt.timedelta(seconds=number % 10**8)
        return DAY + dt.timedelta(days=number % 10**5) if isinstance(value, dt.date) else number

    return [
        [one(each) for each in value] if isinstance(value, list | tuple) else one(value) if _stands(value) else value
        for value in values
    ]


def _sent(value):
    """A value as the database is sent it."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


def _can_stand(value):
    return isinstance(value, int | str | dt.date)


def _as(given, value):
    """A whole number in the kind that the database's driver was given it, which says how wide it is."""
    return type(given)(value) if isinstance(given, int) else value
