"""Files added while a conversation is logged: a photo, a business card, the minutes."""

from django.core.exceptions import ValidationError

from activity.files import attach, check


def problems_of(uploads):
    """What is wrong with the files, as sentences; asked before anything is written."""
    problems = []
    for upload in uploads:
        try:
            check(upload)
        except ValidationError as error:
            problems += error.messages
    return problems


def attach_all(follow_up, uploads, *, by, now):
    """(the files kept with the follow-up, what could not be kept as sentences: his quota is full)."""
    kept, problems = [], []
    for upload in uploads:
        try:
            kept.append(attach(follow_up, upload, by=by, now=now))
        except ValidationError as error:
            problems += error.messages
    return kept, problems
