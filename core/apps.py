from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.backends.sqlite3.base import Database
from django.db.backends.sqlite3.features import DatabaseFeatures
from django.db.models.signals import post_migrate, pre_migrate
from django.forms import CharField


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        if Database.sqlite_version_info >= (3, 32):
            # What SQLite allows since then; Django still assumes 999, which cuts an import into ten times the inserts.
            DatabaseFeatures.max_query_params = 32_766
        from core import checks, stamping  # noqa: F401  (the registry of checks needs the models)
        from core.forms import refuse_controls

        connection_created.connect(_read_moments, weak=False)
        pre_migrate.connect(lambda using, **_more: stamping.remove(connections[using]), sender=self, weak=False)
        post_migrate.connect(lambda using, **_more: stamping.install(connections[using]), sender=self, weak=False)

        CharField.default_validators = [*CharField.default_validators, refuse_controls]


def _read_moments(connection, **_more):
    if connection.vendor == "postgresql":
        from core.pgmoments import read_fast  # the driver is there only where this database is

        read_fast(connection)
