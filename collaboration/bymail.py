"""Answers by mail (activity/answering.py): a line in the conversation, its files under the rules of the page.

The answer to an internal note stays with the department, and brings no files: those both sides would see.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from activity.answering import answerable
from activity.files import attach, clean_name
from collaboration import reading, rights, verbs
from collaboration.models import CollaborationRequest


def plug():
    answerable("request", CollaborationRequest, may=may_answer, take=answer)
    answerable("note", CollaborationRequest, may=may_note, take=note, notices=("collaboration.noted",))


def may_answer(user, request, *, now):
    return rights.may_comment(user, request, now=now)


def may_note(user, request, *, now):
    """Only who may read it may answer it, and only where he takes part."""
    return rights.serves(user, request) and rights.may_comment(user, request, now=now)


def answer(request, text, files, *, by, now):
    """Say it, with the files that may be kept; what was not is named in it, for nobody else tells the sender."""
    lost = []
    for upload in files:
        try:
            if not rights.may_attach(by, request, now=now):
                raise ValidationError(_("{name}: you may not add files here.").format(name=clean_name(upload.name)))
            attach(request, upload, by=by, now=now)
        except ValidationError as problem:
            lost += problem.messages
    _say(request, text, lost, by=by, now=now, internal=False)


def note(request, text, files, *, by, now):
    names = ", ".join(clean_name(upload.name) for upload in files)
    lost = [_("{name}: an internal note takes no files.").format(name=names)] if files else []
    _say(request, text, lost, by=by, now=now, internal=True)


def _say(request, text, lost, *, by, now, internal):
    lost = "\n\n{}\n{}".format(_("Not kept:"), "\n".join(lost)) if lost else ""
    text = f"{text[: 5_000 - len(lost)]}{lost}"
    named = reading.mentioned(request, text, internal=internal)
    verbs.say(request, by=by, now=now, text=text, internal=internal, mentions=named, by_mail=True)
