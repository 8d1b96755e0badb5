"""From SQLite to PostgreSQL, or from one server to another: everything, compared row by row, in one step."""

import environ
from django.db import Error
from django.db.utils import ConnectionHandler
from django.utils.translation import gettext as _

from core import maintenance
from salesflow.backup import making, places, restoring
from salesflow.backup.problems import Unusable


def move(url, *, now):
    """Copy the database in use into the empty PostgreSQL database at `url`. Returns {"rows", "tables", "backup"}.

    The house is closed meanwhile, the database in use stays as it is. The files are not moved: they stay in the data
    folder. Everybody signs in again. Raises Unusable when the address is not an empty PostgreSQL database."""
    target = connected(url)
    try:
        with maintenance.closed("move"):
            restoring.wait_for_work()
            path = making.back_up(by=None, now=now, why="before-move")
            with places.beside(making.folder(), target) as place:
                filled = place.run("fill", path)
                place.put_in_use(target)
    except maintenance.AlreadyClosed:
        raise Unusable(_("Another restore or update is running. Wait until it has ended.")) from None
    finally:
        target.close()
    return {"rows": filled["rows"], "tables": filled["tables"], "backup": path.name}


def connected(url):
    """A connection to an empty PostgreSQL database."""
    try:
        facts = environ.Env.db_url_config(url)
        target = ConnectionHandler({"default": facts})["default"]
        if target.vendor != "postgresql":
            raise ValueError
    except Exception:  # noqa: BLE001  (whatever is wrong with the address, it holds a password)
        raise Unusable(_("The address is not one of PostgreSQL: postgres://user:password@host/name")) from None
    try:
        with target.cursor() as cursor:
            there = target.introspection.table_names(cursor)
    except Error:
        words = _("The PostgreSQL database does not answer. Is it running, and are name and password right?")
        raise Unusable(words) from None
    if there:
        target.close()
        raise Unusable(_("The PostgreSQL database is not empty. Make a new one: createdb NAME"))
    return target
