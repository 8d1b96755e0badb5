"""Which migrations a database has, and the models as they were then: a copy of an older version is read and filled
with the tables of that version, and brought forward afterwards."""

from django.apps import apps as present
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from salesflow.backup.problems import Unusable

LEFT_OUT = {  # of the machine or of the moment: sessions end with a restore, the clock writes its table anew
    "django_session", "usersessions_usersession", "core_heartbeat",
    "django_celery_beat_clockedschedule", "django_celery_beat_crontabschedule", "django_celery_beat_intervalschedule",
    "django_celery_beat_periodictask", "django_celery_beat_periodictasks", "django_celery_beat_solarschedule",
}  # fmt: skip


def applied(connection):
    """[[app, migration], …] of the database, in their order."""
    recorder = MigrationRecorder(connection)
    rows = recorder.migration_qs.order_by("pk").values_list("app", "name") if recorder.has_table() else ()
    return [list(pair) for pair in rows]


def check(migrations):
    """Refuse what this program does not know (newer), and half a version: a migration without the ones before it."""
    loader = MigrationLoader(None)
    pairs = {tuple(pair) for pair in migrations}
    known = {pair for pair in pairs if pair in loader.disk_migrations or pair in loader.replacements}
    if pairs - known:
        raise Unusable(
            _("This comes from a newer version of SalesFlow (it has %(what)s). Update this program first.")
            % {"what": ", ".join(sorted(".".join(pair) for pair in pairs - known)[:3])}
        )
    for pair in pairs:
        before = {parent.key for parent in loader.graph.node_map[pair].parents} if pair in loader.graph.node_map else ()
        if missing := [each for each in before if each not in pairs]:
            raise Unusable(
                _("This is half a version: %(has)s is there without %(lacks)s. Take another backup.")
                % {"has": ".".join(pair), "lacks": ".".join(missing[0])}
            )


def is_current(migrations):
    return set(MigrationLoader(None).disk_migrations) <= {tuple(pair) for pair in migrations}


def targets(migrations):
    """The last migration of each app, as `migrate` takes them."""
    loader = MigrationLoader(None)
    pairs = {tuple(pair) for pair in migrations} & set(loader.graph.node_map)
    return [pair for pair in pairs if not {child.key for child in loader.graph.node_map[pair].children
                                           if child.key[0] == pair[0]} & pairs]  # fmt: skip


def models_of(migrations):
    """The models whose rows are kept, by table, as they were after these migrations."""
    then = present
    if not is_current(migrations):
        then = MigrationLoader(None).project_state(targets(migrations)).apps
    found = {}
    for model in then.get_models(include_auto_created=True):
        facts = model._meta
        if facts.managed and not facts.proxy and not facts.swapped and facts.db_table not in LEFT_OUT:
            found[facts.db_table] = model
    return dict(sorted(found.items()))
