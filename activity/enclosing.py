"""Socket: a whole text that goes with a message by mail, below its line: a report to its readers.

    encloses("reviews.closed", function)     from an upper app's noticing.py

function(subject, person, now) gives the text in the language that is active, within the person's rights of that
moment, or nothing; `subject` was fetched through his own gate. The bell shows the line alone.
"""

_texts = {}


def encloses(kind, function):
    _texts[kind] = function


def enclosed(kind, subject, person, now):
    """The text that goes with a message of this kind, empty for most."""
    return _texts[kind](subject, person, now) if kind in _texts else ""
