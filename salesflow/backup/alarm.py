"""A night without a backup is told to every admin, once a day, until there is one."""

from contextlib import contextmanager

from django.db import Error
from django.db.models import Q

from accounts.models import User
from activity.recording import notify
from core.models import Job, JobTaken
from core.periods import today


@contextmanager
def told(kind, *, now):
    """Tell the admins when the block fails, and let the failure go on to the job's row."""
    try:
        yield
    except (Error, JobTaken):
        raise  # the database is away, so nobody can be told; or another worker goes on with it
    except Exception:
        for admin in User.objects.filter(role="admin", is_active=True):
            notify(kind, admin, tell=[admin], at=now, key=f"{kind} {today(now)}", act=True)
        raise


def over(name):
    """A message of a failure is over when that job was done again after it."""

    def still_so(_now):
        last = Job.objects.filter(name=name, state=Job.State.DONE).order_by("-ended_at").values("ended_at").first()
        return Q(at__lt=last["ended_at"]) if last else Q(pk__in=[])

    return still_so
