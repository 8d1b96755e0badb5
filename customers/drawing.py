"""The fragments a deed sends back with htmx (ux §3.1): what changed, and everything whose number changed."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import words
from core.periods import today
from customers.correcting import may_comment, may_correct, may_edit
from customers.promptness import Judge
from customers.talkline import talk_html


def date_words(on):
    """3月8日 or 8 Mar, as text: for sentences of toasts and strips."""
    return words.day_plain(on, today(), get_language())


def words_of_plan(on, text):
    """What is said after a log."""
    if on is None:
        return _("Logged.")
    return _("Logged. Next: %(date)s %(text)s") % {"date": date_words(on), "text": text}


def talk_context(follow_up, user, *, now, judge, choices):
    """What talk_html shows of one follow-up beside its own fields; `judge` says what is in time (D25)."""
    lag = judge.lag_of(follow_up)
    late = lag is not None and lag > judge.span
    return {
        "in_time": lag is not None and not late, "late_by": lag if late else None, "limit": judge.limit,
        "pressed_at": follow_up.draft_started_at if follow_up.source == "offline" else None,
        "how": choices.method_words(follow_up.methods), "icon": choices.method_icon(follow_up.methods),
        "may_edit": may_edit(follow_up, user, now), "may_correct": may_correct(follow_up, user, now),
        "may_comment": may_comment(follow_up, user),
        "entered_for": follow_up.entered_by if follow_up.entered_by_id != follow_up.talked_by_id else None,
    }


def saved_parts(request, follow_up, offer, *, again=None, stage=False):
    """The answer of a saved log: the drawer's new content, then the parts out of band."""
    ticked = request.POST.getlist("steps")
    closed = [step for step in offer.steps if str(step.pk) in ticked] if ticked else []
    customer = follow_up.customer
    steps = [step for step in customer.steps.open().select_related("owner")]
    context = {
        "customer": customer, "follow_up": follow_up,
        "choices": offer.choices, "closed": closed, "steps": steps, "again": again, "fresh": True,
        "move_url": _move_url(request, offer) if stage else "",
        "said": words_of_plan(*_plan_of(follow_up, steps)), "owed_changed": getattr(customer, "is_owed", False),
        "entry": talk_html(
            follow_up, needs=_needs_of(follow_up),
            **talk_context(follow_up, request.user, now=timezone.now(), judge=Judge.load(), choices=offer.choices),
        ),
        **(again or {}),
    }
    return render_to_string("customers/_logged.html", context, request)


def _move_url(request, offer):
    """Where "save and change stage" goes on: the deal chosen, or the only one."""
    deals = {str(pk): pk for pk, _label in offer.deals}
    deal = deals.get(request.POST.get("deal")) or (next(iter(deals.values())) if len(deals) == 1 else None)
    return reverse("pipeline:move", args=[deal]) if deal else ""


def _needs_of(follow_up):
    """Those just logged, or read when the follow-up was saved before (a repeated offline log)."""
    known = getattr(follow_up, "needs_logged", None)
    return list(follow_up.needs.select_related("topic")) if known is None else known


def _plan_of(follow_up, steps):
    mine = next((step for step in steps if step.follow_up_id == follow_up.pk), None)
    return (mine.due_on, mine.text) if mine else (None, "")
