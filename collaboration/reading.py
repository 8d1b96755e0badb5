"""What the page of a request shows one person: fields by right, files by version, the clocks explained."""

from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import pgettext

from accounts.calendar import Calendar
from accounts.models import User
from activity.files import attach
from activity.models import Attachment, Event
from collaboration import buttons, clocks, editing, joining, nudging, own, rights
from collaboration.cards import contact_card, knows_customer
from collaboration.forms.parts import ItemForm, LinkForm, WatchForm
from collaboration.forms.verbs import CommentForm, form_for
from collaboration.models import CollaborationRequest, RequestComment
from collaboration.parts import linked
from collaboration.querysets import WITH_ASKER
from collaboration.verbs import promise_asked
from core.periods import today
from core.text import controls

PATH = ("submitted", "accepted", "delivered", "done")
# what the page says itself: how it began, the lines of the conversation
UNTOLD = [f"collaboration.{verb}" for verb in ("raised", "imported", "said", "noted", "answered")]


def page(one, user, *, now):
    """Everything the page and its fragments need."""
    calendar = Calendar.load()
    lines = clocks.explain(one, now, calendar)
    verbs, merged = rights.verbs_for(user, one, now=now), joined(one, user)
    also = [row for row, _event in merged]
    items = list(one.items.select_related("done_by"))
    takes_part = not one.is_over and rights.may_comment(user, one, now=now)
    may_nudge = nudging.may_nudge(user, one)
    return {
        "one": one, "clock": clocks.clock_of(one, now, calendar), "lines": lines, "sums": clocks.sums(lines),
        "path": path_of(one), "forms": [entry(verb, one, user, now=now) for verb in in_page_order(verbs)],
        "promise": promise_asked(one, now=now, calendar=calendar), "approvals": approvals(one, user, now, calendar),
        "waits_for": waits_for(one), "talk": conversation(one, user, also), "files": files(one, also),
        "watchers": [row.user for row in one.watchers.select_related("user")], "card": contact_card(one, user),
        "links_customer": knows_customer(one, user), "shows_amount": rights.sees_amounts(user),
        "may_comment": rights.may_comment(user, one, now=now), "may_attach": rights.may_attach(user, one, now=now),
        "may_nudge": may_nudge, "nudged": may_nudge and nudging.was_nudged(one, today(now)),
        "may_edit": rights.may_edit(user, one), "own": own.own_values(one, user), "oa_link": link_in(one.oa_number),
        "items": items, "items_done": sum(item.done_at is not None for item in items),
        "links": linked(one, user, but=also),
        "merged": merged, "may_merge_back": user.is_admin or rights.is_serving(user, one),
        "takes_part": takes_part, "item_form": ItemForm(asked_of=one, by=user), "link_form": LinkForm(by=user),
        "watch_form": WatchForm(asked_of=one, by=user) if takes_part else None,
        "may_merge": joining.may_merge(user, one) and joining.candidates(one, user).exists(),
        "may_split": joining.may_split(user, one),
        "comment_form": CommentForm(asked_of=one, by=user),
    }  # fmt: skip


def in_page_order(verbs):
    """The one to do first, then the question back, then the rest."""
    order = [*buttons.MAIN, *buttons.SECOND]
    return sorted(verbs, key=lambda verb: order.index(verb) if verb in order else len(order))


def entry(verb, one, user, *, now):
    """One verb on the page: its button and its form."""
    return {"button": buttons.button(verb, one), "form": form_for(verb, one, by=user, now=now), "verb": verb}


def with_form(entries, verb, form):
    return [entry | {"form": form, "open": True} if entry["verb"] == verb else entry for entry in entries]


def path_of(one):
    """submitted ─ accepted ─ delivered ─ done, each with its moment; approvals have two ends only."""
    moments = {
        "submitted": one.asked_at, "accepted": one.accepted_at, "delivered": one.delivered_at, "done": one.done_at,
    }  # fmt: skip
    names = ("submitted", "done") if one.kind.is_approval else PATH
    labels = dict(CollaborationRequest.State.choices)
    if one.kind.is_approval:
        labels["submitted"] = pgettext("request state", "In approval")
    steps = []
    for name in names:
        at = moments[name]
        now = one.state == name or (one.kind.is_approval and (one.state, name) == ("accepted", "submitted"))
        steps.append({"label": labels[name], "at": at, "done": at is not None and not now, "now": now})
    return steps


def approvals(one, user, now, calendar):
    """The steps of the running round with how long each took or has waited, in working time."""
    if not one.kind.is_approval:
        return []
    found = []
    for step in rights.steps_of(one):
        minutes = calendar.working_minutes(step.since, step.decided_at or now) if step.since else 0
        found.append({
            "step": step, "time": clocks.span_words(minutes) if step.since else "",
            "copy": copy_of(one, step, user) if step.decided_at and step.frozen else None,
        })  # fmt: skip
    return found


def copy_of(one, step, user):
    """What exactly was decided on, as the reader may see it, and whether the request reads otherwise now."""
    kept, amount = step.frozen, step.frozen.get("amount")
    here = {file.pk: file for file in Attachment.objects.of(one)}
    newest = {file.series: file.pk for file in sorted(here.values(), key=lambda file: file.number)}
    files = [file | {"here": file["id"] in here} for file in kept.get("files", [])]
    held, fields = kept.get("own", {}), own.own_fields(user)
    same = (kept["title"], kept["description"]) == (one.title, one.description)
    same = same and ("own" not in kept or all(held.get(f.slug) == one.custom.get(f.slug) for f in fields))
    same = same and {file["id"] for file in files} == set(newest.values())
    return {
        "title": kept["title"], "description": kept["description"], "files": files, "changed": not same,
        "own": [line for line in own.said(held, fields) if line[2]],
        "amount": Decimal(amount) if amount is not None and rights.sees_amounts(user) else None,
    }  # fmt: skip


def joined(one, user):
    """What was merged into it, as far as the reader sees it, each with the event that can be taken back."""
    rows = list(CollaborationRequest.objects.visible_to(user).filter(merged_into=one).order_by("number"))
    kind = ContentType.objects.get_for_model(CollaborationRequest)
    events = Event.objects.filter(verb="collaboration.merged", subject_type=kind, subject_id__in=[r.pk for r in rows])
    last = {event.subject_id: event for event in events.order_by("pk")} if rows else {}
    mine = {pk: event for pk, event in last.items() if user.is_admin or event.by_id == user.pk}
    return [(row, mine.get(row.pk)) for row in rows]


def waits_for(one):
    """Who must act now, where the department and the person it names do not say it: the asker, the approvers whose
    turn it is."""
    if one.is_over:
        return ""
    if one.state in WITH_ASKER:
        return one.asker.name if one.asker else one.asker_words
    return ", ".join(dict.fromkeys(step.who for step in rights.steps_of(one, state="waiting")))


def conversation(one, user, merged=()):
    """What was said here and in what was merged into it, and between it what was done, with the question, reason or
    note it was done with: whoever comes later reads why it lies where it lies."""
    rows = RequestComment.objects.filter(request__in=[one, *merged]).select_related("by", "request")
    rows = rows if rights.sees_internal(user, one) else rows.filter(internal=False)
    deeds = list(Event.objects.about(one).exclude(verb__in=UNTOLD).select_related("by").order_by("at", "pk"))
    told, last = editing.changes_of(deeds, user), None
    for event in deeds:
        event.changes = told.get(event.pk, ())
        last = event if event.verb == editing.EDITED else last
    if last is not None and (user.is_admin or last.by_id == user.pk):
        last.is_last_edit = rights.may_edit(user, one) or (user.is_admin and one.state in rights.EDITABLE)
    return sorted([*deeds, *rows], key=lambda line: line.at)


def mentioned(one, words, *, internal=False):
    """The people named with @ who may see the request (an internal note: its department); others are just words."""
    if "@" not in words:
        return []
    named = [user for user in User.objects.active() if f"@{user.name}" in words or f"@{user.username}" in words]
    if internal:
        return [user for user in named if rights.sees_internal(user, one)]
    return [user for user in named if CollaborationRequest.objects.visible_to(user).filter(pk=one.pk).exists()]


def files(one, merged=()):
    """[[newest, …, V1], …]: one list a file, newest versions first; those of what was merged into it after its own."""
    series, rows = {}, list(Attachment.objects.of(one).select_related("added_by").order_by("added_at", "id"))
    for other in merged:
        rows += Attachment.objects.of(other).select_related("added_by").order_by("added_at", "id")
    for file in rows:
        series.setdefault(file.series, []).insert(0, file)
    return list(series.values())


def attach_all(one, uploads, *, by, now, series=None):
    """Keep the uploads; returns the sentences of what was refused (B38)."""
    known = {str(versions[0].series): versions[0].series for versions in files(one)} if series else {}
    problems = []
    for upload in uploads:
        try:
            attach(one, upload, by=by, now=now, series=known.get(series))
        except ValidationError as problem:
            problems += problem.messages
    return problems


def link_in(text):
    """The address, when a number of an outside OA is one a browser may open."""
    return text if text.startswith(("https://", "http://")) and not controls(text) else ""


def given(cleaned):
    """What was really filled in: a verb has its own defaults for the rest."""
    return {name: value for name, value in cleaned.items() if value not in (None, "")}


def back(where, one):
    """Where a form without scripts leads: its own page of ours, else the request."""
    if where and where.startswith("/") and url_has_allowed_host_and_scheme(where, allowed_hosts=None):
        return where
    return reverse("collaboration:page", args=[one.number])


def refetch(one, user):
    """As it is now, or None when it is no longer his to see (handed to another department)."""
    return CollaborationRequest.objects.visible_to(user).with_faces().filter(pk=one.pk).first()
