"""Playbooks as an admin changes them (S18, R7, R8): names, questions of their own, what is due after a win, on and
off. What is changed in one leaves the others alone."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activity.recording import record
from core.changing import change
from core.errors import Refused
from core.kept import forget
from pipeline.allowing import before_gates
from pipeline.models import Deal, Stage
from pipeline.playbooks import Playbooks, accountable
from pipeline.switching import lock

MOST_OWN, MOST_DUE = 8, 8


def save_playbook(playbook, *, by, now, expect, label, label_en="", own=(), after_win=()):
    """Names, own questions [(code or "", label, label_en)], what is due after a win [(days, text, text_en)]. A
    question keeps its code, so that answers given stay. Raises ValidationError by field, Conflict on a stale version.
    Returns the names that changed."""
    others = [other for other in Playbooks.read().all if other.pk != playbook.pk]
    if not label.strip():
        raise ValidationError({"label": _("Enter a label.")})
    if any(label.strip() == other.label for other in others):
        raise ValidationError({"label": _("Another playbook is called %(label)s.") % {"label": label}})
    own = _coded(own, f"p{playbook.pk}_{playbook.version}")[:MOST_OWN]
    fields = {**(playbook.fields or {}), "own": own, "after_win": [
        {"days": days, "text": text, "text_en": text_en} for days, text, text_en in after_win if text.strip()
    ][:MOST_DUE]}  # fmt: skip
    if fields == {"own": playbook.own_fields, "after_win": playbook.due_after_win}:
        fields = playbook.fields
    with transaction.atomic():
        changed = change(
            playbook, by=by, expect=expect, label=label.strip(), label_en=label_en.strip(), fields=fields
        )
        if changed:
            tell_of("pipeline.playbook_changed", playbook, by=by, at=now)
    return changed


def turn_on(playbook, *, by, now):
    """In use from now on. Refused while a stage has nobody who answers for it (R16) or a kind of stage is missing."""
    with transaction.atomic():
        lock(playbook)
        book = next(book for book in Playbooks.read().all if book.pk == playbook.pk)
        for stage in book.line:
            if not accountable(stage):
                raise Refused(
                    _("Nobody answers for %(stage)s. Say who does, then switch the playbook on.") % {"stage": stage}
                )
        kinds = {stage.kind for stage in book.line}
        if not {Stage.Kind.OPEN, Stage.Kind.WON, Stage.Kind.LOST} <= kinds:
            raise Refused(_("A playbook needs an open, a won and a lost stage."))
        if change(playbook, by=by, is_active=True):
            tell_of("pipeline.playbook_on", playbook, by=by, at=now)
    return playbook


def turn_off(playbook, *, by, now):
    """Out of use; its stages and its decided deals are kept. Refused for the default one and while open deals are in
    it: they go over to another playbook first (switching.empty)."""
    with transaction.atomic():
        lock(playbook)
        if playbook.is_default:
            raise Refused(_("The first playbook stays on."))
        if count := Deal.objects.filter(playbook=playbook).open().count():
            raise Refused(
                ngettext(
                    "%(n)d open deal is in %(playbook)s. Take it over to another playbook first.",
                    "%(n)d open deals are in %(playbook)s. Take them over to another playbook first.",
                    count,
                )
                % {"n": count, "playbook": playbook}
            )
        if change(playbook, by=by, is_active=False):
            tell_of("pipeline.playbook_off", playbook, by=by, at=now)
    return playbook


def _coded(rows, mark):
    """Questions with their codes. A new one gets its own for good, by the playbook and its version: a deal keeps its
    answers by code through other playbooks and after a question is gone, so a code never means another question."""
    found = []
    for code, label, label_en in rows:
        if not label.strip():
            continue
        taken = {one["code"] for one in found} | {other for other, _label, _english in rows if other}
        if not code:
            code = next(name for n in range(1, 99) if (name := f"{mark}_{n}") not in taken)
        found.append({"code": code, "label": label.strip()[:40], "label_en": label_en.strip()[:40]})
    return found


def tell_of(verb, playbook, *, by, at, **data):
    """One Event of a playbook; what is remembered of Setup is asked again."""
    record(verb, playbook, by=by, at=at, label=playbook.label, label_en=playbook.label_en, **data)
    forget()
    transaction.on_commit(forget)


def in_use(user):
    """The playbooks somebody may choose among; nothing while there is only one, so that nobody sees the word."""
    active = Playbooks.load().active
    return active if len(active) > 1 else []


def offered_after_win(customer, user):
    """The playbook to offer once a customer's first deal is won (R7): one in use that says what is due after a win,
    while the customer has no deal in it; none that begins at a gate. None else. One query, none while a single playbook
    is on."""
    books = [book for book in in_use(user) if book.due_after_win and before_gates(book.line)]
    if not books:
        return None
    rows = list(
        Deal.objects.visible_to(user).filter(customer=customer).values_list("playbook", "stage__kind")
    )
    had = {book for book, _kind in rows}
    won = any(kind in (Stage.Kind.WON, Stage.Kind.AFTER) for _book, kind in rows)
    return next((book for book in books if won and book.pk not in had), None)

