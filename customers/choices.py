"""Methods and phrases, which every log shows and an admin edits once a year: kept in the process for a while (D41).

Only words and codes are kept, never keys; topics, which are keys, are always read.
"""

import time
from dataclasses import dataclass

from customers.models import Method, Phrase

KEEP = 20  # seconds until another process sees a changed word
_kept = {}


@dataclass(frozen=True)
class Choices:
    methods: dict  # {code: Method}, the live ones in order
    phrases: list
    words: dict  # {code: Method}, retired ones as well

    def method_words(self, packed):
        """",phone,wechat," → "Call + WeChat"; a retired or unknown code shows as it is."""
        codes = [code for code in packed.split(",") if code]
        return " + ".join(self.methods[code].words if code in self.methods else code for code in codes)

    def method_icon(self, packed):
        code = packed.strip(",").split(",")[0]
        return self.methods[code].icon if code in self.methods else "pen"


def load(*, clock=time.monotonic):
    """The words as set up; at most KEEP seconds old."""
    if not _kept or clock() - _kept["at"] > KEEP:
        words = {method.code: method for method in Method.objects.all()}
        methods = {code: method for code, method in words.items() if method.retired_at is None}
        _kept.update(at=clock(), choices=Choices(methods, list(Phrase.objects.filter(retired_at=None)), words))
    return _kept["choices"]


def forget():
    """After a word was changed in this process."""
    _kept.clear()
