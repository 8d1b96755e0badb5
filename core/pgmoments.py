"""Moments as PostgreSQL sends them, read by datetime's own parser: a month's review reads a hundred thousand of them,
and the loader that Django extends, which is written in Python, takes ten times as long for each."""

import datetime as dt

from psycopg.types.datetime import TimestamptzLoader


class MomentLoader(TimestamptzLoader):
    """Text of a timestamptz in a session whose zone is UTC, as a datetime in UTC."""

    timezone = dt.UTC  # Django asks for it, and takes a loader of its own where a session has another

    def load(self, data):
        try:
            return dt.datetime.fromisoformat(str(data, "ascii"))
        except ValueError:  # before the year 1, or infinity: no datetime holds it
            return super().load(data)


def read_fast(connection):
    """On a connection to PostgreSQL that was just opened."""
    if connection.timezone == dt.UTC:
        connection.connection.adapters.register_loader("timestamptz", MomentLoader)
