"""A line of a person read with what was set up: his customers, the methods, topics and tags in use, phrases he taught.

Between the pure reader (customers/line.py) and the pages: the only place of the log line that asks the database.
"""

from accounts import switches
from accounts.calendar import Calendar
from core.text import plain
from customers import choices
from customers.dictionary import implied, taught
from customers.line import Line, read
from customers.linewords import vocabulary
from customers.models import FollowUp, Need, Topic
from customers.naming import candidates

TAUGHT = 200  # of a person's own short logs, the last ones, from which phrases are learned
SHORT = 20


def told(text, *, on):
    """What a text says without asking for customers or topics: enough to tell a line from a search."""
    if not text.strip() or not any(char.isspace() or char in "，,#＃" for char in text.strip()):
        return Line(text)
    return read(text, today=on, words=vocabulary(choices.load().methods, [], tag_labels=switches.get("tag_labels")))


def understand(text, user, *, on, names=None):
    """The Line of `text`; `names` when the customer was chosen already. At most seven queries."""
    topics = list(Topic.objects.filter(retired_at=None).order_by("position", "pk"))
    words = vocabulary(
        choices.load().methods, topics, tag_labels=switches.get("tag_labels"), learned=phrases_of(user, topics),
        taught=taught(),
    )
    names = candidates(text, user) if names is None else names
    return read(text, today=on, words=words, names=names, calendar=Calendar.load())


def offered_by(line):
    """Ids of the needs and objections that the words of the installed dictionary find in what stays of a line, less
    those it says already: offered, never ticked, since they are right less often (docs/log-line.md)."""
    return [pk for pk in implied(line.rest) if pk not in line.topics]


def phrases_of(user, topics):
    """{phrase: topic id} that this person once said in so many words and gave exactly one topic by hand."""
    live = {topic.pk for topic in topics}
    rows = (
        Need.objects.filter(follow_up__in=FollowUp.objects.filter(talked_by=user, voided_at=None), topic__in=live)
        .order_by("-pk").values_list("follow_up__text", "follow_up", "topic")[:TAUGHT]
    )
    found, of_talk = {}, {}
    for text, follow_up, topic in rows:
        of_talk.setdefault(follow_up, (plain(text), []))[1].append(topic)
    for text, its in of_talk.values():
        if len(its) == 1 and 1 < len(text) <= SHORT:
            found.setdefault(text, its[0])
    return found
