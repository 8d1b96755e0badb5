"""Each scheduled job is a command too, and the installed packages are all named: what the README lets one type."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands

from core.models import Job
from salesflow.schedule import LINES

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"^([A-Za-z0-9_.-]+)(\[[a-z,]+\])?==([^ ;]+)")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("job", [line.name for line in LINES])
def test_a_scheduled_job_runs_by_its_command(job, settings, tmp_path):
    settings.DATA_DIR = tmp_path  # no backup yet: the trial of one is tests/test_backup.py
    own = job in get_commands()
    call_command(*([job] if own else ["run_job", job]), verbosity=0)
    row = Job.objects.get(name=job)
    assert (row.state, row.error) == ("done", "")


def packages(path):
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-"))]
    found = {match[1].casefold().replace("_", "-"): match[3] for line in wanted if (match := NAME.match(line))}
    assert len(found) == len(wanted), [line for line in wanted if not NAME.match(line)]
    return found


def test_every_package_is_pinned_to_the_version_that_was_asked_for():
    """With those they bring along, so that an installation of next year is the one of today."""
    direct, every = packages("requirements.in"), packages("requirements.txt")
    assert {name: every.get(name) for name in direct} == direct
    assert {"amqp", "asgiref", "sqlparse"} <= set(every)  # brought along


def test_made_data_is_the_same_for_the_same_seed(db):
    from django.db import transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from customers.models import Customer  # noqa: PLC0415
    from salesflow.making import world  # noqa: PLC0415

    now = timezone.now()

    def made(seed):
        with transaction.atomic():
            world.World("hamlet", seed, now).make(lambda words: None)
            fields = ("name", "tag", "open_amount", "last_contact_at", "deals__amount", "followups__text")
            found = sorted(Customer.objects.values_list(*fields), key=repr)
            transaction.set_rollback(True)
        return found

    world.SIZES["hamlet"] = world.Size(20, 80, 12, 6, 2, 2)
    try:
        first = made(7)
        assert len(first) > 80
        assert made(7) == first
        assert made(8) != first
    finally:
        del world.SIZES["hamlet"]
