"""How wide a line of text is and where it breaks, where no browser lays it out: for pictures drawn on the server.

Widths are estimates in em of a plain sans-serif face: a wide (Chinese) character is 1, Latin letters by kind. They are
a little too large rather than too small, so that what is measured to fit does fit.
"""

import unicodedata

NARROW, BROAD = frozenset("iljtfrI.,:;'|!()[]{}·` "), frozenset("mwMW%@&")
CLOSING = frozenset("，。、；：！？）】》”’%…·.,;:!?)]}")  # never at the beginning of a line
OPENING = frozenset("（【《“‘([{¥")  # never at its end


def width_of(text, size=1.0):
    """The width of one line in the unit of `size`, the height of its letters."""
    return sum(map(_em, text)) * size


def _em(char):
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn"):
        return 0.0
    if unicodedata.east_asian_width(char) in "WFA":
        return 1.0
    if char in NARROW:
        return 0.36
    if char in BROAD:
        return 0.95
    return 0.72 if char.isupper() else 0.6


def wrapped(text, size, room):
    """The lines of a text that are at most `room` wide: broken between words, between wide characters, and inside a
    word that is longer than a line. Line breaks of the text are kept, an empty line too."""
    return [line for part in text.splitlines() or [""] for line in _broken(part, size, room)]


def _broken(text, size, room):
    lines, line = [], ""
    for piece in _pieces(text):
        if width_of(line + piece.rstrip(), size) <= room:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece
        while width_of(line.rstrip(), size) > room and len(line) > 1:  # one word that fills more than a line
            cut = next((n for n in range(2, len(line) + 1) if width_of(line[:n], size) > room), len(line)) - 1
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()]


def _pieces(text):
    """What is never parted: a word with the space after it, a wide character with the marks that belong to it."""
    found, glue = [], False
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        last = found[-1][-1] if found else " "
        parted = last == " " or wide or unicodedata.east_asian_width(last) in "WF"
        if found and (glue or char in CLOSING or char == " " or not parted):
            found[-1] += char
        else:
            found.append(char)
        glue = char in OPENING
    return found
