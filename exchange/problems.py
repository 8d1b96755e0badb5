"""What is wrong with a file or a cell, kept as an English msgid and values, told in the reader's language."""

from django.utils.translation import get_language, gettext, gettext_noop

from core.words import listed

__all__ = ["Unreadable", "Wrong", "gettext_noop", "tell"]


class Unreadable(Exception):
    """The file as a whole cannot be taken: nothing is staged (B1–B9). `message` is a msgid, `values` its words."""

    def __init__(self, message, *, looks_like="", **values):
        super().__init__(message)
        self.message, self.values, self.looks_like = message, values, looks_like

    def __str__(self):
        return tell(self.message, self.values)


class Wrong(Exception):
    """One cell cannot be taken; the row goes to the errors, the others go on."""

    def __init__(self, message, **values):
        super().__init__(message)
        self.message, self.values = message, values

    def __str__(self):
        return tell(self.message, self.values)


def tell(message, values=None):
    """The sentence in the reader's language. A value that is a list becomes "a, b, c" (core.words.listed)."""
    words = gettext(message)
    if not values:
        return words % {} if "%(" not in words else words
    return words % {name: listed(v, get_language()) if isinstance(v, list) else v for name, v in values.items()}
