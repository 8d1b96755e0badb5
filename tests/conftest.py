"""Which real components there are, what is skipped without them, and in which lane a test runs.

With SALESFLOW_NOTHING_SKIPPED=1 (the continuous integration) a missing component is a failure.
"""

import json
import os
import shutil

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import blocking_manager_key

from accounts import switches
from core import answers, broker, kept, pace
from customers import choices
from tests import machine
from tests.cast import cast, client_of  # noqa: F401  (fixtures for every test)
from tests.lanes import BOTH, POSTGRES, runs_here

NOTHING_SKIPPED = os.environ.get("SALESFLOW_NOTHING_SKIPPED") == "1"
WORDS = []  # of the dictionary, as the migrations sowed them

hypothesis_settings.register_profile("short", max_examples=200, deadline=None, database=None)
hypothesis_settings.register_profile("long", max_examples=5000, deadline=None, database=None)


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="full counts of rounds and fuzz")


def pytest_configure(config):
    hypothesis_settings.load_profile("long" if config.getoption("--long") else "short")


def pytest_collection_modifyitems(config, items):
    """Long tests only when asked for; each test in the lanes where it says something."""
    kept, left = [], []
    for item in items:
        long = item.get_closest_marker("long") and not config.getoption("--long")
        elsewhere = item.get_closest_marker("postgres") and BOTH and not POSTGRES
        elsewhere = elsewhere or not runs_here(item.nodeid)
        (left if long or elsewhere else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_runtest_setup(item):
    missing = {
        "browser": None if machine.chromium() else "no Chromium or Chrome: install one or set SALESFLOW_CHROMIUM",
        "redis": None if shutil.which("redis-server") else "no redis-server on this machine",
        "postgres": None if POSTGRES else "no PostgreSQL: set TEST_DATABASE_URL",
    }
    for marker, reason in missing.items():
        if reason and item.get_closest_marker(marker):
            (pytest.fail if NOTHING_SKIPPED else pytest.skip)(reason)


@pytest.fixture(autouse=True)
def words_are_new():
    """What setup says in one test is not remembered by the next, however long SETUP_SECONDS was there."""
    choices.forget()
    kept.forget()
    answers.forget()
    pace.forget()


@pytest.fixture(autouse=True)
def mail_at_any_hour(monkeypatch):
    """Tests run at night too; those of the quiet hours set their own."""
    monkeypatch.setitem(switches.DEFAULTS, "quiet_hours", ["00:00", "00:00"])


@pytest.fixture(autouse=True)
def broker_is_new():
    """What one test's broker did is nothing to the next."""
    broker.forget_failure()


@pytest.fixture(autouse=True)
def language_is_the_company_s():
    """A request leaves its reader's language behind; the next test starts in the company's."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's Chromium: nothing is downloaded."""
    return {**browser_type_launch_args, "executable_path": machine.chromium(), "args": machine.BROWSER_FLAGS}


def pytest_sessionfinish(session, exitstatus):
    """Where nothing may be skipped, a skipped test is a failure, whoever skipped it."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if NOTHING_SKIPPED and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Keep what the migrations sowed, to put it back after a test that truly commits. The fifteen hundred words of the
    dictionary are kept apart: put back one by one, as the others are, they would take longer than most tests."""
    with django_db_blocker.unblock():
        if not hasattr(connection, "_test_serialized_contents"):
            connection._test_serialized_contents = connection.creation.serialize_db_to_string()
        sown = json.loads(connection._test_serialized_contents)
        few = [row for row in sown if row["model"] != "customers.topicword"]
        connection._test_serialized_contents = json.dumps(few)
        WORDS[:] = apps.get_model("customers", "TopicWord").objects.all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test that truly commits leaves empty tables; the next one finds what the migrations sowed."""
    marker = item.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction"))
    commits = commits or bool({"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())))
    result = yield
    if commits and nextitem and hasattr(connection, "_test_serialized_contents"):  # after the last one it is gone
        with item.config.stash[blocking_manager_key].unblock():
            call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True, reset_sequences=False)
            connection.creation.deserialize_db_from_string(connection._test_serialized_contents)
            apps.get_model("customers", "TopicWord").objects.bulk_create(WORDS)
            if not connection.in_atomic_block:
                connection.close()
        ContentType.objects.clear_cache()
    return result
