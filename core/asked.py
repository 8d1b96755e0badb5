"""Numbers out of what a form or a query string says: somebody may have typed anything there."""

KEY, VERSION = 18, 9  # digits at most: of a record's key, and of a version or a small number


def number(text, digits=KEY):
    """The whole number that `text` says in at most `digits` digits, or None: what no database would take is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None
