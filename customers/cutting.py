"""A text as words, Chinese and English, for looking at many logs at once (M8). Pure; rjieba is loaded when first asked.

Chinese is cut by rjieba's dictionary and its model of unknown words; English at everything that is no letter, with its
case folded. Numbers, dates and punctuation are no words: they stand as BREAK, so that no phrase reaches over them.
"""

import re
from functools import cache

from core.text import plain
from customers.stopwords import STOP

BREAK = ""
RUNS = re.compile(r"[\u4e00-\u9fff]+|[a-z][a-z'’-]*[a-z]|[a-z]|[ \t]+|[^ \t]")
HANZI = re.compile(r"[\u4e00-\u9fff]")


@cache
def _cutter():
    import rjieba  # only here: web start-up does not pay for it (D43)

    return rjieba.cut


def cut(text):
    """The words of a text in order, BREAK where a phrase must end."""
    words = []
    for run in RUNS.findall(plain(text)):
        if HANZI.match(run):
            words += _cutter()(run)
        elif run[0].isalpha():
            words.append(run.replace("’", "'"))
        elif not run.isspace() and words and words[-1] != BREAK:
            words.append(BREAK)
    return words


def is_stop(word):
    """Whether a word says nothing by itself: a stop word, or too short to (one Chinese character, two letters)."""
    if HANZI.match(word):
        return len(word) < 2 or word in STOP or all(char in STOP for char in word)
    return len(word) < 3 or word in STOP


def joined(words):
    """Words as a phrase is written: a space between two Latin ones."""
    text = words[0]
    for before, word in zip(words, words[1:], strict=False):
        text += f" {word}" if before[-1].isascii() and word[0].isascii() else word
    return text
