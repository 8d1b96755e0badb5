"""Needs and objections in 778 logs labelled by hand: what the installed words find of them (M8, docs/mining.md).

`python -m pytest -n0 -s tests/customers/test_said.py` prints every figure of the page.
"""

from collections import Counter
from pathlib import Path

import pytest

from customers.dictionary import implied
from customers.line import read
from customers.linewords import vocabulary
from customers.models import Topic
from customers.saying import offered_by
from tests.customers.data.lines import LATER, LINES, TODAY
from tests.customers.test_line import METHODS, NAMES, Week

pytestmark = [pytest.mark.django_db, pytest.mark.proves("M8")]
HERE = Path(__file__).parent / "data"
HURRY, AROUND = "in a hurry", "told around"
# Just under what is reached, in hundredths: (precision, recall). The words were made by `said`, `held` came after.
FLOORS = {
    ("held", "zh", HURRY, "need"): (87, 87), ("held", "zh", HURRY, "objection"): (91, 82),
    ("held", "en", HURRY, "need"): (94, 79), ("held", "en", HURRY, "objection"): (92, 47),
    ("held", "zh", AROUND, "need"): (68, 21), ("held", "zh", AROUND, "objection"): (76, 28),
    ("held", "en", AROUND, "need"): (59, 5), ("held", "en", AROUND, "objection"): (59, 15),
    ("said", "zh", HURRY, "need"): (99, 99), ("said", "zh", HURRY, "objection"): (93, 96),
    ("said", "en", HURRY, "need"): (99, 95), ("said", "en", HURRY, "objection"): (96, 96),
    ("said", "zh", AROUND, "need"): (93, 90), ("said", "zh", AROUND, "objection"): (92, 86),
    ("said", "en", AROUND, "need"): (93, 71), ("said", "en", AROUND, "objection"): (94, 80),
}


def logs():
    """(set, language, style, labels, text) of every log."""
    for name in ("said", "held"):
        for language in ("zh", "en"):
            style = ""
            for line in (HERE / f"{name}_{language}.txt").read_text("utf-8").splitlines():
                if line.startswith("#"):
                    style = line[1:].split(":")[0].strip()
                    continue
                labels, text = line.split("\t")
                yield name, language, style, set(labels.split(",")) - {"-"}, text


def test_what_is_found_of_it():
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    kinds = {topic.code: topic.kind for topic in topics.values()}
    right, wrong, missed = Counter(), Counter(), Counter()
    for name, language, style, labels, text in logs():
        found = {topics[pk].code for pk in implied(text)}
        for counter, codes in ((right, found & labels), (wrong, found - labels), (missed, labels - found)):
            counter.update((name, language, style, kinds[code]) for code in codes)
    reached = {}
    for key in FLOORS:
        precision, recall = right[key] / (right[key] + wrong[key]), right[key] / (right[key] + missed[key])
        reached[key] = (100 * precision, 100 * recall)
        print(*key, f"precision {precision:.2f} recall {recall:.2f} of {right[key] + missed[key]}", sep=" · ")
    assert {key: got for key, got in reached.items() if got[0] < FLOORS[key][0] or got[1] < FLOORS[key][1]} == {}


def test_a_log_line_and_a_chat_offer_what_the_dictionary_finds_and_tick_nothing_more():
    """(right, wrong) of what is ticked, by the list of the line alone as before, and of what is offered beside it."""
    topics = list(Topic.objects.filter(retired_at=None))
    codes, words = {topic.pk: topic.code for topic in topics}, vocabulary(METHODS, topics)
    reached = {}
    for name, rows in (("lines", LINES), ("later", LATER)):
        counts = Counter()
        for row in rows:
            line = read(row[0], today=TODAY, words=words, names=NAMES, calendar=Week())
            meant = set(row[4].split())
            for way, found in (("ticked", line.topics), ("offered", offered_by(line))):
                counts.update((way, codes[pk] in meant) for pk in found)
        reached[name] = {way: (counts[way, True], counts[way, False]) for way in ("ticked", "offered")}
    print(reached)
    assert reached == {"lines": {"ticked": (91, 0), "offered": (1, 3)}, "later": {"ticked": (1, 0), "offered": (7, 4)}}


def test_the_logs_are_what_the_page_says():
    all_of_them = list(logs())
    assert len({text for *_about, text in all_of_them}) == len(all_of_them) == 778
    assert {style for _name, _language, style, *_rest in all_of_them} == {HURRY, AROUND}
    known = set(Topic.objects.values_list("code", flat=True))
    assert set.union(*(labels for *_about, labels, _text in all_of_them)) == known
    assert sum(not labels for *_about, labels, _text in all_of_them) >= 100  # nothing is meant in these
