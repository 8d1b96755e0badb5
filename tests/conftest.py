"""Which real components there are, what is skipped without them, and in which lane a test runs.

With SALESFLOW_NOTHING_SKIPPED=1 (the continuous integration) a missing component is a failure.
"""

import os
import shutil

import pytest
from hypothesis import settings as hypothesis_settings

from core import broker
from tests import machine
from tests.cast import cast, client_of  # noqa: F401  (fixtures for every test)

NOTHING_SKIPPED = os.environ.get("SALESFLOW_NOTHING_SKIPPED") == "1"
POSTGRES = os.environ.get("TEST_DATABASE_URL", "").startswith("postgres")
OWN_DATABASE = ("tests/test_run.py", "tests/test_broker.py")  # bring their own SQLite: nothing new on PostgreSQL
POSTGRES_LANE = os.environ.get("SALESFLOW_POSTGRES_LANE") == "1"  # the same suite runs on PostgreSQL as well

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
        file = item.nodeid.partition("::")[0]
        elsewhere = item.get_closest_marker("postgres") and POSTGRES_LANE and not POSTGRES
        elsewhere = elsewhere or (POSTGRES and file in OWN_DATABASE)
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
def broker_is_new():
    """What one test's broker did is nothing to the next."""
    broker.forget_failure()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's Chromium: nothing is downloaded."""
    return {**browser_type_launch_args, "executable_path": machine.chromium(), "args": machine.BROWSER_FLAGS}


def pytest_sessionfinish(session, exitstatus):
    """Where nothing may be skipped, a skipped test is a failure, whoever skipped it."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if NOTHING_SKIPPED and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
