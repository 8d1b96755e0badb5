"""What was said, by its words (D42): the newest follow-ups that hold a text, in any case.

PostgreSQL has an index of the grams of one and two letters of every follow-up (migration 0007). A rare text is read
from it; a common one is met soon on the way back from the newest, where the index would first collect every hit. The
planner cannot tell the two apart for several grams, so it is told: which grams are common, its own statistics know.
SQLite looks through the newest ones.
"""

import datetime as dt
import functools
import time
from itertools import pairwise

from django.db import connection
from django.db.models import BooleanField, F, Func, Value
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan

COMMON = 0.01  # of all follow-ups: a gram that more of them have is common
REMEMBERED = 600  # seconds


class HasGrams(Func):
    """Whether a text has all of these grams: asked of the index followup_words."""

    template, arg_joiner, output_field = "followup_grams(%(expressions)s::text[])", ") @> (", BooleanField()


def newest_holding(talks, text, *, most, window):
    """The newest `most` of the follow-ups `talks` (visible ones) whose words hold `text`: rows of (id, customer id,
    text, customer's name). Without an index they are looked for among the newest `window` of them."""
    wanted = _grams(text) if connection.vendor == "postgresql" else []
    if not wanted:
        among = talks.order_by("-happened_at", "-pk").values("pk")[:window]
        rows = talks.model.objects.filter(pk__in=among, text__icontains=text).order_by("-happened_at", "-pk")
    else:
        holds = GreaterThan(StrIndex(Upper("text"), Upper(Value(text))), 0)
        if set(wanted) <= _common(int(time.monotonic() // REMEMBERED)):
            rows = talks.filter(holds).order_by("-happened_at", "-pk")
        else:  # ordered by what no index has, so that only the index of words is left
            rows = talks.filter(HasGrams(F("text"), Value(wanted)), holds)
            rows = rows.order_by((F("happened_at") + dt.timedelta(0)).desc(), "-pk")
    return rows.values_list("pk", "customer", "text", "customer__name")[:most]


def _grams(text):
    """Grams of the text, of letters that both sides write small in the same way; the most that helps are four."""
    letters = [letter.lower() if letter.isascii() or letter.lower() == letter.upper() else "" for letter in text]
    pairs = [a + b for a, b in pairwise(letters) if a and b] if len(text) > 1 else letters
    return [gram for gram in dict.fromkeys(pairs) if gram][:4]


@functools.lru_cache(maxsize=1)
def _common(_moment):
    """The grams that many follow-ups have, as the database last counted them. One query in REMEMBERED seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(most_common_elems::text::text[]), unnest(most_common_elem_freqs) FROM pg_stats"
            " WHERE tablename = 'followup_words'"
        )
        return {gram for gram, share in cursor.fetchall() if gram and share > COMMON}
