"""What a deal is likely to bring: its amount × the chance of its stage, to the cent, half a cent upwards.

Each deal is rounded by itself, in whole numbers, in Python and in SQL alike, so that the lines of a list add up to the
number above them on both databases.
"""

from decimal import Decimal

from django.db.models import BigIntegerField, F, Sum, Value
from django.db.models.functions import Cast, Coalesce, Round


def cents_of(amount):
    """An amount in CNY, or nothing, as whole cents, as an expression."""
    return Cast(Round(Coalesce(amount, Value(Decimal(0))) * 100), BigIntegerField())


CENTS = cents_of(F("amount"))


def worth(amount, chance):
    """CNY of an amount (or None) at a chance in percent."""
    return money((cents(amount) * chance + 50) // 100)


def cents(amount):
    return int((amount or 0) * 100)


def money(cents):
    """Cents as CNY with two places; nothing for None."""
    return (Decimal(cents or 0) / 100).quantize(Decimal("0.01"))


def likely_cents(**filters):
    """The sum of worth() over deals, in cents, as an aggregate."""
    return Sum((CENTS * F("stage__probability") + 50) / 100, output_field=BigIntegerField(), **filters)


def amount_cents(**filters):
    return Sum(CENTS, output_field=BigIntegerField(), **filters)
