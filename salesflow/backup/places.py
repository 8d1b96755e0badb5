"""An empty place beside the database in use, filled by a process of its own, and the one step that puts it in use.

SQLite: a file beside; the step is SQLite's online backup into the file in use, one transaction. PostgreSQL: a schema
beside; the step exchanges the tables of both schemas in one transaction. Whoever is killed before the step has
changed nothing.
"""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import ProgrammingError, connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from salesflow.backup.problems import Unusable

OLD = "salesflow_before"
ROOM = "salesflow_beside"
WAIT = 20  # seconds the step waits for whoever is in the middle of a write
CLOSED = {"REDIS_URL": "", "EMAIL_URL": "dummymail://", "MAILBOX_URL": "", "ALLOWED_HOSTS": "testserver"}

MOVES = """
SELECT format('ALTER TABLE %%I.%%I SET SCHEMA %%I', n.nspname, c.relname, %(goal)s::text)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(origin)s AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT format('ALTER FUNCTION %%s SET SCHEMA %%I', p.oid::regprocedure, %(goal)s::text)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = %(origin)s AND p.prokind = 'f'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


@contextmanager
def beside(folder, of=connection, room=ROOM):
    """An empty place of the same kind as the database `of`, gone after the block. Small things lie in `folder`."""
    place = Schema(of, folder, room) if of.vendor == "postgresql" else File(Path(folder) / f"{room}.sqlite3", folder)
    place.clear()
    place.make()
    try:
        yield place
    finally:
        place.clear()


class Place:
    """What both kinds do alike: run one of our commands with this place as its database."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def run(self, *arguments):
        """`manage.py …` in this place; what it answered. Raises Unusable with the words it refused with."""
        language = get_language() or settings.LANGUAGE_CODE
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "fill_beside", "--language", language]
        env = os.environ | CLOSED | {
            "DJANGO_SETTINGS_MODULE": "salesflow.settings", "SALESFLOW_DATA": str(self.folder), "PYTHONUTF8": "1",
            "SECRET_KEY": settings.SECRET_KEY, "HTTPS": "0", "SALESFLOW_EMBEDDED": "1",
            "COMPANY_ZONE": settings.COMPANY_ZONE,
        } | self.env()  # fmt: skip
        done = subprocess.run(  # noqa: S603  (our own program)
            [*command, *map(str, arguments)], cwd=settings.BASE_DIR, env=env, encoding="utf-8", errors="replace",
            capture_output=True,
        )  # fmt: skip
        try:
            answer = json.loads(done.stdout.strip().rpartition("\n")[2])
        except ValueError:
            words = _("The copy beside could not be filled: %(why)s")
            raise Unusable(words % {"why": (done.stderr.strip().rpartition("\n")[2] or done.returncode)}) from None
        if refused := answer.get("refused"):
            raise Unusable(refused)
        return answer


class File(Place):
    def __init__(self, path, folder):
        super().__init__(folder)
        self.path = Path(path)

    def env(self):
        return {"DATABASE_URL": f"sqlite:///{self.path}"}

    def make(self):
        os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))

    def clear(self):
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)

    def put_in_use(self, target):
        """Into the file of the connection `target`, whoever has it open: all of it or nothing."""
        name = target.settings_dict["NAME"]
        target.close()
        try:
            with (
                closing(sqlite3.connect(self.path)) as source,
                closing(sqlite3.connect(name, timeout=WAIT, isolation_level=None)) as database,
            ):
                database.execute("PRAGMA journal_mode=WAL")
                source.backup(database)
        except sqlite3.OperationalError as problem:
            if "lock" in str(problem) or "busy" in str(problem):
                words = _("Something is still writing to the database. Nothing was changed; try again.")
                raise Unusable(words) from None
            raise


class Schema(Place):
    def __init__(self, of, folder, room):
        super().__init__(folder)
        self.of, self.name = of, room

    def env(self):
        facts = self.of.settings_dict
        words = [quote(str(facts[name] or ""), safe="") for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
        options = f"-c search_path={self.name} -c jit=off -c synchronous_commit=off"
        return {"DATABASE_URL": "postgres://{}:{}@{}:{}/{}".format(*words), "PG_OPTIONS": options}

    def clear(self):
        self._do(f"DROP SCHEMA IF EXISTS {self.name} CASCADE")

    def make(self):
        try:
            self._do(f"CREATE SCHEMA {self.name}")
        except ProgrammingError:
            facts = self.of.settings_dict
            words = _("The user of the database may not make a schema: GRANT CREATE ON DATABASE %(name)s TO %(user)s")
            raise Unusable(words % {"name": facts["NAME"], "user": facts["USER"]}) from None

    def put_in_use(self, target):
        """In the place of the tables in use, whose other sessions are ended: all of it or nothing. Extensions and the
        rights on the schema stay where they are."""
        with target.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            used = cursor.fetchone()[0]
        self._do(f"DROP SCHEMA IF EXISTS {OLD} CASCADE", f"CREATE SCHEMA {OLD}")
        target.close()
        own = self.of.copy()
        try:
            with own.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
                cursor.execute("SET lock_timeout = '60s'")
                cursor.execute("BEGIN")
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
                )
                for origin, goal in ((used, OLD), (self.name, used)):
                    cursor.execute(MOVES, {"origin": origin, "goal": goal})
                    for (statement,) in cursor.fetchall():
                        cursor.execute(statement)
                cursor.execute("COMMIT")
        finally:
            own.close()
        self._do(f"DROP SCHEMA {OLD} CASCADE")

    def _do(self, *statements):
        own = self.of.copy()
        try:
            with own.cursor() as cursor:
                for statement in ("SET statement_timeout = 0", "SET lock_timeout = '60s'", *statements):
                    cursor.execute(statement)
        finally:
            own.close()
