"""The whole suite runs twice in a row, on PostgreSQL and on SQLite (launch/testing.py). What a test says on one of them
and could not say otherwise on the other runs once; of worlds made by chance each database gets every other one. Where
only one database is there, it gets everything."""

import os

POSTGRES = os.environ.get("TEST_DATABASE_URL", "").startswith("postgres")
BOTH = os.environ.get("SALESFLOW_POSTGRES_LANE") == "1"  # this run or the one before it is PostgreSQL's
ON_SQLITE = (
    # bring their own SQLite
    "tests/test_run.py", "tests/test_broker.py", "tests/test_whole.py", "tests/test_production.py",
    "tests/test_full_disk.py::test_a_full_disk_below_the_database", "tests/test_restore_in_use.py",
    "tests/gate/test_mass.py",  # compares whole rows, keys included: sequences of PostgreSQL do not roll back
)
OF_PYTHON = (
    # read files, forms and templates: no database decides
    "tests/test_house.py", "tests/test_static.py", "tests/test_translations.py", "tests/test_words.py",
    "tests/test_markup.py", "tests/test_promises.py", "tests/gate/test_choices.py", "tests/gate/test_guard.py",
    "tests/gate/test_bad_input.py::test_markup_is_shown_as_typed_everywhere",
    "tests/gate/test_bad_input.py::test_odd_pages_sizes_and_sorts_are_ignored",
)


def shared(cases):
    """Of worlds made by chance: this database's half where both are there."""
    cases = list(cases)
    return cases[1 - POSTGRES :: 2] if BOTH else cases


def runs_here(nodeid):
    if POSTGRES:
        return not nodeid.startswith((*ON_SQLITE, *OF_PYTHON) if BOTH else ON_SQLITE)
    return True
