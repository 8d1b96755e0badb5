"""Fill the empty database of this process from a backup, and compare every row with what the file says.

Runs in a process of its own whose database is the place beside (`manage.py fill_beside`), so that nothing here can
touch the one in use.
"""

import itertools
import json

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from core import stamping
from salesflow.backup import archive, rows, states
from salesflow.backup.problems import Unusable


def fill(path, *, progress=lambda done, of: None):
    """The tables as they were at the version of the backup, its rows, each read again and compared; then forward to
    the version of this program. Returns {"rows": …, "tables": …, "forward": migrations that were made up for}."""
    with archive.opened(path) as (zipped, manifest):
        migrations = manifest["migrations"]
        states.check(migrations)
        _hurry()
        MigrationExecutor(connection).migrate(states.targets(migrations))
        models = states.models_of(migrations)
        _check_tables(models, manifest)
        stamping.remove(connection)
        total = _load(zipped, manifest, models, progress)
        _compare(zipped, models, manifest)
    before = len(states.applied(connection))
    call_command("migrate", interactive=False, verbosity=0)
    return {"rows": total, "tables": len(models), "forward": len(states.applied(connection)) - before}


def _hurry():
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # the place is thrown away when anything goes wrong
            cursor.execute("PRAGMA journal_mode=MEMORY")
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA foreign_keys=OFF")


def _check_tables(models, manifest):
    if odd := set(models) ^ set(manifest["counts"]):
        raise Unusable(_("This backup does not have the tables of its version: %(name)s.") % {"name": min(odd)})
    for table, model in models.items():
        if sorted(manifest["columns"][table]) != sorted(rows.columns_of(model)):
            raise Unusable(_("This backup does not have the columns of its version: %(name)s.") % {"name": table})


def _load(zipped, manifest, models, progress):
    """All tables in one transaction: what the migrations sowed goes, the rows of the backup come."""
    total = 0
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        name = connection.ops.quote_name
        for table in models:
            cursor.execute(f"DELETE FROM {name(table)}")  # noqa: S608
        for number, (table, model) in enumerate(models.items()):
            found = rows.write(connection, model, manifest["columns"][table], archive.lines(zipped, table))
            if found != manifest["counts"][table]:
                raise Unusable(_("This backup is damaged: %(name)s has too few rows.") % {"name": table})
            total += found
            progress(number, len(models))
        rows.after(connection, list(models.values()))
        connection.check_constraints()
    return total


def _compare(zipped, models, manifest):
    """Row by row, in the order of the key; where a key is text, whose order two databases may not share, sorted."""
    for table, model in models.items():
        written, there = archive.lines(zipped, table), rows.read(connection, model, manifest["columns"][table])
        if model._meta.pk.get_internal_type() in ("CharField", "SlugField", "TextField"):
            written, there = sorted(written), sorted(there)
        for one, other in itertools.zip_longest(written, there):
            if one != other:
                key = json.loads(one or other)[0]
                words = _("Row %(key)s of %(table)s is not what the backup says. Nothing was changed.")
                raise Unusable(words % {"key": key, "table": table})
