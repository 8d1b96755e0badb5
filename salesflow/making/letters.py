"""Pinyin and search words in bulk: a million names use a few hundred characters, so each is spelled once."""

from core.text import grams, initials, pinyin
from customers.mentions import core_name
from customers.searching import HEARD

_spelled = {}


def spelled(name):
    """(pinyin, initials) of a name, by its characters one by one."""
    for char in name:
        if char not in _spelled:
            _spelled[char] = (pinyin(char), initials(char))
    return "".join(_spelled[char][0] for char in name), "".join(_spelled[char][1] for char in name)


def search_words(name, contact, number):
    """What customers.searching.words_of() would store for one customer with one contact."""
    letters = spelled(name)[1], spelled(contact)[1]
    heard = {spelled(part)[0][:HEARD] for part in (name, core_name(name), contact)}
    found = {(gram, "n") for gram in grams(name)} | {(gram, "c") for gram in grams(contact)}
    found |= {(gram, "i") for gram in grams(letters[0])} | {(gram, "i") for gram in grams(letters[1]) if len(gram) == 2}
    return sorted(found | {(sound, "y") for sound in heard} | {(number[-4:], "p")})
