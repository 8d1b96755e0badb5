"""The log line read (M14): what each part of 126 lines means, and the rules one by one."""

import datetime as dt
from types import SimpleNamespace

import pytest

from customers.line import read
from customers.linewords import vocabulary
from customers.mentions import Name
from customers.migrations import __path__ as _  # noqa: F401
from tests.customers.data.lines import CUSTOMERS, LINES, TODAY
