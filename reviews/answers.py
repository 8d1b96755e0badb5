"""What the team answers to each objection (R34, R35): one answer an objection, in numbered versions that stay.

Written by managers and admins, read by everybody who sells; one language, the team's own. A log shows the version in
use where the objection is picked, and keeps a tick that it was said (customers/answering.py); what came of it is
counted in reviews/answered.py.
"""

from django.db import IntegrityError, transaction
from django.db.models import Q

from activity.recording import record
from core.changing import Clash
from core.errors import Conflict, NotAllowed
from customers.answering import Shown
from customers.models import Topic
from reviews.models import Answer, AnswerUse


def objections():
    """The objections a log offers, and those of before that have an answer."""
    rows = Topic.objects.filter(kind=Topic.Kind.OBJECTION)
    return rows.filter(Q(retired_at=None) | Q(answers__isnull=False)).distinct().order_by("position", "pk")


def in_use(topics=None):
    """{topic id: Answer} of the version in use; one that was taken back is none. One query."""
    rows = Answer.objects.newest().exclude(text="").select_related("by")
    rows = rows if topics is None else rows.filter(topic__in=[topic.pk for topic in topics])
    return {answer.topic_id: answer for answer in rows}


def shown(topics):
    """For customers/answering.py: {topic id: Shown}."""
    known = {topic.pk: topic for topic in topics}
    return {pk: Shown(known[pk], answer.number, answer.text) for pk, answer in in_use(topics).items()}


def versions_of(topic):
    """All versions, the newest first."""
    return list(Answer.objects.filter(topic=topic).select_related("by").order_by("-number"))


def may_write(user):
    return user.is_manager or user.is_admin


def write(topic, text, *, by, now, expect):
    """The next version of an answer; an empty text takes it back. `expect` is the number its writer saw, 0 for none.
    Returns the version in use, None where nothing was there and nothing is said. Raises NotAllowed, Conflict."""
    if not may_write(by):
        raise NotAllowed
    text = text.strip()
    last = Answer.objects.filter(topic=topic).select_related("by").order_by("-number").first()
    if (last.text if last else "") == text:
        return last
    if (last.number if last else 0) != expect:
        raise conflict(topic, last, expect, text)
    try:
        with transaction.atomic():
            answer = Answer.objects.create(topic=topic, number=expect + 1, text=text, by=by, at=now)
    except IntegrityError:
        last = Answer.objects.filter(topic=topic).select_related("by").order_by("-number").first()
        raise conflict(topic, last, expect, text) from None
    record("reviews.answered", answer, by=by, at=now, label=topic.label, label_en=topic.label_en, number=answer.number,
           text=text[:200])
    return answer


def conflict(topic, last, expect, text):
    """Somebody wrote a version meanwhile: both stand side by side."""
    before = Answer.objects.filter(topic=topic, number=expect).values_list("text", flat=True).first() or ""
    label = Answer._meta.get_field("text").verbose_name
    return Conflict(last, [Clash("text", label, before, last.text, text)], by=last.by, at=last.at)


def note_said(follow_ups, entries, **_about):
    """After a log: keep which answers were said, in the version in use. Nothing is read where none was ticked."""
    ticked = [(follow_up, pk) for follow_up, entry in zip(follow_ups, entries, strict=True) for pk in entry.answered]
    if not ticked:
        return
    rows = Answer.objects.newest().exclude(text="").filter(topic__in={pk for _follow_up, pk in ticked})
    answers = {answer.topic_id: answer for answer in rows}
    AnswerUse.objects.bulk_create([
        AnswerUse(answer=answers[pk], follow_up=follow_up) for follow_up, pk in ticked if pk in answers
    ])
