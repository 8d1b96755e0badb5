"""Socket: records of upper floors that a row of an own table may name, always of the row's own customer.

    target("deal", _("Deal"), offered=function, shown=function)

offered(user, customer) -> [(key, words)] that may be chosen; shown(user, keys) -> {key: (words, address)} of those that
exist for this user. Exchange and customers know the slug alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

_targets = {}


@dataclass(frozen=True)
class Target:
    slug: str
    label: object
    offered: Callable
    shown: Callable


def target(slug, label, *, offered, shown):
    """Plug one in, from an upper app's apps.py; the same slug again replaces it."""
    _targets[slug] = Target(slug, label, offered, shown)


def targets():
    return list(_targets.values())


def target_of(slug):
    """The Target, or None when its floor is not there."""
    return _targets.get(slug)
