"""The dictionary a team teaches (M8): which words say which need or objection, and which are to be left alone.

Managers and admins teach, take away and undo; a new label is an admin's, who sets up all others. Nothing is edited or
deleted: another label for the same word is a new row, and the one before stays with the day it was taken away.
"""

import uuid

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from activity.models import Event
from activity.recording import record
from core import kept
from core.errors import NotAllowed, Refused
from core.text import plain
from customers.hinting import GAP, SHORTEST
from customers.models import Topic, TopicWord

TAUGHT, TAKEN, ADDED = "customers.word_taught", "customers.word_taken", "customers.topic_added"


def may_teach(user):
    return user.is_manager or user.is_admin


def may_label(user):
    """Who may add a label: whoever sets up the others."""
    return user.is_admin


def teach(text, topic, *, by, now):
    """Let a word or phrase mean `topic`, None to leave it alone; what it meant before ends. Returns its TopicWord, the
    one in use when it meant that already. Raises NotAllowed, and Refused for a word too short to be looked for."""
    if not may_teach(by):
        raise NotAllowed
    text, key = text.strip()[:60], plain(text)[:60]
    if len(next(filter(None, GAP.split(key)), "")) < SHORTEST:
        raise Refused(_("A word needs at least two characters."))
    try:
        with transaction.atomic():
            before = TopicWord.objects.in_use().select_for_update().filter(key=key).first()
            if before and before.topic_id == (topic and topic.pk):
                return before
            if before:
                TopicWord.objects.filter(pk=before.pk).update(taken_at=now)
            word = TopicWord.objects.create(text=text, key=key, topic=topic, by=by, at=now)
            record(TAUGHT, word, by=by, at=now, text=text, was=before and before.pk, **_names(topic))
    except IntegrityError:  # somebody taught it at the same moment
        raise Refused(_("Somebody taught this word just now.")) from None
    _forget()
    return word


def take_away(word, *, by, now):
    """The word means nothing from now on. Raises NotAllowed, and Refused when it was taken away before."""
    if not may_teach(by):
        raise NotAllowed
    with transaction.atomic():
        if not TopicWord.objects.in_use().filter(pk=word.pk).update(taken_at=now):
            raise Refused(_("This word was taken away already."))
        record(TAKEN, word, by=by, at=now, text=word.text, **_names(word.topic))
    _forget()


def add_topic(kind, label, label_en, *, by, now):
    """A new label for needs or objections, last in its list. Raises NotAllowed; one that is there already under this
    name is given back, brought into use again when it was retired."""
    if not may_label(by):
        raise NotAllowed
    with transaction.atomic():
        same = Topic.objects.filter(kind=kind, label=label).first()
        if same:
            Topic.objects.filter(pk=same.pk).update(retired_at=None)
            return same
        last = Topic.objects.filter(kind=kind).order_by("-position").values_list("position", flat=True).first() or 0
        topic = Topic.objects.create(
            code=f"own-{uuid.uuid4().hex[:12]}", kind=kind, label=label, label_en=label_en, position=last + 1
        )
        record(ADDED, topic, by=by, at=now, **_names(topic))
    _forget()
    return topic


def undo_taught(event, *, by, now):
    """The word means again what it meant before. Refused when it was taught anew or taken away since."""
    if not TopicWord.objects.in_use().filter(pk=event.subject_id).update(taken_at=now):
        raise Refused(_("This word was changed again since."))
    if event.data.get("was"):
        TopicWord.objects.filter(pk=event.data["was"]).update(taken_at=None)
    _forget()


def undo_taken(event, *, by, now):
    word = TopicWord.objects.get(pk=event.subject_id)
    if TopicWord.objects.in_use().filter(key=word.key).exists():
        raise Refused(_("This word was changed again since."))
    TopicWord.objects.filter(pk=word.pk).update(taken_at=None)
    _forget()


def undo_added(event, *, by, now):
    """The label is no longer offered; what was noted under it stays."""
    Topic.objects.filter(pk=event.subject_id, retired_at=None).update(retired_at=now)
    _forget()


def changes(limit=10):
    """The newest changes of the dictionary."""
    return Event.objects.filter(verb__in=[TAUGHT, TAKEN, ADDED]).select_related("by")[:limit]


def _names(topic):
    """The label as it was called then; empty for a word that is to be left alone."""
    return {"label": topic.label if topic else "", "label_en": topic.label_en if topic else ""}


def _forget():
    """Asked anew from the commit on: before it, another thread would remember the old words."""
    transaction.on_commit(kept.forget)
