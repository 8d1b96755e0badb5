"""Questions whose SQL is put together once: the ORM writes many of them for longer than the database takes to answer.

    @prepared
    def _needs(talks):                            # a whole number, a moment, a day, or a list of whole numbers
        return Need.objects.filter(follow_up__in=talks).only("text")

    for need in _needs([3, 5]): ...

Asked the first time, the function is called twice with numbers that stand for nothing; where these are found again
among the values of the SQL, those of the asker go from then on. A value that is not found there again (in the text of
the SQL, within another value, a day reckoned from it) is an error of whoever wrote the question; so is one that the
ORM leaves out because its column is too narrow for it. What it depends on beside its arguments it must not: everything
else that is given, words, flags, other lists, who asks (accounts/readers.py), is what the SQL is kept by. The answer is
iterated; to count it, narrow it or ask it within another question is an error.
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
DAY, MOMENT = dt.date(1201, 1, 1), dt.datetime(1201, 1, 1, tzinfo=dt.UTC)
BIGGEST = 2**63 - 1
STAND_INS = (7_131_000_000_000_000, 8_353_000_000_000_061)  # no id, no amount
APART = 7_919  # so that no value reckoned from one stand-in, a day later, a week ago, is taken for another
_all = []
NARROW = 1  # from here on: numbers that every column holds


class Prepared:
    """A function that gives a queryset, called as it is; what comes back is a queryset to be read and nothing else."""

    def __init__(self, build):
        self.build, self.kept, self.lock = build, {}, threading.Lock()
        functools.update_wrapper(self, build)
        _all.append(self)

    def __call__(self, *values):
        if any(isinstance(value, int) and abs(value) > BIGGEST for value in values):
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


def forget():
    """Put everything together anew from now on: for tests that change what questions are made of."""
    for question in _all:
        question.kept.clear()


class _Question:
    def __init__(self, build, values):
        first, second = (_stand_ins(values, start, APART) for start in STAND_INS)
        self.found = build(*first)
        self.compiler = self.found.query.get_compiler(connection=connection)
        self.sql, self.given = _written(self.compiler)
        sql, others = _written(build(*second).query.get_compiler(connection=connection))
        places = {_sent(value): place for place, value in enumerate(_flat(first))}
        self.places = [places.get(value) if _can_stand(value) else None for value in self.given]
        other = [_sent(value) for value in _flat(second)]
        pairs = zip(self.given, self.places, strict=True)
        expected = [value if place is None else other[place] for value, place in pairs]
        right = sql == self.sql and list(others) == expected
        if right and not places.keys() <= set(filter(_can_stand, self.given)):  # as a condition that nothing meets is
            narrow = build(*_stand_ins(values, NARROW, 1))
            right = _written(narrow.query.get_compiler(connection=connection))[0] == self.sql
        if not right:
            raise ValueError(f"the values of {build.__qualname__} are not values of its SQL")

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

    def __getattr__(self, name):
        known = getattr(self._query, name)
        if callable(known) and name not in ("get_meta", "is_empty"):  # it would ask with the stand-ins
            raise TypeError("a prepared question is read whole, as it was put together")
        return known


def _written(compiler):
    """(text, values) of a question; no text when nothing can meet it."""
    try:
        return compiler.as_sql()
    except EmptyResultSet:
        return None, ()


def _shape(value):
    """What the SQL is kept by: the kind of a value that stands for others, the value itself of any other."""
    if isinstance(value, list | tuple):
        return ("list", len(value)) if _stand_all(value) else ("values", *map(_shown, value))
    return type(value) if _stands(value) else _shown(value)


def _shown(value):
    """A value that is kept by itself, told apart from an equal one of another kind: 1, True and 1.0."""
    return (type(value), value)


def _stands(value):
    return isinstance(value, int | dt.date) and not isinstance(value, bool)


def _stand_all(values):
    return all(isinstance(value, int) and not isinstance(value, bool) for value in values)


def _flat(values):
    """The values that stand for others, one after the other."""
    flat = []
    for value in values:
        if isinstance(value, list | tuple):
            flat += value if _stand_all(value) else ()
        elif _stands(value):
            flat.append(value)
    return flat


def _stand_ins(values, start, apart):
    """The values with a number, day or moment of its own for each that stands for others, from `start` on."""
    numbers = itertools.count(start, apart)
    days = itertools.count(start % 1_000, 397)

    def one(value):
        if isinstance(value, dt.datetime):
            return MOMENT + next(days) * dt.timedelta(days=1, seconds=7)
        return DAY + dt.timedelta(days=next(days)) if isinstance(value, dt.date) else next(numbers)

    def stand_in(value):
        if isinstance(value, list | tuple):
            return [one(each) for each in value] if _stand_all(value) else value
        return one(value) if _stands(value) else value

    return [stand_in(value) for value in values]


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
